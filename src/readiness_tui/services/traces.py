"""Traces as a list of any length, narrowed by a typed filter, and one whole record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.text.dates import parse_day
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import current_review
from readiness_tui.store import imports, traces
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.traces import Cursor, ListedTrace
from readiness_tui.store.traces import Filter as TraceFilter

__all__ = [
    "BOTTOM",
    "FILTER_KEYS",
    "Cursor",
    "ListedTrace",
    "TraceFilter",
    "count",
    "error_counts",
    "outcome_counts",
    "page",
    "parse_filter",
    "record",
    "several",
    "state",
]

#: What a filter line understands beside words, with an example of each.
FILTER_KEYS = {
    "status": "status:fail",
    "model": "model:birch-2",
    "prompt": "prompt:rag-v4",
    "tool": "tool:refund_create",
    "error": "error:timeout, error:any, error:none",
    "day": "day:2026-11-21",
    "from": "from:2026-11-20",
    "to": "to:2026-11-22",
}
NOT_KEPT = (
    "The raw record was not kept: its import keeps those of some requests alone (`readiness imports` says of which). What"
    " was read of it is above."
)
_COLUMNS = {"model": "model", "prompt": "prompt_version"}
_NAMED = 5
#: Before every place in the list: `page(before=BOTTOM)` is its last page.
BOTTOM: Cursor = (-(2**63), -(2**63))


def parse_filter(desk: Desk, typed: str) -> TraceFilter:
    """The filter that a line means: `key:value` pairs (FILTER_KEYS) and words to find in question, answer or id.

    A part of a model's or prompt's name stands for the one name that contains it. Raises ReadinessError for a key,
    a day or a name that nothing matches, and for a part that several names contain.
    """
    words: list[str] = []
    found: dict[str, Any] = {}
    with desk.store.read() as conn:
        for part in typed.split():
            key, colon, value = part.partition(":")
            if not colon or not value or "://" in part:
                words.append(part)
            elif key.casefold() in FILTER_KEYS:
                found |= _meaning(conn, desk, key.casefold(), value)
            else:
                raise ReadinessError(
                    f"“{key}:” is not something a trace can be filtered by. Use {', '.join(FILTER_KEYS)}, or words alone."
                )
    if found.get("start") and found.get("end") and found["end"] <= found["start"]:
        raise ReadinessError("The last day of the filter is before its first. Swap from: and to:.")
    return TraceFilter(text=" ".join(words), **found)


def state(desk: Desk) -> tuple[int, ...]:
    """Changes whenever the list may have changed: the imports it is made of."""
    with desk.store.read() as conn:
        return tuple(info.id for info in imports.all(conn, current_review(conn, desk).system))


def count(desk: Desk, wanted: TraceFilter) -> int:
    """How many traces meet the filter."""
    with desk.store.read() as conn:
        return traces.count(conn, current_review(conn, desk).system, wanted)


def page(
    desk: Desk, wanted: TraceFilter, *, after: Cursor | None = None, before: Cursor | None = None, limit: int = 200
) -> list[ListedTrace]:
    """A page of rows, newest first: after or before a place, else from the top. Costs the same at any depth."""
    with desk.store.read() as conn:
        return traces.page(conn, current_review(conn, desk).system, wanted, after=after, before=before, limit=limit)


def several(desk: Desk, trace_ids: Sequence[str]) -> tuple[list[ListedTrace], tuple[str, ...]]:
    """The traces of these ids, in this order, and the ids that were not imported."""
    found: list[ListedTrace] = []
    unknown: list[str] = []
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        for trace_id in dict.fromkeys(trace_ids):
            trace = traces.get(conn, system, trace_id)
            if trace is None:
                unknown.append(trace_id)
            else:
                found.append(ListedTrace((0, 0), trace))
    return found, tuple(unknown)


def record(desk: Desk, trace_id: str) -> tuple[Trace, str]:
    """One trace and its record as the file had it; where that was not kept, a sentence that says so.

    Raises ReadinessError where there is no such trace.
    """
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        trace = traces.get(conn, system, trace_id)
        if trace is None:
            raise ReadinessError(f"No trace {trace_id} was imported.")
        raw = traces.raw(conn, system, trace_id)
        return trace, NOT_KEPT if raw is None else raw


def error_counts(desk: Desk, wanted: TraceFilter | None = None) -> dict[str, int]:
    """How many traces failed, by error class, the most frequent first."""
    with desk.store.read() as conn:
        return traces.by_error(conn, current_review(conn, desk).system, wanted or TraceFilter())


def outcome_counts(desk: Desk, wanted: TraceFilter | None = None) -> dict[str, int]:
    """How many traces had each outcome, the most frequent first; "" stands for an unknown one."""
    with desk.store.read() as conn:
        return traces.by_outcome(conn, current_review(conn, desk).system, wanted or TraceFilter())


def _meaning(conn: Connection, desk: Desk, key: str, value: str) -> dict[str, Any]:
    """The fields of TraceFilter that one `key:value` sets."""
    low = value.casefold()
    if key == "status":
        # A record's own word may be any; what it means is one of four.
        known = {outcome.value: outcome for outcome in Outcome}
        return {"outcome": known[low]} if low in known else {"status": value}
    if key in _COLUMNS:
        return {_COLUMNS[key]: _whole(conn, desk, key, value)}
    if key == "tool":
        return {"tool": value}
    if key == "error":
        if low in ("any", "yes"):
            return {"has_error": True}
        return {"has_error": False} if low in ("none", "no") else {"error": value}
    begin = datetime.combine(parse_day(value, desk.now().astimezone(UTC).date()), time(), UTC)
    end = begin + timedelta(days=1)
    return {"day": {"start": begin, "end": end}, "from": {"start": begin}, "to": {"end": end}}[key]


def _whole(conn: Connection, desk: Desk, key: str, part: str) -> str:
    """The one value that `part` is, or is a part of."""
    known = traces.values(conn, current_review(conn, desk).system, _COLUMNS[key])
    if part in known:
        return part
    like = [name for name in known if part.casefold() in name.casefold()]
    if len(like) == 1:
        return like[0]
    if like:
        raise ReadinessError(f"{key}:{part} fits {len(like)} names: {_some(like)}. Type more of the one you mean.")
    listed = f"There are: {_some(known)}." if known else f"No trace says its {key}."
    raise ReadinessError(f"No trace has a {key} like “{part}”. {listed}")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
