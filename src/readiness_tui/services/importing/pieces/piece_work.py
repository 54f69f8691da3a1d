"""What is done with a piece of a file, in whichever process: read, measured, searched, packed; all but stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from readiness_tui.domain.traces.kept_records import KeptRecords
from readiness_tui.sources.kit.base import Reject, TraceRecord, Warn
from readiness_tui.sources.kit.pieces.piece import Before, Gathered, Piece, PieceReader
from readiness_tui.store.staged_traces import Pair, PreparedBatch, prepared

#: What becomes of the records of a piece before they are stored, beside what the piece itself says.
Change = Callable[[Sequence[TraceRecord]], list[Pair]]


@dataclass(frozen=True, slots=True)
class PieceDone:
    """A piece, ready to be stored. `traces`: how many it held; `others`: what else was in it. `asked`: the ids, with their
    lines, of which it mattered whether they stood in the file before. `parts`: the ids of traces of which other files may
    bring more."""

    batches: list[PreparedBatch]
    traces: int
    others: list[Reject | Warn]
    gathered: Gathered
    asked: list[tuple[str, int]]
    parts: list[str]


def unchanged(records: Sequence[TraceRecord]) -> list[Pair]:
    return [(record.trace, record.raw) for record in records]


def done(reader: PieceReader, piece: Piece, keep: KeptRecords, before: Before, change: Change = unchanged) -> PieceDone:
    """All that can be done with a piece before it is stored. Raises as the source and `change` do."""
    asked: list[tuple[str, int]] = []

    def ask(ident: str, line: int) -> int | None:
        asked.append((ident, line))
        return before(ident, line)

    gathered = Gathered()
    traces: list[TraceRecord] = []
    others: list[Reject | Warn] = []
    for record in reader.read(piece, ask, gathered):
        if isinstance(record, TraceRecord):
            traces.append(record)
        else:
            others.append(record)
    parts = [record.trace.id for record in traces if record.part]
    return PieceDone(list(prepared(change(traces), keep)), len(traces), others, gathered, asked, parts)
