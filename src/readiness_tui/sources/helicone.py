"""Helicone's requests: the answer of its API (`/v1/request/query-clickhouse`), what `@helicone/export` writes, CSV.

Also the requests that its app downloads (`heliconeMetadata`, packages/llm-mapper: latency in milliseconds).

Read from Helicone's own types (HeliconeRequest: `request_id`, `request_created_at`, `delay_ms` in milliseconds,
`time_to_first_token`, `response_status` as HTTP writes it, negative where Helicone gave up: -2 pending, -3 cancelled,
-4 threat) and its OpenAPI page. `cost` (`costUSD`, `cost_usd`) is in US dollars. A request from the cache costs nothing
and took Helicone's time, not the model's.
"""

from __future__ import annotations

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
from readiness_tui.sources.kit.pieces.first_lines import FirstLines
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.tracing.model_call import answered, asked, called
from readiness_tui.sources.tracing.outcome import CONTRADICTED, names_error

SIGNS = frozenset({"request_id", "request_created_at"})
_MORE = frozenset(
    [
        "delay_ms",
        "response_status",
        "response_created_at",
        "request_path",
        "helicone_user",
        "request_user_id",
        "latency",
        "status",
        "cost",
        "costUSD",
        "properties",
        "request_properties",
        "request_model",
        "response_model",
        "prompt_tokens",
    ]
)
_PROPERTIES = ("request_properties", "properties")
_PENDING = -2
_OF_PROPERTY = "Helicone-Property-"


class Helicone:
    name = "helicone"
    title = "Helicone's requests (API answer, @helicone/export as JSON, JSON lines or CSV)"
    brings = ("a trace per request: model, time, tokens, cost, status, user, session, scores; bodies where exported",)
    lacks = (
        "requests of the application: one that calls a model twice is two calls here, of one session",
        "retrieved chunks and tool results",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        keys = frozenset(key.split(".")[0] for key in look.keys)
        if "heliconeMetadata" in keys:
            return Recognised(self.name, f"requests with heliconeMetadata ({look.kind})", 100)
        if not (keys >= SIGNS and keys & _MORE):
            return None
        shown = ", ".join(sorted(keys & _MORE)[:3])
        return Recognised(self.name, f"requests with request_id, request_created_at, {shown} ({look.kind})", 100)

    def read(self, path: Path) -> Iterator[Record]:
        notes = fields.Notes()
        seen = FirstLines()
        for item in records(path):
            if not isinstance(item, Entry):
                yield item
                continue
            try:
                trace = _trace(_plain(structured(item)), notes)
                if (first := seen.before(trace.id, item.line)) is not None:
                    raise RecordError(f"the request {quoted(trace.id)} stands in the file already, on line {first}")
                yield TraceRecord(trace, item.raw)
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
        yield from notes.warnings(path.name)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A request as the app maps it, under the names of the API."""
    about = inner(row, "heliconeMetadata")
    if not about:
        return row
    bodies, said = inner(row, "raw"), inner(row, "schema")
    return {
        "request_id": about.get("requestId", row.get("id")),
        "request_created_at": about.get("createdAt"),
        "delay_ms": about.get("latency"),
        "prompt_tokens": about.get("promptTokens"),
        "completion_tokens": about.get("completionTokens"),
        "cost": about.get("cost"),
        "status": inner(about, "status").get("code", about.get("status")),
        "model": row.get("model"),
        "user": about.get("user"),
        "properties": about.get("customProperties"),
        "scores": about.get("scores"),
        "feedback": about.get("feedback"),
        "cache_reference_id": about.get("cacheReferenceId"),
        "request_body": bodies.get("request") or said.get("request"),
        "response_body": bodies.get("response") or said.get("response"),
    }


def _trace(row: Mapping[str, Any], notes: fields.Notes) -> Trace:
    ident = fields.text(row, "request_id")
    if not ident:
        raise RecordError("no request_id")
    about = {name: value for place in reversed(_PROPERTIES) for name, value in inner(row, place).items()}
    about = {name.removeprefix(_OF_PROPERTY): value for name, value in about.items()}
    status, outcome = _outcome(row, notes)
    problem = _said(row.get("response_body"))
    if outcome is Outcome.SUCCESS and names_error(problem):
        notes.add(CONTRADICTED)
        outcome = None
    cached = _cached(row)
    tokens_in, tokens_out = _tokens(row, "prompt_tokens"), _tokens(row, "completion_tokens")
    if not tokens_in and not tokens_out:
        tokens_in = tokens_out = None
    stated = [payload.amount(row.get(name)) for name in ("cost", "costUSD", "cost_usd")]
    known = [found for found in stated if found is not None]
    cost = next(filter(None, known), known[0] if known else None)  # a 0 says less than the price beside it
    if not cached:
        cost = measures.priced(cost, tokens_in or tokens_out, notes) or None
    answer, calls = answered(row.get("response_body"))
    failed = outcome is Outcome.ERROR
    return Trace(
        id=ident,
        started_at=fields.moment(row, "request_created_at", notes),
        prompt_version=payload.version(row, "prompt_version", "promptVersion")
        or payload.version(about, "Helicone-Prompt-Version", "prompt_version", "PromptVersion"),
        model=payload.version(row, "response_model", "model", "model_override", "request_model"),
        app_version=payload.version(about, "app_version", "AppVersion", "release", "version"),
        status=status,
        outcome=outcome,
        error=(problem or f"HTTP {status}") if failed else None,
        question=asked(row.get("request_body")),
        answer=None if failed else answer,
        tool_calls=None if failed else called(calls),
        feedback=_feedback(row),
        latency_ms=_latency(row, notes),
        cost=cost,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        scores=_scores(row),
        cached=cached,
        extra={"properties": payload.masked(about)} if about else {},
        user=payload.version(row, "request_user_id", "helicone_user", "user_id", "user"),
        session=payload.version(about, "Helicone-Session-Id", "session_id"),
    )


def _latency(row: Mapping[str, Any], notes: fields.Notes) -> float | None:
    for name in ("delay_ms", "latency_ms", "latencyMs"):
        if (found := fields.number(row, name, least=0)) is not None:
            return found
    if row.get("latency") is not None:
        notes.add('"latency" names no unit, so it is not taken; export delay_ms')
    return None


def _tokens(row: Mapping[str, Any], name: str) -> int | None:
    for key in (name, "".join(part.title() if at else part for at, part in enumerate(name.split("_")))):
        if (found := payload.count(row.get(key))) is not None:
            return found
    return None


def _outcome(row: Mapping[str, Any], notes: fields.Notes) -> tuple[str | None, Outcome | None]:
    word = fields.text(row, "response_status") or fields.text(row, "status")
    if word is None:
        return None, None
    try:
        code = int(float(word))
    except (ValueError, OverflowError):
        lower = word.strip().lower()
        if lower in ("success", "error"):
            return word, Outcome.SUCCESS if lower == "success" else Outcome.ERROR
        notes.add(f"the status {quoted(word)} is no HTTP status, so those requests have no outcome")
        return word, None
    if code == _PENDING or code == 0:
        notes.add("a request without an answer yet has no outcome")
        return str(code), None
    return str(code), Outcome.SUCCESS if 200 <= code < 400 else Outcome.ERROR


def _cached(row: Mapping[str, Any]) -> bool:
    """A reference to the request that filled the cache, which is all zeros for a request of its own."""
    told = row.get("cache_reference_id")
    if isinstance(told, str) and told.strip("0-") and told.lower() not in ("default", "none", "null"):
        return True
    return next((found for name in ("cached", "cache_hit") if (found := fields.flag(row, name)) is not None), False)


def _scores(row: Mapping[str, Any]) -> dict[str, float]:
    """Only what the tool itself calls a score."""
    found = {}
    for name, value in inner(row, "scores").items():
        told = value.get("value") if isinstance(value, dict) else value
        if payload.is_number(told) and name != "helicone-score-feedback":
            found[name] = float(told)
    return found


def _feedback(row: Mapping[str, Any]) -> str | None:
    told = row.get("feedback_rating", inner(row, "feedback").get("rating"))
    if told is None:
        told = inner(row, "scores").get("helicone-score-feedback")
        told = told.get("value") if isinstance(told, dict) else told
    if isinstance(told, (bool, int)) or str(told).lower() in ("true", "false"):
        return "positive" if str(told).lower() in ("true", "1") else "negative"
    return None


def _said(body: Any) -> str | None:
    body = payload.parsed(body)
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        parts = [error[name] for name in ("type", "message") if isinstance(error.get(name), str)]
        return ": ".join(parts) or None
    return error if isinstance(error, str) and error else None


SOURCE = Helicone()
