"""A plan in words: three cells for each rule, and the sentences below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from readiness_tui.domain.gate_result.chances import (
    ABOVE,
    fewest_for_score,
    least_provable_score,
    noticed_text,
    of_hundred,
    percent_text,
    together,
)
from readiness_tui.domain.gate_result.decide import asks_for_proof
from readiness_tui.domain.gate_result.judged import is_judged
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.gate_result.plan_model import Plan, PlannedSlice, PlanRow
from readiness_tui.domain.gate_result.power import Count, Sight, count_for_rate
from readiness_tui.domain.gate_result.words import RESULT_WORDS
from readiness_tui.domain.intervals import BETTING, CLUSTER_LOG_DELTA, CLUSTER_T, LOG_DELTA, WILSON, WILSON_CLUSTERS, T
from readiness_tui.domain.intervals.estimate import Estimate
from readiness_tui.domain.labels.lot import PROPOSED
from readiness_tui.domain.metrics import MetricKind
from readiness_tui.domain.metrics.meets import APPROXIMATE, HOLDS, MISSES, NOISE, meets
from readiness_tui.domain.metrics.rule import Confidence, Direction, From, Rule
from readiness_tui.domain.metrics.words import metric_label, rule_text, value_text
from readiness_tui.domain.text.format import NOTHING, number, plural, threshold_text

_TAGS = 5  # named individually, largest first
_EXAMPLE = 100  # cases, used if the number is not known
_AT_LIMIT = "at this figure no number of cases decides"
#: Why no number of cases can be given, by the method of the bound.
_NO_SIZE = {
    **dict.fromkeys(
        (CLUSTER_T, WILSON_CLUSTERS, CLUSTER_LOG_DELTA),
        f"{NOISE}; it takes more independent sources, not more cases of the same",
    ),
    **dict.fromkeys((WILSON, T, LOG_DELTA, BETTING), _AT_LIMIT),
}


def heading(found: Plan) -> str:
    """ "support-bot v1: golden_set, 72 cases; baseline rag-v3"."""
    data = "no golden set" if found.cases is None else f"{found.golden}, {plural(found.cases, 'case')}"
    return f"{found.gate.name} v{found.gate.version}: {data}; {f'baseline {found.baseline}' if found.baseline else 'no baseline'}"


def remarks(found: Plan) -> Iterator[str]:
    """What the rows leave out: the gate's other requirements, and what each tag of the set can show."""
    if found.cases is None:
        yield "How many cases there will be is not known: name or import the golden set."
    if found.gate.must_pass:
        yield f"{plural(len(found.gate.must_pass), 'must-pass case')} must pass in every repeat."
    if found.high_risk:
        yield f"{plural(found.high_risk, 'high-risk case')} must each have a human label."
    luck = luck_text(found)
    if luck:
        yield luck
    judged = [metric_label(rule) for rule in found.gate.rules if rule.threshold is not None and is_judged(rule)]
    if judged:
        yield (
            f"A model judges {', '.join(dict.fromkeys(judged))}: until people have labelled {PROPOSED} drawn cases and every"
            " high-risk one, the count is the judge's, and no bound is one of the truth."
        )
    if found.slices:
        if any(one.sight.loss is not None for one in found.slices):
            yield f"A drop of the pass rate shows, by tag, from: {slices_text(found.slices)}."
        else:
            yield "No tag has enough cases for a drop of its own pass rate to show beyond chance."


def slices_text(slices: Sequence[PlannedSlice]) -> str:
    """ "billing 6 of 18 (33.3 points), high_risk 6 of 12 (50 points); less still by 14 smaller tags"."""
    seen = [f"{one.tag} {_points(one.sight)}" for one in slices[:_TAGS] if one.sight.loss is not None]
    few = len(slices) - len(seen)
    less = f"less still by {plural(few, 'smaller tag')}" if few else ""
    return "; ".join(filter(None, (", ".join(seen), less)))


def rule_cell(row: PlanRow) -> str:
    """The rule where there is little room: "≥ 0.85"; what is tolerated, or the minimum effect, stands in the notes."""
    return rule_text(row.rule).split(", ")[0]


def cells(row: PlanRow) -> tuple[str, str, str]:
    """n, what passes (with the proof that the rule asks for), and what also holds at 95 %: "72", "62 right", "67 right"."""
    need, rule = row.need, row.rule
    n = NOTHING if need.n is None else f"{need.n:,}"
    if need.count is not None:
        passes = passing(row)
        holds = NOTHING if need.count.proof is None else _count(row, need.count.proof)
        return n, NOTHING if passes is None else _count(row, passes), holds
    point = NOTHING if need.n is None else rule_text(rule)
    return n, point, NOTHING if need.value is None else _limit(row, need.value)


def notes(row: PlanRow) -> Iterator[str]:
    """What the cells leave out: where no bound holds, what a comparison can detect, and what a run has shown."""
    yield from _open(row)
    yield from _proof(row)
    odds = chances_text(row)
    if odds:
        yield odds
    if row.sight is not None:
        yield sight_text(row, row.sight)
    if row.now is not None:
        yield now_text(row)
    elif row.before is not None and row.rule.threshold is not None:
        yield before_text(row)
    if row.ends is not None and row.now is not None:
        yield _ends_text(row)


def sight_text(row: PlanRow, sight: Sight) -> str:
    """ "against the baseline a drop shows from 6 of 72 (8.3 points)"."""
    word = _loss_word(row.rule)
    if sight.loss is None:
        return f"against the baseline no {word} can show: {sight.why}"
    odds = noticed_text(sight.noticed, lambda loss: _loss_text(row, loss))
    if sight.flips is not None:
        said = f"against the baseline a {word} shows from {_points(sight)}, all one way"
        return f"{said}: {odds}, if no case is won by luck" if odds else said
    loss = number(sight.loss, row.rule.unit or row.metric.unit, up=True)
    if sight.own:
        return f"a {word} below {loss} is within the baseline's own bound, and could be luck"
    said = f"against the baseline a {word} shows from {loss}" + ("" if sight.paired else " at the latest")
    return f"{said}: {odds}" if odds else said


def chances_text(row: PlanRow) -> str:
    """ "against 0.90: a true loss of 8 points is noticed in 56 of 100 releases, of 12 points in 80; truly 5 points above, it
    passes in 95 of 100". "" where it is not known."""
    rule = row.rule
    if rule.threshold is None:
        return ""
    bar = threshold_text(rule.threshold, rule.unit or row.metric.unit)
    odds = noticed_text(row.noticed, lambda loss: _loss_text(row, loss))
    said = [odds] if odds else []
    if row.passes is not None:
        side = "above" if rule.direction is Direction.HIGHER else "below"
        said.append(f"truly {100 * ABOVE} points {side}, it passes in {of_hundred(row.passes)}")
    return f"against {bar}: {'; '.join(said)}" if said else ""


def all_together(found: Plan) -> float | None:
    """How often the rules that ask for proof all pass, of which it is known; None below two of them."""
    known = [row.passes for row in found.proving if row.passes is not None]
    return together(known) if len(known) > 1 else None


def luck_text(found: Plan) -> str:
    """How rarely all the rules that ask for proof pass together, for a system that deserves it; "" below two of them."""
    rows, share = found.proving, all_together(found)
    known = [row for row in rows if row.passes is not None]
    if share is None:
        return ""
    which = f"All {len(rows)} rules" if len(known) == len(rows) else f"{len(known)} of the {len(rows)} rules"
    return (
        f"{which} that ask for proof (confidence: required, or tolerate) pass together in"
        f" {percent_text(share)} of releases, if the system is truly {100 * ABOVE} points better than each asks"
        " and they fail independently: by luck alone. More cases help, or tolerate: a value that you can live with."
    )


def before_text(row: PlanRow) -> str:
    """ "scoring as the baseline does, 58 of 69, it holds from 160 cases"."""
    figure, bar, n = row.before, row.rule.threshold, row.need.n
    assert figure is not None
    assert bar is not None
    said = f"scoring as the baseline does, {_figure(figure, row)}, it"
    if not meets(figure, row.rule.direction, bar):
        return f"{said} misses"
    if row.wanted is None or n is None:
        return f"{said} passes"
    return f"{said} holds with these" if row.wanted <= n else f"{said} holds from {plural(row.wanted, row.noun)}"


def now_text(row: PlanRow) -> str:
    """ "now 59 of 69: could be luck; 74 more cases at this figure would tell (143)", "now 0.897: holds at 95 %"."""
    made, more = row.now, row.more
    assert made is not None
    if made.result in (Result.MISSING, Result.CHANGED) or made.estimate is None:
        return f"now {RESULT_WORDS[made.result][1]}: {made.reason}"
    figure, estimate = f"now {_figure(made.estimate, row)}", row.held or made.estimate
    if more == 0:
        if is_judged(row.rule):
            return f"{figure}: {made.sure}"
        rough = f"; {APPROXIMATE}" if APPROXIMATE in made.sure else ""
        said = HOLDS if HOLDS in made.sure else MISSES if MISSES in made.sure else _tolerated(row)
        return f"{figure}: {said}{rough}"
    if more is None:
        return f"{figure}: {estimate.note or _NO_SIZE.get(estimate.method, NOISE)}"
    cases = plural(more, f"more {row.noun}")
    if estimate.low is None and estimate.high is None:
        return f"{figure}: a first bound takes {cases} ({row.wanted:,})"
    about = "about " if row.metric.kind is MetricKind.QUANTILE else ""
    return f"{figure}: {NOISE}; {about}{cases} at this figure would tell ({row.wanted:,})"


def _tolerated(row: PlanRow) -> str:
    """ "surely ≥ 0.80": what is tolerated is proven, or disproven."""
    assert row.now is not None
    assert row.rule.tolerate is not None
    sign = "≥" if row.rule.direction is Direction.HIGHER else "≤"
    bar = f"{sign} {threshold_text(row.rule.tolerate, row.rule.unit)}"
    return f"surely {bar}" if row.now.sure.startswith("surely") else f"surely not {bar}"


def _open(row: PlanRow) -> Iterator[str]:
    need, traces = row.need, row.rule.source is From.TRACES
    if row.rule.threshold is None and need.n is None:
        yield "there is no baseline yet to hold it against"
    elif need.n == 0:
        yield f"it applies to no {row.noun} of the golden set"
    elif need.least is None:
        yield f"no bound can hold{' without a gain' if row.rule.threshold is None else ''}: the point rule alone"
    elif need.n is None:
        yield f"{'no trace in the window yet; ' if traces else ''}a bound needs {plural(need.least, row.noun)}"
        if row.counted and row.rule.threshold is not None:
            yield _example(row, count_for_rate(row.rule.threshold, row.rule.direction, _EXAMPLE))
    elif need.count is not None and need.count.proof is None:
        best = "none at all" if need.count.most else f"{need.n:,} of {need.n:,}"
        yield f"not even {best} would hold at 95 %: that takes {plural(need.least, row.noun)}"
    elif need.count is None and need.n < need.least:
        yield f"no bound: that takes {plural(need.least, row.noun)}"
    elif need.count is None and need.value is None and row.now is None:
        yield "how far its bound lies off, a first run tells"


def _proof(row: PlanRow) -> Iterator[str]:
    """What the proof of a tolerated value takes, and of a score whatever its shape."""
    rule, need = row.rule, row.need
    if rule.threshold is None or not need.n or not asks_for_proof(rule):
        return
    if rule.tolerate is not None:
        end = "below" if rule.direction is Direction.HIGHER else "above"
        aim, least = (threshold_text(value, rule.unit or row.metric.unit) for value in (rule.threshold, rule.tolerate))
        yield f"the aim is {aim}, surely not {end} {least}"
    asked = rule.tolerate if rule.tolerate is not None and rule.confidence is Confidence.ADVISE else rule.threshold
    shown = threshold_text(asked, rule.unit or row.metric.unit)
    if row.counted and need.passing is None and asked == rule.tolerate:
        yield f"{plural(need.n, row.noun)} cannot show {shown}, however they come out"
    if not row.counted and row.metric.range == (0.0, 1.0) and rule.direction is Direction.HIGHER and asked > 0:
        yield _score_proof(row, asked, shown)


def _score_proof(row: PlanRow, asked: float, shown: str) -> str:
    """ "only a mean of 0.887 or more can prove 0.85 with 72 cases, whatever its scores; 0.868 takes 143 or more"."""
    n, unit = row.need.n or 0, row.rule.unit or row.metric.unit
    provable = least_provable_score(asked, n)
    if provable > 1:
        said = f"no mean can prove {shown} with {plural(n, row.noun)}"
    else:
        figure = number(provable, unit, up=True)
        said = f"only a mean of {figure} or more can prove {shown} with {plural(n, row.noun)}, whatever its scores"
    known = row.now.estimate if row.now is not None else row.before
    least = None if known is None else fewest_for_score(known.value, asked)
    if known is None or least is None or least <= n:
        return said
    return f"{said}; {number(known.value, unit)} takes {plural(least, row.noun)} or more"


def passing(row: PlanRow) -> int | None:
    """How many have to be right (or may be bad) to pass."""
    need = row.need
    assert need.count is not None
    if not row.counted or row.rule.threshold is None:
        return need.count.point
    if need.passing is None:
        return None
    return need.count.n - need.passing if need.count.most else need.passing


def _example(row: PlanRow, count: Count) -> str:
    """ "of 100 cases 91 right hold at 95 %"."""
    of = f"of {plural(count.n, row.noun)}"
    if count.proof is None:
        return f"{of} not even the best figure holds at 95 %"
    return f"{of} {'at most ' if count.most else ''}{count.proof:,}{'' if count.most else ' right'} hold at 95 %"


def _count(row: PlanRow, count: int) -> str:
    assert row.need.count is not None
    if not row.need.count.most:
        return f"{count:,} right"
    if row.rule.threshold is None:
        return f"≤ {count:,} lost"
    if row.metric.kind is not MetricKind.QUANTILE:
        return f"≤ {count:,}"
    return f"≤ {count:,} {'over' if row.rule.direction is Direction.LOWER else 'under'}"


def _limit(row: PlanRow, value: float) -> str:
    """A figure that just holds, rounded towards the stricter side."""
    unit = row.rule.unit or row.metric.unit
    if row.rule.threshold is None:
        sign = _loss_word(row.rule) if value >= 0 else "gain"
        return f"{sign} {'≤' if value >= 0 else '≥'} {number(abs(value), unit, up=value < 0)}"
    higher = row.rule.direction is Direction.HIGHER
    return f"{'≥' if higher else '≤'} {number(value, unit, up=higher)}"


def _figure(estimate: Estimate, row: PlanRow) -> str:
    if row.rule.threshold is None:
        return f"{value_text(estimate.value, row.rule)} against the baseline"
    return f"{estimate.k:,} of {estimate.n:,}" if estimate.k is not None else value_text(estimate.value, row.rule)


def _ends_text(row: PlanRow) -> str:
    ends = row.ends
    assert ends is not None
    assert row.now is not None
    rule = row.rule
    best, worst = (value_text(end.value, rule).replace(NOTHING, "without limit") for end in (ends.best, ends.worst))
    what = "" if rule.threshold is not None else f"a {_loss_word(rule)} of "
    carried = f"{row.now.used:,} of {row.now.total:,} carry it; " if row.now.used is not None else ""
    decided = "; decided by missing cases" if ends.decide else ""
    return f"{carried}{what}{best} at best, {worst} at worst{decided}"


def _loss_text(row: PlanRow, loss: float) -> str:
    """ "8 points", "1 point"; of a metric that is no share, in its own unit."""
    if row.metric.range == (0.0, 1.0):
        return plural(round(100 * loss), "point")
    return number(loss, row.rule.unit or row.metric.unit, up=True)


def _points(sight: Sight) -> str:
    assert sight.loss is not None
    points = f"{100 * sight.loss:.1f}".removesuffix(".0")
    return f"{sight.flips} of {sight.shared:,} ({points} points)"


def _loss_word(rule: Rule) -> str:
    return "drop" if rule.direction is Direction.HIGHER else "rise"
