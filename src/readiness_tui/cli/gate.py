"""`gate show` and `gate lock`."""

from __future__ import annotations

from pathlib import Path

import click

from readiness_tui.cli.common import Session, as_json, desk_of, pass_session, say, say_json, tell


@click.group("gate")
def gate_command() -> None:
    """Show or lock the gate."""


@gate_command.command("show")
@as_json
@pass_session
def show(session: Session, as_json: bool) -> None:
    """Hold the gate against the candidate and print each rule's result."""
    from readiness_tui.services import printing
    from readiness_tui.services.view import load

    with desk_of(session) as desk:
        view = load(desk, shared=True)
    if as_json:
        say_json(printing.gate_json(view))
    else:
        say(printing.gate_text(view).rstrip("\n"))


@gate_command.command("lock")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("."), show_default=True,
              help="Where gate.lock is written, to be committed.")  # fmt: skip
@pass_session
def lock(session: Session, folder: Path) -> None:
    """Declare the thresholds final from now on: runs that start later are held to them."""
    from readiness_tui.services.gates import lock as lock_gate

    with desk_of(session) as desk:
        made, written = lock_gate(desk, folder=folder)
    say(f"Locked by {made.by} at {made.at:%Y-%m-%d %H:%M} UTC, digest {made.gate_digest[:12]}.")
    if written is not None:
        tell(f"Commit {written} beside the gate.")
