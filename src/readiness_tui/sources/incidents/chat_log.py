"""A pasted chat: who said what when, from Slack, Discord, Teams, Zoom, WhatsApp or IRC.

A message is a line that names its time and person and the lines below it up to the next one. Times mostly lack their
day, which a line of its own, the file's name, or who imports it, gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from readiness_tui.domain.incidents.model import TimelineEntry
from readiness_tui.domain.text.format import plural
from readiness_tui.sources.incidents.clock import Clock
from readiness_tui.sources.incidents.draft import IncidentDraft, RecognisedPart
from readiness_tui.sources.incidents.written_time import Stamp, find_day, read_day, read_stamp, stated_zone

FORMAT = "chat"

_CLOCK = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:\s?[AaPp]\.?[Mm]\.?)?"
_DAY = r"(?:[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[A-Z][a-z]{2,8} [0-9]{1,2}(?:st|nd|rd|th)?(?:, [0-9]{4})?|Today|Yesterday)"
_AT = rf"(?:{_DAY}(?:,|T| at)?\s?)?{_CLOCK}(?:\s?(?:UTC|GMT|Z|[A-Z]{{3,4}}|[+-][0-9]{{2}}:?[0-9]{{2}}))?"
_NAME = r"[^\s\[\]<>:|][^\[\]<>:|\n]{0,60}?"
_HEADS = (
    # [02:05] <ana> text · 02:05 <ana> text · [2026-11-18 02:05:11] <@ana> text
    re.compile(rf"\[?(?P<at>{_AT})\]?\s+<\s?[@+%&~]?(?P<by>{_NAME})>\s?(?P<text>.*)$"),
    # [02:05] ana: text · [1:04 PM]Hixie: text · [18/11/2026, 14:05:11] Ana Lima: text
    re.compile(rf"\[(?P<at>{_AT})\]\s*(?P<by>{_NAME}):\s(?P<text>.*)$"),
    # 18/11/2026, 14:05 - Ana: text
    re.compile(rf"(?P<at>{_AT})\s[-–]\s(?P<by>{_NAME}):\s(?P<text>.*)$"),
    # 02:05:11 ana: text
    re.compile(rf"(?P<at>{_AT})\s+(?P<by>[\w.@-]{{1,40}}):\s(?P<text>.*)$"),
    # ana  2:05 PM · ana [1:26 PM] · ana APP  2:05 PM · Ana Lima — Today at 2:05 PM · Ana Lima  11/18/2026 2:05 PM
    re.compile(
        rf"(?P<by>{_NAME})(?:\s+(?:APP|BOT))?\s*(?:\s{{1,3}}[—–-]\s|\s{{1,3}}|,\s)\[?(?P<at>{_AT})\]?(?P<text>)\s*(?:\(edited\))?\s*$"
    ),
    # [2:06 PM] text, a further message of the same person
    re.compile(rf"\[(?P<at>{_AT})\]\s(?P<by>)(?P<text>\S.*)$"),
)
_ALONE = re.compile(rf"(?P<indent>\s{{0,4}})\[?(?P<at>{_AT})\]?\s*$")
_ACTION = re.compile(rf"\[?(?P<at>{_AT})\]?\s+\*\s(?P<by>\S+)\s(?P<text>.*)$")
_DAY_LINE = re.compile(
    r"\W*(?:Day changed(?: to)?\s|Log opened\s)?(?P<day>(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},?\s)?.{5,30}?)\W*$"
)
_NOISE = re.compile(
    r"\W*(?:(?:[0-9]+ repl(?:y|ies)|view thread|also sent to the channel|new messages?|\(edited\)|:[a-z0-9_+-]+:\s?[0-9]*"
    r"|joined #\S+|set the channel topic.*|pinned a message.*|[0-9]+)\W*)$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Message:
    line: int
    at: str
    by: str
    text: list[str]


def looks_like_chat(text: str) -> bool:
    """Whether the heads of messages make up enough of the text: every third line, or three and every twelfth."""
    lines = [line for line in text.split("\n") if line.strip()][:400]
    if any(re.match(r"#{1,6}\s", line) for line in lines[:5]):
        return False
    heads = sum(_head(_bare(line)) is not None or _ALONE.match(_bare(line)) is not None for line in lines)
    return heads * 3 >= len(lines) or (heads >= 3 and heads * 12 >= len(lines))


def read_chat(text: str, name: str, day: date | None = None, fallback: date | None = None) -> IncidentDraft:
    """The draft of a pasted chat: each message a line of the timeline, the word of its person."""
    draft = IncidentDraft(FORMAT, day=day)
    if day is None:
        named = find_day(name)
        draft.day = named.near(None) if named else fallback
    clock = Clock(draft, draft.day)
    first = last = 0
    half = ""
    for part in _messages(draft, clock, text):
        # Slack leaves it out for the further messages of a person.
        written = re.search(r"[ap]\.?m\.?\s*$", part.at, re.IGNORECASE)
        half = written[0].strip() if written else half
        stamp = _stamp(part.at if written or not half else f"{part.at} {half}", draft.day)
        words = "\n".join(part.text).strip()
        at = clock.moment(stamp, part.line) if stamp and words else None
        if at is None:
            draft.kept.append((part.line, f"{part.by} {part.at} {words}".strip()))
            continue
        first, last = first or part.line, part.line
        draft.timeline.append(TimelineEntry(0, at, words, "person", part.by))
    if draft.timeline:
        people = len({entry.by for entry in draft.timeline})
        draft.found.append(
            RecognisedPart(
                f"timeline: {plural(len(draft.timeline), 'message')} of {plural(people, 'person', 'people')}",
                first,
                last,
            )
        )
    return draft


def _messages(draft: IncidentDraft, clock: Clock, text: str) -> Iterator[_Message]:
    message: _Message | None = None
    lines = text.split("\n")
    pending = ""  # a name on a line of its own, whose time stands on the next one
    for number, raw in enumerate(lines, 1):
        line = _bare(raw)
        following = _bare(lines[number]) if number < len(lines) else ""
        head = _head(line)
        alone = _ALONE.match(line) if not head and line.strip() else None
        if head is not None or (alone and (pending or message)):
            if message is not None:
                yield message
            at = head["at"] if head else alone["at"] if alone else ""
            by = (head["by"].strip() if head else pending) or (message.by if message else "")
            message = _Message(
                number, at, re.sub(r"\s+(?:APP|BOT)$", "", by), [head["text"]] if head and head["text"] else []
            )
            pending = ""
            continue
        if not line.strip():
            continue
        if day := _day_line(line, draft.day):
            if message is not None:
                yield message
                message = None
            clock.head(day, rolls=True)
            draft.day = draft.day or day
            continue
        below = _ALONE.match(following)
        if below and (below["indent"] or message is None) and len(line) < 60:
            pending = line.strip()
            continue
        if message is None:
            if stated := stated_zone(line):
                clock.zone = stated[0]
            draft.kept.append((number, raw))
        elif _NOISE.match(line):
            draft.kept.append((number, raw))
        else:
            message.text.append(line.strip())
    if message is not None:
        yield message


def _head(line: str) -> re.Match[str] | None:
    if action := _ACTION.match(line):
        return action
    for shape in _HEADS:
        match = shape.match(line)
        if match is not None:
            return match
    return None


def _bare(line: str) -> str:
    return re.sub(r"^(?:>\s?)+", "", line).rstrip()


def _stamp(written: str, day: date | None) -> Stamp | None:
    bare = written.strip()
    if day is not None and bare.lower().startswith(("today", "yesterday")):
        past = timedelta(days=1) if bare.lower().startswith("y") else timedelta()
        bare = re.sub(r"^\w+", f"{day - past}", bare)
    else:
        bare = re.sub(r"^(?:today|yesterday)\b(?:\s+at)?\s*", "", bare, flags=re.IGNORECASE)
    return read_stamp(bare)


def _day_line(line: str, near: date | None) -> date | None:
    """A line that is nothing but a date, as a chat puts it between days."""
    match = _DAY_LINE.match(line)
    found = read_day(match["day"]) if match else None
    if match is None or found is None or match["day"][found[1] :].strip(" -–—:,0123456789"):
        return None
    return found[0].near(near)
