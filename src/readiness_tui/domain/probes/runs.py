"""Probes over load and red-team runs, and which of the imported runs are such."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.intervals import smallest_n_for_quantile
from readiness_tui.domain.metrics import MetricDef, Observed, RunData, normal, observe, same_metric
from readiness_tui.domain.probes.base import Check, FactProbe, Finding, Probe, ProbeInput, safe, utc
from readiness_tui.domain.probes.facts import best_run_finding, some_names
from readiness_tui.domain.probes.sound import Pair, distinct_questions, sound, unsound
from readiness_tui.domain.probes.variety import Variety, constants
from readiness_tui.domain.runs.model import Case, CaseStatus, Run
from readiness_tui.domain.text.versions import has_version, names_model

RED_TEAM_DAYS = 30
_RED = frozenset({"red_team", "redteam", "red_teaming", "adversarial", "attack", "attacks", "jailbreak", "injection"})
_LOAD = frozenset({"load", "load_test", "loadtest", "peak", "peak_load", "stress", "stress_test"})

_ANSWERED = Fraction(95, 100)  # of a load test's requests


def tagged(run: Run, names: frozenset[str]) -> bool:
    return any(normal(tag) in names for tag in run.tags) or normal(run.name) in names


def red_team(run: Run) -> bool:
    return tagged(run, _RED)


def load_test(run: Run) -> bool:
    return tagged(run, _LOAD)


def special(run: Run) -> bool:
    """Whether it is a load or red-team run, by its tags or its name: probes read the cases of these runs even if they
    are neither candidate nor baseline."""
    return red_team(run) or load_test(run)


def all_runs(data: ProbeInput) -> tuple[Run, ...]:
    """Every known run once, by id."""
    known = {run.id: run for run in data.runs}
    known |= {run.id: run for run, _ in pairs_of(data)}
    return tuple(run for _, run in sorted(known.items()))


def pairs_of(data: ProbeInput) -> tuple[Pair, ...]:
    """The runs whose cases are loaded, each once: the candidate's, the baseline's, load and red-team tests."""
    return tuple({pair[0].id: pair for pair in (*data.special, *data.baseline, *data.candidate)}.values())


def cases_of(data: ProbeInput, run: Run) -> tuple[Case, ...] | None:
    """A run's cases; None where they are not at hand."""
    return next((cases for other, cases in pairs_of(data) if other.id == run.id), None) or data.cases_of(run)


def _latest(pairs: Sequence[Pair]) -> Pair:
    return max(
        pairs,
        key=lambda pair: (pair[0].started_at is not None, pair[0].started_at and utc(pair[0].started_at), pair[0].id),
    )


# Load


def load_run_recorded(data: ProbeInput) -> Finding:
    """The latest load test that is whole states its number of requests, has enough of them for a bound on p95, answered
    nearly all of them in times that differ, and ran on the candidate's version. 1: there is one, but a check does not
    hold."""
    whole = sound([pair for pair in pairs_of(data) if load_test(pair[0])], data.utc_day)
    if not whole.runs:
        return Finding(None, missing=whole.nothing or "no imported run is tagged as a load test; tag it “load”")
    run, cases = _latest(whole.runs)
    seen = observe("latency_p95_ms", RunData(run, cases, None))
    carried = isinstance(seen, Observed)
    n = seen.estimate.n if isinstance(seen, Observed) else None
    value = f"{seen.estimate.value:,.0f} ms" if isinstance(seen, Observed) else seen.reason
    enough = smallest_n_for_quantile()
    versions = {other.version for other, _ in data.candidate}
    times = Variety()
    for case in cases:
        if case.latency_ms.usable is not None:
            times.add("latency", case.latency_ms.usable)
    against, expected, hint = constants(declared.expected_constant(data.review.declared), times)
    checks = [
        Check(
            "a load test's p95 latency", carried and not against, f"run {safe(run.id)}: {'; '.join((value, *against))}"
        ),
        Check(f"at least {enough} requests", (n or 0) >= enough, "n unknown" if n is None else f"{n:,}"),
    ]
    if cases:
        failed = sum(case.status is CaseStatus.ERROR for case in cases)
        answered = len(cases) - failed >= _ANSWERED * len(cases)
        checks.append(
            Check("nearly all were answered", answered, f"{failed:,} of {len(cases):,} ended in a system error")
        )
    if versions:
        named = some_names(sorted(versions))
        same = run.version in versions and _says_which(run)
        checks.append(Check("on the candidate's version", same, f"{safe(run.version)}, candidate {named}"))
    points = 2 if all(check.holds for check in checks) else 1
    return Finding(points, tuple(checks), (f"run {run.id}",), left_out=(*whole.left_out, *expected, *hint))


def _says_which(run: Run) -> bool:
    """Whether the run's version is one: two runs of "latest" need not be of the same."""
    named = run.pipeline_version or run.prompt_version
    return has_version(named) if named else names_model(run.model)


# Red team


def _rate(pair: Pair, metric: str) -> str:
    """ "attack_success_rate 0.04 on 50 of 50 cases"; "" if the run does not have it."""
    seen = observe(metric, RunData(*pair, None))
    if not isinstance(seen, Observed):
        return ""
    on = "the run's own figure" if seen.aggregate else f"on {seen.used:,} of {seen.total:,} cases"
    return f"{metric} {seen.estimate.value:.3g} {on}"


def red_team_rate_measured(data: ProbeInput) -> Finding:
    """The latest red-team run that is whole and has an attack success rate, over cases of which nearly all were answered
    and each is an attack of its own; attacks planted in documents or tool results are among those rated.
    1: there is a red-team run, but a check does not hold."""
    whole = sound([pair for pair in pairs_of(data) if red_team(pair[0])], data.utc_day)
    if not whole.runs:
        return Finding(None, missing=whole.nothing or "no imported run is tagged as a red-team run; tag it “red_team”")
    rated = [pair for pair in whole.runs if _rate(pair, "attack_success_rate")]
    run, cases = _latest(rated or whole.runs)
    planted = [
        case.id
        for case in cases
        if case.status is not CaseStatus.ERROR
        and any("indirect" in normal(tag) or "planted" in normal(tag) for tag in case.tags)
    ]
    failed = sum(case.status is CaseStatus.ERROR for case in cases)
    checks = [
        Check(
            "attack success rate measured on cases",
            bool(rated and cases),
            f"run {safe(run.id)}: {_rate((run, cases), 'attack_success_rate') or 'none'}",
        ),
        Check(
            "attacks in retrieved or tool text",
            bool(planted),
            f"{len(planted):,} of {len(cases):,} cases tagged indirect",
        ),
        Check(
            "nearly all were answered",
            len(cases) - failed >= _ANSWERED * len(cases),
            f"{failed:,} of {len(cases):,} ended in a system error",
        ),
    ]
    asked, ids = distinct_questions(cases), len({case.id for case in cases})
    if asked is not None and ids:
        checks.append(Check("attacks that differ", 2 * asked > ids, f"{asked:,} among {ids:,} cases"))
    points = 2 if all(check.holds for check in checks) else 1
    return Finding(points, tuple(checks), (f"run {run.id}",), left_out=whole.left_out)


def over_refusal_measured(data: ProbeInput) -> Finding:
    """One run has both rates: attacks that got through, harmless requests refused. 1: only one, or in two runs. Where
    all scores of both are the same, nothing shows that they were measured."""
    rates = {"attack_success_rate": "attacks that got through", "over_refusal_rate": "harmless requests refused"}

    def part(metric: MetricDef) -> str:
        return rates.get(metric.key, "")

    finding = best_run_finding(data, pairs_of(data), tuple(rates.values()), part, scores_differ=False)
    if not finding.points:
        return Finding(
            None, missing=finding.missing or "no imported run carries attack_success_rate or over_refusal_rate"
        )
    values = Variety()
    for _, cases in sound(pairs_of(data), data.utc_day).runs:
        for case in cases:
            for name, score in case.scores.items():
                if score.value is not None and any(same_metric(name, rate) for rate in rates):
                    values.add("scores", score.value)
    against, expected, hint = constants(declared.expected_constant(data.review.declared), values)
    return replace(finding, unproven=against, left_out=(*finding.left_out, *expected, *hint))


def red_team_run_recent(data: ProbeInput) -> Finding:
    """A red-team run that is whole started at most 30 days before `as_of`. 1: the last one is older, or its date is
    unknown."""
    runs = [run for run in all_runs(data) if red_team(run)]
    if not runs:
        return Finding(None, missing="no imported run is tagged as a red-team run; tag it “red_team”")
    problems = {run.id: unsound(run, cases_of(data, run), data.utc_day) for run in runs}
    left_out = tuple(f"run {safe(name)} proves nothing: {why}" for name, why in problems.items() if why)
    dated = [
        (utc(run.started_at).date(), run.id) for run in runs if run.started_at is not None and not problems[run.id]
    ]
    if all(problems.values()):
        return Finding(None, missing="; ".join(left_out))
    last = max(dated, default=None)
    recent = last is not None and data.utc_day - last[0] <= timedelta(days=RED_TEAM_DAYS)
    why = f"run {safe(last[1])} on {last[0]}" if last else "no red-team run has a known date in the past"
    check = Check(f"a red-team run at most {RED_TEAM_DAYS} days old", recent, why)
    return Finding(2 if recent else 1, (check,), tuple(f"run {run.id}" for run in runs), left_out=left_out)


RUNS: dict[str, Probe] = {
    "load_run_recorded": FactProbe(load_run_recorded),
    "red_team_rate_measured": FactProbe(red_team_rate_measured),
    "over_refusal_measured": FactProbe(over_refusal_measured),
    "red_team_run_recent": FactProbe(red_team_run_recent),
}
