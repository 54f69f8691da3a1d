"""Reading checklist files, for those who write their own."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.domain.checklists.model import Checklist
from readiness_tui.sources.settings import checklist


def check_file(path: Path) -> Checklist:
    """Read one checklist as a review would. Raises ReadinessError with file, line, field and reason."""
    return checklist.read_checklist(path)


def shipped() -> tuple[Checklist, ...]:
    """The five that come with the app."""
    return tuple(checklist.shipped_checklists().values())
