"""`checklists check`: does a team's own checklist load."""

from __future__ import annotations

from pathlib import Path

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import say, tell
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural


@click.group("checklists")
def checklists_command() -> None:
    """Check checklist files."""


@checklists_command.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> int:
    """Read each FILE as the app would; every problem is named with file, line and field."""
    from readiness_tui.services.review.checklists import check_file

    failed = False
    for file in files:
        try:
            checklist = check_file(file)
        except ReadinessError as refusal:
            tell(str(refusal))
            failed = True
        else:
            say(f"{file}: {checklist.title}, {plural(len(checklist.items), 'item')}, version {checklist.version}: fine")
    return codes.UNUSABLE if failed else codes.GO


@checklists_command.command("list")
def list_() -> None:
    """The checklists that are shipped."""
    from readiness_tui.services.review.checklists import shipped

    for checklist in shipped():
        say(f"{checklist.id:<16}{checklist.title:<32}{len(checklist.items):>3} items, version {checklist.version}")
