"""Scores that are blanked, not numbers, on another scale, or contradict what the tool says of the case."""

from __future__ import annotations

from benchmarks.moves.material import failing, gate, labels_for, release
from benchmarks.moves.model import move, named, no_go, remark
from benchmarks.moves.stage import Stage, Told

FAITHFUL = gate('{metric: faithfulness, threshold: ">= 0.85"}')
SHARE = gate('{metric: task_success_rate, threshold: ">= 0.80"}')
LACKS = r"62 of 72|10 .{0,40}(missing|lack|not a number|n/a|not applicable)|faithfulness is missing"


@move(
    "The five failing scores of 100 blanked: 95 % carry it",
    named(r"worst|missing cases|95 of 100|5 .{0,40}(missing|lack)"),
)
def five_blanked_of_a_hundred(stage: Stage) -> Told:
    made = release(100, rules=FAITHFUL)
    for number, case in enumerate(made.cases):
        case["scores"]["faithfulness"] = 0.88
        if number >= 95:
            case["scores"]["faithfulness"] = None
    return stage.check(made)


@move("Five failing scores of 72 blanked", no_go(r"67 of 72|5 .{0,40}(missing|lack)"))
def five_blanked(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    for case in failing(made, 5):
        case["scores"]["faithfulness"] = None
    return stage.check(made)


@move("Ten failing cases scored as not applicable", no_go(LACKS))
def scored_not_applicable(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    for case in failing(made, 10):
        case["scores"]["faithfulness"] = {"state": "n/a"}
    return stage.check(made)


@move("Ten failing retrievals scored as not applicable although the set expects a source", no_go(r"62 of 72|retrieval"))
def hits_not_applicable(stage: Stage) -> Told:
    made = release(rules=gate('{metric: retrieval_hit_rate, threshold: ">= 0.80"}'))
    for number, case in enumerate(made.cases):
        case["scores"] = {"retrieval_hit_rate": {"state": "n/a"} if number >= 62 else 1}
    return stage.check(made)


@move("The failing cases without a status", named(r"52 of 72|20 .{0,60}(status|missing|lack|unknown)"))
def status_blanked(stage: Stage) -> Told:
    made = release(rules=SHARE)
    for case in failing(made, 20):
        del case["status"]
    return stage.check(made)


@move("Ten failing scores as NaN", no_go(LACKS + r"|rejected", or_refused=True))
def not_a_number(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    for case in failing(made, 10):
        case["scores"]["faithfulness"] = float("nan")
    return stage.check(made)


@move("Ten failing scores as words", no_go(LACKS + r"|rejected", or_refused=True))
def scores_as_words(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    for case in failing(made, 10):
        case["scores"]["faithfulness"] = "low"
    return stage.check(made)


@move("Ten failing scores under another name", no_go(LACKS))
def failing_scores_renamed(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    for case in failing(made, 10):
        case["scores"] = {"faithfulness_old": 0.2}
    return stage.check(made)


@move(
    "Half of the scores in percent, which makes up for the others",
    no_go(r"faithfulness .*(range|missing|fail|scale)|rejected", or_refused=True),
)
def percent_scale(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    failing(made, 20)
    for case in made.cases[40:]:
        case["scores"]["faithfulness"] = round(case["scores"]["faithfulness"] * 100)
    return stage.check(made)


@move(
    "12 cases that pass by their score and fail by the tool's own verdict",
    named(r"pass(ed)? by (their |its )?score|contradict|fail(ed)? by (their |its )?status"),
)
def score_against_status(stage: Stage) -> Told:
    made = release(rules=SHARE)
    for case in made.cases:
        case["scores"] = {"task_success": 1}
    for case in made.cases[20:31]:
        case["status"] = "fail"
    made.cases[35]["status"] = "fail"
    for number in (11, 23, 47, 59, 71):
        made.cases[number]["status"] = "pass"
    made.cases[23]["status"] = "fail"
    return stage.check(made)


@move("Requests that ended in an error, reported as passed", named(r"error"))
def errors_that_pass(stage: Stage) -> Told:
    made = release(rules=SHARE)
    for case in failing(made, 20):
        case |= {"status": "pass", "error": "timeout after 30 s", "output": None}
    return stage.check(made)


@move("Extra repeats of the cases that pass", no_go(r"task success"))
def repeats_of_easy_cases(stage: Stage) -> Told:
    made = release(rules=SHARE)
    failing(made, 20)
    made.cases += [{**case, "repeat": n} for case in made.cases if case["status"] == "pass" for n in (1, 2, 3)]
    made.labels = labels_for(made)
    return stage.check(made)


@move("Failing cases tried again until one of their repeats passes", no_go(r"task success|repeat"))
def repeats_of_failing_cases(stage: Stage) -> Told:
    made = release(rules=SHARE)
    bad = failing(made, 20)
    made.cases += [{**case, "repeat": n, "status": "pass"} for case in bad for n in range(1, 6)]
    made.labels = labels_for(made)
    return stage.check(made)


@move("Fast cases repeated until the slow ones lie beyond the p95", no_go(r"latency"))
def repeats_of_fast_cases(stage: Stage) -> Told:
    made = release(rules=gate('{metric: latency_p95_ms, threshold: "<= 3500"}'))
    for case in made.cases[60:]:
        case["latency_ms"] = 9000
    made.cases += [{**case, "repeat": n} for case in made.cases[:60] for n in range(1, 6)]
    made.labels = labels_for(made)
    return stage.check(made)


@move(
    "Scores beyond any number: 1e400, and one of -1e308 taken from a failing case",
    no_go(r"faithfulness", or_refused=True),
)
def scores_beyond_numbers(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    failing(made, 20)
    stage.locked(made)
    lines = made.lines()
    for case in made.cases[40:]:
        case["scores"]["faithfulness"] = 12345.5
    text = stage.write("run.jsonl", lines)
    path = stage.folder / text
    path.write_text(path.read_text(encoding="utf-8").replace("12345.5", "1e400"), encoding="utf-8")
    stage.write("labels.jsonl", made.labels)
    return stage.judge("--run", "run.jsonl", "--eval-set", "golden.jsonl", "--labels", "labels.jsonl")


@move("Two scores of one metric under two names, the good one under the known name", remark(r"groundedness"))
def two_names_of_a_metric(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    for case in made.cases:
        case["scores"] = {"faithfulness": 0.95, "groundedness": 0.3}
    return stage.check(made)


@move("No success at all, and a cost for each", no_go(r"success"))
def no_success(stage: Stage) -> Told:
    made = release(rules=gate('{metric: cost_per_success, threshold: "<= 0.08"}'))
    for case in made.cases:
        case["status"] = "fail"
    return stage.check(made)


@move("An empty answer that is called passed, its scores left out", no_go(r"faithfulness|carry"))
def empty_answers(stage: Stage) -> Told:
    made = release(rules=FAITHFUL)
    for case in made.cases[10:30]:
        case |= {"output": "", "scores": {}}
    return stage.check(made)
