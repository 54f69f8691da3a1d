"""`doctor`, `compact` and `backup`: looking after the file."""

from __future__ import annotations

from pathlib import Path

import click

from readiness_tui.cli import codes
from readiness_tui.cli.common import File, Session, as_json, desk_of, pass_session, say, say_json, tell
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line


@click.command("doctor")
@click.option(
    "--head", default="", metavar="ENTRY:HASH", help="Ask for this entry of the history, which a scorecard printed."
)
@as_json
@pass_session
def doctor_command(session: Session, as_json: bool, head: str) -> int:
    """Check the database, the SQLite library and the plugins. Exit status: 0 all is well, 1 problems, 2 unusable.

    Names every row that something else than this program has changed: votes, evidence, the gate and its lock, the audit
    trail, imported runs and requests, frozen scorecards; of many of a kind the first five, with --json each. --head holds
    the history against a scorecard that was committed.
    """
    from readiness_tui.reports.health import health_object, health_text
    from readiness_tui.services.core import upkeep
    from readiness_tui.services.core.locate import target

    if target(session.db) is None:
        health = upkeep.examine(None)
    else:
        with desk_of(session, whole=True) as desk:
            health = upkeep.examine(desk, head)
    if as_json:
        say_json(health_object(health))
    else:
        say(health_text(health))
    return codes.NO_GO if health.problems else codes.GO


@click.command("compact")
@as_json
@pass_session
def compact_command(session: Session, as_json: bool) -> None:
    """Make the database smaller: pack anew what an earlier version stored, and give unused pages back.

    Nothing that is stored changes. Nobody else may have the file open meanwhile.
    """
    from readiness_tui.services.core import upkeep

    with desk_of(session, whole=True) as desk:
        done = upkeep.compact(desk, blocks_done)
    if as_json:
        told = {"path": str(done.path), "systems": [*done.systems], "before": done.before, "after": done.after}
        say_json({"schema": 1, **told, "repacked_blocks": done.repacked})
        return
    of = ", ".join(one_line(name) for name in done.systems)
    packed = f"; {plural(done.repacked, 'block')} of raw records packed anew" if done.repacked else ""
    say(
        f"{one_line(str(done.path), 200)}{f' ({of})' if of else ''}: {done.before:,} bytes before, {done.after:,} after"
        f"{packed}"
    )


def blocks_done(done: int, total: int) -> None:
    """Progress on stderr, a line a tenth."""
    if done == total or done * 10 // total > (done - 1) * 10 // total:
        tell(f"Raw records packed anew: {done:,} of {plural(total, 'block')}")


@click.command("backup")
@click.argument("file", type=File)
@pass_session
def backup_command(session: Session, file: Path) -> None:
    """Copy the whole database to FILE, even while others are working; an existing file is not overwritten."""
    from readiness_tui.services.core.upkeep import backup

    with desk_of(session, whole=True) as desk:
        backup(desk, file)
    tell(f"Backed up to {file}")
