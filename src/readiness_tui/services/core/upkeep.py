"""Looking after the file: is it sound, with what is it read, and a copy of it."""

from __future__ import annotations

import platform
from pathlib import Path

from readiness_tui.reports.health import Health
from readiness_tui.services.core.desk import Desk
from readiness_tui.sources import registry
from readiness_tui.store import sqlite


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
