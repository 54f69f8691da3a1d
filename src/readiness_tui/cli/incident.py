"""`incident list|new|export`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from readiness_tui.cli.common import Session, as_json, desk_of, pass_session, say, say_document, say_json, tell
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incident import Sev
from readiness_tui.domain.text import one_line


@click.group("incident")
def incident_command() -> None:
    """List, open or export incidents."""


@incident_command.command("list")
@as_json
@pass_session
def list_(session: Session, as_json: bool) -> None:
    """The system's incidents, the open ones first."""
    from readiness_tui.services import printing
    from readiness_tui.services.incidents import listed

    with desk_of(session) as desk:
        found = listed(desk)
    if as_json:
        say_json(printing.incidents_json(found))
        return
    if not found:
        say("No incident is recorded.")
    for incident in found:
        state = "open" if incident.open else "closed"
        started = f"{incident.started:%Y-%m-%d %H:%M}" if incident.started else "start unknown"
        say(f"{incident.name:<8}{incident.severity:<6}{state:<8}{started:<18}{one_line(incident.title)}")


@incident_command.command("new")
@click.option("--title", required=True, help="What happened, in one line.")
@click.option(
    "--severity",
    type=click.Choice([sev.value for sev in Sev]),
    default=Sev.SEV3.value,
    show_default=True,
    help="sev1 stops the release while it is open, sev2 makes it conditional.",
)
@pass_session
def new(session: Session, title: str, severity: str) -> None:
    """Open an incident, started now."""
    from readiness_tui.services.incidents import create

    with desk_of(session) as desk:
        made = create(desk, title, Sev(severity))
    say(f"{made.name} {made.severity} opened: {made.title}")


@incident_command.command("export")
@click.argument("name")
@click.option("--format", "format", type=click.Choice(["md"]), default="md", show_default=True, help="Markdown.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file instead of stdout.")
@pass_session
def export(session: Session, name: str, format: str, output: Path | None) -> None:
    """The incident review note of INC-<n> as markdown."""
    from readiness_tui.services import printing, scorecards
    from readiness_tui.services.incidents import get

    number = re.fullmatch("(?:INC-)?([0-9]{1,9})", name, re.IGNORECASE)
    if number is None:
        raise ReadinessError(f"{name} is not an incident. Name it as INC-1.")
    with desk_of(session) as desk:
        text = printing.incident_note(get(desk, int(number[1])), desk.now().date())
    if output is None:
        say_document(text)
    else:
        scorecards.write(output, text)
        tell(f"Written to {output}")
