"""Rows of which each is a span: put together by the id that they share, whatever the tool.

A tool's table or export has a row a step, in any order and over several files or pages. Rows are grouped by trace id
(never taken as requests or repeats), one bad row is rejected with its line, and what one file has of a trace is joined
with what another brings later. A row that was rejected though its trace is known, or that is declared and not there, is
a lost span of its trace: what the others do not show is then not known, rather than not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from readiness_tui.domain.runs.model import Trace
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import Progress, Reject, TraceRecord, Warn
from readiness_tui.sources.kit.folder import size
from readiness_tui.sources.kit.grouping import LOST, GroupedRecord, Groups
from readiness_tui.sources.kit.jsonio import RecordError, decode
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.tracing.span_tree import RawSpan

Row = Mapping[str, Any]
_STEP = 500  # groups between two progress records


@dataclass(slots=True)
class SpanGroup:
    """The rows of one trace that became spans, and the spans, in the same order. `lost`: ids of rows that are not there."""

    id: str
    lines: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    spans: list[RawSpan] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class SpanRows:
    """How a tool's rows are read. Each function raises RecordError for a row that cannot be used.

    tool: its name, kept in the raw record. rows: the rows of an entry, structured. trace_id: the trace that a row
    belongs to. span: a row as a span. trace: of a group, of which a span is lost or not. wrappers: keys of an object that
    hold its list of rows. lacking: how many spans fewer there are than the rows of the trace declare.
    """

    tool: str
    rows: Callable[[Entry], Iterable[Row]]
    trace_id: Callable[[Row], str]
    span: Callable[[Row, fields.Notes], RawSpan]
    trace: Callable[[SpanGroup, fields.Notes, bool], Trace]
    wrappers: tuple[str, ...] = ()
    lacking: Callable[[SpanGroup], int] = lambda group: 0

    def groups(
        self, paths: Sequence[Path], notes: fields.Notes, see: Callable[[Row], None] = lambda row: None
    ) -> Iterator[SpanGroup | Reject | Warn | Progress]:
        """Every trace of these files once. `see` is shown each row before the first group comes."""
        total = size(*paths)
        with Groups(total) as groups:
            for path in paths:
                header: Row = {}
                count = 0
                for item in records(path, *self.wrappers):
                    if not isinstance(item, Entry):
                        yield item
                    elif item.header:
                        header = item.value
                    else:
                        count += 1
                        ident = ""
                        try:
                            for row in self.rows(item):
                                ident = self.trace_id(row) or ident
                                see(row)
                                groups.add(ident, GroupedRecord(self.tool, item.line, payload.as_raw(row)))
                        except RecordError as error:
                            if ident:  # a part of a trace that the parts before it name
                                groups.add(ident, GroupedRecord(LOST, item.line, ""))
                            yield reject(item.line, str(error), item.raw)
                if (more := _more(header, count)) is not None:
                    yield Warn(f"{path.name}: {more}.")
            for done, (ident, pieces) in enumerate(groups):
                if done % _STEP == 0:
                    yield Progress(total, total)
                group = SpanGroup(ident)
                for piece in pieces:
                    value: Any = None
                    try:
                        if piece.kind != LOST:
                            value = decode(piece.text.encode("utf-8", "surrogatepass"))
                            self._add(group, piece.line, value, notes)
                            continue
                    except RecordError as error:
                        yield reject(piece.line, str(error), piece.text)
                    group.lost.add(_name(value) or f"line {piece.line}")
                if group.spans:
                    yield group
            yield from groups.refused()

    def lost(self, group: SpanGroup) -> bool:
        """Whether a span of this trace is known to be missing. One that came after all, in another row, is not."""
        return bool(group.lost - {span.id for span in group.spans}) or self.lacking(group) > 0

    def record(self, group: SpanGroup, notes: fields.Notes) -> TraceRecord:
        """The trace of a group. Other files may bring more of it."""
        raw = {self.tool: group.rows, **({LOST: sorted(group.lost)} if group.lost else {})}
        return TraceRecord(self.trace(group, notes, self.lost(group)), payload.as_raw(raw), part=True)

    def assemble(self, trace_id: str, raws: Sequence[str]) -> TraceRecord | None:
        """The trace of the rows in these raw records, later ones replacing earlier; None if one is of another tool."""
        group = SpanGroup(trace_id)
        by_id: dict[str, Row] = {}
        notes = fields.Notes()
        for raw in raws:
            try:
                value = decode(raw.encode("utf-8", "surrogatepass"))
                listed = value.get(self.tool) if isinstance(value, dict) else None
                if not isinstance(listed, list):
                    return None
                group.lost.update(str(one) for one in value.get(LOST) or ())
                for row in listed:
                    by_id[self.span(row, notes).id] = row
            except RecordError:
                return None
        for row in by_id.values():
            self._add(group, 0, row, notes)
        return self.record(group, notes)

    def _add(self, group: SpanGroup, line: int, row: Row, notes: fields.Notes) -> None:
        group.spans.append(self.span(row, notes))
        group.rows.append(row)
        group.lines.append(line)


def _name(row: Any) -> str | None:
    """The id of a row that is no span; None if that is what is wrong with it."""
    found = row.get("span_id", row.get("id")) if isinstance(row, dict) else None
    return found if isinstance(found, str) and found else None


def _more(header: Row, count: int) -> str | None:
    """What an answer says of rows that are on other pages."""
    total = header.get("total")
    if isinstance(total, int) and total > count:
        return f"it counts {total:,} records, and {count:,} are in it: fetch the other pages as well"
    if header.get("cursor"):
        return "it is one page of several (it has a cursor): fetch the others as well"
    return None
