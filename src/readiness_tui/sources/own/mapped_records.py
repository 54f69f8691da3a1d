"""What a mapping makes of translated records: cases, traces, the steps of traces, or golden cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.joining import question_id, records_digest
from readiness_tui.domain.runs.model import EvalSet, GoldenCase, Run
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, EvalSetRecord, Record, RunStart, TraceRecord
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.kit.folder import size
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.pieces.first_lines import FirstLines
from readiness_tui.sources.kit.recordio import Entry
from readiness_tui.sources.own.case_record import CaseRepeats, case_from
from readiness_tui.sources.own.mapped_steps import Steps
from readiness_tui.sources.own.run_fields import run_from
from readiness_tui.sources.own.trace_record import trace_from
from readiness_tui.sources.settings import mapping as mapping_schema
from readiness_tui.sources.settings.mapping import CaseMapping, EvalSetMapping, TraceMapping

TOOL = "mapped"


class Making:
    """One pass over the records of a file, each translated to our own names, with the fields that are not mapped."""

    def __init__(self, path: Path, notes: fields.Notes) -> None:
        self.path, self.notes = path, notes
        self.held = ExitStack()

    def __enter__(self) -> Making:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.held.close()

    def begin(self, item: Entry) -> Iterator[Record]:
        """Before an entry is used, the first time with what stands around the records."""
        yield from ()

    def add(self, item: Entry, made: dict[str, Any], rest: dict[str, Any]) -> Iterator[Record]:
        """Raises RecordError."""
        raise NotImplementedError

    def end(self) -> Iterator[Record]:
        yield from ()


def making(mapping: mapping_schema.Mapping, mapped_by: Path, path: Path, notes: fields.Notes) -> Making:
    if isinstance(mapping, CaseMapping):
        return _Cases(mapping, mapped_by, path, notes)
    if isinstance(mapping, EvalSetMapping):
        return _Golden(mapping, path, notes)
    return _Traces(path, notes) if mapping.group_by is None else _Steps(mapping, path, notes)


class _Cases(Making):
    def __init__(self, mapping: CaseMapping, mapped_by: Path, path: Path, notes: fields.Notes) -> None:
        super().__init__(path, notes)
        self._mapping, self._by = mapping, mapped_by
        self._run: Run | None = None
        self._repeats = CaseRepeats()

    def begin(self, item: Entry) -> Iterator[Record]:
        if self._run is None:
            self._run = self._described(item)
            yield RunStart(self._run)

    def add(self, item: Entry, made: dict[str, Any], rest: dict[str, Any]) -> Iterator[Record]:
        assert self._run is not None
        entry = replace(item, value=made)
        case = case_from(entry, self.notes)
        case = self._repeats.with_repeat(replace(case, extra={**rest, **case.extra}), entry, self.notes)
        yield CaseRecord(self._run.id, case, item.raw)

    def _described(self, first: Entry) -> Run:
        stated = self._mapping.run.model_dump(exclude_none=True)
        ident = f"mapped-{digest(self.path)[:12]}"
        try:
            run = run_from(stated, ident=ident, name=self.path.stem, tool=TOOL, notes=self.notes)
        except RecordError as error:
            raise ReadinessError(f"{self._by}, field run: {error}. Correct the mapping.") from error
        warnings = run.warnings
        if not stated:
            warnings = (f"{self.path.name}: the mapping describes no run: its version, start and dataset are unknown.",)
        about = {"mapping": self._by.name, "directions": mapping_schema.directions(self._mapping)}
        around = payload.masked(first.value) if first.header else {}
        return replace(run, warnings=warnings, extra={**around, **run.extra, **about})


class _Traces(Making):
    """A record is a request."""

    def __init__(self, path: Path, notes: fields.Notes) -> None:
        super().__init__(path, notes)
        self._seen = FirstLines()

    def add(self, item: Entry, made: dict[str, Any], rest: dict[str, Any]) -> Iterator[Record]:
        trace = trace_from(replace(item, value=made), self.notes)
        if (first := self._seen.before(trace.id, item.line)) is not None:
            raise RecordError(
                f"the trace {quoted(trace.id)} stands in the file already, on line {first}; if a record is a step of it,"
                " say group_by"
            )
        yield TraceRecord(replace(trace, extra={**rest, **trace.extra}), item.raw)


class _Steps(Making):
    """A record is a step of a request."""

    def __init__(self, mapping: TraceMapping, path: Path, notes: fields.Notes) -> None:
        super().__init__(path, notes)
        self._steps = self.held.enter_context(Steps(mapping, size(path)))

    def add(self, item: Entry, made: dict[str, Any], rest: dict[str, Any]) -> Iterator[Record]:
        self._steps.add(item, made, rest, self.notes)
        yield from ()

    def end(self) -> Iterator[Record]:
        yield from self._steps.traces(self.notes)


class _Golden(Making):
    def __init__(self, mapping: EvalSetMapping, path: Path, notes: fields.Notes) -> None:
        super().__init__(path, notes)
        self._name = mapping.name or path.stem
        self._cases: dict[str, GoldenCase] = {}
        self._written: dict[str, dict[str, Any]] = {}

    def add(self, item: Entry, made: dict[str, Any], rest: dict[str, Any]) -> Iterator[Record]:
        case = _golden(made, rest, table=item.table)
        if case.id in self._cases:
            raise RecordError(f"{quoted(case.id)} stands in the set already")
        self._cases[case.id], self._written[case.id] = case, made
        yield from ()

    def end(self) -> Iterator[Record]:
        if not self._cases:
            raise ReadinessError(f"{self.path}: no golden case in it could be used. Each needs a question.")
        yield EvalSetRecord(EvalSet(self._name, records_digest(self._written), tuple(self._cases.values())))


def _golden(made: dict[str, Any], rest: dict[str, Any], *, table: bool) -> GoldenCase:
    question = fields.prose(made, "question")
    if question is None or not question.strip():
        raise RecordError("no question")
    ident, reference = fields.text(made, "id"), fields.prose(made, "reference")
    return GoldenCase(
        id=ident if ident is not None and ident.strip() else question_id(question),
        question=question,
        expected_sources=fields.texts(made, "expected_sources", table=table) or (),
        must_include=fields.texts(made, "must_include", table=table) or (),
        expected_tools=fields.texts(made, "expected_tools", table=table) or (),
        tags=fields.tags(made, made, table=table),
        extra=rest if reference is None else {**rest, "reference": reference},
    )
