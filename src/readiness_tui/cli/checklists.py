"""`checklists check`: would a review take a team's own checklists."""

from __future__ import annotations

from pathlib import Path

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import File, say, tell
from readiness_tui.domain.text.format import plural


@click.group("checklists")
def checklists_command() -> None:
    """Check checklist files."""


@checklists_command.command("check")
@click.argument("files", nargs=-1, required=True, type=File)
def check(files: tuple[Path, ...]) -> int:
    """Read each FILE, or every checklist of a folder, as `new --checklists` would: together with ours.

    Every problem is named with file, line and field.
    """
    from readiness_tui.services.checklists import check_files

    checked = check_files(files)
    for refusal in checked.refused:
        tell(str(refusal))
    for file, checklist in checked.fine:
        say(f"{file}: {checklist.title}, {plural(len(checklist.items), 'item')}, version {checklist.version}: fine")
    return codes.UNUSABLE if checked.refused else codes.GO


@checklists_command.command("list")
def list_() -> None:
    """The checklists that are shipped."""
    from readiness_tui.services.checklists import shipped

    for checklist in shipped():
        say(
            f"{checklist.id:<16}{checklist.title:<32}{len(checklist.items):>3} {'item, ' if len(checklist.items) == 1 else 'items,'} version {checklist.version}"
        )
