"""An application's own log of its requests: a line a request, with a request id and no trace_id.

JSON lines, a JSON list or CSV; `request_id` (or requestId, correlation_id, …) names the request, beside a time or a
level, and the model, tokens, cost, latency, status, question or answer. Without such an id, a time with a level shows a
log, whose lines are named by their content. Questions may repeat as often as they are asked: no line is a repeat of an
example. Only `scores` holds scores; any other number is kept with the record. Several lines of one request are not put
together by guess: a mapping with group_by does that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Recognised, Record, TraceRecord
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.names import snake
from readiness_tui.sources.kit.nested import nested, structured
from readiness_tui.sources.kit.payload import masked
from readiness_tui.sources.kit.peek import peek
from readiness_tui.sources.kit.pieces.first_lines import FirstLines
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.own.golden_set import GOLD
from readiness_tui.sources.own.trace_record import FOREIGN, speaks_against, trace_from
from readiness_tui.sources.tracing.outcome import CONTRADICTED, of_http

#: What names a request, in snake case; the first that a record has counts.
REQUEST_IDS = ("request_id", "requestid", "req_id", "correlation_id", "correlationid", "call_id", "invocation_id")
_WHEN = frozenset(
    {"timestamp", "time", "ts", "asctime", "datetime", "date", "created_at", "started_at", "start_time", "logged_at"}
)
_LEVEL = frozenset({"level", "levelname", "severity", "logger", "loglevel", "log_level"})
_LOGGED = _LEVEL | {"msg", "message", "event", "service"}
_NOT_A_REQUEST = {"trace_id", "traceid", "case_id", "span_id", "parent_id", "parent_span_id"} | FOREIGN | GOLD
_WHO = frozenset({"session_id", "conversation_id", "thread_id", "chat_id", "user_id"})
#: Objects in which loggers put what the application passed.
_INSIDE = ("fields", "extra", "context", "ctx", "attributes", "jsonpayload", "json_payload", "data", "payload", "props")
_WRAPPERS = ("logs", "records", "data")
_ASKED = frozenset(
    [
        "model",
        "model_name",
        "llm_model",
        "latency",
        "latency_ms",
        "duration",
        "duration_ms",
        "input_tokens",
        "output_tokens",
        "prompt_tokens",
        "completion_tokens",
        "tokens_in",
        "tokens_out",
        "total_tokens",
        "cost",
        "cost_usd",
        "prompt_version",
        "answer",
        "response",
        "completion",
    ]
)
#: Our field of a trace record → how applications name it.
_NAMES = {
    "started_at": "started_at start_time timestamp ts time datetime logged_at created_at asctime date",
    "ended_at": "ended_at end_time finished_at completed_at",
    "model": "model model_name llm_model",
    "prompt_version": "prompt_version",
    "app_version": "app_version release version",
    "index_version": "index_version",
    "status": "status outcome status_code http_status",
    "success": "success ok",
    "error": "error error_message exception",
    "question": "question query user_query prompt user_input input",
    "answer": "answer response output completion reply",
    "latency_ms": "latency_ms duration_ms elapsed_ms response_time_ms took_ms",
    "latency_s": "latency_s duration_s elapsed_s latency_seconds duration_seconds elapsed_seconds",
    "latency": "latency",
    "duration": "duration elapsed response_time took",
    "cost": "cost_usd cost total_cost total_cost_usd",
    "tokens_in": "input_tokens prompt_tokens tokens_in",
    "tokens_out": "output_tokens completion_tokens tokens_out",
    "cached": "cached cache_hit from_cache",
    "retrieved_chunks": "retrieved_chunks chunks",
    "tool_calls": "tool_calls",
    "feedback": "feedback user_feedback",
    "user": "user_id user customer_id",
    "session": "session_id conversation_id thread_id session",
    "scores": "scores",
}
_FIELDS = {name: ours for ours, names in _NAMES.items() for name in names.split()}


class AppLog:
    name = "app_log"
    title = "an application's log of requests (request_id, timestamp, model, tokens, cost …)"
    brings = ("a trace per line: time, model, tokens, cost, status, question and answer as far as logged",)
    lacks = ("steps of a request", "a latency without a unit in its name: a mapping says the unit")

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        rows = [lifted(nested(row)) for row in look.records]
        keys = frozenset(map(snake, rows[0] if rows else look.keys))
        named = next((name for name in REQUEST_IDS if name in keys), None)
        if not (named or is_log(keys)) or keys & _NOT_A_REQUEST or _repeats(rows):
            return None
        logged = sorted(keys & (_WHEN | _LOGGED))
        shown = sorted(frozenset(map(snake, [key for row in rows for key in row] or look.keys)) & _ASKED)
        if not logged or not shown:
            return None
        why = f"a request per line: {', '.join([*filter(None, [named]), *logged[:2], *shown[:4]])} ({look.kind})"
        return Recognised(self.name, why, 75)

    def read(self, path: Path) -> Iterator[Record]:
        notes = fields.Notes()
        _refuse_steps(path)
        seen = FirstLines()
        for item in records(path, *_WRAPPERS):
            if not isinstance(item, Entry):
                yield item
                continue
            if item.header:
                continue
            try:
                row = lifted(structured(item))
                if not frozenset(map(snake, row)) & _ASKED:
                    notes.add("a line without model, tokens, cost, latency or answer is no request; left out")
                    continue
                ident = _ident(item, row)
                if not request_id(row):
                    notes.add("a line names no request, so it is known by its content: feedback cannot be joined to it")
                if (first := seen.before(ident, item.line)) is not None:
                    raise RecordError(f"the same line stands in the file already, on line {first}")
                yield TraceRecord(_trace(item, row, ident, notes), item.raw)
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
        yield from notes.warnings(path.name)


def is_log(keys: frozenset[str]) -> bool:
    """Whether records with these keys (in snake case) are lines of a log: a time, and a level, logger or who asked."""
    return bool(keys & _WHEN) and bool(keys & (_LEVEL | _WHO))


def lifted(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with what stands in a logger's own object beside its other fields, which go first."""
    found = dict(row)
    for name, value in row.items():
        if snake(name) in _INSIDE and isinstance(value, dict):
            del found[name]
            found = {**value, **found}
    return found


def request_id(row: Mapping[str, Any]) -> str | None:
    """What names the request of a record. Raises RecordError where it is no text or number."""
    by_name = {snake(key): key for key in reversed(list(row))}
    return next((found for name in REQUEST_IDS if name in by_name and (found := fields.text(row, by_name[name]))), None)


def _ident(item: Entry, row: Mapping[str, Any]) -> str:
    return request_id(row) or f"log-{hashlib.sha256(item.raw.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def _repeats(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether different lines of these have one request id: they are steps, and a line is not a request."""
    lines: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        try:
            ident = request_id(row)
        except RecordError:
            continue
        asked = frozenset(map(snake, row)) & _ASKED
        if ident and asked and lines.setdefault(ident, row) != row:
            return True
    return False


def _refuse_steps(path: Path) -> None:
    """Raises ReadinessError where several lines, not the same, are of one request."""
    lines, whole = FirstLines(), FirstLines()
    for item in records(path, *_WRAPPERS):
        if not isinstance(item, Entry) or item.header:
            continue
        try:
            row = lifted(structured(item))
            if not frozenset(map(snake, row)) & _ASKED:
                continue
            ident = _ident(item, row)
        except RecordError:
            continue
        first, same = lines.before(ident, item.line), whole.before(f"{hash(item.raw)} {ident}", item.line)
        if first is not None and same is None:
            raise ReadinessError(
                f"{path}, line {item.line}: the request {quoted(ident)} stands on line {first} too, so a line is a step"
                " of a request and not a request. Put them together with a mapping (kind: traces, group_by: …).",
                by_command="`readiness import --explain` proposes one; --map takes it.",
            )


def _trace(item: Entry, row: Mapping[str, Any], ident: str, notes: fields.Notes) -> Trace:
    made: dict[str, Any] = {"trace_id": ident}
    rest: dict[str, Any] = {}
    ranked = {name: rank for names in _NAMES.values() for rank, name in enumerate(names.split())}
    chosen: dict[str, tuple[int, str]] = {}
    for key, value in row.items():
        ours = _FIELDS.get(snake(key))
        if ours is None or value is None:
            rest[key] = value
        elif ours not in chosen or ranked[snake(key)] < chosen[ours][0]:
            if ours in chosen:
                rest[chosen[ours][1]] = row[chosen[ours][1]]
            chosen[ours] = (ranked[snake(key)], key)
            made[ours] = value
        else:
            rest[key] = value
    _by_code(made)
    trace = trace_from(replace(item, value=made), notes, rest)
    if trace.outcome is Outcome.SUCCESS and speaks_against(rest):
        notes.add(CONTRADICTED)
        trace = replace(trace, outcome=None)
    kept: dict[str, Any] = {**masked(rest), **trace.extra}
    return replace(trace, extra=kept)


def _by_code(made: dict[str, Any]) -> None:
    """A status that is HTTP's: 4xx and 5xx are errors."""
    said = of_http(made.get("status"))
    if said is not None:
        made["status"] = "error" if said is Outcome.ERROR else "ok"


SOURCE = AppLog()
