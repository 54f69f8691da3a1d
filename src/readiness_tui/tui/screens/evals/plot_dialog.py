"""Runs over time: quality, latency and cost of each run together, one below the other."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from readiness_tui.domain.compare.trend import Dated, MetricSeries, Trend
from readiness_tui.domain.text.format import day_month, moment, number, plural, threshold_text
from readiness_tui.domain.text.secrets import mask
from readiness_tui.tui import glyphs
from readiness_tui.tui.help_key import HELP
from readiness_tui.tui.text import fit, join, line
from readiness_tui.tui.widgets.closing import ClosesItself
from readiness_tui.tui.widgets.key_footer import KeyFooter
from readiness_tui.tui.widgets.plot import AXIS, Scale, Spot, columns, draw, span

SIGNS = {"candidate": ("C", "bold $text-accent"), "baseline": ("B", "bold $text-accent"), "": ("●", "")}
_PANELS = 3
_AROUND = 8  # lines that are not a panel's drawing: title, legend, names of panels, dates, the run, the footer
_MUTED = "$foreground-muted"


class PlotDialog(ClosesItself, ModalScreen[None]):
    """Shows a trend; the highlighted run's figures stand in the titles."""

    guide = "Runs over time"  # for F1
    BINDINGS = [
        Binding("escape,q,enter,p", "close", "Leave", id="plot.close", key_display="Esc", tooltip="Back to Evals"),
        Binding("left", "step(-1)", "Run before", id="plot.before", tooltip="The run before: its figures stand above the lines"),
        Binding("right", "step(1)", "Run after", id="plot.after", tooltip="The run after"),
        Binding("m", "metric", "Metric", id="plot.metric", tooltip="The next quality metric"),
        *HELP,
    ]  # fmt: skip

    def __init__(self, found: Trend) -> None:
        super().__init__()
        self._trend = found
        self._place = len(found.runs) - 1
        self._quality = 0

    def compose(self) -> ComposeResult:
        with Vertical(id="plot"):
            yield Static(id="plot-head")
            yield Static(id="plot-lines")
            yield Static(id="plot-run")
        yield KeyFooter()

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_step(self, by: int) -> None:
        if self._trend.runs:
            self._place = min(max(self._place + by, 0), len(self._trend.runs) - 1)
            self._show()

    def action_metric(self) -> None:
        self._quality = (self._quality + 1) % len(self._trend.quality)
        self._show()

    def _show(self) -> None:
        trend, width = self._trend, max(self.app.size.width - 2, 40)
        height = min(max((self.app.size.height - _AROUND - bool(trend.undated)) // _PANELS, 3), 12)
        first, last = window(len(trend.runs), self._place, width - AXIS - 1)
        said: list[Content] = []
        for series in (trend.quality[self._quality], trend.latency, trend.cost):
            said += panel(trend, series, self._place, (first, last), width, height)
        said += axis(trend, self._place, (first, last), width)
        self.query_one("#plot-head", Static).update(head(trend, first, last))
        self.query_one("#plot-lines", Static).update(Content("\n").join(said))
        self.query_one("#plot-run", Static).update(about(trend, self._place))


def window(count: int, place: int, room: int) -> tuple[int, int]:
    """Which runs are drawn: all, or as many round the highlighted one as there are columns for."""
    if count <= room:
        return 0, count
    first = min(max(place - room // 2, 0), count - room)
    return first, first + room


def head(trend: Trend, first: int, last: int) -> Content:
    count = plural(len(trend.runs), "run")
    shown = count if last - first == len(trend.runs) else f"{last - first} of {count}"
    return join(
        Content.styled(f"{shown} by start", "bold $text-accent"),
        Content.styled("   C candidate   B baseline   ● other   ┄ gate", _MUTED),
    )


def panel(
    trend: Trend, series: MetricSeries, place: int, part: tuple[int, int], width: int, height: int
) -> list[Content]:
    """One metric: the highlighted run's figure, then the line."""
    first, last = part
    spots = [
        Spot(point.value if point else None, *SIGNS[entry.role])
        for point, entry in zip(series.points[first:last], trend.runs[first:last], strict=True)
    ]
    unit, up = series.metric.unit, series.direction == "lower"
    near = near_threshold(spots, series)
    ends = span(spots, near)
    low, high = (number(end, unit, up=up) for end in ends) if ends else ("", "")
    lines = draw(spots, width, height, Scale(high, low, rule(series)), near)
    return [title(series, place, drawn=bool(ends), off=near != series.threshold), *lines]


def near_threshold(spots: Sequence[Spot], series: MetricSeries) -> float | None:
    """The threshold, unless the line would be flat beside it: less than a quarter of the height."""
    ends = span(spots, None)
    if ends is None or series.threshold is None:
        return None
    low, high = ends
    reach = max(high, series.threshold) - min(low, series.threshold)
    return None if low < high and high - low < reach / 4 else series.threshold


def title(series: MetricSeries, place: int, *, drawn: bool, off: bool) -> Content:
    """ "faithfulness  0.897, n 72  ● meets ≥ 0.85"; `off`: the threshold is too far from the line to be drawn."""
    name = line(mask(series.metric.key).replace("_", " "), "bold")
    point = series.points[place] if series.points else None
    if not drawn:
        return join(name, Content.styled("  no run here gives it", _MUTED))
    if point is None:
        return join(name, Content.styled("  no figure in this run", _MUTED))
    unit, up = series.metric.unit, series.direction == "lower"
    n = "n unknown" if point.n is None else f"n {point.n:,}"
    figure = f"  {number(point.value, unit, up=up)}, {n}  "
    meets = series.meets(point.value)
    if meets is None:
        return join(name, figure, Content.styled("the gate asks it of the traces" if series.of_traces else "", _MUTED))
    mark, word = (glyphs.MET, "meets") if meets else (glyphs.FAIL, "misses")
    far = Content.styled(", too far off to be drawn" if off else "", _MUTED)
    return join(name, figure, Content.styled(f"{mark.glyph} {word} {rule(series)}", mark.style), far)


def rule(series: MetricSeries) -> str:
    if series.threshold is None:
        return ""
    sign = "≥" if series.direction == "higher" else "≤"
    return f"{sign} {threshold_text(series.threshold, series.metric.unit)}"


def axis(trend: Trend, place: int, part: tuple[int, int], width: int) -> list[Content]:
    """The highlighted run marked, and the days as far as they fit."""
    first, last = part
    room = width - AXIS - 1
    places = columns(last - first, room)
    marks, days = [" "] * room, [" "] * room
    free = 0
    for x, entry in zip(places, trend.runs[first:last], strict=True):
        marks[x] = "┴"
        started = entry.run.started_at
        day = day_month(started.date()) if started else ""
        start = min(max(x - len(day) // 2, 0), room - len(day))
        if start >= free and day:
            days[start : start + len(day)] = day
            free = start + len(day) + 1
    if first <= place < last:
        marks[places[place - first]] = "▲"
    lead = fit("", AXIS + 1)
    return [Content(lead + "".join(marks)), Content.styled(lead + "".join(days), _MUTED)]


def about(trend: Trend, place: int) -> Content:
    """The highlighted run, and the runs that have no place on the axis."""
    said = []
    if trend.runs:
        run, role = trend.runs[place].run, trend.runs[place].role
        said.append(
            join(
                Content.styled("▲ ", "bold"),
                line(" · ".join(filter(None, (run.name or run.id, moment(run.started_at), role, run.version)))),
            )
        )
    else:
        said.append(Content.styled("No run says when it started, so none has a place on this axis.", "$text-warning"))
    if trend.undated:
        said.append(line(f"Start unknown, not drawn: {', '.join(map(_name, trend.undated))}", _MUTED))
    return Content("\n").join(said)


def _name(entry: Dated) -> str:
    return f"{entry.run.name or entry.run.id}{f' ({entry.role})' if entry.role else ''}"
