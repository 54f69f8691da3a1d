"""Rows of metrics that a model scores: held to what people's labels say of the judge (gate.md, "Judges").

Until people have checked it, a judge's figure is the judge's, whatever its bound: such a row never "holds at 95 %".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from readiness_tui.domain.compare.comparison import first_run_with
from readiness_tui.domain.gate.model import Lock
from readiness_tui.domain.gate_result.model import GateRow, JudgeCheck, Result
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.labels.correction import OTHER_SCALE, Correction, correct
from readiness_tui.domain.labels.lines import metric_name
from readiness_tui.domain.labels.lot import PROPOSED, Batch, counted, lot_order
from readiness_tui.domain.labels.queue import answer_digest, answers, every_label
from readiness_tui.domain.labels.words import OWN_COUNT, UNCHECKED, advice, check_line, corrected_text, method_text
from readiness_tui.domain.metrics import Observed, RunData, gold_by_id, resolve, tags_of
from readiness_tui.domain.metrics.meets import APPROXIMATE, HOLDS, MISSES
from readiness_tui.domain.metrics.registry import MetricKind
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule
from readiness_tui.domain.runs.model import HIGH_RISK, CaseStatus, HumanLabel

__all__ = ["Ballot", "ballot", "batches_of", "by_judge", "correction", "is_judged", "judged_row", "pass_fail"]

NOT_KEPT = "the run keeps no answers, so no label can be shown to be of them"
OF_WHOLE = f"{OTHER_SCALE} (of the whole answer, which speaks for task success alone)"
BY_PEOPLE = "people's labels"  # of a bound, where the method's name would say less
_SCALES, _MEETS = (OTHER_SCALE, OF_WHOLE), (Result.PASS, Result.INCONCLUSIVE)
_NOT_JUDGED = (
    "the gate says that no model scores this metric (`judged: false`), which one usually does; if one does, this is"
    " its count, not the truth"
)
_NOT_KNOWN = (
    "the registry does not know this metric, so it counts as judged: `judged: false` in the gate says otherwise"
)


def is_judged(rule: Rule) -> bool:
    """Whether a model scores the metric: as the gate says, else the registry; a name that neither knows counts as judged."""
    if rule.judged is not None:
        return rule.judged
    metric = resolve(rule.metric)
    return metric is None or metric.judged


def by_judge(rule: Rule) -> Rule:
    """A rule as the judge's own count decides it: by the point. Of what is not judged, the rule itself."""
    if rule.threshold is None or not is_judged(rule):
        return rule
    return replace(rule, confidence=Confidence.ADVISE, tolerate=None)


def judged_row(
    rule: Rule, row: GateRow, runs: Sequence[RunData], lock: Lock | None, batches: Sequence[Batch] = ()
) -> GateRow:
    """A row of `by_judge(rule)` held to the labels of its run; what is not judged stays as it is."""
    row = replace(row, rule=rule)
    metric = resolve(rule.metric)
    if rule.judged is False and metric is not None and metric.judged and row.estimate is not None:
        return replace(row, remarks=(*row.remarks, _NOT_JUDGED))
    if not is_judged(rule) or row.estimate is None:
        return row
    if rule.threshold is None:
        return replace(row, sure=_own(row.sure), remarks=(*row.remarks, f"{OWN_COUNT}: judges favour systems"))
    data = next((data for data in runs if data.run.id == row.run_id), None) if rule.source is From.RUN else None
    found = correction(rule, data, lock, batches) if data is not None else ""
    if not isinstance(found, Correction):
        return _unchecked(row, found)
    summary = _summary(found, rule)
    if not found.checked:
        return replace(_unchecked(row, found.why), judge=summary)
    made = _checked(row, found)
    remarks = [
        check_line(found, rule),
        "" if made.result is Result.INCONCLUSIVE else advice(found, rule),
        "above 0.90 the bound rests on very few faults" if found.doubtful else "",
        *row.remarks,
    ]
    return replace(made, remarks=tuple(filter(None, remarks)), judge=summary)


# What people's labels say


@dataclass(frozen=True, slots=True)
class Ballot:
    """What people are asked of one judged metric in one run. `metric` as labels name it; `figures`: the judge's, by case.

    `asked`: the cases of the run that carry the metric, by key, each with the digest of its answer and its labels of the
    metric; `risky`: the high-risk ones. `drawn`: the others in the lot's order; none without a lock. `graded`: people
    give a value instead of pass or fail. `other_scale`: labels that say only pass or fail where a value is needed; `whole`: labels of
    the whole answer, of cases that are not high-risk: those are labelled so whatever a judge says.
    """

    rule: Rule
    run_id: str
    metric: str
    lock: str
    figures: Mapping[str, float]
    asked: Mapping[str, tuple[str, Sequence[HumanLabel]]]
    risky: frozenset[str]
    graded: bool
    other_scale: int
    whole: int = 0

    @property
    def kept(self) -> bool:
        """Whether the run keeps any answer that a label can be of."""
        return any(answer for answer, _ in self.asked.values())

    @property
    def drawn(self) -> tuple[str, ...]:
        return lot_order(self.lock, (key for key in self.asked if key not in self.risky)) if self.lock else ()


def ballot(rule: Rule, data: RunData, lock: Lock | None) -> Ballot | None:
    """None where labels of cases cannot say anything: a figure without cases, or on a scale that has no end."""
    seen = first_run_with(rule, (data,))
    if not isinstance(seen, tuple) or seen[1].aggregate or rule.threshold is None or not seen[1].per_case:
        return None
    graded = not pass_fail(rule, seen[1])
    whole = first_run_with(replace(rule, tags=()), (data,)) if rule.tags else seen
    carriers = whole[1].per_case if isinstance(whole, tuple) else seen[1].per_case
    metric, gold = metric_name(rule.metric), gold_by_id(data)
    asked: dict[str, tuple[str, Sequence[HumanLabel]]] = {}
    risky, other_scale, of_whole = set(), 0, 0
    for key, repeats in answers(data):
        if key in carriers or key in seen[1].per_case:
            every = tuple(every_label(repeats))
            given = [label for label in every if metric_name(label.metric) == metric]
            other_scale += sum(graded and label.value is None for label in given)
            kept = any(case.output is not None or case.status is CaseStatus.ERROR for case in repeats)
            asked[key] = (answer_digest(repeats) if given else "unlabelled") if kept else "", given
            if HIGH_RISK in tags_of(repeats[0], gold.get(repeats[0].id)):
                risky.add(key)
            elif metric:
                of_whole += sum(not metric_name(label.metric) for label in every)
    digest = lock.gate_digest if lock else ""
    figures = dict(seen[1].per_case)
    return Ballot(rule, data.run.id, metric, digest, figures, asked, frozenset(risky), graded, other_scale, of_whole)


def correction(rule: Rule, data: RunData, lock: Lock | None, batches: Sequence[Batch] = ()) -> Correction | str:
    """What people's labels say of a rule's figure in a run; a sentence where labels cannot say anything of it."""
    asked = ballot(rule, data, lock)
    if asked is None:
        return ""
    if not all(0 <= value <= 1 for value in asked.figures.values()):
        return OTHER_SCALE if any(given for _, given in asked.asked.values()) else ""
    if not asked.kept:
        return NOT_KEPT if any(given for _, given in asked.asked.values()) else ""
    held = counted(
        asked.asked, asked.risky, asked.lock, batches_of(batches, asked.lock, asked.run_id, asked.metric), asked.figures,
        graded=asked.graded, higher=rule.direction is Direction.HIGHER,
    )  # fmt: skip
    if not held.labels and (asked.other_scale or asked.whole):
        return OTHER_SCALE if asked.other_scale else OF_WHOLE
    return correct(asked.figures, held, rule.direction, _bar(rule), graded=asked.graded)


def pass_fail(rule: Rule, seen: Observed) -> bool:
    """Whether the metric is a share of cases, which a person's pass or fail speaks for."""
    metric = resolve(rule.metric)
    if rule.cut is not None or (metric is not None and metric.kind is MetricKind.RATE):
        return True
    values = {value for readings in seen.readings.values() for value in readings} or set(seen.per_case.values())
    return values <= {0.0, 1.0}


def batches_of(batches: Sequence[Batch], lock: str, run_id: str, metric: str) -> tuple[Batch, ...]:
    """The batches that were drawn for this run; for a run that gives the very answers of another one, that one's."""
    fit = [batch for batch in batches if batch.lock == lock and batch.metric == metric]
    own = [batch for batch in fit if batch.run_id == run_id]
    others = {batch.run_id for batch in fit}
    return tuple(own or (fit if len(others) == 1 else ()))


def _bar(rule: Rule) -> float:
    """What the corrected bound has to meet."""
    assert rule.threshold is not None
    if rule.confidence is Confidence.REQUIRED or rule.tolerate is None:
        return rule.threshold
    return rule.tolerate


# What that does to a row


def _unchecked(row: GateRow, why: str) -> GateRow:
    """Nobody has checked the judge: by the point alone; INCONCLUSIVE where a bound has to hold."""
    unknown = resolve(row.rule.metric) is None and row.rule.judged is None
    act = _act(row, why, unknown=unknown)
    held = _needs_bound(row.rule) and row.result in _MEETS
    reason, said = f"{UNCHECKED}, and the rule needs a bound", why
    if why in _SCALES:
        reason, said = f"{reason}; {why}", "" if held else f"{why}: {act}"
    remarks = filter(None, (_NOT_KNOWN if unknown else "", said))
    made = replace(row, sure=_joined(_own(row.sure), UNCHECKED), estimate=_doubted(row.estimate))
    if held:
        reason = _joined(reason, row.reason)
        made = replace(made, result=Result.INCONCLUSIVE, reason=reason, act=_joined(act, row.act))
    return replace(made, remarks=(*remarks, *row.remarks))


def _act(row: GateRow, why: str, *, unknown: bool) -> str:
    """What makes a bound possible where nobody has checked the judge."""
    if row.rule.source is From.TRACES:
        return "people label the answers of a run, not traces: hold the rule from a run, or by its value alone"
    cut = "state `cut:` before the next lock, so that pass and fail speak for it"
    label = f"label a batch of {PROPOSED} drawn cases with the high-risk ones, or all cases"
    if why == OTHER_SCALE:
        label = f"{cut}, or label with a value"
    elif why == OF_WHOLE:
        label = f"label {row.rule.metric} itself" + (", pass or fail" if _counts(row) else f" with a value, or {cut}")
    elif why == NOT_KEPT:
        label = "run it again with the answers recorded, and label a batch of them"
    return f"{label}; or say `judged: false` in the next gate if no model scores it" if unknown else label


def _counts(row: GateRow) -> bool:
    """Whether the figure is a share of cases, which a pass or fail of the metric speaks for."""
    return row.rule.cut is not None or (row.estimate is not None and row.estimate.k is not None)


def _checked(row: GateRow, found: Correction) -> GateRow:
    rule = row.rule
    met = found.bound is not None and found.meets(found.bound, found.bar)
    missed = found.best is not None and rule.threshold is not None and not found.meets(found.best, rule.threshold)
    if missed:
        sure = "missed by people's labels"
    elif found.bound is None:
        sure = "no bound by people's labels yet"
    else:
        sure = f"{'surely met' if met else 'could be luck'} by people's labels"
    made = replace(row, sure=_joined(_own(row.sure), sure), estimate=_bounded(row.estimate, found))
    if row.result not in _MEETS:
        return made
    text, why, act = corrected_text(found, rule), "", ""
    if _needs_bound(rule) and not met:
        why = found.why or f"{text}: the corrected bound decides"
        act = _more(found)
    elif _needs_bound(rule) and row.by_missing and row.result is Result.PASS:
        why = "missing cases could turn it"
    elif _contradicted(found, rule):  # the value counts beside a bound: to tolerate less softens nothing
        why = f"people's labels contradict the judge: {text}"
        act = "mend the system, or the judge, and run again: people find fewer good answers than the judge does"
    return (
        replace(made, result=Result.INCONCLUSIVE, reason=_joined(why, row.reason), act=_joined(act, row.act))
        if why
        else made
    )


def _more(found: Correction) -> str:
    """What would make the corrected bound meet its bar."""
    if found.chance or (found.bound is not None and found.more is None):
        return "mend the judge, label all cases, or improve the system: more labels of these alone do not decide"
    if found.more is not None and found.bound is not None:
        return f"label {found.more:,} more drawn cases"
    return f"label a batch of {PROPOSED} drawn cases with the high-risk ones, or all cases"


def _contradicted(found: Correction, rule: Rule) -> bool:
    assert rule.threshold is not None
    return (
        found.drawn >= PROPOSED
        and found.best is not None
        and not found.meets(found.best, rule.threshold)
        and found.contradicts
    )


def _needs_bound(rule: Rule) -> bool:
    return rule.confidence is Confidence.REQUIRED or rule.tolerate is not None


def _own(sure: str) -> str:
    """How sure the judge's own count is, without what only the truth could be: that it holds, or misses."""
    parts = [part for part in sure.split("; ") if part not in (HOLDS, APPROXIMATE)]
    return "; ".join(f"misses {OWN_COUNT}" if part == MISSES else part for part in parts)


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _doubted(estimate: Estimate | None) -> Estimate | None:
    """The judge's own bounds, marked as what they are."""
    if estimate is None:
        return None
    return replace(estimate, low_doubt=estimate.low_doubt or UNCHECKED, high_doubt=estimate.high_doubt or UNCHECKED)


def _bounded(estimate: Estimate | None, found: Correction) -> Estimate | None:
    """The judge's figure with the bound that people's labels give; without one, none."""
    if estimate is None:
        return None
    if found.bound is None:
        return _doubted(estimate)
    higher = found.direction is Direction.HIGHER
    return replace(
        estimate,
        low=found.bound if higher else None,
        high=None if higher else found.bound,
        method=BY_PEOPLE,
        interval=None,
        low_doubt="",
        high_doubt="",
    )


def _summary(found: Correction, rule: Rule) -> JudgeCheck:
    told = found.recognition
    same, both = found.counted.overlap
    return JudgeCheck(
        judge=found.judge,
        labels=found.counted.labels,
        drawn=found.drawn,
        corrected=found.value,
        people=found.people,
        bound=found.bound,
        confidence=1 - found.alpha,
        good=(told.good.k, told.good.n),
        bad=(told.bad.k, told.bad.n),
        agreed=(same, both),
        contradicts=_contradicted(found, rule),
        method=method_text(found),
        why=found.why,
    )
