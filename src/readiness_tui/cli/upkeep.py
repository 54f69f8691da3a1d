"""`doctor` and `backup`: looking after the file."""

from __future__ import annotations

from pathlib import Path

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import File, Session, as_json, desk_of, pass_session, say, say_json, tell


@click.command("doctor")
@as_json
@pass_session
def doctor_command(session: Session, as_json: bool) -> int:
    """Check the database, the SQLite library and the plugins. Exit status: 0 all is well, 1 problems, 2 unusable."""
    from readiness_tui.reports.health import health_object, health_text
    from readiness_tui.services.core import upkeep
    from readiness_tui.services.core.locate import locate

    if locate(session.db) is None:
        health = upkeep.examine(None)
    else:
        with desk_of(session) as desk:
            health = upkeep.examine(desk)
    if as_json:
        say_json(health_object(health))
    else:
        say(health_text(health))
    return codes.NO_GO if health.problems else codes.GO


@click.command("backup")
@click.argument("file", type=File)
@pass_session
def backup_command(session: Session, file: Path) -> None:
    """Copy the whole database to FILE, even while others are working; an existing file is not overwritten."""
    from readiness_tui.services.core.upkeep import backup

    with desk_of(session) as desk:
        backup(desk, file)
    tell(f"Backed up to {file}")
