"""A line of live notes as it is typed while an incident runs: `02:05 log: the alert fires for @trace-0418`.

A line may begin with a time (see `dates.read_moment`; none means now), then a source (`log:`, `trace:`, `opinion:`),
then a command:

    /sev2 · /severity 2 [why]
    /started · /detected · /acknowledged or /ack · /mitigated · /resolved  [time] [words]
    /action [prevent|detect|mitigate] what to do, so that it can be verified @ben due 1 Dec

`@name` points at a trace, a run, a checklist item or a person; `@trace:…`, `@run:…`, `@item:…`, `@person:…` say which,
and `@"a name"` allows spaces. Everything else stays in the text as typed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Action, ActionKind, LinkKind, Sev
from readiness_tui.domain.text.dates import DUE_DAY, TIME, doubt, parse_day, read_moment
from readiness_tui.domain.text.sanitise import one_line

#: Where a line comes from. An opinion is printed apart from the facts.
SOURCES = ("person", "log", "trace", "opinion")

_TIME = re.compile(rf"(?:now|{TIME})(?:\s+|\Z)", re.IGNORECASE)
_SOURCE = re.compile(rf"({'|'.join(SOURCES)}):\s*", re.IGNORECASE)
_COMMAND = re.compile(r"/([a-z][a-z0-9_-]*)(?:\s+|\Z)", re.IGNORECASE)
_MENTION = re.compile(
    r"(?<![\w@./+-])@(?:(?P<kind>trace|run|item|person):)?(?:\"(?P<quoted>[^\"\n]{1,200})\"|(?P<name>\w[\w.:/+#-]*))",
    re.IGNORECASE,
)
_KIND = re.compile(rf"({'|'.join(ActionKind)})(?::\s*|\s+)", re.IGNORECASE)
_UNFINISHED = re.compile(
    r"(?<![\w@./+-])@(?:(?P<kind>trace|run|item|person):)?(?:\"(?P<quoted>[^\"\n]{0,200})|(?P<name>[\w.:/+#-]{0,200}))\Z",
    re.IGNORECASE,
)
_LONGEST = 210  # characters of a mention while it is typed
_DUE = re.compile(rf"(?:^|\s)\(?due:?\s+(?P<day>{DUE_DAY})[),;.]?(?=\s|\Z)", re.IGNORECASE)


class Command(StrEnum):
    """What a line may do besides being logged. The five times have the names of the incident's fields."""

    SEVERITY = "severity"
    STARTED = "started"
    DETECTED = "detected"
    ACKNOWLEDGED = "acknowledged"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    ACTION = "action"


#: The commands that can be typed after the slash and what they do, for completion.
COMMANDS: dict[str, str] = {
    "sev1": "severity 1, the worst",
    "sev2": "severity 2",
    "sev3": "severity 3",
    "sev4": "severity 4",
    "started": "when it started",
    "detected": "when somebody or something noticed",
    "acknowledged": "when somebody took it up (/ack)",
    "mitigated": "when users no longer felt it",
    "resolved": "when it was over",
    "action": "what is to be done: /action Page on errors @ben due 1 Dec",
}


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` is the `@…` that points at `name`; `kind` None: not stated."""

    name: str
    kind: LinkKind | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LiveLine:
    """A parsed line. `text` goes into the timeline, or is an action's text; `remarks` say what was read differently
    than the writer might expect."""

    at: datetime  # UTC
    text: str
    source: str = SOURCES[0]
    mentions: tuple[Mention, ...] = ()
    command: Command | None = None
    severity: Sev | None = None
    action: Action | None = None  # without an owner: a mention may name one
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The unfinished mention or command before the cursor: `text[start:cursor]` is `sign` and `prefix`."""

    sign: str  # "@" or "/"
    prefix: str
    start: int
    kind: LinkKind | None = None


def read(typed: str, now: datetime, zone: tzinfo = UTC) -> LiveLine:
    """Parse a line. Raises ReadinessError if its time is invalid or in the future."""
    rest = typed.strip()
    at, remarks, rest = _time(rest, now, zone)
    source = SOURCES[0]
    if match := _SOURCE.match(rest):
        source, rest = match[1].lower(), rest[match.end() :]
    line = LiveLine(at or now, rest, source, remarks=remarks)
    if match := _COMMAND.match(rest):
        line = _apply_command(line, match[1].lower(), rest[match.end() :], now, zone)
        if line.command is Command.ACTION and (at is not None or source != SOURCES[0]):
            line = _with_remark(line, "An action has no time or source: what stands in front of it was left out.")
        elif at is not None and line.at != at:
            line = _with_remark(line, f"Two times stand here: the one after /{line.command} counts.")
    return replace(line, text=line.text.strip(), mentions=mentions(line.text.strip()))


def read_title(typed: str, now: datetime, zone: tzinfo = UTC) -> LiveLine:
    """The line that opens an incident: an optional time, then the title (even "Trace: no ids")."""
    at, remarks, rest = _time(typed.strip(), now, zone)
    return LiveLine(at or now, rest, mentions=mentions(rest), remarks=remarks)


def mentions(text: str) -> tuple[Mention, ...]:
    """Every `@…` in the text. A full stop or comma after a name is not part of it; an e-mail address is no mention."""
    found = []
    for match in _MENTION.finditer(text):
        name = match["quoted"] or match["name"].rstrip(".:/+#-")
        end = match.end() - (0 if match["quoted"] else len(match["name"]) - len(name))
        kind = LinkKind(match["kind"].lower()) if match["kind"] else None
        found.append(Mention(name.strip(), kind, match.start(), end))
    return tuple(found)


def unfinished(text: str, cursor: int) -> Unfinished | None:
    """The mention or command that ends at the cursor, if any."""
    before = text[:cursor]
    if match := _UNFINISHED.search(before, max(0, cursor - _LONGEST)):
        prefix = match["quoted"] or match["name"] or ""
        return Unfinished("@", prefix, match.start(), LinkKind(match["kind"].lower()) if match["kind"] else None)
    rest = before.lstrip()
    for part in (_TIME, _SOURCE):
        if match := part.match(rest):
            rest = rest[match.end() :]
    if match := re.fullmatch(r"/([a-z0-9_-]*)", rest, re.IGNORECASE):
        return Unfinished("/", match[1].lower(), len(before) - len(rest))
    return None


def _time(rest: str, now: datetime, zone: tzinfo) -> tuple[datetime | None, tuple[str, ...], str]:
    """The time at the start, remarks about it, and the rest of the line."""
    match = _TIME.match(rest)
    if match is None:
        return None, (), rest
    found = read_moment(match[0], now, zone)
    if found.at > now:
        raise ReadinessError(
            f"“{match[0].strip()}” would be in the future: {found.at:%Y-%m-%d %H:%M} UTC, and it is"
            f" {now.astimezone(UTC):%Y-%m-%d %H:%M} UTC. Nothing was written. Take the time out, or type when it was."
        )
    return found.at, (found.remark,) if found.remark else (), rest[match.end() :]


def _apply_command(line: LiveLine, name: str, rest: str, now: datetime, zone: tzinfo) -> LiveLine:
    if match := re.fullmatch(r"sev(?:erity)?[_-]?([0-9])?", name):
        said = match[1]
        if not said and (number := re.match(r"(?:sev)?([0-9])(?:\s+|\Z)", rest, re.IGNORECASE)):
            said, rest = number[1], rest[number.end() :]
        if said and said in "1234":
            return replace(line, command=Command.SEVERITY, severity=Sev(f"sev{said}"), text=rest)
        return _with_remark(line, f"/{name} needs a severity from 1 to 4, as in /sev2; it was written down as words.")
    command = Command.ACKNOWLEDGED if name == "ack" else next((one for one in Command if one == name), None)
    if command is None:
        return _with_remark(line, f"/{one_line(name, 30)} is no command; it was written down as words. There are: "
                           f"/{', /'.join(COMMANDS)}.")  # fmt: skip
    if command is Command.ACTION:
        return _action(line, rest, now.astimezone(zone))
    at, remarks, words = _time(rest, now, zone)
    return replace(line, command=command, at=at or line.at, text=words, remarks=(*line.remarks, *remarks))


def _with_remark(line: LiveLine, remark: str) -> LiveLine:
    return replace(line, remarks=(*line.remarks, remark))


def _action(line: LiveLine, rest: str, now: datetime) -> LiveLine:
    """`[kind] text @person due day`: the date is removed from the text; the mention stays for later."""
    kind = ActionKind.PREVENT
    if match := _KIND.match(rest):
        kind, rest = ActionKind(match[1].lower()), rest[match.end() :]
    due = None
    for match in list(_DUE.finditer(rest))[-1:]:
        try:
            due = parse_day(match["day"], now.date())
            if said := doubt(due, now.date()):
                line = _with_remark(line, f"{said} It was written down as typed: correct it where it is not meant.")
            rest = f"{rest[: match.start()]} {rest[match.end() :].lstrip()}".strip()
        except ReadinessError as error:
            line = _with_remark(line, f"{error} It stays in the action's words.")
    if due is None and not line.remarks and re.search(r"\bdue\b", rest, re.IGNORECASE):
        line = _with_remark(
            line, "No due date was understood; what was typed stays in the action's words. Type due 1 Dec."
        )
    return replace(line, command=Command.ACTION, text=rest, action=Action(0, rest.strip(), kind, due=due))
