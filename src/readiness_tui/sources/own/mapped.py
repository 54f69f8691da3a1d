"""Any other CSV, JSON or JSON lines, read with a mapping file (`settings/mapping.py`).

The mapping turns a record into our own case result or trace record, whose rules then apply. Only declared scores are
scores; columns that the mapping does not name are kept unchanged with the record.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Run
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit import fields, payload
from readiness_tui.sources.kit.base import CaseRecord, Recognised, Record, RunStart, TraceRecord, Warn
from readiness_tui.sources.kit.fileio import digest, head
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.peek import FileKind, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.kit.yaml_safe import read_yaml
from readiness_tui.sources.own.case_record import CaseRepeats, case_from
from readiness_tui.sources.own.run_fields import run_from
from readiness_tui.sources.own.trace_record import trace_from
from readiness_tui.sources.settings import mapping as mapping_schema
from readiness_tui.sources.settings.mapping import COST, LATENCY, SCALE, CaseMapping, Cost, Latency, MappedColumn

_NOTHING = object()
_OURS = {"latency": "latency_ms"}  # field of the mapping → of our own records


class Mapped:
    """A source for one mapping file. Raises ReadinessError if the mapping is invalid."""

    name = "mapped"
    title = "CSV, JSON or JSON lines with a mapping file"

    def __init__(self, mapping: Path) -> None:
        self.path = mapping
        self.mapping = mapping_schema.build(read_yaml(mapping))
        columns = self.mapping.columns
        named = ((field, getattr(columns, field)) for field in type(columns).model_fields)
        self._columns: dict[str, MappedColumn] = {field: column for field, column in named if column is not None}

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        return Recognised(self.name, f"{self.mapping.kind} as {self.path.name} maps them", 100)

    def along(self, path: Path) -> tuple[Path, ...]:
        """The mapping file: with another mapping, the file gives other records."""
        return (self.path,)

    def read(self, path: Path) -> Iterator[Record]:
        look = peek(head(path))
        if look.kind is FileKind.TABLE:
            self._check_header(path, look.keys)
        notes = fields.Notes()
        unseen = dict.fromkeys(self._all_columns())
        repeats = CaseRepeats()
        run: Run | None = None
        for item in records(path, *filter(None, (self.mapping.records,))):
            if not isinstance(item, Entry):
                yield item
                continue
            if run is None and isinstance(self.mapping, CaseMapping):
                run = self._run(self.mapping, path, item, notes)
                yield RunStart(run)
            if item.header:
                continue
            for column in [column for column in unseen if _column_value(item.value, column) is not _NOTHING]:
                del unseen[column]
            try:
                yield self._record(item, run, repeats, notes)
            except RecordError as error:
                yield reject(item.line, str(error), item.raw)
        if unseen and look.kind is not FileKind.TABLE:  # a table's header names its columns even if all cells are empty
            listed = ", ".join(quoted(column) for column in unseen)
            yield Warn(f"{path.name}: no record has what {self.path.name} maps: {listed}.")
        yield from notes.warnings(path.name)

    def _record(
        self, item: Entry, run: Run | None, repeats: CaseRepeats, notes: fields.Notes
    ) -> CaseRecord | TraceRecord:
        made, rest = self._translated(item, notes)
        if run is not None:
            entry = replace(item, value=made)
            case = case_from(entry, notes)
            return CaseRecord(
                run.id, repeats.with_repeat(replace(case, extra={**rest, **case.extra}), entry, notes), item.raw
            )
        trace = trace_from(replace(item, value=made), notes)
        return TraceRecord(replace(trace, extra={**rest, **trace.extra}), item.raw)

    def _run(self, mapping: CaseMapping, path: Path, first: Entry, notes: fields.Notes) -> Run:
        stated = mapping.run.model_dump(exclude_none=True)
        try:
            run = run_from(stated, ident=f"mapped-{digest(path)[:12]}", name=path.stem, tool=self.name, notes=notes)
        except RecordError as error:
            raise ReadinessError(f"{self.path}, field run: {error}. Correct the mapping.") from error
        warnings = run.warnings
        if not stated:
            warnings = (f"{path.name}: the mapping describes no run: its version, start and dataset are unknown.",)
        about = {"mapping": self.path.name, "directions": mapping_schema.directions(mapping)}
        around = payload.masked(first.value) if first.header else {}
        return replace(run, warnings=warnings, extra={**around, **run.extra, **about})

    def _all_columns(self) -> list[str]:
        scores = [name for score in self.mapping.scores.values() for name in (score.column, score.error) if name]
        return [column.column for column in self._columns.values()] + scores

    def _check_header(self, path: Path, header: frozenset[str]) -> None:
        for column in self._all_columns():
            if column not in header:
                near = difflib.get_close_matches(column, header, n=1)
                hint = f" Did you mean {quoted(near[0])}?" if near else ""
                listed = ", ".join(quoted(name) for name in sorted(header)[:12])
                raise ReadinessError(
                    f"{path}: the table has no column {quoted(column)}, which {one_line(self.path.name, 60)} maps.{hint}"
                    f" Its columns: {listed}."
                )

    def _translated(self, entry: Entry, notes: fields.Notes) -> tuple[dict[str, Any], dict[str, Any]]:
        """The record in our own format, and the fields that the mapping does not name. Raises RecordError."""
        made: dict[str, Any] = {}
        for field, column in self._columns.items():
            value = self._value(entry, column, field, notes)
            if value is None:
                continue
            if isinstance(column, Latency | Cost):
                factor = LATENCY[column.unit] if isinstance(column, Latency) else COST[column.unit]
                value = _in_our_unit(value, factor, field)
            made[_OURS.get(field, field)] = value
        scores: dict[str, Any] = {}
        for name, score in self.mapping.scores.items():
            value = self._value(entry, score, name, notes)
            failed = score.error is not None and _column_value(entry.value, score.error) not in (
                _NOTHING,
                None,
                "",
                False,
            )
            if isinstance(value, bool):
                value = float(value)
            if failed:
                scores[name] = {"state": "judge error"}
            else:
                scores[name] = None if value is None else _in_our_unit(value, SCALE[score.unit], name)
        if scores and isinstance(self.mapping, CaseMapping):
            made["scores"] = scores
        elif scores:
            made["scores"] = {name: value for name, value in scores.items() if isinstance(value, float)}
        used = set(self._all_columns())
        return made, {key: value for key, value in entry.value.items() if key not in used}

    def _value(self, entry: Entry, column: MappedColumn, name: str, notes: fields.Notes) -> Any:
        value = _column_value(entry.value, column.column)
        if value is _NOTHING or value is None:
            return None
        if column.values is not None:
            word = fields.as_json(value)
            if word not in column.values:
                known = ", ".join(quoted(key) for key in column.values)
                raise RecordError(f"{name} is {quoted(word)}, and the mapping knows {known}")
            return column.values[word]
        if entry.table and fields.not_finite(value):
            notes.add(f"{name} is NaN or infinite; taken as missing")
            return None
        return value


def _column_value(record: Mapping[str, Any], column: str) -> Any:
    """The value of a column: by its full name, else by keys inside objects (`meta.id`)."""
    if column in record:
        return record[column]
    value: Any = record
    for step in column.split("."):
        if not isinstance(value, dict) or step not in value:
            return _NOTHING
        value = value[step]
    return value


def _in_our_unit(value: Any, unit: tuple[int, int], name: str) -> float | None:
    """`unit`: (theirs, ours), so many of their units equal so many of ours."""
    found = fields.number({name: value}, name)
    if found is None:
        return None
    found = found * unit[1] / unit[0]
    if not math.isfinite(found):
        raise RecordError(f"{name} is {quoted(value)}, which is beyond any number")
    return found
