"""What `doctor` reports on the database and the libraries that read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHOWN = 5  # of one kind, to people; `--json` names every one


@dataclass(frozen=True, slots=True)
class Trail:
    """The audit trail: how many entries, its head as a scorecard prints it ("" while votes are blind), and the last entry that was there before the
    entries were bound to one another, with its day; 0 where they always were."""

    entries: int
    head: str
    since: int
    day: str


@dataclass(frozen=True, slots=True)
class DoctorLine:
    """A sentence of what was found. `kind`: what others say too of other rows; "" where none do."""

    text: str
    kind: str = ""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Health:
    """What `doctor` found. `path` None: no database is at hand, and only what is installed was looked at."""

    python: str
    sqlite: str
    sqlite_module: str
    wal_is_safe: bool
    path: Path | None
    journal: str | None
    schema_version: int | None
    problems: tuple[DoctorLine, ...]
    remarks: tuple[DoctorLine, ...] = ()  # nothing is wrong, and something is to do
    trail: Trail | None = None


def health_object(health: Health) -> dict[str, Any]:
    """`doctor --json`."""
    return {
        "schema": 1,
        "python": health.python,
        "sqlite": {"version": health.sqlite, "module": health.sqlite_module, "wal_is_safe": health.wal_is_safe},
        "database": None
        if health.path is None
        else {"path": str(health.path), "journal": health.journal, "schema_version": health.schema_version},
        "history": None
        if health.trail is None
        else {
            "entries": health.trail.entries,
            "head": health.trail.head or None,
            "bound_after_entry": health.trail.since,
        },
        "problems": [one.text for one in health.problems],
        "remarks": [one.text for one in health.remarks],
    }


def health_text(health: Health) -> str:
    """Lines for people, problems last, of each kind the first few."""
    wal = "" if health.wal_is_safe else "; without the fix of its WAL journal, so the rollback journal is used"
    lines = [
        f"Python     {health.python}",
        f"SQLite     {health.sqlite} ({health.sqlite_module}){wal}",
        "database   none found; `readiness new` makes one"
        if health.path is None
        else f"database   {health.path}, journal {health.journal}, schema {health.schema_version}",
        *([] if health.trail is None else [_trail(health.trail)]),
        *(f"✗ {problem}" for problem in _bounded(health.problems)),
        *(f"○ {remark}" for remark in _bounded(health.remarks)),
    ]
    return "\n".join([*lines, *([] if health.problems else ["● all is well"])])


def _bounded(found: Iterable[DoctorLine]) -> Iterator[str]:
    """The first of each kind, and how many more there are where its last one would stand."""
    found = tuple(found)
    left = Counter(one.kind for one in found)
    told: Counter[str] = Counter()
    for one in found:
        left[one.kind] -= 1
        told[one.kind] += 1
        if not one.kind or told[one.kind] <= SHOWN:
            yield one.text
        elif not left[one.kind]:
            yield f"and {told[one.kind] - SHOWN:,} more like these ({one.kind}); `readiness doctor --json` names each"


def _trail(trail: Trail) -> str:
    since = (
        f"; bound from entry {trail.since + 1} on: up to {trail.since}, the last of {trail.day}, it is as the file was when it"
        " was upgraded, and what was changed by hand before cannot be shown"
        if trail.since
        else ""
    )
    return f"history    {trail.entries} entries, head {trail.head or 'not told while votes are blind'}{since}"
