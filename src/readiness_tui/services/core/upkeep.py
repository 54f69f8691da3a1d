"""Looking after the file: is it sound, with what is it read, and a copy of it."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness_tui.services.core.desk import Desk
from readiness_tui.sources import registry
from readiness_tui.store import sqlite


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
    problems: tuple[str, ...]


def examine(desk: Desk | None) -> Health:
    """SQLite, the whole file and every reference in it, and the plugins."""
    problems = [*registry.problems()]
    if desk is not None:
        problems += [f"{desk.store.path}: {line}. Restore a backup." for line in desk.store.integrity()]
    return Health(
        python=platform.python_version(),
        sqlite=sqlite.sqlite3.sqlite_version,
        sqlite_module=sqlite.sqlite3.__name__,
        wal_is_safe=sqlite.wal_is_safe(),
        path=desk.store.path if desk else None,
        journal=desk.store.journal_mode if desk else None,
        schema_version=desk.store.version if desk else None,
        problems=tuple(problems),
    )


def backup(desk: Desk, to: Path) -> None:
    """A consistent copy at `to`. Raises ReadinessError where that exists or cannot be written."""
    desk.store.backup(to)


def as_json(health: Health) -> dict[str, Any]:
    """`doctor --json`."""
    return {
        "schema": 1,
        "python": health.python,
        "sqlite": {"version": health.sqlite, "module": health.sqlite_module, "wal_is_safe": health.wal_is_safe},
        "database": None
        if health.path is None
        else {"path": str(health.path), "journal": health.journal, "schema_version": health.schema_version},
        "problems": [*health.problems],
    }


def as_text(health: Health) -> str:
    """Lines for a person, the problems last."""
    wal = "" if health.wal_is_safe else "; without the fix of its WAL journal, so the rollback journal is used"
    lines = [
        f"Python     {health.python}",
        f"SQLite     {health.sqlite} ({health.sqlite_module}){wal}",
        "database   none found; `readiness new` makes one"
        if health.path is None
        else f"database   {health.path}, journal {health.journal}, schema {health.schema_version}",
        *(f"✗ {problem}" for problem in health.problems),
    ]
    return "\n".join([*lines, *([] if health.problems else ["● all is well"])])
