"""Reads MLflow's spans, in any of its three encodings, using the table of tracing names.

Facts about the format, seen in output of MLflow 3.17: in `Trace.to_json()` and in the database an attribute's value is
JSON inside JSON, and ids are base64; the server's `traces/batchGet` gives OTLP's typed values with names in snake case
(`kvlist_value`). Version 2 wrote hexadecimal ids under `context` and `start_time` in nanoseconds.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.jsonio import MAX_DEPTH, RecordError, decode
from readiness_tui.sources.kit.payload import inner
from readiness_tui.sources.tracing.span_reader import Event, LoggedSpan, Reader
from readiness_tui.sources.tracing.span_tree import RawSpan

_CODES = {"STATUS_CODE_OK": 1, "OK": 1, "STATUS_CODE_ERROR": 2, "ERROR": 2}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEAST_NANOS = 10**17
_SPAN_ID = 8  # bytes
_DOCUMENT_ID = ("chunk_id", "id", "doc_id")
_DOCUMENT_SOURCE = ("doc_uri", "source", "document", "doc", "file")
_READ = frozenset(
    {
        "mlflow.spanType", "mlflow.spanInputs", "mlflow.spanOutputs", "mlflow.llm.model", "mlflow.llm.provider",
        "mlflow.chat.tokenUsage", "mlflow.llm.cost", "mlflow.traceRequestId", "mlflow.spanFunctionName",
        "mlflow.spanLogLevel", "mlflow.message.format", "mlflow.chat.tools",
    }
)  # fmt: skip


def read_span(span: Mapping[str, Any], reader: Reader) -> RawSpan:
    """Raises RecordError."""
    context = inner(span, "context")
    ident = identifier(span.get("span_id") or context.get("span_id"))
    if ident is None:
        raise RecordError("a span without a span_id")
    begun, ended = _nanos(span, "start_time_unix_nano", "start_time"), _nanos(span, "end_time_unix_nano", "end_time")
    status = span.get("status")
    code = status.get("code") if isinstance(status, dict) else span.get("status_code", status)
    said = status.get("message") if isinstance(status, dict) else span.get("status_message")
    attributes = _attributes(span.get("attributes"))
    name = fields.text(span, "name") or ""
    parent = identifier(span.get("parent_span_id") or span.get("parent_id"))
    return reader.span(
        LoggedSpan(
            id=ident,
            parent=parent,
            name=name,
            started_at=None if begun is None else _moment(begun),
            duration_ms=(ended - begun) / 1e6 if begun is not None and ended is not None and ended >= begun else None,
            code=_CODES.get(code, 0) if isinstance(code, str) else code if code in (0, 1, 2) else 0,
            message=said if isinstance(said, str) else "",
            attributes=_typed_step(translated(attributes), name if parent is not None else ""),
            events=_events(span.get("events")),
        )
    )


def translated(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """MLflow's own attributes under the table's names; the others unchanged."""
    found = {name: value for name, value in attributes.items() if name not in _READ}
    kind = attributes.get("mlflow.spanType")
    if isinstance(kind, str) and kind:
        found["readiness.span.kind"] = kind.lower()
    for name, known in (
        ("mlflow.spanInputs", "input.value"),
        ("mlflow.spanOutputs", "output.value"),
        ("mlflow.llm.model", "llm.model_name"),
        ("mlflow.llm.provider", "llm.provider"),
    ):
        if attributes.get(name) is not None:
            found[known] = attributes[name]
    usage, cost = (payload.parsed(attributes.get(name)) for name in ("mlflow.chat.tokenUsage", "mlflow.llm.cost"))
    if isinstance(usage, dict):
        found["gen_ai.usage.input_tokens"] = usage.get("input_tokens")
        found["gen_ai.usage.output_tokens"] = usage.get("output_tokens")
        found["gen_ai.usage.cache_read.input_tokens"] = usage.get("cache_read_input_tokens")
    if isinstance(cost, dict) and (cost.get("total_cost") or not isinstance(usage, dict)):  # 0: a model without a price
        found["llm.cost.total"] = cost.get("total_cost")
    documents = payload.parsed(attributes.get("mlflow.spanOutputs"))
    if isinstance(documents, list) and str(kind).upper() in ("RETRIEVER", "RERANKER"):
        name = "reranker.output_documents" if str(kind).upper() == "RERANKER" else "retrieval.documents"
        found[name] = [_document(part) for part in documents]
    return {name: value for name, value in found.items() if value is not None}


def _typed_step(attributes: dict[str, Any], inner: str) -> dict[str, Any]:
    """MLflow's default type is UNKNOWN: around a request it says nothing, inside of one (`inner`: the step's name) it may
    stand on a tool as well, which may itself call models."""
    if inner and attributes.get("readiness.span.kind") == "unknown":
        return {**attributes, "readiness.span.kind": f"{inner} (type UNKNOWN)"}
    return attributes


def identifier(value: Any) -> str | None:
    """A span's id in hex, from base64 or hex; any other text as it is."""
    if not isinstance(value, str) or not value:
        return None
    if len(value) == 2 * _SPAN_ID or value.startswith("0x"):
        return value.removeprefix("0x").lower()
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return value
    return raw.hex() if len(raw) == _SPAN_ID else value


def is_process_startup(spans: Sequence[RawSpan]) -> bool:
    """Whether most of a request's time, and over a second, passed after its last step.

    This happens for the first requests of a process: MLflow's own start-up is included in the root's time.
    """
    roots = [span for span in spans if span.parent is None]
    if len(roots) != 1 or len(spans) < 2 or roots[0].started_at is None or roots[0].duration_ms is None:
        return False
    ends = [
        (span.started_at - roots[0].started_at) / timedelta(milliseconds=1) + (span.duration_ms or 0.0)
        for span in spans
        if span is not roots[0] and span.started_at is not None
    ]
    rest = roots[0].duration_ms - max(ends, default=0.0)
    return bool(ends) and rest > 1000 and rest * 2 > roots[0].duration_ms


def _attributes(value: Any) -> dict[str, Any]:
    if isinstance(value, list):  # the server's typed values
        return {part["key"]: _typed(part.get("value"), 0) for part in value if _has_key(part)}
    if not isinstance(value, dict):
        return {}
    return {name: _unpacked(part) for name, part in value.items()}


def _has_key(part: Any) -> bool:
    return isinstance(part, dict) and isinstance(part.get("key"), str)


def _unpacked(value: Any) -> Any:
    """The value of a JSON text; any other text as it is."""
    if not isinstance(value, str):
        return value
    try:
        return decode(value.encode())
    except (RecordError, UnicodeEncodeError):
        return value


def _typed(value: Any, depth: int) -> Any:
    if not isinstance(value, dict) or len(value) != 1 or depth > MAX_DEPTH:
        return None
    ((kind, held),) = value.items()
    kind = kind.replace("_", "").casefold()  # int_value and intValue alike
    if kind in ("arrayvalue", "kvlistvalue"):
        parts = held.get("values") if isinstance(held, dict) else None
        listed = parts if isinstance(parts, list) else []
        if kind == "arrayvalue":
            return [_typed(part, depth + 1) for part in listed]
        return {part["key"]: _typed(part.get("value"), depth + 1) for part in listed if _has_key(part)}
    if kind == "intvalue" and isinstance(held, str) and held.removeprefix("-").isdecimal():
        return int(held[:20])
    return held


def _events(value: Any) -> tuple[Event, ...]:
    listed = [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
    return tuple(
        Event(part["name"], _attributes(part.get("attributes")) if isinstance(part.get("attributes"), list) else inner(part, "attributes"))
        for part in listed
        if isinstance(part.get("name"), str)
    )  # fmt: skip


def _nanos(span: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        value = span.get(name)
        if isinstance(value, str) and value.isdecimal():
            value = int(value[:20])
        if type(value) is int and 0 < value < 2**63:
            while value < _LEAST_NANOS:  # µs, ms or s since 1970: every time after 1973 is told apart
                value *= 1000
            return value
    return None


def _moment(nanos: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=nanos // 1000)
    except OverflowError:
        return None


def _document(part: Any) -> Any:
    """A retrieved document with its id and source, which MLflow keeps in its metadata."""
    about = inner(part, "metadata")
    if not isinstance(part, dict) or not about:
        return part
    ident = next((about[name] for name in _DOCUMENT_ID if about.get(name) is not None), None)
    source = next((about[name] for name in _DOCUMENT_SOURCE if about.get(name) is not None), None)
    kept = {name: value for name, value in (("id", ident), ("source", source), ("score", about.get("score"))) if value is not None}  # fmt: skip
    return {**kept, **{name: value for name, value in part.items() if value is not None}}
