"""One normalising step for OTLP JSON: whatever stands around batches, and however their fields are spelled.

What comes out are batches as OTLP's JSON encoding has them (`resourceSpans` or `resourceLogs`, names in camel case).
What goes in, as read in the tools: the batch itself; a list of them; `batches` (Grafana Tempo's v1 answer) with
`instrumentationLibrarySpans` or `ilSpans` (OTLP before 0.16 and 1.0); `trace` around one (Tempo's v2 answer); `result`
(Jaeger's v3), `data`, `traces`; one resource's or one scope's spans alone (OpenTelemetry Java's JSON logging exporter);
spans alone, as `GET /v1/projects/…/spans/otlpv1` of Phoenix; names in snake case (`protobuf`'s
`preserving_proto_field_name`, Phoenix); JSON inside a text, as message brokers and log stores wrap it; attributes as a
plain object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from readiness_tui.sources.kit import payload
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.peek import FileKind, Peek
from readiness_tui.sources.otel.batch import KEYS, KINDS

_SPELLED = {
    "instrumentationLibrarySpans": "scopeSpans",
    "instrumentation_library_spans": "scopeSpans",
    "ilSpans": "scopeSpans",
    "il_spans": "scopeSpans",
    "instrumentationLibraryLogs": "scopeLogs",
    "instrumentation_library_logs": "scopeLogs",
    "instrumentationLibrary": "scope",
    "instrumentation_library": "scope",
    "logs": "logRecords",
}
_SCOPED = {"scopeSpans": "resourceSpans", "scopeLogs": "resourceLogs"}
_SNAKE = re.compile(r"(?<=[a-z0-9])_([a-z])")
#: A text of a file's line has one of these where it is not in OTLP's own spelling, or not a plain batch.
_OTHERWISE = re.compile(
    rb'"(?:resource_spans|resource_logs|scope_spans|scope_logs|trace_id|span_id|time_unix_nano|start_time_unix_nano'
    rb"|string_value|int_value|double_value|bool_value|array_value|log_records|instrumentation_?[lL]ibrary\w*|ilSpans"
    rb'|Value|batches)"\s*:|"attributes"\s*:\s*["{]'
)
#: One of these finds something in whatever that expression does: they begin with what is rare, so they are quicker.
_SNAKE_ENDS = re.compile(rb'_(?:spans|logs|id|nano|value|records)"')
_NO_LIST = re.compile(rb'"attributes"\s*:\s*["{]')
_SIGNS = (b"nstrumentation", b'"ilSpans"', b'"Value"', b'"batches"')
_TEXTS = ("value", "payload", "message", "@message", "body", "log", "line", "data")
_IN_TEXT = re.compile("resource_?[sS]pans|resource_?[lL]ogs")
_DEEP = 6  # envelopes in each other
_MARKS = frozenset(
    {*KEYS, *_SCOPED, "resource_spans", "resource_logs", "scope_spans", "scope_logs", *_SPELLED} - {"logs", "scope"}
    - {"instrumentationLibrary", "instrumentation_library"}
)  # fmt: skip
_ROW = ("traceId", "spanId", "startTimeUnixNano")


def plain(raw: bytes, value: Any) -> bool:
    """Whether a line is a batch in OTLP's own spelling, as it nearly always is."""
    if not isinstance(value, dict) or not any(key in value for key in KEYS):
        return False
    doubtful = _SNAKE_ENDS.search(raw) or _NO_LIST.search(raw) or any(sign in raw for sign in _SIGNS)
    return not doubtful or _OTHERWISE.search(raw) is None


def batches(value: Any) -> Iterator[dict[str, Any]]:
    """The batches in a JSON value. Raises RecordError where there is none."""
    found = False
    for batch in _batches(value, 0):
        found = True
        yield batch
    if not found:
        raise RecordError("neither resourceSpans nor resourceLogs is in it, so it is no OTLP batch of spans or logs")


def seen(look: Peek) -> tuple[str, ...]:
    """The names by which the beginning of a file shows OTLP, such as resourceSpans; none where it does not."""
    if look.kind not in (FileKind.OBJECT, FileKind.LINES, FileKind.ARRAY):
        return ()
    if marks := dict.fromkeys(mark for path in look.outline if (mark := path.rpartition(".")[2]) in _MARKS):
        return tuple(marks)
    for path, held in look.outline.items():
        if path.rpartition(".")[2] in _TEXTS and isinstance(held, str) and (found := _IN_TEXT.search(held)):
            return (found.group(),)
    if any("mlflow" in path for path in look.outline):  # MLflow's own spans have these names, too
        return ()
    for prefix in ("", "[].", "data.[]."):
        level = {path.removeprefix(prefix) for path in look.outline if path.startswith(prefix)}
        if {_camel(name) for name in level if "." not in name} >= set(_ROW):
            return _ROW
    return ()


def _batches(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEP:
        return
    if isinstance(value, list):
        for part in value:
            yield from _batches(part, depth + 1)
    if not isinstance(value, dict):
        return
    held = {_camel(key): part for key, part in value.items()}
    if any(key in held for key in KEYS):
        yield _respelled(value)
        return
    for scoped, outer in _SCOPED.items():
        if scoped in held:
            yield {outer: [_respelled(value)]}
            return
    if all(name in held for name in _ROW):
        span = _respelled(value)
        resource, scope = span.pop("resource", {}), span.pop("scope", {})
        yield {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": [span]}]}]}
        return
    if isinstance(spans := held.get("spans"), list) and any(_is_span(part) for part in spans):
        yield {"resourceSpans": [{"scopeSpans": [_respelled(value)]}]}
        return
    for key, part in value.items():
        if isinstance(part, str) and key in _TEXTS:
            part = payload.parsed(part)
        if isinstance(part, (dict, list)):
            yield from _batches(part, depth + 1)


def _is_span(value: Any) -> bool:
    return isinstance(value, dict) and {_camel(key) for key in value} >= set(_ROW)


def _respelled(value: Any) -> Any:
    if isinstance(value, list):
        return [_respelled(part) for part in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, part in value.items():
        name = _camel(key)
        if name == "attributes":
            found[name] = _attributes(part)
        elif name == "body":
            found[name] = _any(part)
        else:
            found[name] = _respelled(part)
    return found


def _attributes(value: Any) -> Any:
    """Attributes as OTLP's list of keys and values."""
    value = payload.parsed(value)
    if isinstance(value, dict):
        return [{"key": key, "value": _any(part)} for key, part in value.items()]
    if not isinstance(value, list):
        return value
    return [{**part, "value": _any(part.get("value"))} if isinstance(part, dict) else part for part in value]


def _any(value: Any) -> Any:
    """A value as one of OTLP's kinds, its name respelled; bare values get theirs."""
    if isinstance(value, dict):
        inner = value["Value"] if value.keys() == {"Value"} and isinstance(value["Value"], dict) else value
        named = {_kind(kind): part for kind, part in inner.items()}
        if named.keys() <= KINDS:
            return {kind: _inside(kind, part) for kind, part in named.items()}
        return {"kvlistValue": {"values": _attributes(value)}}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": value}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_any(part) for part in value]}}
    return None if value is None else {"stringValue": value}


def _inside(kind: str, value: Any) -> Any:
    inner = value.get("values") if isinstance(value, dict) else None
    if kind == "arrayValue" and isinstance(inner, list):
        return {"values": [_any(part) for part in inner]}
    if kind == "kvlistValue" and isinstance(inner, list):
        return {"values": _attributes(inner)}
    return value


def _kind(name: str) -> str:
    name = _camel(name)
    return name[:1].lower() + name[1:]


def _camel(name: str) -> str:
    return _SPELLED.get(name) or _SNAKE.sub(lambda match: match.group(1).upper(), name)
