"""The runs in case results without a run line, where each row says itself which run, version or model it is of.

A log that several evaluations were appended to holds several runs: pooled, a second version would count as a repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness_tui.sources.kit.recordio import Entry, records

#: What a row may say of its run → the run's field.
ROW_FIELDS = {
    "run_id": "id",
    "run_name": "name",
    "pipeline_version": "pipeline_version",
    "system_version": "pipeline_version",
    "prompt_version": "prompt_version",
    "index_version": "index_version",
    "model": "model",
}
_EXAMPLE = ("case_id", "id", "question", "input")


@dataclass(frozen=True, slots=True)
class RowRuns:
    """`split`: the rows' fields by which the file holds several runs; `shared`: what all its rows say alike."""

    split: tuple[str, ...] = ()
    shared: tuple[tuple[str, str], ...] = ()

    def key(self, row: Mapping[str, Any]) -> tuple[str | None, ...]:
        """What tells the run of a row from the others in the file."""
        return tuple(_text(row, name) for name in self.split)

    def stated(self, row: Mapping[str, Any]) -> dict[str, str]:
        """The fields of the run that a row is of, as `run_fields.run_from` takes them."""
        own = [(name, value) for name in self.split if (value := _text(row, name)) is not None]
        return {ROW_FIELDS[name]: value for name, value in (*self.shared, *own)}


def row_runs(path: Path, wrapper: str) -> RowRuns:
    """How the rows of a file fall into runs. A file with a header, or with a run line, says so itself: nothing here."""
    seen: dict[str, set[str | None]] = {name: set() for name in ROW_FIELDS}
    models: dict[tuple[str | None, ...], str | None] = {}  # example → the model that answered it first
    twice = False
    for item in records(path, wrapper):
        if not isinstance(item, Entry):
            continue
        row = item.value
        if item.header or isinstance(row.get("run"), dict):
            return RowRuns()
        for name, values in seen.items():
            values.add(_text(row, name))
        example = (*(_text(row, name) for name in _EXAMPLE), _text(row, "variant"), _text(row, "repeat"))
        model = _text(row, "model")
        twice = twice or models.setdefault(example, model) != model
    several = [name for name, values in seen.items() if len(values) > 1]
    # A router answers the cases of one run with several models; the same case by another model is another run.
    split = tuple(name for name in several if name != "model" or twice)
    shared = [(name, next(iter(values))) for name, values in seen.items() if len(values) == 1]
    return RowRuns(split, tuple((name, value) for name, value in shared if value is not None))


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return str(value).strip() or None
