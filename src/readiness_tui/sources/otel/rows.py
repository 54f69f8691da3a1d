"""Spans that come a row each, whatever the tool: a table says where a row has what, one reader does the rest.

A tool's module names its fields in a `Layout` and is otherwise a few lines. Rows are grouped into traces by their trace
id. A duration is checked against the row's own times: where it is off by a thousand, a million or a thousand million,
the times count and it is said; where a format's start time comes in another unit than the format has, a duration beside
it that nothing confirms is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import Progress, Recognised, Record, TraceRecord, Warn
from readiness_tui.sources.kit.grouping import LOST, GroupedRecord, Groups
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.peek import peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.otel import cells, durations, trace
from readiness_tui.sources.otel.cells import Names
from readiness_tui.sources.otel.layout import Layout, telling, used
from readiness_tui.sources.otel.runs import Runs
from readiness_tui.sources.otel.trace import TraceParts
from readiness_tui.sources.tracing.attributes import names
from readiness_tui.sources.tracing.outcome import names_error
from readiness_tui.sources.tracing.span_reader import Event, LoggedSpan, Reader

Row = dict[str, Any]

_STEP = 500  # traces between two progress records
_DATA = re.compile(rb"(\xef\xbb\xbf)?\s*([\[{][\s\[{]*[\"\]}]|[^\s\[{])")  # JSON, or a table; no object of a program
_decode = msgspec.json.Decoder().decode


class RowSource:
    """A source of such rows. A tool's class names itself and its layout, and may say how rows are unfolded."""

    name: str
    title: str
    brings: tuple[str, ...] = (
        "traces with their steps, models, tokens, tool calls and retrieved chunks, whichever convention names them",
    )
    lacks: tuple[str, ...] = ("runs and cases of an evaluation", "versions, unless an attribute names them")
    layout: Layout
    certainty = 95
    joins = False

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        found = telling(peek(head), self.layout) if _DATA.match(head) else None
        return Recognised(self.name, f"spans with {', '.join(sorted(found))}", self.certainty) if found else None

    def assemble(self, trace_id: str, raws: Sequence[str]) -> TraceRecord | None:
        reader = Reader(names(), fields.Notes())
        return trace.assemble(trace_id, raws, reader, lambda rows: self.spans(rows, reader.notes))

    def unfold(self, row: Row) -> Iterable[Row]:
        """The rows in an entry of the file: itself, or those that it holds. May raise RecordError."""
        inner = row.get("_source")  # a search engine's hit
        return (inner if isinstance(inner, dict) else row,)

    def settled(self, rows: list[Row]) -> Sequence[Row | None]:
        """The rows of one trace as they are to be read, each in its place; None for one that is no span of its own."""
        return rows

    def read(self, path: Path) -> Iterator[Record]:
        notes = fields.Notes()
        where: dict[str, str] = {}
        with Groups(path.stat().st_size) as groups:
            for item in records(path, *self.layout.within):
                if not isinstance(item, Entry):
                    yield item
                elif item.header:
                    if cells.pick(item.value, cells.MORE) is not None:
                        yield Warn(f"{path.name}: {cells.ONE_PAGE}")
                    if item.value.get("errors"):
                        yield Warn(f"{path.name}: the answer names errors of its own, so it may not be the whole.")
                else:
                    yield from self._collect(item, groups, where)
            self.beside(path, groups, where)
            some = False
            for record in self.traces(path, groups, notes):
                some = some or isinstance(record, TraceRecord)
                yield record
            if not some:
                yield Warn(f"{path.name}: no row of it holds a span that is understood.")
        yield from notes.warnings(path.name)

    def beside(self, path: Path, groups: Groups, where: Mapping[str, str]) -> None:
        """Adds what stands in other files of the folder. `where`: span id → trace id, if the source `joins`."""

    def _collect(self, item: Entry, groups: Groups, where: dict[str, str]) -> Iterator[Record]:
        layout = self.layout
        try:
            rows = list(self.unfold(item.value))
        except RecordError as error:
            yield reject(item.line, str(error), item.raw)
            return
        for at, row in enumerate(rows, 1):
            place = f"span {at} of the record: " if len(rows) > 1 else ""
            try:
                if not isinstance(row, dict):
                    raise RecordError("it is no object")
                trace_id, span_id = cells.identifier(row, layout.trace), cells.identifier(row, layout.span)
                if trace_id is None or span_id is None:
                    lacking = layout.trace[0] if trace_id is None else layout.span[0]
                    raise RecordError(f"it has no {lacking}")
            except RecordError as error:
                yield reject(item.line, f"{place}{error}", item.raw)
                if isinstance(row, dict) and (of := _identity(row, layout.trace)):
                    groups.add(of, GroupedRecord(LOST, item.line, _identity(row, layout.span)))
                continue
            if self.joins:
                where[span_id] = trace_id
            masked = {column: payload.masked(row[column]) for column in layout.resource if column in row}
            groups.add(trace_id, GroupedRecord(f"span {place}", item.line, fields.as_json({**row, **masked})))

    def traces(self, path: Path, groups: Groups, notes: fields.Notes) -> Iterator[Record]:
        """The traces of what was collected, then the runs in them."""
        reader = Reader(names(), notes)
        runs = Runs(path)
        for done, (trace_id, pieces) in enumerate(groups):
            if done % _STEP == 0:
                yield Progress(path.stat().st_size, path.stat().st_size)
            parts = TraceParts(trace_id, reader)
            for piece in pieces:
                if piece.kind == LOST:
                    parts.lose(piece.text)
            rows = [(piece, _decode(piece.text)) for piece in pieces if piece.kind != LOST]  # decoded strictly before
            spans = [(piece, value) for piece, value in rows if piece.kind != "annotation"]
            settled = self.settled([value for _, value in spans])
            said: list[tuple[Row, LoggedSpan]] = []
            for (piece, value), row in zip(spans, settled, strict=True):
                try:
                    if row is not None:
                        said.append((value, self.span(row, notes)))
                except RecordError as error:
                    yield reject(piece.line, piece.kind.removeprefix("span ") + str(error), piece.text)
                    parts.lose(_identity(value, self.layout.span))
            for value, span in self._checked(said, notes):
                parts.add_row(value, span)
            for piece, value in rows:
                try:
                    if piece.kind == "annotation":
                        parts.add_annotation(value)
                except RecordError as error:
                    yield reject(piece.line, str(error), piece.text)
            if parts.empty:
                continue
            record = parts.record()
            runs.add(record)
            yield record
        yield from groups.refused()
        yield from runs.records()

    def spans(self, rows: list[Row], notes: fields.Notes) -> Iterator[tuple[Row, LoggedSpan]]:
        """The spans of one trace's rows. Raises RecordError."""
        settled = zip(rows, self.settled(rows), strict=True)
        return self._checked([(value, self.span(row, notes)) for value, row in settled if row is not None], notes)

    def _checked(self, said: list[tuple[Row, LoggedSpan]], notes: fields.Notes) -> Iterator[tuple[Row, LoggedSpan]]:
        if len({span.id for _, span in said}) > 1 and all(span.parent is None for _, span in said):
            notes.add(
                "no span of a trace names the one above it, so which of them is the request is not known; the longest"
                " is taken as it"
            )
        if self.layout.end:
            return iter(said)
        spans = durations.plausible([span for _, span in said], notes)
        return zip((value for value, _ in said), spans, strict=True)

    def span(self, row: Row, notes: fields.Notes) -> LoggedSpan:
        """A row as a span. Raises RecordError."""
        layout = self.layout
        ident = cells.identifier(row, layout.span)
        if ident is None:
            raise RecordError(f"it has no {layout.span[0]}")
        parent = cells.identifier(row, layout.parent)
        start, end = cells.when(row, layout.start, notes), cells.when(row, layout.end, notes)
        attributes = self._attributes(row, notes)
        stated = cells.pick(row, layout.code)
        if stated is None and layout.status_tags:
            stated = attributes.get("otel.status_code")
            if names_error(attributes.get("error")):
                stated = "ERROR"
        if stated is None and any(_flag(row, name) for name in layout.failed):
            stated = "ERROR"
        code = cells.code_of(stated, notes)
        resource: dict[str, Any] = {}
        for column in layout.resource:
            resource |= cells.attributes(cells.pick(row, (column,)), notes)
        return LoggedSpan(
            id=ident,
            parent=None if parent == ident else parent,
            name=_text(row, layout.label),
            started_at=start.at if start else None,
            duration_ms=durations.duration_ms(row, layout, start, end, notes),
            code=code,
            message=_text(row, layout.message) or (_said(attributes) if layout.status_tags else ""),
            attributes=attributes,
            events=(*cells.events(cells.pick(row, layout.events), notes), *self.events(row)),
            resource=resource,
            ended=code != cells.NOT_UNDERSTOOD and cells.pick(row, (*layout.end, *layout.took)) is not None,
            side=cells.side_of(cells.pick(row, layout.kind) or attributes.get("span.kind")),
        )

    def events(self, row: Row) -> Sequence[Event]:
        """Events that a row has in columns of its own."""
        return ()

    def _attributes(self, row: Row, notes: fields.Notes) -> dict[str, Any]:
        layout = self.layout
        found: dict[str, Any] = {}
        for column in layout.attributes:
            found |= cells.attributes(cells.pick(row, (column,)), notes)
        columns: Iterable[tuple[str, Any]] = ()
        if layout.prefix:
            columns = ((name.removeprefix(layout.prefix), row[name]) for name in row if name.startswith(layout.prefix))
        elif layout.rest:
            known = used(layout)
            columns = ((name, row[name]) for name in row if name not in known)
        found |= {name: cells.spelled(name, value) for name, value in columns if value is not None and value != ""}
        for column, name in layout.named.items():
            value = cells.pick(row, (column,))
            if value is not None:
                found.setdefault(name, value)
        return found


def _identity(row: Mapping[str, Any], names: Names) -> str:
    try:
        return cells.identifier(row, names) or ""
    except RecordError:
        return ""


def _flag(row: Mapping[str, Any], name: str) -> bool:
    wanted, name = not name.startswith("!"), name.removeprefix("!")
    try:
        return fields.flag({name: cells.pick(row, (name,))}, name) is wanted
    except RecordError:
        return False


def _said(attributes: Mapping[str, Any]) -> str:
    """The message of a status among the attributes."""
    found = attributes.get("otel.status_description") or attributes.get("error")
    return found if isinstance(found, str) and found.lower() not in ("true", "false") else ""


def _text(row: Mapping[str, Any], names: Names) -> str:
    value = cells.pick(row, names)
    return "" if value is None else fields.as_json(value)
