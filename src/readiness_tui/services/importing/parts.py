"""Traces that come in parts: what an earlier import brought of one is put together with what comes now."""

from __future__ import annotations

from collections.abc import Sequence

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.base import Assembles, Source, TraceRecord
from readiness_tui.store import Store, traces


def assembled(
    store: Store, system: str, source: Source, records: Sequence[TraceRecord]
) -> list[tuple[TraceRecord, bool]]:
    """The records, each with its earlier parts in the system, and whether that says anything new.

    A trace whose earlier record is of another format is replaced, not joined. Raises ReadinessError where the earlier
    raw record was not kept.
    """
    if not isinstance(source, Assembles):
        return [(record, True) for record in records]
    found: list[tuple[TraceRecord, bool]] = []
    with store.read() as conn:
        for record in records:
            earlier = traces.raw(conn, system, record.trace.id) if record.part else None
            if record.part and earlier is None and traces.get(conn, system, record.trace.id) is not None:
                raise ReadinessError(
                    f"The trace {one_line(record.trace.id, 100)} was imported before and its raw record was not kept, so what"
                    " comes now cannot be put together with it. Nothing was imported. Import its files once more, all of"
                    " them, with --keep-raw all."
                )
            whole = source.assemble(record.trace.id, [earlier, record.raw]) if earlier is not None else None
            found.append((record, True) if whole is None else (whole, whole.raw != earlier))
    return found
