"""What recorded requests say around an incident, as lines: the sparklines, what changed, what the timeline can take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from textual.content import Content

from readiness_tui.domain.incidents import trace_series
from readiness_tui.domain.incidents.trace_series import Bucket, RequestFigures
from readiness_tui.domain.incidents.trace_timeline import Proposed
from readiness_tui.domain.incidents.what_changed import SYMPTOMS, ChangedPart
from readiness_tui.domain.text.format import duration, number, plural
from readiness_tui.services.incidents.traces import STEPS, Around
from readiness_tui.tui import glyphs
from readiness_tui.tui.screens.incidents.incident_text import clock
from readiness_tui.tui.text import column, join, line

_LABEL = 9  # columns of a sparkline's name
_START, _END = "├", "┤"
#: What the ranking's figure means.
RANKED = "moved: of 100 requests so many changed; of 100 pairs of figures so many more rose than fell, or the reverse"


def sparklines(found: Around) -> Content:
    """Failing, latency and cost as blocks, their figures beside them, and below where the incident starts and ends."""
    buckets = found.series.buckets
    figures = [figure for figure in found.phases if figure is not None]
    said = " → ".join(("before", "during", "after")[: len(figures)])
    rows = [
        _muted(f"{'':<{_LABEL}}{f'a block is {duration(found.series.step)}':<{STEPS}}  {said}"),
        _row("failing", [_share(bucket) for bucket in buckets], [_failing(figure) for figure in figures]),
        _row("p95 ms", [trace_series.p95(bucket.latency) for bucket in buckets], [_ms(figure) for figure in figures]),
        _row("cost", [_cost(bucket) for bucket in buckets], [_usd(figure) for figure in figures]),
        join(" " * _LABEL, Content.styled(_marks(found), "bold $text-accent"), _muted(f"  {_legend(found)}")),
    ]
    return Content("\n").join(rows)


def _row(name: str, values: list[float | None], figures: list[str]) -> Content:
    return join(f"{name:<{_LABEL}}", trace_series.sparkline(values), "  ", Content.styled(" → ".join(figures), "bold"))


def _marks(found: Around) -> str:
    """A ruler with the start and, where it has one, the end of the incident."""
    cells = [" "] * STEPS
    start, end = found.series.place(found.at), found.series.place(found.until)
    stop = STEPS - 1 if end is None else end
    if start is not None:
        cells[start : stop + 1] = "─" * (stop + 1 - start)
        cells[start] = _START
    if end is not None:
        cells[end] = _END
    return "".join(cells)


def _legend(found: Around) -> str:
    return clock(found.at) + ("" if found.until is None else f" to {clock(found.until)[-5:]}")


def _share(bucket: Bucket) -> float | None:
    return bucket.failing / bucket.requests if bucket.requests else None


def _cost(bucket: Bucket) -> float | None:
    return bucket.cost / bucket.costed if bucket.costed else None


def _failing(figure: RequestFigures) -> str:
    return f"{figure.failing:,}/{figure.requests:,}" if figure.requests else "—"


def _ms(figure: RequestFigures) -> str:
    return number(figure.latency_p95, "ms", up=True)


def _usd(figure: RequestFigures) -> str:
    return number(figure.cost_mean, "usd", up=True)


def head(found: Around) -> Content:
    """How many requests the comparison rests on, and what a block of the sparklines is."""
    before, after = found.requests
    spans = found.spans
    counted = (
        f"{plural(before, 'request')} in {spans[0].hours:.3g} h before {clock(found.at)} UTC{local(found.at)}"
        f" · {after:,} in {spans[1].hours:.3g} h after"
    )
    lost = f" · not imported: {', '.join(found.unknown)}" if found.unknown else ""
    return line(f"{counted}{lost}", "$foreground-muted")


def changes_heading(found: Around) -> Content:
    if not found.changes:
        why = "nothing is different" if all(found.requests) else "no request on one of the sides"
        return join(Content.styled("WHAT CHANGED", "bold"), _muted(f"  {why} · t chooses another time or more hours"))
    return Content.styled("WHAT CHANGED", "bold")


def change_line(change: ChangedPart, width: int, *, taken: bool) -> Content:
    """Two lines: what, how much moved and where it would go; then before → after."""
    goes = "impact" if change.kind in SYMPTOMS else "what changed"
    moved = f"moved {round(change.moved * 100):>3}"
    says = f"in {goes}" if taken else f"→ {goes}"
    head_line = join(
        _taken(taken),
        column(change.what, max(width - 36, 8), "bold"),
        moved,
        _muted(f"  {says}"),
    )
    return join(head_line, "\n        ", column(f"{change.before} → {change.after}", width - 8, "$foreground-muted"))


def line_line(proposed: Proposed, width: int, *, taken: bool) -> Content:
    return join(_taken(taken), f"{clock(proposed.at)}  ", column(proposed.text, width - 8 - 14))


def _taken(taken: bool) -> Content:
    return Content.styled(f"{glyphs.DONE.glyph} taken ", glyphs.DONE.style) if taken else Content(" " * 8)


def lines_heading(found: Around) -> Iterator[Content]:
    yield Content("")
    if found.lines:
        yield join(Content.styled("TIMELINE", "bold"), _muted("  from the linked traces"))
    else:
        yield join(Content.styled("TIMELINE", "bold"), _muted("  no linked trace shows a failure with a time"))


def local(at: datetime) -> str:
    """The same moment on this machine's clock, where that differs from UTC: " · 15:05 here"."""
    here = at.astimezone()
    return f" · {here:%H:%M} here" if here.utcoffset() else ""


def _muted(text: str) -> Content:
    return Content.styled(text, "$foreground-muted")
