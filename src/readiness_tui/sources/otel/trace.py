"""Collects all parts of one trace, in the tracers' own format, and builds the `Trace` from them.

The raw record of such a trace is one JSON object with its parts: OTLP batches with only this trace (`resourceSpans`,
`resourceLogs`), `spans` that came a row each, `annotations` on them. So a trace whose parts arrive in several files, or in
several requests to the receiver, can be rebuilt from all of them: `assemble`. A span that arrives again replaces the
earlier one, unless that one has ended and this one has not; equal parts are kept once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace as modified

from readiness_tui.domain.runs.model import Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import TraceRecord
from readiness_tui.sources.kit.jsonio import RecordError, decode
from readiness_tui.sources.otel import batch, cells
from readiness_tui.sources.otel.batch import OtelRecord
from readiness_tui.sources.tracing.attributes import EVALUATION_EVENTS
from readiness_tui.sources.tracing.leaking import LongText, Unsearched, searched
from readiness_tui.sources.tracing.span_reader import Event, LoggedSpan, Reader
from readiness_tui.sources.tracing.span_tree import SPAN_LOST, GivenScore, RawSpan, trace_from_spans

_REMOTE = 0x300  # OTLP's flags: it is known whether the parent is remote, and it is
_SPAN_TYPE = "logfire.span_type"
_encode = msgspec.json.Encoder().encode


class _Part(msgspec.Struct, frozen=True):
    """A span as in the file (`context`: its resource and scope, None for a row), and as parsed (`said`)."""

    context: bytes | None
    value: dict[str, Any]
    said: LoggedSpan


@dataclass(frozen=True, slots=True)
class _Record:
    """A log record: its event, span and time."""

    context: bytes
    value: dict[str, Any]
    event: Event
    span_id: str
    at: datetime | None


class TraceParts:
    """Collects the parts of one trace; `record` builds it. Adding an unusable part raises RecordError."""

    def __init__(self, trace_id: str, reader: Reader) -> None:
        self.trace_id = trace_id
        self._reader = reader
        self._spans: dict[str, _Part] = {}
        self._logs: dict[bytes, _Record] = {}
        self._notes: dict[bytes, tuple[dict[str, Any], GivenScore]] = {}
        self._unfinished = False
        self._lost: set[str] = set()  # ids of spans that could not be read
        self._written: tuple[int, bytes] = (0, b"")
        self._of_logfire = False  # whether one of the spans may be pending, or a log message

    def add(self, piece: OtelRecord) -> None:
        """Add a span or log record of an OTLP batch."""
        key = self._reader.context_key(piece.resource, piece.scope)
        if key not in self._reader.contexts:
            resource = _masked(piece.resource)
            plain = batch.plain(resource.get("attributes"), self._reader.notes)
            self._reader.contexts[key] = resource, piece.scope, plain
        if piece.log:
            self._logs.setdefault(_encode(piece.value), self._log(key, piece.value))
        else:
            self._keep(_Part(key, piece.value, self._otlp(piece.value, self._reader.contexts[key][2])))

    def add_row(self, row: dict[str, Any], said: LoggedSpan) -> None:
        """Add a span that came as a row."""
        self._keep(_Part(None, row, said))

    def _keep(self, part: _Part) -> None:
        self._of_logfire = self._of_logfire or _SPAN_TYPE in part.said.attributes
        earlier = self._spans.get(part.said.id)
        if earlier is not None and _is_pending(part.said) and not _is_pending(earlier.said):
            return
        if earlier is not None and _is_pending(earlier.said) == _is_pending(part.said) and earlier.value != part.value:
            self._reader.notes.add(
                "a span id stands twice with different content; the later one that has ended is taken"
            )
            if (part.said.name, part.said.started_at) != (earlier.said.name, earlier.said.started_at):
                self._lost.add(f"{part.said.id} again")  # two spans, and one of them is not counted
            if part.said.duration_ms is None and earlier.said.duration_ms is not None:
                return
        self._spans[part.said.id] = part

    def add_annotation(self, note: dict[str, Any]) -> None:
        """Add an annotation as Phoenix's client returns it."""
        self._notes.setdefault(_encode(note), (note, _annotation(note)))

    def lose(self, span_id: str) -> None:
        """A span of the trace could not be read: what the others do not show is not known, rather than not there."""
        self._lost.add(span_id)

    def written(self, count: int, text: bytes) -> None:
        """All parts were so many spans or log records of one context, which stand in this list as JSON."""
        self._written = count, text

    @property
    def empty(self) -> bool:
        """Whether there is nothing of a request: every part was refused, or is a log message of Logfire's."""
        if self._of_logfire and not self._logs and all(_is_message(part.said) for part in self._spans.values()):
            self._reader.notes.add("a trace is log messages alone; it was left out")
            return True
        return not (self._spans or self._logs or self._notes)

    def record(self) -> TraceRecord:
        """The trace built from everything added."""
        (record,) = searched([self.unsearched()])
        return record

    def unsearched(self) -> Unsearched:
        """The same for whoever searches the long texts of many traces at once."""
        judgements: list[GivenScore] = []
        events: dict[str, list[Event]] = {}
        for log in self._logs.values():
            judgements += self._reader.judgements(log.event.attributes, of=log.span_id)
            events.setdefault(log.span_id, []).append(log.event)
        spans: list[RawSpan] = []
        all_said = list(self._ended(events)) if self._of_logfire else [part.said for part in self._spans.values()]
        for said in all_said:
            judgements += self._reader.judgements(said.attributes, said.events, of=said.id)
            if more := events.get(said.id):
                said = modified(said, events=(*said.events, *more))
            spans.append(self._reader.span(said))
        judgements += [judgement for _, judgement in self._notes.values()]
        texts: list[LongText] = []
        trace = trace_from_spans(self.trace_id, spans, judgements, self._reader.notes, unsearched=texts)
        begun = [log.at for log in self._logs.values() if log.at is not None]
        if not spans and begun:
            trace = replace(trace, started_at=min(begun))
        record = TraceRecord(self._without_claims(trace, all_said), self._raw().decode(), part=True)
        return Unsearched(record, texts)

    def _without_claims(self, trace: Trace, all_said: Sequence[LoggedSpan]) -> Trace:
        """The trace without what would be said of it as if all its spans were here."""
        notes = self._reader.notes
        lost = bool(self._lost - self._spans.keys())
        if lost:
            notes.add(SPAN_LOST)
        if lost or self._unfinished:
            trace = replace(
                trace, tool_calls=None, chunks=None, retrieval=None, tokens_in=None, tokens_out=None, cost=None
            )
        if any(said.parent is None for said in all_said):
            return trace
        ids = {said.id for said in all_said}
        tops = [said for said in all_said if said.parent not in ids]
        if tops and not any(map(self._begins, tops)):
            notes.add("the span in which a trace begins is not in the file; its latency and outcome are not known")
            trace = replace(trace, latency_ms=None, status=None, outcome=None, error=None)
        return trace

    def _begins(self, said: LoggedSpan) -> bool:
        """Whether a span is where a request came in: its parent is a caller elsewhere, not a span that is missing."""
        flags = self._spans[said.id].value.get("flags") if said.id in self._spans else None
        return (type(flags) is int and flags & _REMOTE == _REMOTE) or said.side in ("server", "consumer")

    def _ended(self, events: dict[str, list[Event]]) -> Iterator[LoggedSpan]:
        """The spans without Logfire's pending ones: a span's beginning, sent ahead as a child of it with an id of its own
        (or, as its tables have it, in its place).

        Where the span itself is missing, it has not ended: the pending one stands for it. Logfire's log messages, which
        come as spans, become events of the span around them.
        """
        missing: set[str] = set()
        for part in self._spans.values():
            said = part.said
            if _is_message(said):
                name = said.attributes.get("event.name")
                name = name if isinstance(name, str) else said.name
                events.setdefault(said.parent or "", []).append(Event(name, said.attributes))
            elif not _is_pending(said):
                yield said
            elif (begun := self._begun(said)) is not None and begun.id not in missing:
                missing.add(begun.id)
                self._unfinished = True
                self._reader.notes.add("a span has begun and not ended; nothing is known of its end")
                yield modified(begun, duration_ms=None, code=cells.NOT_UNDERSTOOD, ended=False)

    def _begun(self, said: LoggedSpan) -> LoggedSpan | None:
        """The span that a pending one announces; None if it has come itself."""
        real = self._spans.get(said.parent or "")
        above = said.attributes.get("logfire.pending_parent_id")
        if above is None and (real is None or real.said.started_at != said.started_at):
            return said
        if real is not None or said.parent is None:
            return None
        return modified(said, id=said.parent, parent=above if isinstance(above, str) and above.strip("0") else None)

    def _otlp(self, span: dict[str, Any], resource: Mapping[str, Any]) -> LoggedSpan:
        notes = self._reader.notes
        start, end = batch.nanos(span, "startTimeUnixNano", notes), batch.nanos(span, "endTimeUnixNano", notes)
        duration = None
        if start is not None and end is not None:
            duration = (end - start) / 1e6
            if duration < 0:
                notes.add("a span ends before it starts; its duration is taken as missing")
                duration = None
        stated, message = cells.status_of(span.get("status"), notes)
        listed = span.get("events")
        events = (
            [
                Event(fields.text(event, "name") or "", batch.plain(event.get("attributes"), notes))
                for event in listed
                if isinstance(event, dict)
            ]
            if isinstance(listed, list)
            else ()
        )
        return LoggedSpan(
            span["spanId"],
            span.get("parentSpanId"),
            fields.text(span, "name") or "",
            None if start is None else batch.at(start),
            duration,
            stated,
            message,
            batch.plain(span.get("attributes"), notes),
            events,
            resource,
            ended=stated != cells.NOT_UNDERSTOOD
            and (end is not None or batch.integer(span.get("endTimeUnixNano") or 0, "endTimeUnixNano") != 0),
            side=cells.side_of(span.get("kind")),
        )

    def _log(self, context: bytes, log: dict[str, Any]) -> _Record:
        notes = self._reader.notes
        attributes = batch.plain(log.get("attributes"), notes)
        body = batch.any_value(log.get("body"), notes)
        name = event_name(log, attributes)
        if isinstance(body, dict) and name in EVALUATION_EVENTS:
            attributes = {**body, **attributes}
        time = batch.moment(log, "timeUnixNano", notes) or batch.moment(log, "observedTimeUnixNano", notes)
        event = Event(name, attributes, body)
        return _Record(context, log, event, log.get("spanId", ""), time)

    def _raw(self) -> bytes:
        """JSON of all parts; what was written already is copied, unless a part of it was left out."""
        count, text = self._written
        members: list[bytes] = []
        spans = [(part.context, part.value) for part in self._spans.values() if part.context]
        logs = [(log.context, log.value) for log in self._logs.values()]
        for outer, inner, values, found in (
            (b"resourceSpans", b"scopeSpans", b"spans", spans),
            (b"resourceLogs", b"scopeLogs", b"logRecords", logs),
        ):
            by_context: dict[bytes, list[dict[str, Any]]] = {}
            for context, value in found:
                by_context.setdefault(context, []).append(value)
            if by_context:
                batches = [
                    b'{"resource":%b,"%b":[{"scope":%b,"%b":%b}]}'
                    % (
                        _encode(resource),
                        inner,
                        _encode(scope),
                        values,
                        text if len(listed) == count else _encode(listed),
                    )
                    for key, listed in by_context.items()
                    for resource, scope, _ in (self._reader.contexts[key],)
                ]
                members.append(b'"%b":[%b]' % (outer, b",".join(batches)))
        if flat := [part.value for part in self._spans.values() if part.context is None]:
            members.append(b'"spans":%b' % _encode(flat))
        if self._lost:
            members.append(b'"lost":%b' % _encode(sorted(self._lost)))
        if self._notes:
            members.append(b'"annotations":%b' % _encode([note for note, _ in self._notes.values()]))
        return b"{%b}" % b",".join(members)


Rows = Callable[[list[dict[str, Any]]], Iterable[tuple[dict[str, Any], LoggedSpan]]]


def assemble(trace_id: str, raws: Sequence[str], reader: Reader, as_spans: Rows | None = None) -> TraceRecord | None:
    """The trace built from the parts in several raw records; None if one of them is not such a record.

    `as_spans` reads the rows among them.
    """
    rows: list[dict[str, Any]] = []
    parts = TraceParts(trace_id, reader)
    try:
        for raw in raws:
            value = decode(raw.encode())
            if not isinstance(value, dict) or not value.keys() & {*batch.KEYS, "spans", "annotations"}:
                return None
            if value.keys() & set(batch.KEYS):
                for piece in batch.pieces(value, reader.notes):
                    if isinstance(piece, OtelRecord):
                        parts.add(piece)
            rows += _dicts(value.get("spans"))
            for lost in value["lost"] if isinstance(value.get("lost"), list) else ():
                parts.lose(str(lost))
            for note in _dicts(value.get("annotations")):
                parts.add_annotation(note)
        if rows and as_spans is None:
            return None
        for row, said in as_spans(rows) if as_spans is not None else ():
            parts.add_row(row, said)
        return parts.record()
    except (RecordError, UnicodeEncodeError):
        return None


def event_name(log: Mapping[str, Any], attributes: Mapping[str, Any]) -> str:
    """The event name of a log record; older SDKs keep it in an attribute."""
    name = log.get("eventName") or attributes.get("event.name")
    return name if isinstance(name, str) else ""


def _is_pending(said: LoggedSpan) -> bool:
    return said.attributes.get(_SPAN_TYPE) == "pending_span"


def _is_message(said: LoggedSpan) -> bool:
    return said.attributes.get(_SPAN_TYPE) == "log"


def _annotation(note: Mapping[str, Any]) -> GivenScore:
    """An annotation of Phoenix's, with its result inside or in columns of their own."""
    name = cells.pick(note, ("name", "annotation_name"))
    if not isinstance(name, str):
        raise RecordError("the annotation has no name")
    result = {part: cells.pick(note, (f"result.{part}",)) for part in ("score", "label", "explanation")}
    return GivenScore(
        name=name,
        value=fields.number(result, "score"),
        label=fields.text(result, "label"),
        explanation=fields.text(result, "explanation"),
        human=fields.text(note, "annotator_kind") == "HUMAN",
        of=fields.text(note, "span_id"),
    )


def _dicts(listed: Any) -> list[dict[str, Any]]:
    return [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []


def _masked(resource: Mapping[str, Any]) -> dict[str, Any]:
    """The resource with credentials masked: it describes the machine, including command lines."""
    listed = resource.get("attributes")
    if not isinstance(listed, list):
        return {key: value for key, value in resource.items() if key != "attributes"}
    attributes = [
        {**part, "value": payload.masked(part.get("value"), str(part.get("key")))} if isinstance(part, dict) else part
        for part in listed
    ]
    return {**resource, "attributes": attributes}
