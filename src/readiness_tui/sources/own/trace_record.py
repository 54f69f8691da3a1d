"""The course's trace record: one recorded request per line, as JSON lines, a JSON list or CSV.

trace_id, prompt_version, model, retrieved_chunks, tool_calls, faithfulness, latency_ms, status; and optionally times,
question and answer, user and session, cost, tokens, error, feedback, versions, cached, cold_start and further scores.
All other fields are kept. A missing key means not logged; an empty list means that there were none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.sources.kit import fields, measures, payload
from readiness_tui.sources.kit.base import Progress, Recognised, Record, Reject, TraceRecord, Warn
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.keys import KeySorter, PerKeys
from readiness_tui.sources.kit.peek import peek
from readiness_tui.sources.kit.pieces.first_lines import FirstLines
from readiness_tui.sources.kit.pieces.of_lines import pieces_of
from readiness_tui.sources.kit.pieces.piece import Before, Gathered, Piece, PieceColumns, in_turn
from readiness_tui.sources.kit.recordio import (
    Entry,
    Lost,
    QuickEntry,
    is_lines,
    lines,
    of_lines,
    records,
    reject,
    without_nan,
)
from readiness_tui.sources.own import quick_record
from readiness_tui.sources.own.quick_columns import piece_columns
from readiness_tui.sources.own.quick_record import QuickRecords, QuickRow
from readiness_tui.sources.tracing.outcome import CONTRADICTED, contradicts, names_error, of_http, outcome_of
from readiness_tui.sources.tracing.traced_case import elapsed_ms

COURSE = ("prompt_version", "model", "retrieved_chunks", "tool_calls", "faithfulness", "latency_ms", "status")
#: Keys of other tools' records that also have a `trace_id`.
FOREIGN = frozenset(
    [
        "dotted_order",
        "run_type",
        "span_id",
        "spanId",
        "spans",
        "resourceSpans",
        "case_id",
        "observations",
        "observation_id",
        "parent_id",
        "parent_span_id",
        "parentSpanId",
        "parent_run_id",
        "parent_observation_id",
        "op_name",
        "call_type",
        "litellm_call_id",
    ]
)

_ALIASES = {
    "trace_id": "trace_id",
    "started_at": "started_at",
    "timestamp": "started_at",
    "start_time": "started_at",
    "ended_at": "ended_at",
    "end_time": "ended_at",
    "finished_at": "ended_at",
    "completed_at": "ended_at",
    "prompt_version": "prompt_version",
    "model": "model",
    "index_version": "index_version",
    "app_version": "app_version",
    "status": "status",
    "success": "success",
    "error": "error",
    "question": "question",
    "input": "question",
    "query": "question",
    "answer": "answer",
    "output": "answer",
    "response": "answer",
    "retrieved_chunks": "retrieved_chunks",
    "chunks": "retrieved_chunks",
    "tool_calls": "tool_calls",
    "retrieval": "retrieval",
    "feedback": "feedback",
    "user": "user",
    "user_id": "user",
    "session": "session",
    "session_id": "session",
    "conversation_id": "session",
    "latency_ms": "latency_ms",
    "duration_ms": "latency_ms",
    "latency_s": "latency_s",
    "duration_s": "latency_s",
    "cost": "cost",
    "cost_usd": "cost",
    "total_cost": "cost",
    "tokens_in": "tokens_in",
    "input_tokens": "tokens_in",
    "prompt_tokens": "tokens_in",
    "tokens_out": "tokens_out",
    "output_tokens": "tokens_out",
    "completion_tokens": "tokens_out",
    "scores": "scores",
    "cached": "cached",
    "cache_hit": "cached",
    "cold_start": "cold",
    "cold": "cold",
}
_SORTER = KeySorter(_ALIASES)
#: Fields that are kept with a record, and may say that it did not succeed.
_ERRORS = ("error", "error_message", "error_type", "errormessage", "errortype", "exception")
_LEVELS = ("level", "levelname", "severity", "loglevel", "log_level")
_FINISHES = ("finish_reason", "finishreason", "stop_reason", "stopreason")
_CODES = ("status_code", "statuscode", "http_status", "http_status_code", "httpstatus")
_FEW = 4  # records that tell whether several share a trace
_UNITLESS = ("latency", "duration")
#: Words of the note about a duration that was not taken: a mapping can say its unit.
NO_UNIT = "names no unit and is no metric here"


class TraceRecords:
    name = "trace_record"
    title = "trace records (trace_id, prompt_version, model, latency_ms, status …)"
    brings = ("traces with versions, chunks, tool calls, latency, status and scores",)
    lacks = (
        "steps of a request",
        "whatever a record leaves out: only trace_id is required",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        keys = look.keys
        shown = [key for key in COURSE if key in keys]
        if "trace_id" not in keys or keys & FOREIGN or not shown:
            return None
        told = [str(row.get("trace_id")) for row in look.records]
        if len(told) >= _FEW and len(told) > len(set(told)) * 3 / 2:
            return None  # most lines share a trace: they are its steps
        certainty = 90 if len(shown) >= 3 else 60
        return Recognised(self.name, f"records with trace_id, {', '.join(shown)} ({look.kind})", certainty)

    def in_pieces(self, path: Path) -> LinesReader | None:
        return LinesReader(path) if is_lines(path) else None

    def read(self, path: Path) -> Iterator[Record]:
        if (reader := self.in_pieces(path)) is not None:
            yield from in_turn(reader)
            return
        notes, before = fields.Notes(), FirstLines().before
        for item in records(path, "traces", "records"):
            if isinstance(item, Entry):
                yield from _records(item, notes, before)
            else:
                yield item
        yield from notes.warnings(path.name)


class LinesReader:
    """Reads trace records of a file of JSON lines (see `PieceReader`)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._notes = fields.Notes()
        self._lost = 0

    def pieces(self, most: int, held: int) -> Iterator[Piece | Reject | Warn | Progress]:
        return pieces_of(lines(self._path), most, held)

    def read(self, piece: Piece, before: Before, gathered: Gathered) -> Iterator[TraceRecord | Reject]:
        notes, lost = gathered.notes, Lost()
        quick = _quick_records(notes)
        for item in of_lines(piece.content, quick, lost):
            if isinstance(item, QuickEntry):
                trace: Trace = item.value
                if (first := before(trace.id, item.line)) is not None:
                    yield reject(item.line, _twice(trace.id, first), item.raw)
                else:
                    yield TraceRecord(trace, item.raw)
            elif isinstance(item, Entry):
                for record in _records(item, notes, before):
                    yield record
                    if type(record) is TraceRecord:
                        quick.learn(tuple(item.value))
            else:
                yield item
        gathered.lost += lost.places

    def columns(self, piece: Piece) -> PieceColumns | None:
        return piece_columns(piece.content, _quick_records(fields.Notes()), _TELLING, _outcome)

    def gather(self, gathered: Gathered) -> None:
        gathered.notes.add_to(self._notes)
        self._lost += gathered.lost

    def ended(self) -> Iterator[Warn]:
        yield from without_nan(self._path, self._lost)
        yield from self._notes.warnings(self._path.name)


def _records(entry: Entry, notes: fields.Notes, before: Before) -> Iterator[TraceRecord | Reject]:
    """The trace of a record, or why there is none."""
    if "trace_id" in entry.value:
        try:
            trace = trace_from(entry, notes)
        except RecordError as error:
            yield reject(entry.line, str(error), entry.raw)
            return
        if (first := before(trace.id, entry.line)) is not None:
            yield reject(entry.line, _twice(trace.id, first), entry.raw)
        else:
            yield TraceRecord(trace, entry.raw)
    elif not entry.header:
        yield reject(entry.line, "no trace_id", entry.raw)


def _twice(trace_id: str, first: int) -> str:
    return (
        f"the trace {quoted(trace_id)} stands in the file already, on line {first}; if a line is a step"
        " of it, put them together with a mapping (kind: traces, group_by: trace_id)"
    )


def _quick_records(notes: fields.Notes) -> QuickRecords:
    return QuickRecords(_ALIASES, frozenset(_UNITLESS), lambda row, rest: _quick_trace(row, rest, notes))


def _quick_trace(row: QuickRow, rest: dict[str, Any], notes: fields.Notes) -> Trace | None:
    """As `trace_from`, of a record of the common shape. Notes are taken in the same order."""
    try:
        chunks, calls = quick_record.chunks(row.retrieved_chunks), quick_record.tool_calls(row.tool_calls)
    except LookupError:
        return None
    error = row.error if names_error(row.error) else None
    outcome = _outcome({}, row.status, error, rest, notes)
    return Trace(
        row.trace_id,
        fields.moment({"started_at": row.started_at}, "started_at", notes),
        row.prompt_version,
        row.model,
        row.index_version,
        row.app_version,
        row.status,
        outcome,
        error,
        row.question,
        row.answer,
        chunks,
        calls,
        True if row.retrieval is None and chunks else row.retrieval,
        row.feedback,
        row.latency_ms,
        row.cost,
        row.tokens_in,
        row.tokens_out,
        fields.metrics(None, rest, notes),
        row.cached or False,
        row.cold or False,
        rest,
        None,
        row.user,
        row.session,
    )


def trace_from(entry: Entry, notes: fields.Notes, beside: Mapping[str, Any] | None = None) -> Trace:
    """The trace of one record; `beside`: what it also says, and the caller keeps. Raises RecordError."""
    beside = beside or {}
    known, rest = _SORTER.sort(entry.value)
    table = entry.table
    if table:
        fields.drop_not_finite((known, rest), notes)
    ident = fields.text(known, "trace_id")
    if not ident:
        raise RecordError("trace_id is empty")
    for name in _UNITLESS if rest else ():
        if name in rest:
            notes.add(f'"{name}" {NO_UNIT}; write it as {name}_ms')
    status, error = fields.text(known, "status"), _error(known)
    outcome = _outcome(known, status, error, rest, notes)
    _count_of_calls(known, rest, notes)
    chunks = fields.chunks(known, "retrieved_chunks", table=table)
    retrieval = fields.flag(known, "retrieval")
    started = fields.moment(known, "started_at", notes)
    return Trace(
        id=ident,
        started_at=started,
        prompt_version=fields.text(known, "prompt_version"),
        model=fields.text(known, "model"),
        index_version=fields.text(known, "index_version"),
        app_version=fields.text(known, "app_version"),
        status=status,
        outcome=outcome,
        error=error,
        question=fields.prose(known, "question"),
        answer=fields.prose(known, "answer"),
        chunks=chunks,
        tool_calls=fields.tool_calls(known, "tool_calls", table=table),
        retrieval=True if retrieval is None and chunks else retrieval,
        feedback=fields.prose(known, "feedback"),
        latency_ms=_latency(known, started, notes),
        cost=measures.cost(fields.number(known, "cost", least=0), known, {**beside, **rest} if beside else rest, notes),
        tokens_in=fields.whole(known, "tokens_in"),
        tokens_out=fields.whole(known, "tokens_out"),
        scores=fields.metrics(known.get("scores"), rest, notes, table=table),
        cached=fields.flag(known, "cached") or False,
        cold=fields.flag(known, "cold") or False,
        extra=rest,
        user=fields.text(known, "user"),
        session=fields.text(known, "session"),
    )


def _count_of_calls(known: dict[str, Any], rest: dict[str, Any], notes: fields.Notes) -> None:
    """A number of tool calls in their place: how many there were, and not which. 0 is "none called"."""
    stated = known.get("tool_calls")
    if stated is None or type(stated) is list:
        return
    count = payload.count(int(stated) if isinstance(stated, str) and stated.strip().isdecimal() else stated)
    if count is None:
        return
    rest["tool_call_count"] = count
    known["tool_calls"] = None if count else []
    if count:
        notes.add("tool_calls is a number, so which tools a request called is not known")


def _error(known: dict[str, Any]) -> str | None:
    """What the record says went wrong; a word for "none" is none."""
    return fields.prose(known, "error") if names_error(known.get("error")) else None


def _outcome(
    known: dict[str, Any], status: str | None, error: str | None, rest: dict[str, Any], notes: fields.Notes
) -> Outcome | None:
    """How the request ended. A word for success beside an error is no success, and no more is known of it."""
    success = fields.flag(known, "success")
    if status is not None:
        outcome = outcome_of(status) or of_http(status)
        if outcome is None:
            notes.add(f"the status {quoted(status)} is not known, so those records have no outcome")
    elif success is not None:
        outcome = Outcome.SUCCESS if success else Outcome.ERROR if error else Outcome.FAIL
    else:
        by_code = next((found for name in _CODES if (found := of_http(rest.get(name))) is not None), None)
        outcome = Outcome.ERROR if error else by_code
    if outcome is Outcome.SUCCESS and ((status is not None and success is False) or speaks_against(rest, error)):
        notes.add(CONTRADICTED)
        return None
    return outcome


def speaks_against(rest: Mapping[str, Any], error: str | None = None) -> bool:
    """Whether the fields of a record that are none of a trace's name an error."""
    telling = _TELLING[tuple(rest)] if rest else None
    if error is None and telling is None:
        return False
    errors, levels, finishes, codes = telling or ((), (), (), ())
    return contradicts(
        (error, *(rest[key] for key in errors)),
        levels=[rest[key] for key in levels],
        finishes=[rest[key] for key in finishes],
        codes=[rest[key] for key in codes],
    )


def _telling(keys: tuple[str, ...]) -> tuple[tuple[str, ...], ...] | None:
    """Of these keys, those that name an error, a level, why a model stopped, and a code; None where none does."""
    spelled = {key.casefold().lstrip("@_"): key for key in keys}
    found = tuple(
        [tuple([spelled[name] for name in names if name in spelled]) for names in (_ERRORS, _LEVELS, _FINISHES, _CODES)]
    )
    return found if any(found) else None


_TELLING = PerKeys(_telling)


def _latency(known: dict[str, Any], started: datetime | None, notes: fields.Notes) -> float | None:
    """As stated, else from start to end. A stated one that is 1,000 times off its own times has the other unit."""
    stated = fields.number(known, "latency_ms", least=0)
    if stated is None:
        stated = fields.number(known, "latency_s", least=0, times=1000)
    shown = elapsed_ms(started, fields.moment(known, "ended_at", notes))
    return shown if stated is None else measures.own_unit(stated, shown, notes)


SOURCE = TraceRecords()
