"""A row of the gate explained: the metric, its formula with the numbers of this run, the bound, and what the mark means."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from readiness_tui.domain.compare.comparison import first_run_with
from readiness_tui.domain.explanation.model import Explanation, Passage, passage
from readiness_tui.domain.gate_result.model import GateRow, Result
from readiness_tui.domain.gate_result.words import reason_text, result_mark
from readiness_tui.domain.intervals import quantile_ranks
from readiness_tui.domain.metrics import MetricDef, MetricKind, NotComputable, Observed, RunData, resolve, unknown
from readiness_tui.domain.metrics.registry import share_from
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule
from readiness_tui.domain.metrics.words import bound_text, interval_text, metric_label, rule_text, sure_text, value_text
from readiness_tui.domain.text.format import number, plural

SHOWN = 200  # cases listed in a sum; the rest is counted
RESULTS = {
    Result.PASS: "the value meets the rule, and nothing that was asked for speaks against it.",
    Result.INCONCLUSIVE: "the value meets the rule, and something leaves it in doubt: it is a condition, with an owner and a"
    " date.",
    Result.FAIL: "the value misses the rule.",
    Result.MISSING: "there is no figure to decide by. What is missing never counts as a pass.",
    Result.CHANGED: "the gate, the data or the judge is another one than was locked: the figure answers another question.",
}
_FORMULAS = {
    MetricKind.RATE: "cases that are right, divided by the cases to which it applies",
    MetricKind.MEAN: "the scores of all cases added up, divided by how many there are",
    MetricKind.SUM: "the values of all cases added up",
    MetricKind.RATIO: "the first figure of all cases added up, divided by the second added up",
}


@dataclass(frozen=True, slots=True)
class FigureSum:
    """How a metric's value comes about. `terms`: each case with what it adds, and for a ratio what it divides by.

    `above` divided by `below` is `value`; of a sum `below` is 1, and of a quantile `above` is the value and `rank` its
    place among the sorted terms.
    """

    terms: tuple[tuple[str, float, float], ...]
    above: float
    below: float
    value: float
    rank: int = 0


def metric_of(rule: Rule) -> MetricDef:
    """What the registry says of the rule's metric; a rule with a cut asks for a share."""
    metric = resolve(rule.metric) or unknown(rule.metric, rule.direction, rule.unit)
    return metric if rule.cut is None else share_from(metric)


def figure_sum(metric: MetricDef, seen: Observed) -> FigureSum | None:
    """The sum behind what was observed of cases; None for a figure that came without them."""
    if not seen.per_case:
        return None
    terms = tuple((key, value, seen.denominators.get(key, 1.0)) for key, value in seen.per_case.items())
    if metric.kind is MetricKind.QUANTILE:
        ranked = sorted(value for values in seen.readings.values() for value in values) or sorted(
            seen.per_case.values()
        )
        rank = quantile_ranks(len(ranked), metric.q)[0]
        return FigureSum(terms, ranked[rank - 1], 1.0, ranked[rank - 1], rank)
    if metric.kind is MetricKind.SUM:
        above = (
            math.fsum(value for values in seen.readings.values() for value in values)
            if seen.readings
            else math.fsum(seen.per_case.values())
        )
        return FigureSum(terms, above, 1.0, above)
    above = math.fsum(value for _, value, _ in terms)
    below = math.fsum(divisor for _, _, divisor in terms)
    return FigureSum(terms, above, below, above / below) if below else None


def row_explained(row: GateRow, candidate: Sequence[RunData]) -> Explanation:
    """`candidate`: the runs that the gate was held against, in order."""
    rule, metric = row.rule, metric_of(row.rule)
    name = metric_label(rule).replace("_", " ")
    better = "higher is better" if rule.direction is Direction.HIGHER else "lower is better"
    needs = "required: what fails holds the release back" if rule.required else "optional: what fails is a condition"
    return Explanation(
        name,
        f"{name} {rule_text(rule)}",
        (
            passage("What is measured", metric.doc, f"In {metric.unit or 'no unit'}, {better}.", _judged(row, metric)),
            passage("The rule", f"{rule_text(rule)}, {needs}.", _asks(rule)),
            _sum(row, metric, candidate),
            passage("How sure it is", *_bound(row)),
            passage("What the mark means", f"{result_mark(row.result)}: {RESULTS[row.result]}", _because(row), row.act and f"To do: {row.act}"),
            passage("What it rests on", *(row.remarks or ("no assumption that has to be said",))),
        ),
        ("gate", "metric", "threshold", "95% bound", "within noise", "lock", "candidate", "baseline"),
    )  # fmt: skip


def _because(row: GateRow) -> str:
    said = reason_text(row)
    return f"Here: {said}" if said else ""


def _judged(row: GateRow, metric: MetricDef) -> str:
    judged = row.rule.judged if row.rule.judged is not None else metric.judged
    return (
        "A model scores it: it is measured against that judge, until people have checked the judge." if judged else ""
    )


def _asks(rule: Rule) -> str:
    if rule.tolerate is not None:
        return "The team says what it can live with: the bound has to meet that."
    if rule.confidence is Confidence.REQUIRED:
        return "The bound has to meet the rule, too, and not the value alone."
    return "The value decides; the bound stands beside it and says how sure that is."


def _sum(row: GateRow, metric: MetricDef, candidate: Sequence[RunData]) -> Passage:
    heading = "How the figure comes about"
    if row.rule.source is From.TRACES:
        return passage(heading, _formula(metric), _of_traces(row))
    if row.rule.threshold is None:
        return passage(
            heading, "The candidate's figure less the baseline's, over the cases that both have.", _counted(row)
        )
    found = first_run_with(row.rule, candidate)
    if isinstance(found, NotComputable):
        return passage(heading, _formula(metric), f"There is no figure: {found.reason}.")
    seen = found[1]
    made = figure_sum(metric, seen)
    if made is None:
        return passage(heading, "The run brings only this one figure, without its cases: there is nothing to add up.")
    worst_first = sorted(made.terms, key=lambda term: (term[1], term[0]), reverse=row.rule.direction is Direction.LOWER)
    ratio = metric.kind is MetricKind.RATIO
    rows = tuple(
        (key, number(value, metric.unit), *((f"{divisor:g}",) if ratio else ())) for key, value, divisor in worst_first
    )
    more = f"and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    return Passage(
        heading,
        tuple(line for line in (_formula(metric), *_lacking(seen), f"From run {found[0].run.id}.") if line),
        ("case", "value", *(("divides by",) if ratio else ())),
        rows[:SHOWN],
        "; ".join(part for part in (more, _total(made, metric, row)) if part),
    )


def _formula(metric: MetricDef) -> str:
    if metric.kind is MetricKind.QUANTILE:
        return f"The formula: all values in order; the one that {metric.q * 100:g}% of them do not exceed."
    return f"The formula: {_FORMULAS[metric.kind]}."


def _total(made: FigureSum, metric: MetricDef, row: GateRow) -> str:
    value = value_text(made.value, row.rule)
    if made.rank:
        return f"number {made.rank:,} in order is {value}"
    if metric.kind is MetricKind.SUM:
        return f"added up {value}"
    whole = made.above == int(made.above)
    return f"{int(made.above) if whole else f'{made.above:.4g}'} of {made.below:,.10g} = {value}"


def _lacking(seen: Observed) -> tuple[str, ...]:
    """What counts, and what does not."""
    if seen.used is None or seen.total is None:
        return ()
    said = f"{seen.used:,} of {plural(seen.total, 'case')} carry it"
    lost = seen.total - seen.used
    return (f"{said}; {lost:,} {'does' if lost == 1 else 'do'} not, and 95% are needed." if lost else f"{said}.",)


def _of_traces(row: GateRow) -> str:
    found = row.estimate
    if found is None:
        return "There is no figure."
    counted = (
        f"{found.k:,} of {found.n:,}"
        if found.k is not None and found.n is not None
        else plural(found.n or 0, "request")
    )
    return f"{counted}: {value_text(found.value, row.rule)}, from the requests that were imported."


def _counted(row: GateRow) -> str:
    if row.change is None or row.baseline is None:
        return "There is no figure."
    before, change = value_text(row.baseline, row.rule), value_text(row.change, row.rule)
    return f"Baseline {before}, change {change}."


def _bound(row: GateRow) -> tuple[str, ...]:
    found, rule = row.estimate, row.rule
    if found is None:
        return ("nothing was measured",)
    bound, interval, sure = bound_text(found, rule), interval_text(found, rule.unit), sure_text(found, rule)
    if bound == "—":
        return (f"no bound: {found.note or 'n is too small for one'}",)
    return (
        f"{bound} at 95%: the true value is at least as good as that, 95 times of 100. Formula: {found.method or 'as its kind has it'}.",
        "~: the bound is approximate, and may miss more often than one time in twenty." if "~" in bound else "",
        f"Between {interval}, two-sided." if interval else "",
        sure,
        row.sure,
    )  # fmt: skip
