"""Live notes: a line typed while an incident runs is written down at once, and does what its command says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents import live_note, note
from readiness_tui.domain.incidents.live_note import Command, LiveLine
from readiness_tui.domain.incidents.model import Action, Incident, Link, LinkKind, Sev, TimelineEntry
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.write import note_change, system_change
from readiness_tui.services.incidents import edit
from readiness_tui.services.incidents import links as incident_links
from readiness_tui.services.incidents.eval_cases import raised
from readiness_tui.store import incidents as stored

#: What the verdict or the gaps rest on.
_JUDGED = (Command.SEVERITY, Command.RESOLVED, Command.ACTION)


@dataclass(frozen=True, slots=True)
class Noted:
    """What became of a line: the timeline entry or action it made, and what to tell the person."""

    incident: Incident
    entry: TimelineEntry | None = None
    action: Action | None = None
    remarks: tuple[str, ...] = ()
    refused: bool = False  # the line stands in the timeline, and what its command asked for was not done


def the_running(desk: Desk) -> Incident:
    """The incident that a line belongs to by default: the only one still going on, else the only open one.

    Raises ReadinessError where there is none, or more than one: they are listed.
    """
    open_ = [incident for incident in edit.listed(desk) if incident.open]
    running = [incident for incident in open_ if incident.resolved is None] or open_
    if len(running) == 1:
        return running[0]
    if not running:
        raise ReadinessError('No incident is open. Open one with `readiness incident start "What happens"`.')
    listed = ", ".join(f"{one.name} ({one.severity} {one_line(one.title, 40)})" for one in running)
    raise ReadinessError(f"{len(running)} incidents are open: {listed}. Say which one with -i {running[0].name}.")


def start(desk: Desk, typed: str, severity: Sev, *, traces: tuple[str, ...] = ()) -> Noted:
    """Open an incident by the line that says what happens. A time in front is its start; `@` names link it."""
    line = live_note.read_title(typed, desk.now(), desk.zone)
    if live_note.read(line.text, desk.now(), desk.zone).command is not None:
        raise ReadinessError("What happened? An incident begins with a title in words; commands come once it is open.")
    with desk.store.read() as conn:
        links, remarks = incident_links.links(incident_links.book(conn, desk), line.mentions)
    shown = (*traces, *(link.name for link in links if link.kind is LinkKind.TRACE))
    made = edit.create(desk, line.text, severity, started=line.at, traces=tuple(dict.fromkeys(shown)))
    return Noted(edit.get(desk, made.number), remarks=(*line.remarks, *remarks))


def note_line(desk: Desk, number: int, typed: str) -> Noted:
    """Write down a line of live notes (see `domain.incidents.live_note`) and do what its command says, in one transaction.

    Raises ReadinessError, nothing written, where its time is none or is to come, or where there are no words. A time
    that would be out of order is not set: the line is written down all the same, and a remark says so.
    """
    line = live_note.read(typed, desk.now(), desk.zone)
    if not line.text and line.command in (None, Command.ACTION):
        wanted = "What is to be done?" if line.command else "What happened?"
        raise ReadinessError(f"{wanted} A line needs words after its time, source or command.")
    saving = system_change if line.command in _JUDGED else note_change
    with saving(desk, f"INC-{number}: {one_line(typed, 60)}") as (tx, review):
        incident = stored.get(tx.conn, review.system, number)
        book = incident_links.book(tx.conn, desk)
        links, remarks = incident_links.links(book, line.mentions)
        if line.action is not None:
            action, said = _action(line, line.action, links, remarks)
            action = replace(action, id=stored.put_action(tx, number, action))
            return Noted(stored.get(tx.conn, review.system, number), action=action, remarks=said)
        said = (*line.remarks, *remarks)
        after, words, refused = _commanded(incident, line)
        shown = [link.name for link in links if link.kind is LinkKind.TRACE]
        after = replace(after, traces=tuple(dict.fromkeys([*incident.traces, *shown])))
        if after != incident:
            stored.put(tx, after)
        entry = TimelineEntry(0, line.at, words, line.source, desk.who, links)
        entry = replace(entry, id=stored.put_event(tx, number, entry))
        return Noted(
            stored.get(tx.conn, review.system, number), entry, remarks=(*said, *refused), refused=bool(refused)
        )


def local(desk: Desk, at: datetime) -> str:
    """ "15:05" on the wall clock of whoever types; "" where that is UTC."""
    here = at.astimezone(desk.zone)
    return "" if here.utcoffset() == at.utcoffset() else f"{here:%H:%M}"


def _commanded(incident: Incident, line: LiveLine) -> tuple[Incident, str, tuple[str, ...]]:
    """The incident after the line's command, the words that say so in the timeline, and why nothing was done."""
    if line.command is None:
        return incident, line.text, ()
    why = f": {line.text}" if line.text else ""
    if line.severity is not None:
        raised(incident, line.severity)
        moved = f"{incident.severity} → {line.severity}" if line.severity is not incident.severity else line.severity
        return replace(incident, severity=line.severity), f"Severity {moved}{why}", ()
    words = f"{line.command.capitalize()}{why}"
    after = replace(incident, **{line.command.value: line.at})  # type: ignore[arg-type]
    if said := note.out_of_order(after):
        return incident, words, (f"The line is written down, but {line.command} was not set. {said}",)
    return after, words, ()


def _action(
    line: LiveLine, action: Action, links: tuple[Link, ...], remarks: tuple[str, ...]
) -> tuple[Action, tuple[str, ...]]:
    """The action with its owner: the first mention of a known person, else the last one that names nothing known."""
    people = {link.name.casefold(): link.name for link in links if link.kind is LinkKind.PERSON}
    known = {link.name.casefold() for link in links}
    named = [one for one in line.mentions if one.name.casefold() in people]
    named = (
        named
        or [one for one in line.mentions if one.kind in (None, LinkKind.PERSON) and one.name.casefold() not in known][
            -1:
        ]
    )
    if not named:
        return action, (*line.remarks, *remarks, "Nobody is named for this action yet: @name does.")
    person = named[0]
    text = action.text
    if person.end == len(text.rstrip(" .,;")) and text[: person.start].strip():
        text = text[: person.start].rstrip()  # at the end it only says who
    if person.name.casefold() not in people:
        kept = (remark for remark in remarks if not remark.startswith(f"@{one_line(person.name, 40)} is no "))
        remarks = (
            *kept,
            f"{one_line(person.name, 40)} is nobody whom this file knows; the action is theirs all the same.",
        )
    return replace(action, text=text, owner=people.get(person.name.casefold(), person.name)), (*line.remarks, *remarks)
