"""How long a row's span took: what it states, held against its own times and against the spans below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec.structs import replace as modified

from readiness_tui.sources.kit import fields
from readiness_tui.sources.otel import cells
from readiness_tui.sources.otel.layout import Layout
from readiness_tui.sources.tracing.span_reader import LoggedSpan

_UNITS = (1e3, 1e6, 1e9)  # by which a duration in another unit is off
_UNIT_MS = {"s": 1000.0, "ms": 1.0, "µs": 1e-3, "ns": 1e-6}
_NEAR = 0.02  # a duration and its times that differ by less, as a share, say the same
_LATE = 2  # spans that must begin after the end of the one above, and at least half of all


def duration_ms(
    row: Mapping[str, Any], layout: Layout, start: cells.When | None, end: cells.When | None, notes: fields.Notes
) -> float | None:
    """Milliseconds, from the row's times and from the duration that it states."""
    stated = None
    for column, unit_ms in layout.took.items():
        value = cells.pick(row, (column,))
        if isinstance(value, str) and value.endswith("s") and value[:-1].replace(".", "", 1).isdigit():
            stated = float(value[:-1]) * 1000  # protobuf's JSON: "1.5s"
            break
        if value is not None:
            if layout.same_unit and start and start.unit:
                unit_ms = _UNIT_MS[start.unit]
            stated = fields.number({column: value}, column, least=0, times=unit_ms)
            break
    elapsed = (end.micros - start.micros) / 1000 if start and end else None
    if elapsed is not None and elapsed < 0:
        notes.add("a span ends before it starts; its duration is taken as missing")
        return None
    if elapsed is None:
        if stated is not None and start and layout.start_unit and start.unit not in ("", layout.start_unit):
            notes.add(
                f"a span's start is in {start.unit}, where this format has {layout.start_unit}, so the unit of its"
                " duration is not known; the duration is taken as missing"
            )
            return None
        return stated
    if stated is None or _alike(stated, elapsed):
        return elapsed
    factors = (unit for unit in _UNITS if _alike(stated * unit, elapsed) or _alike(stated / unit, elapsed))
    if elapsed and (factor := next(factors, None)) is not None:
        notes.add(
            f"a span's duration is off by {factor:,.0f} from its start and end, so it is in another unit than this"
            " format has; taken from its times"
        )
        return elapsed
    if start is not None and end is not None and abs(stated - elapsed) < _grain_ms(start, end):
        return stated  # the times are given in whole seconds or milliseconds, the duration finer
    notes.add("a span's duration is not what lies between its start and end; taken from its times")
    return elapsed


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= max(_NEAR * max(one, other), 0.002)


def _grain_ms(start: cells.When, end: cells.When) -> float:
    """How finely the times are given."""
    if start.micros % 1_000_000 == end.micros % 1_000_000 == 0:
        return 1000
    return 1 if start.micros % 1000 == end.micros % 1000 == 0 else 0


def plausible(spans: Sequence[LoggedSpan], notes: fields.Notes) -> list[LoggedSpan]:
    """The spans of a trace whose durations nothing but their start stands beside.

    Where most spans begin only after the one above them ended, the durations are in another unit, or in several.
    """
    by_id = {span.id: span for span in spans}
    below = late = 0
    for span in spans:
        above = by_id.get(span.parent or "")
        if above is None or above.started_at is None or above.duration_ms is None or span.started_at is None:
            continue
        below += 1
        late += (span.started_at - above.started_at) / timedelta(milliseconds=1) > above.duration_ms + 1
    if late < _LATE or late * 2 < below:
        return list(spans)
    notes.add(
        "most spans of a trace begin after the span above them has ended, so its durations may be in another unit than"
        " this format has; they are taken as missing"
    )
    return [modified(span, duration_ms=None, ended=span.has_ended) for span in spans]
