"""LiteLLM: the standard logging payload of its callbacks, and the rows of `LiteLLM_SpendLogs`; a call to a model a row.

Read from: litellm/types/utils.py (`StandardLoggingPayload`) and schema.prisma (`LiteLLM_SpendLogs`) of LiteLLM 1.50 to
1.80. `startTime`, `endTime` are seconds since 1970 in the payload and ISO 8601 in spend logs; `response_time` is the
time to the first token where the answer was streamed. `trace_id` (payload) and `session_id` (spend logs) name a session
of several calls, not a request. A model without a price costs 0, which means unknown; a call from the cache does cost
nothing. `cache_hit` is a text ("True", "None") in spend logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.sources.kit import fields, measures, payload
from readiness_tui.sources.kit.base import Recognised, Record, TraceRecord
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.nested import structured
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.kit.peek import peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.tracing.model_call import answered, asked, called
from readiness_tui.sources.tracing.outcome import CONTRADICTED, names_error
from readiness_tui.sources.tracing.traced_case import elapsed_ms

PAYLOAD = frozenset({"call_type", "startTime", "endTime", "response_cost"})
SPEND = frozenset({"request_id", "spend", "startTime", "endTime"})
WRAPPED = ("standard_logging_object", "standard_logging_payload")
_OTHER_CALLS = re.compile(r"embedding|moderation|rerank|transcription|speech|image|mcp|list_|health|file|batch")
_KEY = re.compile(r"(?:^|_)api_key(?:_hash|_auth)?$|^(?:token|authorization|x-api-key)$", re.IGNORECASE)
_REDACTED = "redacted-by-litellm"
_SECRET_PLACES = ("metadata", "hidden_params", "model_parameters", "proxy_server_request")


class LiteLLM:
    name = "litellm"
    title = "LiteLLM's logs (standard logging payload, spend logs)"
    brings = ("a trace per call to a model: model, time, tokens, cost, status, cache, question and answer if stored",)
    lacks = (
        "requests of the application: one that calls a model twice is two calls here, of one session",
        "retrieved chunks and tool results",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        keys = _payload(look.records[0]).keys() if look.records else look.keys
        if keys >= PAYLOAD:
            return Recognised(self.name, f"calls with call_type, startTime, endTime, response_cost ({look.kind})", 100)
        if keys >= SPEND and keys & {"call_type", "cache_hit", "api_key", "completion_tokens"}:
            return Recognised(self.name, f"spend logs with request_id, spend, startTime, endTime ({look.kind})", 100)
        return None

    def read(self, path: Path) -> Iterator[Record]:
        notes = fields.Notes()
        seen: dict[str, int] = {}
        for item in records(path):
            if not isinstance(item, Entry):
                yield item
                continue
            try:
                row = _masked(_payload(structured(item)))
                trace = _trace(row, _ident(row, seen, item.line), notes)
                yield TraceRecord(trace, payload.as_raw(row))
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
        yield from notes.warnings(path.name)


def _payload(row: Mapping[str, Any]) -> dict[str, Any]:
    """The payload itself: callbacks pass it inside their arguments, Datadog's log inside its message."""
    for name in WRAPPED:
        if isinstance(found := payload.parsed(row.get(name)), dict):
            return found
    if "ddsource" in row and isinstance(found := payload.parsed(row.get("message")), dict):
        return found
    return dict(row)


def _masked(row: dict[str, Any]) -> dict[str, Any]:
    """The row without keys: LiteLLM keeps the hash of the caller's, and headers may have a provider's."""
    places = {name: payload.masked(_without_keys(payload.parsed(row[name]))) for name in _SECRET_PLACES if name in row}
    masked: dict[str, Any] = _without_keys({**row, **places})
    return masked


def _without_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: "[masked key]" if part and _KEY.search(name) and isinstance(part, str) else _without_keys(part)
            for name, part in value.items()
            if name not in ("messages", "response")
        } | {name: value[name] for name in ("messages", "response") if name in value}
    return [_without_keys(part) for part in value] if isinstance(value, list) else value


def _ident(row: Mapping[str, Any], seen: dict[str, int], line: int) -> str:
    """What names the call; a provider may give two answers one id, and LiteLLM names its own calls. Raises RecordError."""
    names = [found for name in ("id", "request_id", "litellm_call_id") if (found := fields.text(row, name))]
    if not names:
        raise RecordError("neither id nor request_id: the call has no name")
    ident = next((name for name in names if name not in seen), None)
    if ident is None:
        raise RecordError(f"the call {quoted(names[0])} stands in the file already, on line {seen[names[0]]}")
    seen[ident] = line
    return ident


def _trace(row: Mapping[str, Any], ident: str, notes: fields.Notes) -> Trace:
    about = inner(row, "metadata")
    started, ended = (fields.moment({name: _time(row.get(name))}, name, notes) for name in ("startTime", "endTime"))
    word = fields.text(row, "status") or payload.version(about, "status")
    problem = _error(row, about)
    outcome = _outcome(word, problem, notes)
    cached = _cached(row)
    tokens_in, tokens_out = payload.count(row.get("prompt_tokens")), payload.count(row.get("completion_tokens"))
    if not tokens_in and not tokens_out and (outcome is Outcome.ERROR or not payload.count(row.get("total_tokens"))):
        tokens_in = tokens_out = None
    cost = payload.amount(row.get("response_cost", row.get("spend")))
    if not cached:
        cost = measures.priced(cost, tokens_in or tokens_out, notes) or None
    call = fields.text(row, "call_type") or ""
    if _OTHER_CALLS.search(call):
        notes.add(f"a call of the type {quoted(call)} is a trace like the others: filter them out if you count answers")
    answer, calls = answered(_told(row.get("response")))
    kept = {
        name: row[name] for name in ("call_type", "model_group", "custom_llm_provider", "api_base") if row.get(name)
    }
    tags = payload.parsed(row.get("request_tags"))
    if isinstance(tags, list) and tags:
        kept["tags"] = [tag for tag in tags if isinstance(tag, str)]
    people = {**about, **inner(about, "requester_metadata"), **inner(about, "spend_logs_metadata")}
    return Trace(
        id=ident,
        started_at=started,
        prompt_version=payload.version(people, "prompt_version"),
        model=fields.text(row, "model") or None,
        app_version=payload.version(people, "app_version", "release"),
        status=word,
        outcome=outcome,
        error=problem if outcome is Outcome.ERROR else None,
        question=asked(_told(row.get("messages"))),
        answer=answer if outcome is not Outcome.ERROR else None,
        tool_calls=called(calls) if outcome is not Outcome.ERROR else None,
        latency_ms=elapsed_ms(started, ended),
        cost=cost,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cached=cached,
        extra={**kept, **({"metadata": about} if about else {})},
        user=payload.version({**about, **row}, "end_user", "user", "user_api_key_end_user_id", "user_api_key_user_id"),
        session=payload.version(row, "litellm_trace_id", "trace_id", "session_id"),
    )


def _told(value: Any) -> Any:
    """What was said, unless the proxy was told not to log it."""
    return None if value is not None and _REDACTED in fields.as_json(value)[:500] else value


def _time(value: Any) -> Any:
    """Seconds since 1970 also as the text of a table cell."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _cached(row: Mapping[str, Any]) -> bool:
    word = fields.text(row, "cache_hit")
    return word is not None and word.strip().lower() in ("true", "t", "1")


def _error(row: Mapping[str, Any], about: Mapping[str, Any]) -> str | None:
    """The error's class before its message, so that errors can be counted by it."""
    said = inner(row, "error_information") or inner(about, "error_information")
    parts = [found for name in ("error_class", "error_message") if (found := payload.version(said, name))]
    if len(parts) == 2 and parts[1].startswith(parts[0]):
        del parts[0]
    return ": ".join(parts) or fields.prose(row, "error_str") or None


def _outcome(word: str | None, problem: str | None, notes: fields.Notes) -> Outcome | None:
    """A call that failed brought no answer: an error of the system, not a wrong answer."""
    if word is None:
        return Outcome.ERROR if problem else None
    match word.strip().lower():
        case "success":
            if names_error(problem):
                notes.add(CONTRADICTED)
                return None
            return Outcome.SUCCESS
        case "failure" | "error":
            return Outcome.ERROR
    notes.add(f"the status {quoted(word)} is not known, so those calls have no outcome")
    return None


SOURCE = LiteLLM()
