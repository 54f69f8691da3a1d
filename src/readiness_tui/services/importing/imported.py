"""What was imported, and the lines that were not: listed, and exported so that their owner can mend them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import to_json
from readiness_tui.reports.atomic import write_lines
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.importing.rejected import RejectedLines
from readiness_tui.sources.kit.base import Reject
from readiness_tui.store import imports
from readiness_tui.store.imports import ImportInfo

__all__ = ["ImportInfo", "Rejected", "all_imports", "reject_line", "rejects_of", "write_rejects"]


class Rejected(Protocol):
    """A line that was not imported: its number (0: unknown), the reason, and how it begins."""

    @property
    def line(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def excerpt(self) -> str: ...


def all_imports(desk: Desk) -> list[ImportInfo]:
    """Every import of the desk's system, the latest first."""
    with desk.store.read() as conn:
        return imports.all(conn, current_review(conn, desk).system)


def rejects_of(desk: Desk, import_id: int) -> tuple[ImportInfo, RejectedLines]:
    """An import with the lines of its file that were rejected. Raises ReadinessError where there is no such import."""
    with desk.store.read() as conn:
        known = imports.all(conn, current_review(conn, desk).system)
        info = next((info for info in known if info.id == import_id), None)
        if info is None:
            raise ReadinessError(f"There is no import {import_id}. `readiness imports` lists them with their numbers.")
        found = imports.rejects(conn, import_id)
        return info, RejectedLines(Reject(one.line, one.reason, one.excerpt) for one in found)


def reject_line(path: str, reject: Rejected) -> str:
    """One line of an export, JSON: path, line, reason, excerpt."""
    row = {"path": path, "line": reject.line, "reason": reject.reason, "excerpt": reject.excerpt}
    return to_json(row, indent=None) + "\n"


def write_rejects(target: Path, rejected: Iterable[tuple[str, Iterable[Rejected]]]) -> None:
    """Write the rejected lines of each path as JSON lines; an empty file where there are none.

    Raises ReadinessError where the file cannot be written.
    """
    write_lines(target, (reject_line(path, reject) for path, rejects in rejected for reject in rejects))
