"""Traces as a list of any length, and one whole record."""

from __future__ import annotations

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.evaluation import Trace
from readiness_tui.services.desk import Desk
from readiness_tui.store import traces
from readiness_tui.store.traces import TraceFilter, TraceRow

__all__ = ["TraceFilter", "TraceRow", "count", "error_counts", "page", "record"]


def count(desk: Desk, wanted: TraceFilter) -> int:
    """How many traces meet the filter."""
    with desk.store.read() as conn:
        return traces.count(conn, wanted)


def page(desk: Desk, wanted: TraceFilter, *, offset: int = 0, limit: int = 200) -> list[TraceRow]:
    """A page of rows, newest first."""
    with desk.store.read() as conn:
        return traces.page(conn, wanted, offset=offset, limit=limit)


def record(desk: Desk, trace_id: str) -> tuple[Trace, str]:
    """One trace and its record as the file had it. Raises ReadinessError where there is none."""
    with desk.store.read() as conn:
        trace = traces.get(conn, trace_id)
        if trace is None:
            raise ReadinessError(f"No trace {trace_id} was imported.")
        return trace, traces.raw(conn, trace_id) or ""


def error_counts(desk: Desk) -> dict[str, int]:
    """How many traces failed, by error class, the most frequent first."""
    with desk.store.read() as conn:
        return traces.error_counts(conn)
