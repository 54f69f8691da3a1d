"""Traces that come in parts: what an earlier import brought of one is put together with what comes now."""

from __future__ import annotations

from collections.abc import Sequence

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit.base import Assembles, Source, TraceRecord
from readiness_tui.store import Store, traces


def assembled(
    store: Store, system: str, source: Source, records: Sequence[TraceRecord]
) -> list[tuple[TraceRecord, bool]]:
    """The records, each with its earlier parts in the system, and whether that says anything new.

    A trace whose earlier record is of another format is replaced, not joined. Raises ReadinessError where the earlier
    raw record was not kept and says something that what comes now does not.
    """
    if not isinstance(source, Assembles):
        return [(record, True) for record in records]
    found: list[tuple[TraceRecord, bool]] = []
    with store.read() as conn:
        here = traces.brought(conn, system, [record.trace.id for record in records if record.part])
        for record in records:
            if record.trace.id not in here:
                found.append((record, True))
                continue
            earlier = traces.raw(conn, system, record.trace.id) if record.part else None
            known = traces.get(conn, system, record.trace.id) if record.part and earlier is None else None
            if known is not None and not _says_all(record.trace, known):
                raise ReadinessError(
                    f"The trace {one_line(record.trace.id, 100)} was imported before and its raw record was not kept, so what"
                    " comes now cannot be put together with it. Nothing was imported. Import its files once more, all of"
                    " them, with --keep-raw all."
                )
            whole = source.assemble(record.trace.id, [earlier, record.raw]) if earlier is not None else None
            found.append((record, True) if whole is None else (whole, whole.raw != earlier))
    return found


def _says_all(now: Trace, before: Trace) -> bool:
    """Whether a trace has every step and score that it had before: then nothing is lost if it takes that one's place."""
    steps = {step.id for step in now.spans or ()}
    return {step.id for step in before.spans or ()} <= steps and before.scores.keys() <= now.scores.keys()
