"""What the files of a folder say about one request: its observations, its row of the trace table, its scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import Record, TraceRecord
from readiness_tui.sources.kit.grouping import LOST, GroupedRecord
from readiness_tui.sources.kit.jsonio import RecordError, decode
from readiness_tui.sources.kit.recordio import reject
from readiness_tui.sources.langfuse.file import Holds
from readiness_tui.sources.langfuse.names import as_api
from readiness_tui.sources.langfuse.row import build, span
from readiness_tui.sources.langfuse.score import judgement, table_judgements
from readiness_tui.sources.tracing.span_tree import RawSpan

#: What says of an observation whether it is inside of another.
PARENT = frozenset({"parentObservationId", "isRootObservation"})


@dataclass(slots=True)
class LoggedRequest:
    """`spans`: observations by id, with their lines (0: from another file). `line`: of the trace's own row, as far as it
    is in the file, else of its first observation."""

    own: bool = False
    line: int = 0
    spans: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    foreign: int = 0  # observations from other files
    row: dict[str, Any] | None = None
    scores: dict[str, dict[str, Any]] = field(default_factory=dict)
    lost: bool = False  # whether an observation of it could not be read

    def add(self, piece: GroupedRecord) -> None:
        where, _, kind = piece.kind.partition(" ")
        value = as_api(decode(piece.text.encode("utf-8", "surrogatepass")))
        own = where == "own"
        self.own = self.own or own
        if kind == LOST:
            self.lost = True
        elif kind == Holds.SCORES:
            self.scores.setdefault(str(value.get("id", f"\0{len(self.scores)}")), value)
        elif kind == Holds.TRACES:
            self.row = value if own or self.row is None else self.row
            self.line = piece.line if own else self.line
        else:
            ident = str(value.get("id", f"\0{len(self.spans)}"))
            self.foreign += where == "near"
            if own or ident not in self.spans:  # if an observation occurs twice, the file's own counts
                self.line = self.line or (piece.line if own else 0)
                self.spans[ident] = (piece.line if own else 0, value)

    def raw(self) -> str:
        """All of it as JSON text, metadata without credentials."""
        found: dict[str, Any] = {}
        if self.row is not None:
            found["trace"] = _masked(self.row)
        if self.spans:
            found["observations"] = [_masked(row) for _, row in self.spans.values()]
        if self.scores:
            found["scores"] = list(self.scores.values())
        return payload.as_raw(found)

    def declared(self) -> int:
        """How many observations its row says that there are; 0 if it does not say."""
        row = self.row or {}
        listed = payload.parsed(row.get("observations"))
        return len(listed) if isinstance(listed, list) else payload.count(row.get("observationCount")) or 0

    def trace(self, ident: str, notes: fields.Notes, *, parents: bool = False) -> Iterator[Record]:
        """`parents`: whether the file names the parents of observations. A row without that field then has none; where no
        row has it (exported tables of generations), whether a step is the first of its request is not known."""
        parents = parents or any(PARENT & row.keys() for _, row in self.spans.values())
        spans: list[RawSpan] = []
        for line, row in self.spans.values():
            try:
                spans.append(span(row, notes, parents=parents))
            except RecordError as error:
                self.lost = True
                if line:
                    yield reject(line, str(error), payload.as_raw(row))
                else:
                    notes.add(f"an observation in another file was left out: {error}")
        if not spans and self.row is None:
            return
        judged = []
        for score in self.scores.values():
            try:
                judged.append(judgement(score))
            except RecordError as error:
                notes.add(f"a score was left out: {error}")
        known = {said.name for said in judged}
        tables = [row for _, row in self.spans.values() if "comments" in row] + ([self.row] if self.row else [])
        judged += [said for row in tables for said in table_judgements(row) if said.name not in known]
        try:
            fewer = 0 < len(spans) < self.declared()
            if fewer:
                notes.add("a request has fewer observations than its row counts; its tokens and tool calls are unknown")
            found = build(ident, spans, self.row, judged, notes, lost=self.lost or fewer)
            yield TraceRecord(found, self.raw())
        except RecordError as error:
            yield reject(self.line, f"trace {ident}: {error}", self.raw())


def _masked(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "metadata": payload.masked(row["metadata"])} if "metadata" in row else dict(row)
