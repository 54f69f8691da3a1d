"""Incidents from files: a postmortem in markdown, a timeline, a pasted chat, or our own JSON from another machine.

What a document says becomes a copy of the incident that yields to the stored one (see `domain.incidents.merge`): it
fills what is open, adds lines and actions, and where both have a text keeps its own beside ours. The uids of what it
brings follow from its words, so that the same file again adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents import note
from readiness_tui.domain.incidents.merge import Copy, Merged, text_digest, uid_of
from readiness_tui.domain.incidents.model import Incident, Sev, TimelineEntry, Written
from readiness_tui.domain.text.format import moment, plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.incidents import log
from readiness_tui.services.incidents.edit import listed as incidents_of
from readiness_tui.services.incidents.merge import local_copy, put_copy
from readiness_tui.sources.incidents import postmortem
from readiness_tui.sources.incidents.draft import TIMES, Doubt, IncidentDraft, RecognisedPart
from readiness_tui.sources.incidents.exports.json_parts import FORMAT as EXPORT
from readiness_tui.sources.incidents.headings import is_general
from readiness_tui.sources.incidents.source import FORMATS, read_incident
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.store import incidents

__all__ = ["FORMATS", "ImportedIncident", "UnrecognisedIncident", "WhichIncident", "explain_file", "import_file"]

_KEPT = "kept"
_DOCUMENTS = (postmortem.FORMAT, EXPORT)  # what tells of one incident, and names it


class UnrecognisedIncident(ReadinessError):  # noqa: N818 - a question as much as an error
    """A text in which nothing of an incident was recognised: whether it is one is asked, and nothing is stored."""


class WhichIncident(ReadinessError):  # noqa: N818 - a question as much as an error
    """Lines that name no incident, while several are open, or a document that may be of a stored one: which one is
    meant (one of `among`, where they are known) is asked, and nothing is stored."""

    def __init__(self, text: str, among: tuple[Incident, ...] = ()) -> None:
        super().__init__(text)
        self.among = among


@dataclass(frozen=True, slots=True)
class ImportedIncident:
    """What one file told. `merged` None: it was only explained. `kept`: the lines that no field took."""

    path: str
    format: str
    title: str
    severity: Sev | None
    day: date | None
    times: tuple[tuple[str, datetime], ...]
    sections: tuple[str, ...]
    lines: int
    actions: int
    found: tuple[RecognisedPart, ...]
    doubts: tuple[Doubt, ...]
    kept: tuple[tuple[int, str], ...]
    merged: Merged | None = None


def explain_file(path: Path, format: str | None = None, day: date | None = None) -> ImportedIncident:
    """What an import of the file would recognise; nothing is stored. Raises ReadinessError where it cannot be read."""
    told = _told(path, read := read_incident(path, format, day))
    if format is None and isinstance(read, IncidentDraft) and read.bare:
        asked = Doubt(0, "Nothing of an incident was recognised: an import takes it with --format postmortem alone.")
        told = replace(told, doubts=(asked, *told.doubts))
    return told


def import_file(
    desk: Desk,
    path: Path,
    *,
    number: int | None = None,
    format: str | None = None,
    day: date | None = None,
    fresh: bool = False,
) -> ImportedIncident:
    """Merge what a file tells into incident `number`, else into the one it came from, else store it as a new one.

    A timeline or chat goes to the single open incident, unless `fresh` says that it is one by itself. Raises
    ReadinessError where the file cannot be read, tells of another incident than `number`, or it is not clear which one
    is meant; nothing is stored then.
    """
    known = _incidents(desk)
    given = next((one for one in known if one.number == number), None)
    if number is not None and given is None:
        raise ReadinessError(f"There is no incident INC-{number} in this database. Leave out -i to import a new one.")
    running = [one for one in incidents_of(desk) if one.open and one.resolved is None]
    about = given or (running[0] if len(running) == 1 else None)
    read = read_incident(path, format, day, _day(about.started, about.timeline) if about else None)
    if about is not None and given is None and isinstance(read, IncidentDraft) and read.format in _DOCUMENTS:
        read = read_incident(path, format, day)  # one by itself: the day of the running incident is not its own
    if format is None and given is None and isinstance(read, IncidentDraft) and read.bare:
        raise UnrecognisedIncident(
            f"{path}: nothing of an incident was recognised in it: no time, severity, line of a timeline, action or known section, so"
            " it was not made a new one. If it is one, import it with --format postmortem, which keeps its words; if it"
            " belongs to one that is stored, with -i INC-<number>; --explain shows what would become of it."
        )
    uid = read.incident.uid if isinstance(read, Copy) else read.uid or uid_of(digest(path))
    told = _told(path, read)

    def look() -> tuple[int | None, Copy]:
        """Which incident it is, and what it says of it, as things stand."""
        nonlocal told
        now = _incidents(desk)
        target = next((one for one in now if (one.number == number if given else one.uid == uid)), None)
        if isinstance(read, Copy):
            if target is not None and target.uid != uid:
                raise ReadinessError(
                    f"{path} is another incident than {target.name}: they do not have the same uid. Import it without -i."
                )
            return target.number if target else None, read
        titled = None if target or fresh else _meant(desk, read, path)
        target = target or titled
        copy = _copy(desk, read, target, uid, path.name)
        told = _told(path, read)
        if titled is not None and read.format in _DOCUMENTS:
            same = Doubt(0, f"The title and the day are those of {titled.name}, so it was merged into that incident.")
            told = replace(told, doubts=(same, *told.doubts))
        told = replace(told, doubts=(*told.doubts, *_differences(desk, read, target, copy.incident)))
        return target.number if target else None, copy

    merged = put_copy(desk, look, path.name)
    return replace(told, merged=merged)


def _incidents(desk: Desk) -> list[Incident]:
    with desk.store.read() as conn:
        return incidents.all(conn, current_review(conn, desk).system)


def _meant(desk: Desk, draft: IncidentDraft, path: Path) -> Incident | None:
    """The system's incident that a document without identity is about; lines alone belong to the open one, where there
    is one. Raises WhichIncident where that is not clear."""
    if draft.format in _DOCUMENTS:
        return _titled(desk, draft, path)
    try:
        return log.the_running(desk) if any(one.open for one in incidents_of(desk)) else None
    except ReadinessError as several:
        raise WhichIncident(str(several)) from several


def _titled(desk: Desk, draft: IncidentDraft, path: Path) -> Incident | None:
    """The stored incident of the same title and day. A title that only says what the document is, or a day that one of
    the two does not tell, leaves it open."""
    own = _day(draft.times.get("started"), draft.timeline) or draft.day
    same = [one for one in incidents_of(desk) if one.title.casefold() == draft.title.casefold()]
    days = [(one, _day(one.started, one.timeline)) for one in same]
    near = [one for one, day in days if own and day and abs(day - own) <= timedelta(days=2)]
    if len(near) == 1 and not is_general(draft.title):
        return near[0]
    open_ = [one for one, day in days if one in near or own is None or day is None]
    if not open_:
        return None
    listed = ", ".join(f"{one.name} ({f'{day}' if day else 'no day'})" for one, day in days if one in open_)
    why = "says not on which day it was" if own is None else f"is of {own}"
    raise WhichIncident(
        f"{path}: another incident is titled “{one_line(draft.title, 60)}”: {listed}. This file {why}, so it is not clear"
        f" whether it is the same one. Say so with -i {open_[0].name}, or with --new that it is one of its own.",
        tuple(open_),
    )


def _day(started: datetime | None, lines: Iterable[TimelineEntry]) -> date | None:
    at = started or min((entry.at for entry in lines), default=None)
    return at.date() if at else None


def _copy(desk: Desk, draft: IncidentDraft, local: Incident | None, uid: str, name: str) -> Copy:
    """The draft as a copy of the incident. Parts worded as in the stored one get its uids."""
    uid = local.uid if local else uid
    now = desk.now()
    known = {text_digest(action.text): action.uid for action in reversed(local.actions)} if local else {}
    fields = dict(draft.fields)
    if kept := _kept_text(desk, draft, local, name):
        fields[_KEPT] = kept
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
    made = Incident(
        number=0,
        system=local.system if local else system,
        title=draft.title or name,
        severity=draft.severity or Sev.SEV3,
        status=draft.status,
        closed=draft.closed,
        failure_class=draft.failure_class,
        item_id=draft.item_id,
        eval_cases=tuple(draft.eval_cases),
        no_eval_reason=draft.no_eval_reason,
        traces=tuple(draft.traces),
        fields=fields,
        written={key: Written(f"{desk.who}, from {name}", now) for key in fields},
        timeline=tuple(_lines(draft.timeline, local, uid)),
        actions=tuple(
            replace(action, uid=known.get(words) or uid_of(uid, "action", words))
            for words, action in {text_digest(action.text): action for action in draft.actions}.items()
        ),
        uid=uid,
        started=draft.times.get("started"),
        detected=draft.times.get("detected"),
        acknowledged=draft.times.get("acknowledged"),
        mitigated=draft.times.get("mitigated"),
        resolved=draft.times.get("resolved"),
    )
    return Copy(made, yields=True)


def _lines(entries: Iterable[TimelineEntry], local: Incident | None, uid: str) -> list[TimelineEntry]:
    """The entries with their uids; one written to the minute takes the uid of the stored line of that minute."""
    stored: dict[tuple[object, ...], list[str]] = {}
    for entry in local.timeline if local else ():
        stored.setdefault(_words(entry, entry.at.replace(second=0, microsecond=0)), []).append(entry.uid)
        if entry.at.second or entry.at.microsecond:
            stored.setdefault(_words(entry, entry.at), []).append(entry.uid)
    found: list[TimelineEntry] = []
    seen: dict[tuple[object, ...], int] = {}
    for entry in entries:
        words = _words(entry, entry.at)
        nth = seen[words] = seen.get(words, 0) + 1
        same = stored.get(words, [])
        found.append(replace(entry, uid=same.pop(0) if same else uid_of(uid, "line", *words, nth)))
    return found


def _words(entry: TimelineEntry, at: datetime) -> tuple[object, ...]:
    return at.isoformat(), entry.by, entry.source, text_digest(entry.text)


def _kept_text(desk: Desk, draft: IncidentDraft, local: Incident | None, name: str) -> str:
    """The leftovers, below those of an earlier import; "" where they are there already or somebody removed them."""
    lines: list[str] = []
    last = 0
    for number, text in draft.kept:
        if number > last + 1 and lines:
            lines.append("")
        lines.append(text)
        last = number + text.count("\n")
    if not lines:
        return ""
    block = f"From {name}:\n\n" + "\n".join(lines)
    if local is None:
        return block
    with desk.store.read() as conn:
        earlier = local_copy(conn, local).earlier.get(_KEPT, frozenset())
    stored = local.fields.get(_KEPT, "")
    if text_digest(block) in earlier or " ".join(block.split()) in " ".join(stored.split()):
        return ""
    return f"{stored}\n\n{block}" if stored else block


def _differences(desk: Desk, draft: IncidentDraft, local: Incident | None, made: Incident) -> list[Doubt]:
    """Where the stored incident differs, and what is missing or odd in a new one."""
    said: list[Doubt] = []
    late = [entry.at for entry in draft.timeline if entry.at > desk.now()]
    if late:
        said.append(
            Doubt(
                0,
                f"{plural(len(late), 'line')} of the timeline {'is' if len(late) == 1 else 'are'} in the future, the last at {moment(max(late))}.",
            )
        )
    if local is None:
        if draft.severity is None:
            said.append(Doubt(0, f"No severity is stated; {made.severity} is written."))
        if made.resolved is None:
            said.append(Doubt(0, "No end is stated: the incident counts as open until its resolved time is set."))
        return said
    first = min((entry.at for entry in draft.timeline), default=None)
    if first and local.started and abs(first - local.started) > timedelta(days=2):
        said.append(
            Doubt(0, f"The first line is of {moment(first)}, and {local.name} started {moment(local.started)}.")
        )
    for key in TIMES:
        stored = getattr(local, key)
        if key in draft.times and stored and abs(stored - draft.times[key]) >= timedelta(minutes=1):
            said.append(
                Doubt(0, f"{key.capitalize()} is {moment(draft.times[key])} in the file; {moment(stored)} stands.")
            )
    if draft.severity and draft.severity is not local.severity:
        said.append(Doubt(0, f"The severity is {draft.severity} in the file; {local.severity} stands."))
    return said


def _told(path: Path, read: IncidentDraft | Copy) -> ImportedIncident:
    if isinstance(read, Copy):
        one = read.incident
        times = tuple(note.times(one))
        sections = tuple(key for key in note.FIELDS if key in one.fields)
        counts = len(one.timeline), len(one.actions)
        return ImportedIncident(
            str(path), "record", one.title, one.severity, None, times, sections, *counts, (), (), ()
        )
    return ImportedIncident(
        str(path),
        read.format,
        read.title,
        read.severity,
        read.day,
        tuple((key, read.times[key]) for key in TIMES if key in read.times),
        tuple(key for key in note.FIELDS if key in read.fields),
        len(read.timeline),
        len(read.actions),
        tuple(sorted(read.found, key=lambda found: (found.first, found.last))),
        tuple(sorted(read.doubts, key=lambda doubt: (not doubt.line, doubt.line))),
        tuple(read.kept),
    )
