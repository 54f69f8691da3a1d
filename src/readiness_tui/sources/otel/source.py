"""OpenTelemetry's OTLP in files: JSON in any envelope (`envelope.py`), in lines or one document, or protobuf.

Each line is an export batch of spans or log records. A trace is spread over lines, children before parents, so all
are collected by trace id first. Evaluations come as log records (`gen_ai.evaluation.result`), often in a file of their
own: `x.logs.jsonl` beside `x.traces.jsonl` is read along. Traces that name the evaluation run they belong to
(`langfuse.experiment.id`, `eval.run.id`) and their example are cases of that run as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Progress, ReadAlongError, Recognised, Record, Reject, TraceRecord, Warn
from readiness_tui.sources.kit.fileio import head, unreadable
from readiness_tui.sources.kit.grouping import LOST, Groups
from readiness_tui.sources.kit.grouping import GroupedRecord as Kept
from readiness_tui.sources.kit.jsonio import MAX_DOCUMENT, RecordError, as_null, decode, document, shaped, whole
from readiness_tui.sources.kit.peek import BOM, FileKind, Peek, peek
from readiness_tui.sources.kit.pieces.piece import Before, Gathered, Piece, in_turn
from readiness_tui.sources.kit.recordio import Entry, elements, lines, reject
from readiness_tui.sources.otel import envelope, protobuf, trace
from readiness_tui.sources.otel.batch import KEYS, Bad, OtelRecord, pieces, plain
from readiness_tui.sources.otel.cells import MORE, ONE_PAGE
from readiness_tui.sources.otel.runs import Runs
from readiness_tui.sources.otel.trace import TraceParts, event_name
from readiness_tui.sources.tracing.attributes import EVALUATION_EVENTS, names
from readiness_tui.sources.tracing.leaking import Unsearched, searched
from readiness_tui.sources.tracing.span_reader import CARRYING_EVENTS, MESSAGE_EVENTS, Reader

#: What `Pile` writes of records beside each other: the number of their context, their places in the batch, and they.
_beside = msgspec.json.Decoder(tuple[int, list[str], msgspec.Raw]).decode
_listed = msgspec.json.Decoder(list[dict[str, Any]]).decode
MAX_LINE = 64 * 1024 * 1024  # a collector's batch of 8,192 spans with their messages is one line
PAIRS = (("traces", "logs"), ("spans", "logs"), ("trace", "log"))  # names of files of one export
EVENTS = EVALUATION_EVENTS | MESSAGE_EVENTS.keys() | CARRYING_EVENTS
_JSON = (FileKind.OBJECT, FileKind.LINES, FileKind.ARRAY)
_STEP = 500  # traces between two progress records


class Otlp:
    name = "otlp"
    title = "OpenTelemetry traces and evaluation logs (OTLP: JSON in any envelope, or protobuf)"
    brings = (
        "traces with their steps, models, tokens, tool calls and retrieved chunks, whichever convention names them",
        "scores from evaluation log records",
    )
    lacks = (
        "cost, and a prompt version under an agreed name",
        "runs and cases of an evaluation",
        "inputs and outputs, unless the application records its content",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if look.kind in _JSON:
            found = envelope.seen(look)
            own = any(key in look.keys for key in KEYS)
            return Recognised(self.name, f"JSON with {' and '.join(found)}", 100 if own else 95) if found else None
        kind = protobuf.held(head)
        return Recognised(self.name, f"protobuf with OTLP {kind}", 95) if kind else None

    def along(self, path: Path) -> tuple[Path, ...]:
        return tuple(file for file in _paired(path, 0, 1) if "logs" in _signals(file))

    def assemble(self, trace_id: str, raws: Sequence[str]) -> TraceRecord | None:
        return trace.assemble(trace_id, raws, Reader(names(), fields.Notes()))

    def in_pieces(self, path: Path) -> TracesReader:
        for file in _paired(path, 1, 0):
            if "traces" not in _signals(path) and "traces" in _signals(file):
                raise ReadAlongError(f"{path} is read along with {file.name}, whose traces it judges: import that one.")
        return TracesReader(path, self.along(path))

    def read(self, path: Path) -> Iterator[Record]:
        """Stream the file's traces, then its runs. Raises ReadinessError where it is no OTLP."""
        yield from in_turn(self.in_pieces(path))


class TracesReader:
    """Reads a file and those beside it (see `PieceReader`): taken apart by trace as a whole, put together in pieces."""

    def __init__(self, path: Path, along: tuple[Path, ...]) -> None:
        self._path, self._along = path, along
        self._names = names()
        self._notes = fields.Notes()
        self._runs = Runs(path)

    def pieces(self, most: int, held: int) -> Iterator[Piece | Reject | Warn | Progress]:
        size = self._path.stat().st_size
        with Groups(size) as groups:
            pile = Pile(groups, self._notes)
            for file in (self._path, *self._along):
                for item in batches(file):
                    if isinstance(item, tuple):
                        yield from pile.add(*item)
                    elif not isinstance(item, Progress) or file is self._path:
                        yield item
            yield from pile.unjoined()
            some: list[tuple[str, list[Kept]]] = []
            taken = 0
            for done, (trace_id, kept) in enumerate(groups):
                if done % _STEP == 0:
                    yield Progress(size, size)
                some.append((trace_id, kept))
                taken += sum([len(piece.text) for piece in kept])
                if len(some) >= most or taken >= held:
                    yield pile.pack(some)
                    some, taken = [], 0
            if some:
                yield pile.pack(some)
            yield from groups.refused()

    def read(self, piece: Piece, before: Before, gathered: Gathered) -> Iterator[TraceRecord | Reject]:
        runs = Runs(self._path)
        for record in searched(self._unsearched(piece, gathered)):
            if isinstance(record, TraceRecord):
                runs.add(record)
            yield record
        gathered.found.append(runs)

    def _unsearched(self, piece: Piece, gathered: Gathered) -> Iterator[Unsearched | Reject]:
        contexts: dict[int, Context] = piece.content[0]
        reader = Reader(self._names, gathered.notes)
        for trace_id, kept in piece.content[1]:
            parts = TraceParts(trace_id, reader)
            for one in kept:
                if one.kind == LOST:
                    parts.lose(one.text)
                    continue
                some, text = _as_added(one, contexts)
                for added in some:
                    try:
                        parts.add(added)
                    except RecordError as error:
                        yield reject(one.line, f"{added.place}: {error}", fields.as_json(added.value))
                        if not added.log:
                            parts.lose(str(added.value.get("spanId")))
                if len(kept) == 1:
                    parts.written(len(some), text)
            if parts.empty:
                continue
            found = parts.unsearched()
            if found.record.trace.spans is None:
                gathered.notes.add("a trace is known by its evaluations alone; import its spans as well")
            yield found

    def gather(self, gathered: Gathered) -> None:
        gathered.notes.add_to(self._notes)
        for runs in gathered.found:
            self._runs.take(runs)

    def ended(self) -> Iterator[Record]:
        yield from self._runs.records()
        yield from self._notes.warnings(self._path.name)


Context = tuple[Any, Any]  # a resource and a scope


class Pile:
    """Batches taken apart into pieces by trace; evaluations that name only a response find the trace that has it."""

    def __init__(self, groups: Groups, notes: fields.Notes) -> None:
        self._groups = groups
        self._notes = notes
        self._contexts: list[Context] = []
        self._numbers: dict[str, int] = {}
        self._last: tuple[Any, Any, int] = (None, None, 0)
        self._answered: dict[str, str] = {}  # response id → trace id
        self._waiting: list[tuple[str, int, OtelRecord]] = []
        #: What stands beside each other in the batch and is of one trace, and where each stands.
        self._beside: list[dict[str, Any]] = []
        self._places: list[str] = []
        self._beside_is: tuple[str, int, str, int] = ("", 0, "", 0)  # of which trace, its line, what it is, its context

    def add(self, line: int, batch: Any) -> Iterator[Reject]:
        """One batch of the file's line."""
        try:
            for piece in pieces(batch, self._notes):
                if isinstance(piece, Bad):
                    yield Reject(line, f"{piece.place}: {piece.reason}")
                    if piece.trace_id is not None:
                        self._lose(piece.trace_id, line, "")
                    continue
                try:
                    self._place(line, piece)
                except RecordError as error:
                    yield reject(line, f"{piece.place}: {error}", fields.as_json(piece.value))
                    if piece.trace_id is not None and not piece.log:
                        self._lose(piece.trace_id, line, str(piece.value.get("spanId")))
        except RecordError as error:
            yield Reject(line, str(error))
        self._put_down()

    def unjoined(self) -> Iterator[Reject]:
        """Places what waited for its trace; a reject for each that found none."""
        for response, line, piece in self._waiting:
            trace_id = self._answered.get(response)
            if trace_id is None:
                text = fields.as_json(piece.value)
                yield reject(
                    line, "an evaluation names neither a trace nor a response that a span of the file has", text
                )
            else:
                self._keep(trace_id, line, piece)
        self._put_down()
        self._waiting.clear()

    def pack(self, groups: list[tuple[str, list[Kept]]]) -> Piece:
        """These traces, with the contexts that they name."""
        named = {_number(one) for _, kept in groups for one in kept if one.kind != LOST}
        return Piece(({number: self._contexts[number] for number in sorted(named)}, groups))

    def _place(self, line: int, piece: OtelRecord) -> None:
        attributes = plain(piece.value.get("attributes"), self._notes)
        response = attributes.get("gen_ai.response.id")
        if piece.log:
            if event_name(piece.value, attributes) not in EVENTS and "gen_ai.evaluation.name" not in attributes:
                self._notes.add("a log record is no evaluation and no message; it was left out")
                return
            if piece.trace_id is None:
                self._waiting.append((response if isinstance(response, str) else "", line, piece))
                return
        elif isinstance(response, str) and piece.trace_id is not None:
            self._answered[response] = piece.trace_id
        self._keep(piece.trace_id or "", line, piece)

    def _keep(self, trace_id: str, line: int, piece: OtelRecord) -> None:
        """Spans of one trace nearly always stand beside each other: they are kept, and later read, as one."""
        belongs = trace_id, line, "log" if piece.log else "span", self._context(piece)
        if belongs != self._beside_is:
            self._put_down()
            self._beside_is = belongs
        self._beside.append(piece.value)
        self._places.append(piece.place)

    def _lose(self, trace_id: str, line: int, span_id: str) -> None:
        self._put_down()
        self._groups.add(trace_id, Kept(LOST, line, span_id))

    def _put_down(self) -> None:
        if self._beside:
            trace_id, line, kind, number = self._beside_is
            text = fields.as_json([number, self._places, self._beside])
            self._groups.add(trace_id, Kept(kind, line, text, len(self._beside)))
            self._beside.clear()
            self._places.clear()

    def _context(self, piece: OtelRecord) -> int:
        """The number of the piece's resource and scope, which those beside it in the batch share."""
        resource, scope, number = self._last
        if resource is not piece.resource or scope is not piece.scope:
            context = fields.as_json([piece.resource, piece.scope])
            number = self._numbers.setdefault(context, len(self._contexts))
            if number == len(self._contexts):
                self._contexts.append((piece.resource, piece.scope))
            self._last = piece.resource, piece.scope, number
        return number


def _number(kept: Kept) -> int:
    """Of the context: it stands first in the list that `_keep` writes."""
    return int(kept.text[1 : kept.text.index(",")])


def _as_added(kept: Kept, contexts: Mapping[int, Context]) -> tuple[list[OtelRecord], bytes]:
    """The pieces as they were added, and the JSON of all their values."""
    number, places, text = _beside(kept.text)  # their line was decoded strictly
    resource, scope = contexts[number]
    log = kept.kind == "log"
    values = _listed(text)
    added = [OtelRecord(log, None, resource, scope, value, at) for value, at in zip(values, places, strict=True)]
    return added, bytes(text)


def batches(path: Path) -> Iterator[tuple[int, Any] | Reject | Warn | Progress]:
    """The export batches of a file with their lines. Raises ReadinessError where it is no OTLP at all."""
    look = peek(start := head(path))
    if look.kind not in _JSON:
        yield from _protobuf(path, start)
        return
    lost = 0
    for item in _values(path, look, start):
        if not isinstance(item, tuple):
            yield item
            continue
        number, raw = item
        try:
            raw, missing = as_null(raw)
            lost += missing
            value = decode(raw, nested=True)
            if envelope.plain(raw, value):
                yield number, value
            else:
                yield from ((number, batch) for batch in envelope.batches(value))
                if isinstance(value, dict) and any(value.get(name) for name in MORE):
                    yield Warn(f"{path.name}: {ONE_PAGE}")
        except RecordError as bad:
            yield reject(number, str(bad), raw)
    if lost:
        yield Warn(f"{path.name}: NaN or Infinity stands in {plural(lost, 'place')}; taken as missing.")


def _values(path: Path, look: Peek, start: bytes) -> Iterator[tuple[int, bytes] | Reject | Warn | Progress]:
    """The JSON texts of a file: its lines, the objects of a list, or the document as a whole."""
    first, newline, _ = start.partition(b"\n")
    if look.kind is FileKind.LINES or (look.kind is FileKind.OBJECT and (not newline or _is_value(first))):
        yield from lines(path, MAX_LINE)
        return
    data, _ = as_null(document(path))
    if look.kind is FileKind.ARRAY and "[].[]" not in look.outline:
        listed = shaped(path, data, msgspec.json.Decoder(list[msgspec.Raw]))
        for item in elements(listed, data, data.index(b"[") + 1):
            yield (item.line, item.raw.encode()) if isinstance(item, Entry) else item
        return
    whole(path, data)
    yield 1, document(path)


def _is_value(text: bytes) -> bool:
    try:
        decode(text.removeprefix(BOM))
    except RecordError:
        return False
    return True


def _protobuf(path: Path, start: bytes) -> Iterator[tuple[int, Any] | Reject | Progress]:
    kind = protobuf.held(start)
    if kind is None:
        raise ReadinessError(
            f"{path}: neither OTLP JSON (resourceSpans, resourceLogs) nor OTLP protobuf. Export it again."
        )
    try:
        size = path.stat().st_size
        if size > MAX_DOCUMENT:
            raise ReadinessError(
                f"{path} has {size / 2**20:,.0f} MiB, and OTLP protobuf is read up to {MAX_DOCUMENT // 2**20} MiB. Export"
                " it as OTLP JSON lines, or in parts."
            )
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    number = 0
    try:
        for number, message in enumerate(protobuf.messages(data), 1):
            try:
                yield number, protobuf.decode(message, protobuf.signal(message) or kind)
            except RecordError as error:
                yield Reject(number, str(error))
    except RecordError as error:
        yield Reject(number + 1, str(error))
    yield Progress(len(data), len(data))


def _paired(path: Path, own: int, other: int) -> list[Path]:
    """Files beside this one that have its name but for what it holds: traces.jsonl and logs.jsonl."""
    found = [path.with_name(path.name.replace(pair[own], pair[other])) for pair in PAIRS if pair[own] in path.name]
    return [file for file in dict.fromkeys(found) if file != path and file.is_file()][:1]


def _signals(path: Path) -> frozenset[str]:
    """Of traces and logs, which the beginning of a file shows."""
    start = head(path)
    look = peek(start)
    if look.kind not in _JSON:
        return frozenset(filter(None, [protobuf.held(start)]))
    found = envelope.seen(look)
    return frozenset(
        signal for signal, word in (("traces", "span"), ("logs", "log")) if any(word in name.lower() for name in found)
    )


SOURCE = Otlp()
