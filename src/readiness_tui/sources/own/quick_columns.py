"""Trace records of the common shape as columns: all of a piece's lines, without an object for each.

What `quick_record` reads in one step and what leaves no field over is taken; of a piece with anything else this says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.traces.columns import ChunkRow, CommonTraces
from readiness_tui.domain.traces.measured import at_of
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.keys import PerKeys
from readiness_tui.sources.kit.pieces.piece import Gathered, NoteLog, PieceColumns
from readiness_tui.sources.kit.recordio import NumberedLine
from readiness_tui.sources.own.quick_record import QuickRecords, QuickRow, tool_calls
from readiness_tui.sources.tracing.outcome import names_error

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NOTHING: dict[str, float] = {}

#: `trace_record._outcome`, of a record without a field that says more of it than its status and its error.
OutcomeOf = Callable[[dict[str, Any], str | None, str | None, dict[str, Any], fields.Notes], Outcome | None]


def piece_columns(
    lines: Sequence[NumberedLine], records: QuickRecords, telling: PerKeys[Any], outcome: OutcomeOf
) -> PieceColumns | None:
    """All of a piece. `telling`: which of some keys may say that a record did not succeed."""
    rows = records.rows([raw for _, raw in lines])
    if rows is None or any(telling[keys] for keys in {tuple(rest) for _, rest in rows} if keys):
        return None

    def whole(place: int) -> Trace:
        row, rest = rows[place]
        trace: Trace | None = records.make(row, dict(rest))
        assert trace is not None
        return trace

    gathered = Gathered()
    traces = columns_of(rows, outcome, whole, gathered.notes)
    if traces is None:
        return None
    raw = [raw.strip() for _, raw in lines]
    kept = raw if all(map(bytes.isascii, raw)) else [one.decode() for one in raw]
    return PieceColumns(traces, [number for number, _ in lines], kept, gathered)


def columns_of(
    rows: Sequence[tuple[QuickRow, dict[str, Any]]], outcome: OutcomeOf, whole: Callable[[int], Trace], notes: NoteLog
) -> CommonTraces | None:
    """The columns; None where a record has to be read by itself. `notes` are taken then as well."""
    scores = [_scores(rest) if rest else _NOTHING for _, rest in rows]
    if None in scores:
        return None
    some = [row for row, _ in rows]
    try:
        chunks = [None if r.retrieved_chunks is None else tuple(map(_chunk, r.retrieved_chunks)) for r in some]
        starts, naive = _starts([r.started_at for r in some])
    except (LookupError, RecordError):
        return None
    errors = [error if error is not None and names_error(error) else None for error in [r.error for r in some]]
    status = [r.status for r in some]
    outcomes = _outcomes(status, errors, outcome, naive, notes)
    return CommonTraces(
        [r.trace_id for r in some],
        starts,
        [r.prompt_version for r in some],
        [r.model for r in some],
        [r.index_version for r in some],
        [r.app_version for r in some],
        status,
        outcomes,
        errors,
        [r.question for r in some],
        [r.answer for r in some],
        chunks,
        [None if r.tool_calls is None else tool_calls(r.tool_calls) for r in some],
        [True if r.retrieval is None and r.retrieved_chunks else r.retrieval for r in some],
        [r.feedback for r in some],
        [r.latency_ms for r in some],
        [r.cost for r in some],
        [r.tokens_in for r in some],
        [r.tokens_out for r in some],
        [found or {} for found in scores],
        [r.cached or False for r in some],
        [r.cold or False for r in some],
        [r.user for r in some],
        [r.session for r in some],
        whole,
    )


def _scores(rest: dict[str, Any]) -> dict[str, float] | None:
    """The fields that are none of ours as scores; None where one of them stays with the record."""
    found: dict[str, float] = {}
    for name, value in rest.items():
        score, _ = fields.flat_score(name, value)
        if score is None:
            return None
        found[name] = score
    return found


def _chunk(row: Any) -> ChunkRow:
    """Raises LookupError for one that has nothing to be known by."""
    if type(row) is str:
        return row, None, None, None, None
    text, source = row.text, row.source
    for ident in (row.id, row.chunk_id, row.doc_id, source, text):
        if ident is not None:
            return ident, row.rank, row.score, text, source
    raise LookupError


def _starts(told: Iterable[str | None]) -> tuple[list[int | None], dict[int, NoteLog]]:
    """Starts in microseconds, and what is to be noted of them by their places. Raises RecordError for one that is no time."""
    found: list[int | None] = []
    notes: dict[int, NoteLog] = {}
    read = datetime.fromisoformat
    for place, text in enumerate(told):
        if not text:
            found.append(None)
            continue
        if not text.isdigit():
            try:
                time = read(text)
            except ValueError:
                pass
            else:
                if time.tzinfo is UTC:
                    found.append((time - _EPOCH) // _MICROSECOND)
                    continue
        said = NoteLog()
        found.append(at_of(fields.moment({"started_at": text}, "started_at", said)))
        if said:
            notes[place] = said
    return found, notes


def _outcomes(
    status: Sequence[str | None],
    errors: Sequence[str | None],
    outcome: OutcomeOf,
    naive: dict[int, NoteLog],
    notes: NoteLog,
) -> list[Outcome | None]:
    """How each request ended: of a status with an error or without one it is worked out once. Notes are taken in the order in
    which reading one record after the other takes them."""
    known: dict[tuple[str | None, bool], tuple[Outcome | None, NoteLog | None]] = {}
    found: list[Outcome | None] = []
    for place, (word, error) in enumerate(zip(status, errors, strict=True)):
        pair = word, error is not None
        if pair not in known:
            said = NoteLog()
            known[pair] = outcome({}, word, error, {}, said), said if said else None
        ended, say = known[pair]
        found.append(ended)
        if say is not None:
            say.add_to(notes)
        if naive and place in naive:
            naive[place].add_to(notes)
    return found
