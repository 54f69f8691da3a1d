"""What leaves a time or a cost: cached and cold requests, requests that were not logged, figures that cannot be."""

from __future__ import annotations

from benchmarks.moves.material import AS_OF, gate, release
from benchmarks.moves.model import move, named, no_go, remark
from benchmarks.moves.stage import Stage, Told

FAST = gate('{metric: latency_p95_ms, threshold: "<= 3500"}')
CHEAP = gate('{metric: cost_per_success, threshold: "<= 0.08"}')


@move("The 20 slow requests flagged as answered from a cache", no_go(r"latency"))
def slow_requests_flagged_cached(stage: Stage) -> Told:
    made = release(rules=FAST)
    for case in made.cases[50:70]:
        case |= {"latency_ms": 9000, "cached": True}
    return stage.check(made)


@move(
    "20 of 72 requests, the slow ones, flagged as cold starts",
    named(r"(20 of 72|27|28 ?%).{0,60}cold|cold.{0,60}(20 of 72|27|28 ?%)"),
)
def slow_requests_flagged_cold(stage: Stage) -> Told:
    made = release(rules=FAST)
    for case in made.cases[50:70]:
        case |= {"latency_ms": 9000, "cold": True}
    return stage.check(made)


@move("60 of 72 requests answered from a cache", named(r"(60 of 72|83 ?%).{0,60}cached|cached.{0,60}60 of 72"))
def mostly_cached(stage: Stage) -> Told:
    made = release(rules=FAST)
    for case in made.cases[:60]:
        case |= {"latency_ms": 4, "cached": True}
    return stage.check(made)


@move("The expensive requests flagged as answered from a cache", named(r"cached|cost per success"))
def expensive_requests_flagged_cached(stage: Stage) -> Told:
    made = release(rules=CHEAP)
    for case in made.cases[20:66]:
        case |= {"cost": 0.9, "cached": True}
    return stage.check(made)


@move("The latencies of the ten slow requests left out", no_go(r"latency.*(missing|62 of 72)|62 of 72"))
def slow_requests_unlogged(stage: Stage) -> Told:
    made = release(rules=FAST)
    for case in made.cases[50:60]:
        del case["latency_ms"]
    return stage.check(made)


@move("The latencies of the three slowest of 72 left out: 95 % carry one", named(r"worst|missing|69 of 72"))
def three_slow_requests_unlogged(stage: Stage) -> Told:
    made = release(rules=FAST)
    for case in made.cases[50:53]:
        del case["latency_ms"]
    for case in made.cases[53:55]:
        case["latency_ms"] = 9000
    return stage.check(made)


@move("Negative costs bring the expensive ones down", no_go(r"cost|rejected", or_refused=True))
def negative_costs(stage: Stage) -> Told:
    made = release(rules=CHEAP)
    for number, case in enumerate(made.cases):
        case["cost"] = 0.5 if number % 2 else -0.49
    return stage.check(made)


@move("The costs of failing requests left out, so that a success looks cheap", no_go(r"cost"))
def costs_of_failures_left_out(stage: Stage) -> Told:
    made = release(rules=CHEAP)
    for case in made.cases[20:40]:
        case["status"] = "fail"
        del case["cost"]
    return stage.check(made)


@move(
    "Seconds in a field of milliseconds, beside a start and an end that say so",
    remark(r"start|end|differ|contradict|latency"),
)
def seconds_called_milliseconds(stage: Stage) -> Told:
    made = release(rules=FAST)
    for case in made.cases:
        case |= {"latency_ms": 9, "started_at": "2025-03-12T10:00:00Z", "ended_at": "2025-03-12T10:00:09Z"}
    return stage.check(made)


def traces(slow_day: str) -> list[dict[str, object]]:
    """A week of requests, 40 a day; those of one day are slow."""
    rows: list[dict[str, object]] = []
    for day in range(8, 15):
        for n in range(40):
            at = f"2025-03-{day:02}T{n % 24:02}:{n:02}:00Z"
            slow = bool(slow_day) and at.startswith(slow_day)
            rows.append(
                {"trace_id": f"t-{day}-{n}", "timestamp": at, "status": "ok", "latency_ms": 9000 if slow else 900 + n}
            )
    return rows


WINDOW = gate('{metric: latency_p95_ms, threshold: "<= 3500", from: traces, window: 7 days}')


@move("A judgement as of a day before the bad one, which its window then leaves out", remark(r"as of 13 Mar 2025"))
def window_before_the_bad_day(stage: Stage) -> Told:
    made = release(rules=WINDOW)
    stage.locked(made)
    stage.write("run.jsonl", made.lines())
    stage.write("labels.jsonl", made.labels)
    stage.write("traces.jsonl", traces("2025-03-14"))
    return stage.call(
        *("gate", "check", "--gate", "gate.yaml", "--lock", "gate.lock", "--run", "run.jsonl"),
        *("--eval-set", "golden.jsonl", "--labels", "labels.jsonl", "--traces", "traces.jsonl"),
        *("--as-of", AS_OF.replace(day=13).isoformat()),
    )


@move("The slow day's traces flagged as cold starts", named(r"cold"))
def slow_day_flagged_cold(stage: Stage) -> Told:
    made = release(rules=WINDOW)
    stage.write("traces.jsonl", [{**row, "cold_start": row["latency_ms"] == 9000} for row in traces("2025-03-12")])
    return stage.check(made, "--traces", "traces.jsonl")


@move("Only traces from before the window", no_go(r"latency|window|trace"))
def traces_of_last_month(stage: Stage) -> Told:
    stage.write(
        "traces.jsonl", [{**row, "timestamp": str(row["timestamp"]).replace("-03-", "-01-")} for row in traces("")]
    )
    return stage.check(release(rules=WINDOW), "--traces", "traces.jsonl")


@move("One fast trace in the window", named(r"one (trace|request|case)|1 trace|alone|inconclusive|not enough"))
def one_trace(stage: Stage) -> Told:
    stage.write("traces.jsonl", traces("")[-1:])
    return stage.check(release(rules=WINDOW), "--traces", "traces.jsonl")


@move("Costs of 0 for expensive requests that used tokens", named(r"cost"))
def costs_of_zero(stage: Stage) -> Told:
    made = release(rules=CHEAP)
    for number, case in enumerate(made.cases):
        case["cost"] = 0 if number % 3 else 0.2
    return stage.check(made)
