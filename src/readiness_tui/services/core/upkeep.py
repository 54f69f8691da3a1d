"""Looking after the file: is it sound, with what is it read, and a copy of it."""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from pathlib import Path

from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.reports.health import DoctorLine, Health
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.tamper import by_hand, pinned, trail_of
from readiness_tui.services.importing.readers import still_changed
from readiness_tui.services.importing.receiving.spool import abandoned
from readiness_tui.sources import registry
from readiness_tui.store import imports, sqlite, systems
from readiness_tui.store.raw import compact as compacting

_NUMBER = re.compile(r"\d+|None")  # of a row or a page


def examine(desk: Desk | None, head: str = "") -> Health:
    """SQLite, the whole file and every reference in it, what was changed past the program, and the plugins.

    `head`: what a scorecard printed as the end of the history, which the file has to have too.
    """
    problems = [DoctorLine(said) for said in registry.problems()]
    remarks: list[DoctorLine] = []
    trail = None
    if desk is not None:
        remarks += [DoctorLine(desk.store.told)] if desk.store.told else []
        broken = desk.store.integrity()
        problems += [
            DoctorLine(f"{desk.store.path}: {line}. Restore a backup.", _NUMBER.sub("…", line)) for line in broken
        ]
        if not broken:
            problems += (DoctorLine(str(one), _NUMBER.sub("…", f"{one.table}: {one.said}")) for one in by_hand(desk))
        with desk.store.read() as conn:
            trail = trail_of(conn)
            problems += map(DoctorLine, pinned(conn, head))
            remarks += [
                DoctorLine(
                    f"Import {info.id} ({one_line(info.path, 100)}) of {one_line(name, 60)}: its reader has changed since. Look at"
                    f" `readiness reread {info.id}`.",
                    "imports whose reader has changed",
                )
                for name in systems.all(conn)
                for info in still_changed(imports.all(conn, name))
            ]
        if left := abandoned(desk.store.path):
            remarks.append(
                DoctorLine(
                    f"What `readiness collect` acknowledged and did not store, because it was killed or stopped, waits in"
                    f" {plural(len(left), 'file')} in {left[0].parent}. `readiness collect`, started again, stores it first."
                )
            )
    return Health(
        python=platform.python_version(),
        sqlite=sqlite.sqlite3.sqlite_version,
        sqlite_module=sqlite.sqlite3.__name__,
        wal_is_safe=sqlite.wal_is_safe(),
        path=desk.store.path if desk else None,
        journal=desk.store.journal_mode if desk else None,
        schema_version=desk.store.version if desk else None,
        problems=tuple(problems),
        remarks=tuple(remarks),
        trail=trail,
    )


@dataclass(frozen=True, slots=True)
class Compacted:
    """A file made smaller: its bytes before and after, whose data it holds, and how many blocks of raw records of an
    earlier version were packed anew."""

    path: Path
    systems: tuple[str, ...]
    before: int
    after: int
    repacked: int


def compact(desk: Desk, progress: compacting.OnBlocks) -> Compacted:
    """Pack what earlier versions stored, and give unused pages back. Closes the desk's file.

    Raises ReadinessError where somebody else has it open, the disk has no room, or it is read-only.
    """
    path = desk.store.path
    before = compacting.size(path)
    with desk.store.read() as conn:
        names = tuple(systems.all(conn))
    compacting.prepare(desk.store, desk.now())
    repacked = compacting.repack(desk.store, progress)
    desk.close()
    compacting.give_back(path)
    return Compacted(path, names, before, compacting.size(path), repacked)


def backup(desk: Desk, to: Path) -> None:
    """A consistent copy at `to`. Raises ReadinessError where that exists or cannot be written."""
    desk.store.backup(to)
