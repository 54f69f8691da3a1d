"""A record with its structure back: data frames and tables write what was nested into one flat row.

Columns named `outer.inner` become an object; in a table, a cell with JSON or a Python literal (as `str(value)` writes
it) becomes the value. Whatever cannot be opened stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.recordio import Entry

_DEEPEST = 20  # dots in a column's name


def structured(entry: Entry) -> dict[str, Any]:
    """The value of an entry; see the module."""
    value = entry.value
    if entry.table:
        value = {name: structure(cell) for name, cell in value.items()}
    return nested(value) if any("." in name for name in value) else value


def nested(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with `outer.inner` as keys in objects. A name that stands for both a value and an object stays flat."""
    made: dict[str, Any] = {}
    for name, value in sorted(row.items(), key=lambda item: item[0].count(".")):
        steps = name.split(".")
        place: Any = made
        if not all(steps) or len(steps) > _DEEPEST:
            steps = [name]
        for step in steps[:-1]:
            place = place.setdefault(step, {}) if isinstance(place, dict) else None
            if not isinstance(place, dict):
                break
        if isinstance(place, dict) and steps[-1] not in place:
            if value is not None or len(steps) == 1:
                place[steps[-1]] = value
        else:
            made[name] = value
    return made
