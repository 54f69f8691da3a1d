"""All that files said of one trace, in the tracers' own words, and the `Trace` it makes.

The raw record of such a trace is one JSON object that holds its parts: OTLP batches with nothing but this trace
(`resourceSpans`, `resourceLogs`), Phoenix's flat `spans`, Phoenix's `annotations`. So a trace whose parts come in several
files, or in several requests to the receiver, is made anew from all of them: `assemble`. A span that comes again replaces
the earlier one; what is equal is kept once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from readiness_tui.sources import fields, otlp_batch, payload
from readiness_tui.sources.base import TraceRecord
from readiness_tui.sources.jsonio import RecordError, decode
from readiness_tui.sources.otel_attributes import EVALUATION_EVENTS
from readiness_tui.sources.otel_span import Event, Logged, Reader
from readiness_tui.sources.otlp_batch import Piece
from readiness_tui.sources.span_tree import Judgement, RawSpan, trace_from_spans

_CODES = {"OK": 1, "ERROR": 2}  # Phoenix spells OTLP's status codes out
_encode = msgspec.json.Encoder().encode


class TraceParts:
    """Collects the parts of one trace; `record` makes it. What is unusable raises RecordError when it is added."""

    def __init__(self, trace_id: str, reader: Reader) -> None:
        self.trace_id = trace_id
        self._reader = reader
        self._contexts: dict[bytes, tuple[Mapping[str, Any], Mapping[str, Any], dict[str, Any]]] = {}
        self._spans: dict[str, tuple[bytes | None, dict[str, Any]]] = {}  # by id, with the context of an OTLP span
        self._logs: dict[bytes, tuple[bytes, dict[str, Any]]] = {}
        self._notes: dict[bytes, dict[str, Any]] = {}

    def add(self, piece: Piece) -> None:
        """A span or log record of an OTLP batch."""
        notes = self._reader.notes
        key = _encode([piece.resource, piece.scope])
        if key not in self._contexts:
            resource = _masked(piece.resource)
            self._contexts[key] = resource, piece.scope, otlp_batch.plain(resource.get("attributes"), notes)
        if piece.log:
            self._logs.setdefault(_encode(piece.value), (key, piece.value))
        else:
            self._spans[piece.value["spanId"]] = key, piece.value

    def add_flat(self, span: dict[str, Any]) -> None:
        """A span as Phoenix's client gives it."""
        ident = fields.text(payload.inner(span, "context"), "span_id")
        if not ident:
            raise RecordError("the span has no context.span_id")
        self._spans[ident] = None, span

    def add_annotation(self, note: dict[str, Any]) -> None:
        """An annotation as Phoenix's client gives it."""
        self._notes.setdefault(_encode(note), note)

    def record(self) -> TraceRecord:
        """The trace. Raises RecordError where a part turns out not to be one."""
        spans: list[RawSpan] = []
        judgements: list[Judgement] = []
        events: dict[str, list[Event]] = {}
        begun: list[datetime] = []
        for _, log in self._logs.values():
            event, attributes, span_id, time = self._log(log)
            judgements += self._reader.judgements(attributes)
            events.setdefault(span_id, []).append(event)
            begun += [time] if time is not None else []
        for context, span in self._spans.values():
            logged = self._flat(span) if context is None else self._otlp(span, self._contexts[context][2])
            logged = replace(logged, events=(*logged.events, *events.get(logged.id, ())))
            spans.append(self._reader.span(logged))
            own = [event for event in logged.events if event not in events.get(logged.id, ())]
            judgements += self._reader.judgements(logged.attributes, own)
        for note in self._notes.values():
            judgements += _annotation(note)
        trace = trace_from_spans(self.trace_id, spans, judgements)
        if not spans and begun:
            trace = replace(trace, started_at=min(begun))
        return TraceRecord(trace, _encode(self._raw()).decode(), part=True)

    def _otlp(self, span: dict[str, Any], resource: Mapping[str, Any]) -> Logged:
        notes = self._reader.notes
        start, end = otlp_batch.moment(span, "startTimeUnixNano"), otlp_batch.moment(span, "endTimeUnixNano")
        duration = None
        if start is not None and end is not None:
            duration = (end[0] - start[0]) / 1e6
            if duration < 0:
                notes.add("a span ends before it starts; its duration is taken as missing")
                duration = None
        status = payload.inner(span, "status")
        code = status.get("code")
        listed = span.get("events")
        events = [
            Event(fields.text(event, "name") or "", otlp_batch.plain(event.get("attributes"), notes))
            for event in (listed if isinstance(listed, list) else ())
            if isinstance(event, dict)
        ]
        return Logged(
            id=span["spanId"],
            parent=span.get("parentSpanId"),
            name=fields.text(span, "name") or "",
            started_at=start[1] if start else None,
            duration_ms=duration,
            code=_CODES.get(code.removeprefix("STATUS_CODE_"), 0) if isinstance(code, str) else code or 0,
            message=fields.text(status, "message") or "",
            attributes=otlp_batch.plain(span.get("attributes"), notes),
            events=events,
            resource=resource,
        )

    def _log(self, log: dict[str, Any]) -> tuple[Event, dict[str, Any], str, datetime | None]:
        notes = self._reader.notes
        attributes = otlp_batch.plain(log.get("attributes"), notes)
        body = otlp_batch.any_value(log.get("body"), notes)
        if isinstance(body, dict) and event_name(log, attributes) in EVALUATION_EVENTS:
            attributes = {**body, **attributes}
        time = otlp_batch.moment(log, "timeUnixNano") or otlp_batch.moment(log, "observedTimeUnixNano")
        event = Event(event_name(log, attributes), attributes, body)
        return event, attributes, log.get("spanId", ""), time[1] if time else None

    def _flat(self, span: dict[str, Any]) -> Logged:
        notes = self._reader.notes
        started, ended = fields.moment(span, "start_time", notes), fields.moment(span, "end_time", notes)
        attributes = span.get("attributes")
        listed = span.get("events")
        kind = fields.text(span, "span_kind")
        return Logged(
            id=span["context"]["span_id"],
            parent=fields.text(span, "parent_id") or None,
            name=fields.text(span, "name") or "",
            started_at=started,
            duration_ms=max((ended - started).total_seconds() * 1000, 0.0) if started and ended else None,
            code=_CODES.get(fields.text(span, "status_code") or "", 0),
            message=fields.text(span, "status_message") or "",
            attributes={
                **({"openinference.span.kind": kind} if kind else {}),
                **(attributes if isinstance(attributes, dict) else {}),
            },
            events=[
                Event(fields.text(event, "name") or "", payload.inner(event, "attributes"))
                for event in (listed if isinstance(listed, list) else ())
                if isinstance(event, dict)
            ],
        )

    def _raw(self) -> dict[str, Any]:
        raw: dict[str, Any] = {}
        for outer, inner, values, placed in (
            ("resourceSpans", "scopeSpans", "spans", self._spans.values()),
            ("resourceLogs", "scopeLogs", "logRecords", self._logs.values()),
        ):
            by_context: dict[bytes, list[dict[str, Any]]] = {}
            for key, value in placed:
                if key is not None:
                    by_context.setdefault(key, []).append(value)
            if by_context:
                raw[outer] = [
                    {"resource": self._contexts[key][0], inner: [{"scope": self._contexts[key][1], values: listed}]}
                    for key, listed in by_context.items()
                ]
        flat = [span for key, span in self._spans.values() if key is None]
        raw |= {"spans": flat} if flat else {}
        return raw | ({"annotations": list(self._notes.values())} if self._notes else {})


def assemble(trace_id: str, raws: Sequence[str], reader: Reader) -> TraceRecord | None:
    """The trace that the parts in several raw records make; None where one of them is no such record."""
    parts = TraceParts(trace_id, reader)
    try:
        for raw in raws:
            value = decode(raw.encode())
            if not isinstance(value, dict) or not value.keys() & {*otlp_batch.KEYS, "spans", "annotations"}:
                return None
            if value.keys() & set(otlp_batch.KEYS):
                for piece in otlp_batch.pieces(value, reader.notes):
                    if isinstance(piece, Piece):
                        parts.add(piece)
            for span in _dicts(value.get("spans")):
                parts.add_flat(span)
            for note in _dicts(value.get("annotations")):
                parts.add_annotation(note)
        return parts.record()
    except (RecordError, UnicodeEncodeError):
        return None


def event_name(log: Mapping[str, Any], attributes: Mapping[str, Any]) -> str:
    """The name of the event that a log record is; older SDKs keep it in an attribute."""
    name = log.get("eventName") or attributes.get("event.name")
    return name if isinstance(name, str) else ""


def _annotation(note: Mapping[str, Any]) -> Iterable[Judgement]:
    name, result = fields.text(note, "name"), payload.inner(note, "result")
    if not name:
        return
    yield Judgement(
        name=name,
        value=fields.number(result, "score"),
        label=fields.text(result, "label"),
        explanation=fields.text(result, "explanation"),
        human=fields.text(note, "annotator_kind") == "HUMAN",
    )


def _dicts(listed: Any) -> list[dict[str, Any]]:
    return [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []


def _masked(resource: Mapping[str, Any]) -> dict[str, Any]:
    """A resource is what the tool adds of the machine, its command line for one: no place for a credential to stay."""
    listed = resource.get("attributes")
    if not isinstance(listed, list):
        return {key: value for key, value in resource.items() if key != "attributes"}
    attributes = [
        {**part, "value": payload.masked(part.get("value"), str(part.get("key")))} if isinstance(part, dict) else part
        for part in listed
    ]
    return {**resource, "attributes": attributes}
