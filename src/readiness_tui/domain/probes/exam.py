"""Probes over the candidate's exam: what it pins, how many cases and trials it has, its baseline, its judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from readiness_tui.domain.checklists import declared
from readiness_tui.domain.compare.comparison import first_run_with
from readiness_tui.domain.gate_result.evaluate import case_passed
from readiness_tui.domain.gate_result.high_risk import high_risk
from readiness_tui.domain.gate_result.power import cases_to_decide, fewest_cases
from readiness_tui.domain.intervals import MIN_N, WILSON
from readiness_tui.domain.labels import queue
from readiness_tui.domain.metrics import Layer, NotComputable, Observed, RunData, case_key, normal, resolve, unknown
from readiness_tui.domain.metrics.rule import From, Rule
from readiness_tui.domain.probes.base import Check, FactProbe, Finding, Probe, ProbeInput, safe
from readiness_tui.domain.probes.facts import NO_RUN, some_names
from readiness_tui.domain.probes.figures import SupportFigure, percent, support_of_records
from readiness_tui.domain.probes.runs import all_runs, cases_of, pairs_of, tagged
from readiness_tui.domain.probes.sound import distinct_questions, sound, unsound
from readiness_tui.domain.probes.variety import ENOUGH
from readiness_tui.domain.runs.model import Case, CaseStatus, EvalSet, Provenance, Run
from readiness_tui.domain.text.versions import has_version, pinned

TRIALS = 3
_ONLINE = frozenset({"online", "ab", "ab_test", "a_b_test", "experiment", "online_experiment", "shadow", "canary"})


def release_manifest_complete(data: ProbeInput) -> Finding:
    """One candidate run that is whole names prompt, model, index and judge, the model by a pinned version.

    The index is required only if the run retrieved, or has to by its golden set; the judge only if it has judged scores.
    0: nothing is named.
    """
    if not data.candidate:
        return Finding(None, missing=NO_RUN)
    whole = sound(data.candidate, data.utc_day)
    if whole.nothing:
        return Finding(None, missing=whole.nothing)
    tables = [(run, _manifest(run, cases, data.eval_set)) for run, cases in whole.runs]
    run, checks = max(tables, key=lambda row: sum(check.holds for check in row[1]) - len(row[1]))
    held = sum(check.holds for check in checks)
    points = 2 if held == len(checks) else 1 if held else 0
    return Finding(points, checks, (f"run {run.id}",), left_out=whole.left_out)


def _manifest(run: Run, cases: tuple[Case, ...], gold: EvalSet | None) -> tuple[Check, ...]:
    checks = [
        Check("prompt version named", has_version(run.prompt_version), safe(run.prompt_version or "") or "not named"),
        Check("model pinned", pinned(run.model), safe(run.model or "") or "not named"),
    ]
    retrieves = any(case.chunks for case in cases) or bool(gold and any(case.expected_sources for case in gold.cases))
    if retrieves:
        named = safe(run.index_version or "") or "not named"
        checks.append(Check("index version named", has_version(run.index_version), named))
    judged = [
        metric
        for name in (*run.aggregates, *{name: 0 for case in cases for name in case.scores})
        if (metric := resolve(name))
    ]
    if any(metric.judged for metric in judged):
        checks.append(
            Check(
                "judge pinned", has_version(run.judge_digest) or pinned(run.judge), safe(run.judge or "") or "not named"
            )
        )
    return tuple(checks)


def enough_cases_for_gate(data: ProbeInput) -> Finding:
    """Every required metric that the gate takes from the run has enough cases to be distinguished from its threshold.

    Enough: the one-sided 95 % bound is already on the figure's side of the threshold, or the run has as many cases as
    would bring it there at the same figure. Without any bound: the smallest n that has one. Cases that ask the same
    question are one; a figure without cases has none. 0: no metric has enough.
    """
    if data.gate is None:
        return Finding(None, missing="the review has no gate")
    if not data.candidate:
        return Finding(None, missing=NO_RUN)
    whole = sound(data.candidate, data.utc_day)
    if whole.nothing:
        return Finding(None, missing=whole.nothing)
    runs = [data.run_data(run, cases) for run, cases in whole.runs]
    checks = []
    for rule in data.gate.rules:
        if rule.required and rule.source is From.RUN and rule.threshold is not None:
            found = first_run_with(rule, runs)
            if not isinstance(found, NotComputable):
                checks.append(_enough(rule, rule.threshold, *found))
    if not checks:
        return Finding(None, missing="no required metric of the gate comes from a candidate run")
    held = sum(check.holds for check in checks)
    read = (f"gate {data.gate.digest}", *(f"run {run.id}" for run, _ in data.candidate))
    points = 2 if held == len(checks) else 1 if held else 0
    return Finding(points, tuple(checks), read, left_out=whole.left_out)


def _enough(rule: Rule, threshold: float, run: RunData, seen: Observed) -> Check:
    estimate = seen.estimate
    if seen.aggregate:
        return Check(rule.key, False, "a figure only: no case stands behind it")
    if estimate.n is None:
        return Check(rule.key, False, "n unknown")
    asked, ids = distinct_questions(run.cases), len({case.id for case in run.cases})
    n = estimate.n if asked is None else min(estimate.n, asked)
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    need = cases_to_decide(metric, estimate, threshold, rule.direction, tuple(seen.per_case.values()))
    if need is None:
        need = fewest_cases(metric, threshold, rule.direction, counted=estimate.method == WILSON) or MIN_N
    of = f" ({ids:,} ask {asked:,} different questions)" if asked is not None and asked < ids else ""
    return Check(rule.key, n >= need, f"{n:,} cases{of}, {need:,} needed")


def trials_per_case(data: ProbeInput) -> Finding:
    """At least three trials of every case in one candidate run that is whole. 0: no case has a second one.

    A trial that ended in a system error, came out of a cache, or equals another one of its case in answer, times and
    counts, is none.
    """
    whole = sound([pair for pair in data.candidate if pair[1]], data.utc_day)
    if not whole.runs:
        return Finding(None, missing=whole.nothing or NO_RUN)
    told = declared.expected_constant(data.review.declared)
    tables = [(run, _trials(cases, may_agree="answers" in told)) for run, cases in whole.runs]
    run, trials = max(tables, key=lambda row: (min(row[1].values()), row[1].total() / len(row[1])))
    thin = sorted(name for name, count in trials.items() if count < TRIALS)
    cases = next(cases for other, cases in whole.runs if other is run)
    flaky, copies = _flaky(cases), len(cases) - trials.total()
    why = f"run {safe(run.id)}: {len(trials) - len(thin):,} of {len(trials):,} cases"
    repeated = max(trials.values()) > 1
    if repeated:
        why += f"; {len(flaky):,} flaky: {percent(len(flaky), len(trials))}"
    if copies:
        why += f"; {copies:,} trials ended in an error, or are copies of another one"
    check = Check(f"at least {TRIALS} trials a case", not thin, why)
    points = 2 if not thin else 1 if repeated else 0
    return Finding(points, (check,), (f"run {run.id}",), examples=tuple(thin), left_out=whole.left_out)


def _trials(cases: tuple[Case, ...], *, may_agree: bool) -> Counter[str]:
    """How many trials each case has that are its own.

    A copy is known by its answer with a time, a cost or a count, or by two of those; by answers alone only where no case
    of thirty or more repeats ever gave another one, and the team does not declare that (`may_agree`).
    """
    found: Counter[str] = Counter()
    seen: set[Hashable] = set()
    answers: dict[str, set[str | None]] = {}
    repeats = differ = 0
    for case in cases:
        key = case_key(case)
        figures = (case.latency_ms.value, case.cost.value, case.tokens_in, case.tokens_out)
        known = sum(figure is not None for figure in figures) + (case.output is not None)
        again = known >= 2 and (key, case.output, figures) in seen
        cached = Provenance.CACHED in (case.latency_ms.provenance, case.cost.provenance)
        given = answers.setdefault(key, set())
        repeats += bool(given)
        differ += bool(given) and case.output not in given
        given.add(case.output)
        found[key] += not (case.status is CaseStatus.ERROR or again or (cached and key in found))
        seen.add((key, case.output, figures))
    recorded = any(output is not None for given in answers.values() for output in given)
    alike = recorded and repeats >= ENOUGH and not differ and not may_agree
    return Counter(dict.fromkeys(found, 1)) if alike else found


def _flaky(cases: tuple[Case, ...]) -> list[str]:
    """Cases with some passing and some failing trials."""
    said: dict[str, set[bool | None]] = {}
    for case in cases:
        said.setdefault(case_key(case), set()).add(case_passed(case))
    return sorted(name for name, verdicts in said.items() if {True, False} <= verdicts)


def baseline_case_overlap(data: ProbeInput) -> Finding:
    """Candidate and baseline are two runs, both whole, of the same cases that ask the same questions. 0: no baseline, or
    no shared case. 1: some have no counterpart, or the one run is a copy of the other."""
    new, old = (sound([pair for pair in side if pair[1]], data.utc_day) for side in (data.candidate, data.baseline))
    if not new.runs:
        return Finding(None, missing=new.nothing or NO_RUN)
    if not old.runs:
        why = old.nothing or "none is named, or it has no cases"
        return Finding(0, (Check("a baseline run", False, why),), left_out=new.left_out)
    ours, theirs = ({case_key(case): case for _, cases in side.runs for case in cases} for side in (new, old))
    shared, alone = ours.keys() & theirs.keys(), sorted(ours.keys() ^ theirs.keys())
    other = sorted(key for key in shared if not _same_question(ours[key], theirs[key]))
    why = f"{len(shared):,} shared of {len(ours | theirs):,}" + (
        f"; without a partner: {some_names(alone)}" if alone else ""
    )
    ids = {run.id for run, _ in new.runs} & {run.id for run, _ in old.runs}
    copies = sum(_answer(ours[key]) == _answer(theirs[key]) != (None, None, None) for key in shared)
    same = bool(ids) or (copies == len(shared) > 1)
    checks = (
        Check("candidate and baseline hold the same cases", not alone, why),
        Check(
            "they ask the same questions", not other, f"different under one id: {some_names(other)}" if other else ""
        ),
        Check(
            "candidate and baseline are two runs",
            not same,
            ""
            if not same
            else f"run {safe(min(ids))} is both"
            if ids
            else f"all {copies:,} answers and times are equal",
        ),
    )
    read = tuple(f"run {run.id}" for run, _ in (*data.candidate, *data.baseline))
    points = 2 if all(check.holds for check in checks) else 1 if shared else 0
    left_out = (*new.left_out, *old.left_out)
    return Finding(points, checks, read, examples=tuple(alone or other), left_out=left_out)


def _same_question(one: Case, other: Case) -> bool:
    """Whether the two ask the same, as far as both say what."""
    return not (one.question and other.question) or one.question.split() == other.question.split()


def _answer(case: Case) -> tuple[str | None, float | None, float | None]:
    return case.output, case.latency_ms.value, case.cost.value


# Figures


def judge_agreement(data: ProbeInput) -> SupportFigure:
    """How often a candidate run's judge and people agree on cases that were labelled blind (EVA-05).

    It speaks for the item if the judge is pinned, people found both good and bad answers, and the judge recognised more
    than half of either: one that always says the same agrees with whatever most answers are.
    """
    runs = [data.run_data(run, cases) for run, cases in sound(data.candidate, data.utc_day).runs]
    found = queue.judge_agreement(runs, data.gate)
    if not found or not found[0].n:
        aside = f" ({found[0].aside})" if found and found[0].aside else ""
        return SupportFigure(
            missing=f"no case of a candidate run carries both a label given blind and a verdict{aside}"
        )
    whole = found[0]
    compared = [part.run for part in runs if any(one.n for one in queue.judge_agreement([part], data.gate))]
    named = some_names(sorted({run.judge or "(not named)" for run in compared}))
    fixed = all(pinned(run.judge) or has_version(run.judge_digest) for run in compared)
    good, bad = whole.both_pass + whole.people_only, whole.both_fail + whole.judge_only
    seen = f"recognised {whole.both_pass:,} of {good:,} good answers and {whole.both_fail:,} of {bad:,} bad ones"
    parts = (
        f"judge against people: {whole.text}",
        seen,
        whole.aside,
        f"judge {named}{'' if fixed else ', not pinned'}",
    )
    return SupportFigure(
        "; ".join(part for part in parts if part),
        whole.n,
        k=whole.agreed,
        supports=fixed and 2 * whole.both_pass > good and 2 * whole.both_fail > bad,
        examples=whole.apart,
        details=(
            *(f"{safe(one.label)}: {one.text}" for one in found[1:]),
            *(safe(pair.text, 200) for pair in queue.reviewer_agreement(runs)),
        ),
    )


def evaluation_types_seen(data: ProbeInput) -> SupportFigure:
    """Which of the seven types of evaluation appear in the imported runs that are whole (EVA-14)."""
    runs = [run for run in all_runs(data) if not unsound(run, cases_of(data, run), data.utc_day)]
    whole = sound(pairs_of(data), data.utc_day)
    pairs = whole.runs
    if not runs:
        return SupportFigure(missing=whole.nothing or "no eval run is imported")

    def measured(layer: Layer) -> bool:
        return any(
            isinstance(data.figure(run, cases, metric), Observed)
            for run, cases in pairs
            for metric in data.metrics_of(run, cases).get(layer, ())
        )

    risky = high_risk([data.run_data(run, cases) for run, cases in data.candidate])
    prompts = {run.prompt_version for run in runs if has_version(run.prompt_version)}
    seen = {
        "unit tests for deterministic logic": any("junit" in normal(run.tool) for run in runs),
        "prompt regression": len(prompts) > 1,
        "retrieval quality": measured(Layer.RETRIEVAL),
        "LLM output quality": measured(Layer.GENERATION),
        "agent task completion": measured(Layer.AGENT),
        "human review for high-risk paths": len(risky.unreviewed) < len(risky.cases),
        "online experiments when applicable": any(tagged(run, _ONLINE) for run in runs),
    }
    names = [name for name, shown in seen.items() if shown]
    return SupportFigure(
        f"{len(names)} of {len(seen)} types seen among {len(runs):,} runs" + (f": {', '.join(names)}" if names else ""),
        len(seen),
        k=len(names),
        supports=bool(names),
        details=tuple(f"not seen: {name}" for name, shown in seen.items() if not shown),
    )


EXAM: dict[str, Probe] = {
    "release_manifest_complete": FactProbe(release_manifest_complete),
    "enough_cases_for_gate": FactProbe(enough_cases_for_gate),
    "trials_per_case": FactProbe(trials_per_case),
    "baseline_case_overlap": FactProbe(baseline_case_overlap),
    "judge_agreement": support_of_records(judge_agreement),
    "evaluation_types_seen": support_of_records(evaluation_types_seen),
}
