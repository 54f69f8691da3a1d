"""What is done with a piece of a file, in whichever process: read, measured, searched, packed; all but stored."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from readiness_tui.domain.traces.kept_records import Keep, KeptRecords
from readiness_tui.sources.kit.base import Reject, TraceRecord, Warn
from readiness_tui.sources.kit.pieces.piece import Before, Gathered, InColumns, Piece, PieceColumns, PieceReader
from readiness_tui.store.staged_traces import Pair, PreparedBatch, prepared, prepared_columns
from readiness_tui.store.staging import BATCH, UNSTORABLE

#: What becomes of the records of a piece before they are stored, beside what the piece itself says.
Change = Callable[[Sequence[TraceRecord]], list[Pair]]
#: Asked with ids and their lines, as `Before` is with one.
BeforeAll = Callable[[Sequence[str], Sequence[int]], list[int | None]]


@dataclass(frozen=True, slots=True)
class PieceDone:
    """A piece, ready to be stored. `traces`: how many it held; `others`: what else was in it. `asked`: the ids, with their
    lines, of which it mattered whether they stood in the file before. `parts`: the ids of traces of which other files may
    bring more."""

    batches: deque[PreparedBatch]
    traces: int
    others: list[Reject | Warn]
    gathered: Gathered
    asked: list[tuple[str, int]]
    parts: list[str]


def unchanged(records: Sequence[TraceRecord]) -> list[Pair]:
    return [(record.trace, record.raw) for record in records]


def done(
    reader: PieceReader,
    piece: Piece,
    keep: KeptRecords,
    before: Before,
    change: Change = unchanged,
    before_all: BeforeAll | None = None,
) -> PieceDone:
    """All that can be done with a piece before it is stored. `before_all`: what `before` says of many, quicker. Raises as the
    source and `change` do."""
    asked: list[tuple[str, int]] = []

    def ask(ident: str, line: int) -> int | None:
        asked.append((ident, line))
        return before(ident, line)

    if change is unchanged and keep.keep is Keep.ALL and isinstance(reader, InColumns):
        found = reader.columns(piece)
        if found is not None and len(found.traces) <= BATCH:
            asked = list(zip(found.traces.id, found.lines, strict=True))
            answers = before_all(found.traces.id, found.lines) if before_all else [before(*one) for one in asked]
            batch = None if any(answers) else _prepared(found)
            if batch is not None:
                return PieceDone(deque([batch]), batch.count, [], found.gathered, asked, [])
            asked, before = (
                [],
                as_answered(answers),
            )  # an id that is asked for again must not be taken for its own repetition
    gathered = Gathered()
    traces: list[TraceRecord] = []
    others: list[Reject | Warn] = []
    for record in reader.read(piece, ask, gathered):
        if isinstance(record, TraceRecord):
            traces.append(record)
        else:
            others.append(record)
    parts = [record.trace.id for record in traces if record.part]
    return PieceDone(deque(prepared(change(traces), keep)), len(traces), others, gathered, asked, parts)


def as_answered(answers: Sequence[int | None]) -> Before:
    """What was answered to the same questions before."""
    told = iter(answers)
    return lambda ident, line: next(told)


def _prepared(found: PieceColumns) -> PreparedBatch | None:
    """None where one of them cannot be stored, which is told one by one."""
    try:
        return prepared_columns(found.traces, found.raw)
    except UNSTORABLE:
        return None
