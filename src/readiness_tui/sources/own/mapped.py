"""Any other CSV, JSON or JSON lines, read with a mapping file (`settings/mapping.py`).

The mapping turns a record into our own case result, trace record or golden case, whose rules then apply; with
`group_by`, rows are the steps of a trace (`mapped_steps`). Only declared scores are scores; columns that the mapping
does not name are kept unchanged with the record.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Recognised, Record, Warn
from readiness_tui.sources.kit.fileio import head
from readiness_tui.sources.kit.jsonio import RecordError, quoted
from readiness_tui.sources.kit.peek import FileKind, Peek, peek
from readiness_tui.sources.kit.recordio import Entry, records, reject
from readiness_tui.sources.kit.yaml_safe import read_yaml
from readiness_tui.sources.own.mapped_records import making
from readiness_tui.sources.settings import mapping as mapping_schema
from readiness_tui.sources.settings.mapping import (
    COST,
    LATENCY,
    SCALE,
    CaseMapping,
    Cost,
    EvalSetMapping,
    Latency,
    MappedColumn,
    TraceMapping,
)

NOTHING = object()
_WITH_UNIT = re.compile(
    r"\s*(?P<before>\$)?\s*(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<after>[a-zA-Zµμ%]+)?\s*"
)
_SPELT = {
    "s": "s sec secs second seconds",
    "ms": "ms msec msecs millis millisecond milliseconds",
    "us": "us µs μs usec micros microseconds",
    "ns": "ns nanos nanoseconds",
    "USD": "$ usd",
    "cents": "cents",
    "percent": "% percent pct",
}
#: How a unit is spelt in cells and names → as the mapping names it.
UNITS = {spelt: unit for unit, words in _SPELT.items() for spelt in words.split()}
_OURS = {"latency": "latency_ms"}  # field of the mapping → of our own records


class Mapped:
    """A source for one mapping file. Raises ReadinessError if the mapping is invalid."""

    name = "mapped"
    title = "CSV, JSON or JSON lines with a mapping file"

    def __init__(self, mapping: Path, built: mapping_schema.Mapping | None = None) -> None:
        """`built`: the mapping, where it is no file yet."""
        self.path = mapping
        self.mapping = built if built is not None else mapping_schema.build(read_yaml(mapping))
        self.rows = 0  #: records that the last reading saw
        self._columns = mapping_schema.columns_of(self.mapping)
        self._scores = {} if isinstance(self.mapping, EvalSetMapping) else self.mapping.scores

    def recognise(self, path: Path, head: bytes) -> Recognised | None:
        return Recognised(self.name, f"{self.mapping.kind} as {self.path.name} maps them", 100)

    def along(self, path: Path) -> tuple[Path, ...]:
        """The mapping file: with another mapping, the file gives other records."""
        return (self.path,)

    def read(self, path: Path, most: int | None = None) -> Iterator[Record]:
        """`most`: records read, to try a mapping."""
        look = peek(head(path))
        if look.kind is FileKind.TABLE:
            self._check_header(path, look.keys)
        notes = fields.Notes()
        yield from self._records(path, look, most, notes)
        yield from notes.warnings(path.name)

    def _records(self, path: Path, look: Peek, most: int | None, notes: fields.Notes) -> Iterator[Record]:
        unseen = dict.fromkeys(self._all_columns())
        self.rows = 0
        with making(self.mapping, self.path, path, notes) as made:
            for item in records(path, *filter(None, (self.mapping.records,))):
                if not isinstance(item, Entry):
                    yield item
                    continue
                yield from made.begin(item)
                if item.header:
                    continue
                if most is not None and self.rows >= most:
                    break
                self.rows += 1
                for column in [column for column in unseen if column_value(item.value, column) is not NOTHING]:
                    del unseen[column]
                try:
                    yield from made.add(item, *self._translated(item, notes))
                except RecordError as error:
                    yield reject(item.line, str(error), item.raw)
            yield from made.end()
        if unseen and look.kind is not FileKind.TABLE:  # a table's header names its columns even if all cells are empty
            listed = ", ".join(quoted(column) for column in unseen)
            yield Warn(f"{path.name}: no record has what {self.path.name} maps: {listed}.")

    def _all_columns(self) -> list[str]:
        scores = [name for score in self._scores.values() for name in (score.column, score.error) if name]
        shared = [self.mapping.group_by] if isinstance(self.mapping, TraceMapping) and self.mapping.group_by else []
        return [column.column for column in self._columns.values()] + scores + shared

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
                value = _in_our_unit(without_unit(value, column.unit), factor, field)
            made[_OURS.get(field, field)] = value
        scores: dict[str, Any] = {}
        for name, score in self._scores.items():
            value = self._value(entry, score, name, notes)
            failed = score.error is not None and column_value(entry.value, score.error) not in (
                NOTHING,
                None,
                "",
                False,
            )
            if isinstance(value, bool):
                value = float(value)
            if failed:
                scores[name] = {"state": "judge error"}
            else:
                scores[name] = (
                    None if value is None else _in_our_unit(without_unit(value, score.unit), SCALE[score.unit], name)
                )
        if scores and isinstance(self.mapping, CaseMapping):
            made["scores"] = scores
        elif scores:
            made["scores"] = {name: value for name, value in scores.items() if isinstance(value, float)}
        used = set(self._all_columns())
        return made, {key: value for key, value in entry.value.items() if key not in used}

    def _value(self, entry: Entry, column: MappedColumn, name: str, notes: fields.Notes) -> Any:
        value = column_value(entry.value, column.column)
        if value is NOTHING or value is None:
            return None
        if column.values is not None:
            word = fields.as_json(value)
            word = word if word in column.values else word.strip()
            if word not in column.values:
                known = ", ".join(quoted(key) for key in column.values)
                raise RecordError(f"{name} is {quoted(word)}, and the mapping knows {known}")
            return column.values[word]
        if entry.table and fields.not_finite(value):
            notes.add(f"{name} is NaN or infinite; taken as missing")
            return None
        return value


def column_value(record: Mapping[str, Any], column: str) -> Any:
    """The value of a column: by its full name, else by keys inside objects (`meta.id`)."""
    if column in record:
        return record[column]
    value: Any = record
    for step in column.split("."):
        if not isinstance(value, dict) or step not in value:
            return NOTHING
        value = value[step]
    return value


def without_unit(value: Any, unit: str) -> Any:
    """A number whose unit stands in its cell ("1.2 s", "87%", "$0.004") without it, where that is the mapping's unit."""
    found = _WITH_UNIT.fullmatch(value) if isinstance(value, str) else None
    if found is None or unit_in(value) != unit:
        return value
    return found["number"]


def unit_in(value: Any) -> str | None:
    """The unit that stands in a cell beside its number."""
    found = _WITH_UNIT.fullmatch(value) if isinstance(value, str) else None
    return UNITS.get((found["before"] or found["after"] or "").lower()) if found else None


def _in_our_unit(value: Any, unit: tuple[int, int], name: str) -> float | None:
    """`unit`: (theirs, ours), so many of their units equal so many of ours."""
    found = fields.number({name: value}, name)
    if found is None:
        return None
    found = found * unit[1] / unit[0]
    if not math.isfinite(found):
        raise RecordError(f"{name} is {quoted(value)}, which is beyond any number")
    return found
