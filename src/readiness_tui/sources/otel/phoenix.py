"""Phoenix's spans and annotations, as its client returns them, one JSON object per line.

Spans: `id, name, context.{trace_id, span_id}, span_kind, parent_id, start_time, end_time, status_code`, flat
OpenInference `attributes`, `events`. Annotations name a span, not its trace, so annotations in the same folder are
read together with the spans.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import Progress, ReadAlongError, Recognised, Record, TraceRecord
from readiness_tui.sources.kit.fileio import head
from readiness_tui.sources.kit.folder import beside
from readiness_tui.sources.kit.grouping import GroupedRecord, Groups
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.peek import FileKind, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.otel import trace
from readiness_tui.sources.otel.runs import Runs
from readiness_tui.sources.otel.trace import TraceParts
from readiness_tui.sources.tracing.attributes import names
from readiness_tui.sources.tracing.span_reader import Reader

SPAN = frozenset({"context", "span_kind", "parent_id", "status_code"})
ANNOTATION = frozenset({"annotator_kind", "span_id", "result", "name"})
_STEP = 500
_decode = msgspec.json.Decoder().decode


class Phoenix:
    name = "phoenix"
    title = "Phoenix spans and their annotations"
    brings = (
        "traces with their steps, models, tokens, cost, tool calls and retrieved documents",
        "annotations as scores, people's also as feedback",
    )
    lacks = (
        "runs and cases of an experiment",
        "versions, unless they are in the metadata",
    )

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        look = peek(head)
        if look.kind not in (FileKind.LINES, FileKind.ARRAY, FileKind.OBJECT):
            return None
        if look.keys >= SPAN:
            return Recognised(self.name, "spans with context, span_kind, parent_id and status_code", 100)
        if look.keys >= ANNOTATION:
            return Recognised(self.name, "annotations with annotator_kind, span_id and result", 100)
        return None

    def along(self, path: Path) -> tuple[Path, ...]:
        return _of_kind(beside(path), ANNOTATION) if _of_kind((path,), SPAN) else ()

    def assemble(self, trace_id: str, raws: Sequence[str]) -> TraceRecord | None:
        return trace.assemble(trace_id, raws, Reader(names(), fields.Notes()))

    def read(self, path: Path) -> Iterator[Record]:
        if not _of_kind((path,), SPAN):
            _refuse_annotations(path)
        notes = fields.Notes()
        reader = Reader(names(), notes)
        where: dict[str, str] = {}  # span id → trace id
        with Groups(path.stat().st_size) as groups:
            for item in records(path, "data", "spans"):
                if not isinstance(item, Entry):
                    yield item
                elif not item.header:
                    try:
                        trace_id, span_id = _ids(item)
                        where[span_id] = trace_id
                        groups.add(trace_id, GroupedRecord("span", item.line, item.raw))
                    except RecordError as error:
                        yield reject(item.line, str(error), item.raw)
            for file in self.along(path):
                for item in records(file, "data"):
                    if isinstance(item, Entry) and (found := where.get(str(item.value.get("span_id")))) is not None:
                        groups.add(found, GroupedRecord("annotation", item.line, item.raw))
            runs = Runs(path)
            for done, (trace_id, pieces) in enumerate(groups):
                if done % _STEP == 0:
                    yield Progress(path.stat().st_size, path.stat().st_size)
                parts = TraceParts(trace_id, reader)
                for piece in pieces:
                    value = _decode(piece.text)  # its line was decoded strictly
                    try:
                        parts.add_flat(value) if piece.kind == "span" else parts.add_annotation(value)
                    except RecordError as error:
                        yield reject(piece.line, str(error), piece.text)
                if parts.empty:
                    continue
                record = parts.record()
                runs.add(record)
                yield record
            yield from runs.records()
        yield from notes.warnings(path.name)


def _ids(item: Entry) -> tuple[str, str]:
    context = payload.inner(item.value, "context")
    trace_id, span_id = fields.text(context, "trace_id"), fields.text(context, "span_id")
    if not trace_id or not span_id:
        raise RecordError("the span has no context with trace_id and span_id")
    return trace_id, span_id


def _refuse_annotations(path: Path) -> None:
    """Raises ReadAlongError, or ReadinessError if there are no spans for the annotations."""
    for file in _of_kind(beside(path), SPAN):
        raise ReadAlongError(f"{path} is read along with {file.name}, whose spans it judges: import that one.")
    raise ReadinessError(
        f"{path}: Phoenix's annotations name spans, not requests, and no spans are beside it. Export the spans into the"
        " same folder and import those."
    )


def _of_kind(files: Sequence[Path], keys: frozenset[str]) -> tuple[Path, ...]:
    return tuple(file for file in files if peek(head(file)).keys >= keys)


SOURCE = Phoenix()
