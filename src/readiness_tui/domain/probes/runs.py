"""Probes over imported runs: load and red-team tests, manifests, repeats, baselines, judges."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from readiness_tui.domain.compare.comparison import first_run_with
from readiness_tui.domain.gate_result.evaluate import case_passed
from readiness_tui.domain.gate_result.high_risk import high_risk
from readiness_tui.domain.gate_result.power import cases_to_decide, fewest_cases
from readiness_tui.domain.intervals import MIN_N, WILSON, smallest_n_for_quantile
from readiness_tui.domain.labels import queue
from readiness_tui.domain.metrics import (
    Layer,
    MetricDef,
    NotComputable,
    Observed,
    RunData,
    case_key,
    normal,
    observe,
    resolve,
    unknown,
)
from readiness_tui.domain.metrics.rule import From, Rule
from readiness_tui.domain.probes.base import Check, FactProbe, Finding, Probe, ProbeInput, safe, utc
from readiness_tui.domain.probes.facts import NO_RUN, best_run_finding, some_names
from readiness_tui.domain.probes.figures import SupportFigure, percent, support_of_records
from readiness_tui.domain.probes.logged import floating, has
from readiness_tui.domain.runs.model import Case, Run

RED_TEAM_DAYS = 30
TRIALS = 3
_RED = frozenset({"red_team", "redteam", "red_teaming", "adversarial", "attack", "attacks", "jailbreak", "injection"})
_LOAD = frozenset({"load", "load_test", "loadtest", "peak", "peak_load", "stress", "stress_test"})
_ONLINE = frozenset({"online", "ab", "ab_test", "a_b_test", "experiment", "online_experiment", "shadow", "canary"})

Pair = tuple[Run, tuple[Case, ...]]


def _tagged(run: Run, names: frozenset[str]) -> bool:
    return any(normal(tag) in names for tag in run.tags) or normal(run.name) in names


def red_team(run: Run) -> bool:
    return _tagged(run, _RED)


def load_test(run: Run) -> bool:
    return _tagged(run, _LOAD)


def special(run: Run) -> bool:
    """Whether it is a load or red-team run, by its tags or its name: probes read the cases of these runs even if they
    are neither candidate nor baseline."""
    return red_team(run) or load_test(run)


def all_runs(data: ProbeInput) -> tuple[Run, ...]:
    """Every known run once, by id."""
    known = {run.id: run for run in data.runs}
    known |= {run.id: run for run, _ in _pairs(data)}
    return tuple(run for _, run in sorted(known.items()))


def _pairs(data: ProbeInput) -> tuple[Pair, ...]:
    """The runs whose cases are loaded, each once: the candidate's, the baseline's, load and red-team tests."""
    return tuple({pair[0].id: pair for pair in (*data.special, *data.baseline, *data.candidate)}.values())


def _latest(pairs: list[Pair]) -> Pair:
    return max(
        pairs,
        key=lambda pair: (pair[0].started_at is not None, pair[0].started_at and utc(pair[0].started_at), pair[0].id),
    )


# Load


def load_run_recorded(data: ProbeInput) -> Finding:
    """The latest load test states its number of requests, has enough of them for a bound on p95, and ran on the
    candidate's version. 1: there is one, but a check does not hold."""
    tests = [pair for pair in _pairs(data) if load_test(pair[0])]
    if not tests:
        return Finding(None, missing="no imported run is tagged as a load test; tag it “load”")
    run, cases = _latest(tests)
    seen = observe("latency_p95_ms", RunData(run, cases, None))
    carried = isinstance(seen, Observed)
    n = seen.estimate.n if isinstance(seen, Observed) else None
    value = f"{seen.estimate.value:,.0f} ms" if isinstance(seen, Observed) else seen.reason
    enough = smallest_n_for_quantile()
    versions = {other.version for other, _ in data.candidate}
    checks = [
        Check("a load test's p95 latency", carried, f"run {safe(run.id)}: {value}"),
        Check(f"at least {enough} requests", (n or 0) >= enough, "n unknown" if n is None else f"{n:,}"),
    ]
    if versions:
        named = some_names(sorted(versions))
        checks.append(
            Check("on the candidate's version", run.version in versions, f"{safe(run.version)}, candidate {named}")
        )
    return Finding(2 if all(check.holds for check in checks) else 1, tuple(checks), (f"run {run.id}",))


# Red team


def _rate(pair: Pair, metric: str) -> str:
    """ "attack_success_rate 0.04 on 50 of 50 cases"; "" if the run does not have it."""
    seen = observe(metric, RunData(*pair, None))
    if not isinstance(seen, Observed):
        return ""
    on = "the run's own figure" if seen.aggregate else f"on {seen.used:,} of {seen.total:,} cases"
    return f"{metric} {seen.estimate.value:.3g} {on}"


def red_team_rate_measured(data: ProbeInput) -> Finding:
    """The latest red-team run with an attack success rate also has attacks planted in documents or tool results.
    1: there is a red-team run, but a check does not hold."""
    runs = [pair for pair in _pairs(data) if red_team(pair[0])]
    if not runs:
        return Finding(None, missing="no imported run is tagged as a red-team run; tag it “red_team”")
    rated = [pair for pair in runs if _rate(pair, "attack_success_rate")]
    run, cases = _latest(rated or runs)
    planted = [
        case.id for case in cases if any("indirect" in normal(tag) or "planted" in normal(tag) for tag in case.tags)
    ]
    checks = (
        Check(
            "attack success rate measured",
            bool(rated),
            f"run {safe(run.id)}: {_rate((run, cases), 'attack_success_rate') or 'none'}",
        ),
        Check(
            "attacks in retrieved or tool text",
            bool(planted),
            f"{len(planted):,} of {len(cases):,} cases tagged indirect",
        ),
    )
    return Finding(2 if all(check.holds for check in checks) else 1, checks, (f"run {run.id}",))


def over_refusal_measured(data: ProbeInput) -> Finding:
    """One run has both rates: attacks that got through, harmless requests refused. 1: only one, or in two runs."""
    rates = {"attack_success_rate": "attacks that got through", "over_refusal_rate": "harmless requests refused"}

    def part(metric: MetricDef) -> str:
        return rates.get(metric.key, "")

    finding = best_run_finding(data, _pairs(data), tuple(rates.values()), part)
    if not finding.points:
        return Finding(None, missing="no imported run carries attack_success_rate or over_refusal_rate")
    return finding


def red_team_run_recent(data: ProbeInput) -> Finding:
    """A red-team run started at most 30 days before `as_of`. 1: the last one is older, or its date is unknown."""
    runs = [run for run in all_runs(data) if red_team(run)]
    if not runs:
        return Finding(None, missing="no imported run is tagged as a red-team run; tag it “red_team”")
    dated = [(utc(run.started_at).date(), run.id) for run in runs if run.started_at is not None]
    past = [(day, name) for day, name in dated if day <= data.as_of]
    last = max(past, default=None)
    recent = last is not None and data.as_of - last[0] <= timedelta(days=RED_TEAM_DAYS)
    why = f"run {safe(last[1])} on {last[0]}" if last else "no red-team run has a known date in the past"
    check = Check(f"a red-team run at most {RED_TEAM_DAYS} days old", recent, why)
    return Finding(2 if recent else 1, (check,), tuple(f"run {run.id}" for run in runs))


# The release and its exam


def release_manifest_complete(data: ProbeInput) -> Finding:
    """One candidate run names prompt, model, index and judge, the model by a pinned version.

    The index is required only if the run retrieved, the judge only if it has judged scores. 0: nothing is named.
    """
    if not data.candidate:
        return Finding(None, missing=NO_RUN)
    tables = [(run, _manifest(run, cases)) for run, cases in data.candidate]
    run, checks = max(tables, key=lambda row: sum(check.holds for check in row[1]) - len(row[1]))
    held = sum(check.holds for check in checks)
    points = 2 if held == len(checks) else 1 if held else 0
    return Finding(points, checks, (f"run {run.id}",))


def _manifest(run: Run, cases: tuple[Case, ...]) -> tuple[Check, ...]:
    model = run.model or ""
    checks = [
        Check("prompt version named", has(run.prompt_version), safe(run.prompt_version or "")),
        Check("model pinned", has(model) and not floating(model), safe(model) or "not named"),
    ]
    if any(case.chunks for case in cases):
        checks.append(Check("index version named", has(run.index_version), safe(run.index_version or "")))
    judged = [
        metric
        for name in (*run.aggregates, *{name: 0 for case in cases for name in case.scores})
        if (metric := resolve(name))
    ]
    if any(metric.judged for metric in judged):
        checks.append(
            Check("judge pinned", has(run.judge_digest) or _pinned(run.judge), safe(run.judge or "not named"))
        )
    return tuple(checks)


def _pinned(judge: str | None) -> bool:
    return judge is not None and has(judge) and not floating(judge)


def enough_cases_for_gate(data: ProbeInput) -> Finding:
    """Every required metric that the gate takes from the run has enough cases to be distinguished from its threshold.

    Enough: the one-sided 95 % bound is already on the figure's side of the threshold, or the run has as many cases as
    would bring it there at the same figure. Without any bound: the smallest n that has one. 0: no metric has enough.
    """
    if data.gate is None:
        return Finding(None, missing="the review has no gate")
    if not data.candidate:
        return Finding(None, missing=NO_RUN)
    runs = [data.run_data(run, cases) for run, cases in data.candidate]
    checks = []
    for rule in data.gate.rules:
        if rule.required and rule.source is From.RUN and rule.threshold is not None:
            found = first_run_with(rule, runs)
            if not isinstance(found, NotComputable):
                checks.append(_enough(rule, rule.threshold, found[1]))
    if not checks:
        return Finding(None, missing="no required metric of the gate comes from a candidate run")
    held = sum(check.holds for check in checks)
    read = (f"gate {data.gate.digest}", *(f"run {run.id}" for run, _ in data.candidate))
    return Finding(2 if held == len(checks) else 1 if held else 0, tuple(checks), read)


def _enough(rule: Rule, threshold: float, seen: Observed) -> Check:
    estimate = seen.estimate
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    if estimate.n is None:
        return Check(rule.key, False, "n unknown")
    need = cases_to_decide(metric, estimate, threshold, rule.direction, tuple(seen.per_case.values()))
    if need is None:
        need = fewest_cases(metric, threshold, rule.direction, counted=estimate.method == WILSON) or MIN_N
    return Check(rule.key, estimate.n >= need, f"{estimate.n:,} cases, {need:,} needed")


def trials_per_case(data: ProbeInput) -> Finding:
    """At least three trials of every case in one candidate run. 0: no case has a second one."""
    if not any(cases for _, cases in data.candidate):
        return Finding(None, missing=NO_RUN)
    tables = [(run, Counter(case_key(case) for case in cases)) for run, cases in data.candidate if cases]
    run, trials = max(tables, key=lambda row: (min(row[1].values()), row[1].total() / len(row[1])))
    thin = sorted(name for name, count in trials.items() if count < TRIALS)
    flaky = _flaky(next(cases for other, cases in data.candidate if other is run))
    why = f"run {safe(run.id)}: {len(trials) - len(thin):,} of {len(trials):,} cases"
    repeated = max(trials.values()) > 1
    if repeated:
        why += f"; {len(flaky):,} flaky: {percent(len(flaky), len(trials))}"
    check = Check(f"at least {TRIALS} trials a case", not thin, why)
    return Finding(2 if not thin else 1 if repeated else 0, (check,), (f"run {run.id}",), examples=tuple(thin))


def _flaky(cases: tuple[Case, ...]) -> list[str]:
    """Cases with some passing and some failing trials."""
    said: dict[str, set[bool | None]] = {}
    for case in cases:
        said.setdefault(case_key(case), set()).add(case_passed(case))
    return sorted(name for name, verdicts in said.items() if {True, False} <= verdicts)


def baseline_case_overlap(data: ProbeInput) -> Finding:
    """Candidate and baseline have the same cases. 0: no baseline, or no shared case. 1: some have no counterpart."""
    new, old = ({case_key(case) for _, cases in side for case in cases} for side in (data.candidate, data.baseline))
    if not new:
        return Finding(None, missing=NO_RUN)
    if not old:
        return Finding(0, (Check("a baseline run", False, "none is named, or it has no cases"),))
    shared, alone = new & old, sorted(new ^ old)
    why = f"{len(shared):,} shared of {len(new | old):,}" + (
        f"; without a partner: {some_names(alone)}" if alone else ""
    )
    check = Check("candidate and baseline hold the same cases", not alone, why)
    read = tuple(f"run {run.id}" for run, _ in (*data.candidate, *data.baseline))
    return Finding(2 if not alone else 1 if shared else 0, (check,), read, examples=tuple(alone))


# Figures


def judge_agreement(data: ProbeInput) -> SupportFigure:
    """How often a candidate run's judge and people agree on cases that were labelled blind (EVA-05)."""
    runs = [data.run_data(run, cases) for run, cases in data.candidate]
    found = queue.judge_agreement(runs, data.gate)
    if not found or not found[0].n:
        aside = f" ({found[0].aside})" if found and found[0].aside else ""
        return SupportFigure(
            missing=f"no case of a candidate run carries both a label given blind and a verdict{aside}"
        )
    whole = found[0]
    compared = [part.run for part in runs if any(one.n for one in queue.judge_agreement([part], data.gate))]
    named = some_names(sorted({run.judge or "(not named)" for run in compared}))
    pinned = all(_pinned(run.judge) or has(run.judge_digest) for run in compared)
    parts = (f"judge against people: {whole.text}", whole.aside, f"judge {named}{'' if pinned else ', not pinned'}")
    return SupportFigure(
        "; ".join(part for part in parts if part),
        whole.n,
        k=whole.agreed,
        supports=pinned and 2 * whole.agreed > whole.n,
        examples=whole.apart,
        details=(
            *(f"{safe(one.label)}: {one.text}" for one in found[1:]),
            *(safe(pair.text, 200) for pair in queue.reviewer_agreement(runs)),
        ),
    )


def evaluation_types_seen(data: ProbeInput) -> SupportFigure:
    """Which of the seven types of evaluation appear in the imported runs (EVA-14)."""
    runs, pairs = all_runs(data), _pairs(data)
    if not runs:
        return SupportFigure(missing="no eval run is imported")
    layers: set[str] = set()
    for run, cases in pairs:
        for layer, rows in data.metrics_of(run, cases).items():
            layers |= {layer.value for _, seen in rows if isinstance(seen, Observed)}
    risky = high_risk([data.run_data(run, cases) for run, cases in data.candidate])
    prompts = {run.prompt_version for run in runs if has(run.prompt_version)}
    seen = {
        "unit tests for deterministic logic": any("junit" in normal(run.tool) for run in runs),
        "prompt regression": len(prompts) > 1,
        "retrieval quality": Layer.RETRIEVAL.value in layers,
        "LLM output quality": Layer.GENERATION.value in layers,
        "agent task completion": Layer.AGENT.value in layers,
        "human review for high-risk paths": len(risky.unreviewed) < len(risky.cases),
        "online experiments when applicable": any(_tagged(run, _ONLINE) for run in runs),
    }
    names = [name for name, shown in seen.items() if shown]
    return SupportFigure(
        f"{len(names)} of {len(seen)} types seen among {len(runs):,} runs" + (f": {', '.join(names)}" if names else ""),
        len(seen),
        k=len(names),
        supports=bool(names),
        details=tuple(f"not seen: {name}" for name, shown in seen.items() if not shown),
    )


RUNS: dict[str, Probe] = {
    "load_run_recorded": FactProbe(load_run_recorded),
    "red_team_rate_measured": FactProbe(red_team_rate_measured),
    "over_refusal_measured": FactProbe(over_refusal_measured),
    "red_team_run_recent": FactProbe(red_team_run_recent),
    "release_manifest_complete": FactProbe(release_manifest_complete),
    "enough_cases_for_gate": FactProbe(enough_cases_for_gate),
    "trials_per_case": FactProbe(trials_per_case),
    "baseline_case_overlap": FactProbe(baseline_case_overlap),
    "judge_agreement": support_of_records(judge_agreement),
    "evaluation_types_seen": support_of_records(evaluation_types_seen),
}
