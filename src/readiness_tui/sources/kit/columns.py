"""The header of a table as tools really write it: an index column, trailing commas, empty and doubled names.

pandas writes its index as a first column without a name (`to_csv()` by default), which it calls "Unnamed: 0" when the
file is read and written again; a file that went round twice has two of them. Spreadsheets leave a comma at the end of each line, and Excel a line `sep=;` on top.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from readiness_tui.domain.text.sanitise import one_line

_INDEX = re.compile(r"Unnamed: 0(\.\d+)*|index|__index_level_0__")
_OLDER = re.compile(r"Unnamed: 0(\.\d+)*|__index_level_\d+__")
_SEPARATOR = re.compile(r"""\s*"?sep=(.)"?\s*""", re.IGNORECASE)
_SAID = 20  # sentences about one header
MOST = 10_000  # columns; a line of more parts is no header


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table by position; None: left out. `said`: what was renamed or left out, as sentences."""

    names: tuple[str | None, ...]
    said: tuple[str, ...] = ()


def columns(header: list[str]) -> Columns:
    """The columns that a header names; none of a line with more parts than a table has columns."""
    if len(header) > MOST:
        return Columns((), (f"its first line has {len(header):,} parts, and a table is read up to {MOST:,} columns",))
    names: list[str | None] = [name.strip() for name in header]
    said = []
    for at in range(len(names) - 1, 0, -1):  # a comma at the end of each line
        if names[at]:
            break
        names[at] = None
    if names and (names[0] == "" or _INDEX.fullmatch(names[0] or "")) and len(names) > 1:
        said.append("the first column is an index; it was left out")
        names[0] = None
    others = sum(bool(name) for name in names)
    for at, name in enumerate(names):
        # Only a first column without a name is called so: wherever it stands now, it is an older index.
        if name and _OLDER.fullmatch(name) and others > 1:
            said.append(f"column {at + 1} is an older index (“{one_line(name, 40)}”); it was left out")
            names[at] = None
            others -= 1
    taken = {name for name in names if name is not None}
    seen: dict[str, int] = {}
    for at, name in enumerate(names):
        if name is None:
            continue
        if not name:
            names[at] = name = f"column {at + 1}"
            said.append(f"column {at + 1} has no name")
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            again = f"{name} ({seen[name]})"
            while again in taken:
                again += "'"
            taken.add(again)
            said.append(
                f"two columns are named “{one_line(name, 40)}”; column {at + 1} is taken as “{one_line(again, 40)}”"
            )
            names[at] = again
    more = (f"and {len(said) - _SAID:,} more columns like these",) if len(said) > _SAID else ()
    return Columns(tuple(names), (*said[:_SAID], *more))


def stated_separator(line: str) -> str | None:
    """The delimiter in Excel's first line `sep=;`; None for any other line."""
    found = _SEPARATOR.fullmatch(line)
    return found.group(1) if found else None
