"""Where a team's own document templates are: `templates/` beside the database, or the folder that is named."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk

FOLDER = "templates"


def templates_folder(desk: Desk, given: Path | None = None) -> Path | None:
    """The folder whose scorecard.md.j2 and incident.md.j2 replace ours; None: ours are used.

    Raises ReadinessError where the folder that was named is none, or what lies there by its name leads nowhere.
    """
    if given is not None:
        if not given.is_dir():
            raise ReadinessError(f"{given} is no folder. Name the folder that holds your .md.j2 templates.")
        return given.resolve()
    beside = desk.store.path.resolve().parent / FOLDER
    if beside.is_symlink() and not beside.exists():
        raise ReadinessError(
            f"{beside} is a link that leads nowhere, and your templates were looked for there. Correct it, or remove it to"
            " use the built-in ones."
        )
    return beside if beside.is_dir() else None
