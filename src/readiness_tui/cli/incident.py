"""`incident list|show|trends|start|new|log`; import and export are in `incident_files`."""

from __future__ import annotations

import click

from readiness_tui.cli import codes, incident_files
from readiness_tui.cli.common import Session, as_json, desk_of, pass_session, say, say_document, say_json, tell
from readiness_tui.cli.incident_files import number_of
from readiness_tui.domain.incidents.model import FailureClass, Sev
from readiness_tui.domain.text.sanitise import one_line

_SEVERITY = click.Choice([sev.value for sev in Sev])


@click.group("incident")
def incident_command() -> None:
    """Open incidents, log what happens; list, show, import and export them."""


@incident_command.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not closed.")
@click.option("--severity", type=_SEVERITY, help="Only those of this severity.")
@click.option("--class", "failure_class", type=click.Choice([one.value for one in FailureClass]),
              help="Only those with this failure class, their own or a factor's.")  # fmt: skip
@click.option("--overdue", is_flag=True, help="Only those with an overdue action.")
@click.option("--text", default="", help="Only those that contain all of these words, anywhere.")
@as_json
@pass_session
def list_(
    session: Session,
    only_open: bool,
    severity: str | None,
    failure_class: str | None,
    overdue: bool,
    text: str,
    as_json: bool,
) -> None:
    """The system's incidents, the open ones first."""
    from readiness_tui.domain.incidents.search import Wanted
    from readiness_tui.reports.incident_text import list_lines, list_object
    from readiness_tui.services.incidents import read

    wanted = Wanted(
        open=only_open,
        severity=Sev(severity) if severity else None,
        failure_class=FailureClass(failure_class) if failure_class else None,
        overdue=overdue,
        text=text,
    )
    with desk_of(session) as desk:
        found, today = read.found(desk, wanted, hide=True), read.today(desk)
    if as_json:
        say_json(list_object(found, today))
        return
    for line in list_lines(found):
        say(line)
    if not found:
        say("No incident is recorded." if wanted == Wanted() else "No incident is like that.")


@incident_command.command("show")
@click.argument("name")
@as_json
@pass_session
def show(session: Session, name: str, as_json: bool) -> None:
    """Show INC-<n>: times, what happened, what to do. --json prints what `export --format json` writes."""
    from readiness_tui.reports.incident_text import incident_lines
    from readiness_tui.services.incidents import edit, exports, links, read

    with desk_of(session) as desk:
        if as_json:
            say_document(exports.text(desk, number_of(name), "json"), json=True)
            return
        incident = edit.get(desk, number_of(name))
        for line in incident_lines(incident, links.missing(desk, incident), read.today(desk), desk.zone):
            say(line)


@incident_command.command("trends")
@as_json
@pass_session
def trends(session: Session, as_json: bool) -> None:
    """Trends over all incidents: how long they took, what recurs, which actions are overdue."""
    from readiness_tui.reports.incident_text import trends_lines, trends_object
    from readiness_tui.services.incidents.read import summed_up

    with desk_of(session) as desk:
        found = summed_up(desk)
    if as_json:
        say_json(trends_object(found))
        return
    for line in trends_lines(found):
        say(line)


@incident_command.command("start")
@click.argument("title", nargs=-1, required=True)
@click.option(
    "--sev",
    "severity",
    default="3",
    show_default=True,
    help="1 to 4: 1 stops the release while it is open, 2 makes it conditional.",
)
@pass_session
def start(session: Session, title: tuple[str, ...], severity: str) -> None:
    """Open an incident: what happens, in one line.

    A time at the beginning is its start (`02:05 …`, on your clock; `02:05Z` is UTC); without one, it starts now.
    @trace-0418 links a trace.
    """
    _start(session, " ".join(title), severity)


@incident_command.command("new")
@click.option("--title", required=True, help="What happened, in one line.")
@click.option("--severity", type=_SEVERITY, default=Sev.SEV3.value, show_default=True,
              help="sev1 stops the release while it is open, sev2 makes it conditional.")  # fmt: skip
@pass_session
def new(session: Session, title: str, severity: str) -> None:
    """Open an incident: the same as `start`, for scripts."""
    _start(session, title, severity)


@incident_command.command("log")
@click.argument("line", nargs=-1, required=True)
@click.option("-i", "--incident", "name", help="Which incident, as INC-3; needed if several are open.")
@pass_session
def log(session: Session, line: tuple[str, ...], name: str | None) -> int:
    """Add a line to the timeline of the open incident.

    \b
    incident log "the alert fires"             now
    incident log "02:05 log: the alert fires"  02:05 on your clock (02:05Z: in UTC), from a log
    incident log "@trace-0418 breaks @REL-02"  links a trace and a checklist item
    incident log "/detected 02:10 by ben"      sets a time: started, detected, ack, mitigated, resolved
    incident log "/sev2 all orders"            changes the severity
    incident log "/action Page on errors @ben due 1 Dec"
    """
    from readiness_tui.reports.incident_text import action_line, entry_line
    from readiness_tui.services.incidents import log as incident_log
    from readiness_tui.services.incidents import read

    with desk_of(session) as desk:
        number = number_of(name) if name else incident_log.the_running(desk).number
        noted = incident_log.note_line(desk, number, " ".join(line))
        name = noted.incident.name
        if noted.action is not None:
            say(f"{name}  {action_line(noted.action, read.today(desk))}")
        elif noted.entry is not None:
            say(f"{name}  {entry_line(noted.entry, desk.zone)}")
        _tell(noted.remarks)
    return codes.UNUSABLE if noted.refused else codes.GO


def _start(session: Session, title: str, severity: str) -> None:
    from readiness_tui.services.core.choices import choose
    from readiness_tui.services.incidents import log as incident_log

    wanted = choose(Sev, severity, "a severity")
    with desk_of(session) as desk:
        noted = incident_log.start(desk, title, wanted)
        made = noted.incident
        say(f"{made.name} {made.severity} opened: {one_line(made.title)}")
        _tell(noted.remarks)


def _tell(remarks: tuple[str, ...]) -> None:
    for remark in remarks:
        tell(remark)


incident_command.add_command(incident_files.import_)
incident_command.add_command(incident_files.export)
