"""The figures of a scorecard as SVG, each with the same said in words.

A chart is a list: the words stand in the page, where they wrap and are read aloud, and the drawing between them has no
width of its own (its coordinates are percentages), so that it fits a phone and a sheet of paper alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from readiness_tui.domain.gate_result.model import GateRow
from readiness_tui.domain.gate_result.words import result_mark
from readiness_tui.domain.metrics.rule import Direction, Rule
from readiness_tui.domain.metrics.words import bound_text, metric_label, rule_text, value_text
from readiness_tui.domain.scorecard.model import GapLine, Scorecard
from readiness_tui.domain.scorecard.trend import Earlier
from readiness_tui.domain.text.format import NOTHING, full_day, percent, plural
from readiness_tui.reports.escape import markup

MOST = 12  # bars of gap ages
_LARGEST = 1e100  # nobody can place what is larger, or no number
_MARGIN = 0.12  # of a strip's width, on each side of what it shows


@dataclass(frozen=True, slots=True)
class Charts:
    """`ages_left`: how many gaps are younger than those that have a bar. `trend` is empty without an earlier review,
    `gate` without a figure that could be held against a threshold, `ages` where no gap is a day old."""

    sections: Markup
    gate: Markup
    trend: Markup
    ages: Markup
    ages_left: int


def charts(card: Scorecard, earlier: Sequence[Earlier]) -> Charts:
    aged = sorted(card.gaps_to_close, key=lambda gap: -gap.age)
    return Charts(
        sections=_chart(_bar(one.title, one.percent, 100, percent(one.percent)) for one in card.sections),
        gate=_chart(_strip(row) for row in card.gate.rows if drawable(row)),
        trend=_trend(card, earlier),
        ages=_chart(_age(gap, aged[0].age) for gap in aged[:MOST] if aged[0].age),
        ages_left=max(len(aged) - MOST, 0),
    )


def drawable(row: GateRow) -> bool:
    """Whether a row has a figure on the scale of its threshold. A rule against the baseline has none."""
    if row.estimate is None or row.rule.threshold is None:
        return False
    return all(abs(figure) < _LARGEST for figure in (row.estimate.value, row.rule.threshold))


def _chart(rows: Iterable[str]) -> Markup:
    drawn = "\n".join(rows)
    return Markup(f'<ul class="chart">\n{drawn}\n</ul>' if drawn else "")


def _row(name: str, svg: str, said: str) -> str:
    return f'<li><span>{name}</span>{svg}<span class="said">{said}</span></li>'


def _svg(height: int, said: str, shapes: Iterable[str]) -> str:
    """`said` is what a screen reader reads in its place: markup already."""
    return f'<svg role="img" height="{height}" aria-label="{said}">{"".join(shapes)}</svg>'


def _bar(name: str, value: int | None, full: int, said: str, beside: str = "") -> str:
    """`value` of `full`; without a value an empty track."""
    length = _at(value or 0, 0, full) if full else "0"
    shapes = ['<rect class="track" width="100%" height="12" rx="2"/>']
    if value:
        shapes.append(f'<rect class="bar" width="{length}%" height="12" rx="2"/>')
    return _row(markup(name), _svg(12, markup(f"{name}: {said}"), shapes), markup(said) + beside)


def _age(gap: GapLine, oldest: int) -> str:
    beside = f' <span class="soft">{markup(gap.severity)}</span>'
    return _bar(gap.title, gap.age, oldest, plural(gap.age, "day"), beside)


def _strip(row: GateRow) -> str:
    """The value, the bound that matters, and the threshold, with the side that meets it shaded; each on its own scale."""
    estimate, rule = row.estimate, row.rule
    assert estimate is not None
    assert rule.threshold is not None
    higher = rule.direction is Direction.HIGHER
    bound = estimate.low if higher else estimate.high
    if bound is not None and not abs(bound) < _LARGEST:
        bound = None
    shown = [estimate.value, rule.threshold, *([] if bound is None else [bound])]
    low, high = min(shown), max(shown)
    room = (high - low) * _MARGIN or abs(high) * _MARGIN or 1.0
    low, high = low - room, high + room
    limit, value = _at(rule.threshold, low, high), _at(estimate.value, low, high)
    meets = (limit, _at(high, low, high)) if higher else ("0", limit)
    shapes = [
        '<rect class="track" y="4" width="100%" height="14"/>',
        f'<rect class="meets" x="{meets[0]}%" y="4" width="{float(meets[1]) - float(meets[0]):.2f}%" height="14"/>',
    ]
    if bound is not None:
        about = " about" if (estimate.low_doubt if higher else estimate.high_doubt) else ""
        shapes.append(f'<line class="span{about}" x1="{_at(bound, low, high)}%" x2="{value}%" y1="11" y2="11"/>')
    shapes.append(f'<line class="rule" x1="{limit}%" x2="{limit}%" y1="0" y2="22"/>')
    shapes.append(f'<circle class="dot" cx="{value}%" cy="11" r="5"/>')
    label = metric_label(rule) + ("" if rule.required else ", optional")
    return _row(
        f'{markup(label)} <span class="soft">{markup(rule_text(rule))}</span>',
        _svg(22, markup(f"{label}: {_figures(row, rule)}, needs {rule_text(rule)}: {result_mark(row.result)}"), shapes),
        f'{markup(result_mark(row.result))} <span class="soft">{markup(_figures(row, rule))}</span>',
    )


def _figures(row: GateRow, rule: Rule) -> str:
    estimate = row.estimate
    bound = bound_text(estimate, rule)
    value = value_text(estimate.value if estimate else None, rule)
    return f"{value}, no bound" if bound == NOTHING else f"{value}, bound {bound}"


def _trend(card: Scorecard, earlier: Sequence[Earlier]) -> Markup:
    """The weakest section, review by review; a review without a score breaks the line."""
    points = [
        *((one.release, one.as_of, one.point.headline) for one in earlier),
        (card.release, card.as_of, card.headline),
    ]
    if len(points) < 2:
        return Markup("")
    across = [_at(place, -0.5, len(points) - 0.5) for place in range(len(points))]
    shapes = [f'<line class="grid" x1="0" x2="100%" y1="{_down(y)}" y2="{_down(y)}"/>' for y in (0, 50, 100)]
    for (_, _, was), (_, _, now), left, right in zip(points, points[1:], across, across[1:], strict=False):
        if was is not None and now is not None:
            shapes.append(f'<line class="step" x1="{left}%" x2="{right}%" y1="{_down(was)}" y2="{_down(now)}"/>')
    for (_, _, score), x in zip(points, across, strict=True):
        y = 60 if score is None else _down(score)
        if score is not None:
            shapes.append(f'<circle class="dot" cx="{x}%" cy="{y}" r="4"/>')
        shapes.append(f'<text x="{x}%" y="{y - 9}">{percent(score)}</text>')
    said = "; ".join(f"{release}, {full_day(day)}: {percent(score)}" for release, day, score in points)
    return Markup(_svg(140, markup(f"Weakest section of each review. {said}"), shapes))


def _down(score: int) -> int:
    """Where a percentage lies below the top of the trend, in pixels."""
    return 130 - score


def _at(value: float, low: float, high: float) -> str:
    """The place of a value between two others, as a percentage with two decimals."""
    return f"{100 * (value - low) / (high - low):.2f}"
