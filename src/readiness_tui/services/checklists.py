"""Reading checklist files, for those who write their own."""

from __future__ import annotations

from readiness_tui.domain.checklists.model import Checklist
from readiness_tui.sources.settings import checklist

#: Files and folders, judged as `readiness new --checklists` would.
check_files = checklist.check_files


def shipped() -> tuple[Checklist, ...]:
    """The five that come with the app."""
    return tuple(checklist.shipped_checklists().values())
