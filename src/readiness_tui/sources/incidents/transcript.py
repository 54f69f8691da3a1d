"""What was said in a meeting: captions of Zoom, Teams and Meet (WebVTT, SRT, SBV), and the chat that Zoom saves.

Captions count from the beginning of the recording. On the calendar they stand only where the recording's start is known:
Zoom writes it into the file's name (GMT20261003-143000_Recording.transcript.vtt), and a line such as "Start: 2026-10-03
14:30 UTC" anywhere before the first one says it. Zoom's saved chat has the clock of the meeting ("14:31:05\\t From Ana to
Everyone:"); the chat beside a recording in its cloud counts from the beginning ("00:12:03\\tAna:\\twords").
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import TimelineEntry
from readiness_tui.domain.text.format import plural
from readiness_tui.sources.incidents.clock import Clock
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.inline_markup import plain
from readiness_tui.sources.incidents.written_time import find_day, read_stamp

FORMAT = "chat"
_OFFSET = r"(?:[0-9]{1,3}:)?[0-5]?[0-9]:[0-5][0-9](?:[.,][0-9]{1,3})?"
_CUE = re.compile(rf"\s*(?P<from>{_OFFSET})\s*(?:-->|,)\s*(?P<to>{_OFFSET})\b.*$")
_ZOOM = re.compile(
    r"(?P<at>[0-9]{1,2}:[0-9]{2}:[0-9]{2})\s+From\s+(?P<by>.{1,80}?)(?:\s+to\s+(?P<to>.{1,80}?))?\s*:\s*(?P<text>.*)$",
    re.IGNORECASE,
)
_CLOUD = re.compile(r"(?P<at>[0-9]{1,2}:[0-9]{2}:[0-9]{2})\t\s*(?P<by>[^\t:]{1,80}):\t\s*(?P<text>.*)$")
# Meet's transcript: an offset on a line of its own, then who said what. Teams' as text: "Ana Silva   0:05".
_OFFSET_LINE = re.compile(r"\s*(?P<at>[0-9]{2}:[0-9]{2}:[0-9]{2})\s*$")
_NAMED_LINE = re.compile(r"(?P<by>[^\s:][^:\n]{0,60}?)\s{2,}(?P<at>(?:[0-9]{1,2}:)?[0-9]{1,2}:[0-9]{2})\s*$")
_TRANSCRIPT = re.compile(
    r"(?:.{0,100}[-–—]\s*)?transcript\s*$|.{0,80}\b(?:started|stopped) transcription\s*$", re.IGNORECASE
)
_VOICE = re.compile(r"<v(?:\.[^\s>]{1,40})?\s+([^<>]{1,80})>", re.IGNORECASE)
_SPEAKER = re.compile(r"(?P<by>[^\s:][^:\n]{0,60}?):\s+(?P<text>\S.*)$")
_NAMED = re.compile(r"GMT(?P<day>[0-9]{8})-(?P<time>[0-9]{6})")
_START = re.compile(
    r"\W*(?:note\s+)?(?:meeting |recording |call )?(?:start(?:ed|s)?|begin|began|date|recorded)(?: at| on| time)?\s?:?\s+(?P<at>.{8,60})$",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^Repl(?:ying|ied) to \".{0,200}?\"\s*", re.IGNORECASE)


@dataclass(slots=True)
class _Speech:
    line: int
    at: str
    by: str
    text: list[str] = field(default_factory=list)


def looks_like_transcript(text: str) -> bool:
    """Whether it is captions, or Zoom's chat."""
    lines = [line for line in text.lstrip("\ufeff").split("\n", 400)[:400] if line.strip()]
    if not lines:
        return False
    cues = sum(_CUE.match(line) is not None for line in lines)
    chat = sum(_ZOOM.match(line) is not None or _CLOUD.match(line) is not None for line in lines)
    return _is_counted(lines) or lines[0].startswith("WEBVTT") or cues * 5 >= len(lines) or chat * 3 >= len(lines)


def _is_counted(lines: list[str]) -> bool:
    """A transcript as text, whose offsets stand on lines of their own or behind the names."""
    heads = [match for line in lines if (match := _OFFSET_LINE.match(line) or _NAMED_LINE.match(line))]
    first = heads[0]["at"] if heads else ""
    said = any(_TRANSCRIPT.match(line) for line in lines[:30])
    return bool(heads) and (first == "00:00:00" or (said and len(heads) > 1))


def read_transcript(text: str, name: str, day: date | None = None, fallback: date | None = None) -> IncidentDraft:
    """The draft of a transcript. Raises ReadinessError for one that counts from a beginning nobody gives."""
    draft = IncidentDraft(FORMAT, day=day)
    named = find_day(name)
    draft.day = draft.day or (named.near(None) if named else None)
    said, counted = _said(text, draft)
    start = _start(text, name, draft) if counted else None
    if counted and start is None:
        raise ReadinessError(
            f"{name} counts its times from the beginning of the recording, and does not say when that was. Add a first line"
            " such as “Start: 2026-10-03 14:30 UTC”, and import it again."
        )
    draft.day = draft.day or fallback
    clock = Clock(draft, draft.day)
    for one in said:
        words = plain("\n".join(one.text))
        if not words:
            continue
        at: datetime | None = None
        if start is not None:
            with suppress(OverflowError):  # a start at the end of the calendar
                at = start + _length(one.at)
        else:
            stamp = read_stamp(one.at)
            at = clock.moment(stamp, one.line) if stamp else None
        if at is None:
            draft.kept.append((one.line, f"{one.by} {one.at} {words}"))
            continue
        draft.timeline.append(TimelineEntry(0, at, words, "person", one.by))
    if draft.timeline:
        people = len({entry.by for entry in draft.timeline})
        what = f"timeline: {plural(len(draft.timeline), 'message')} of {plural(people, 'person', 'people')}"
        draft.find(what, said[0].line, said[-1].line)
    return draft


def _said(text: str, draft: IncidentDraft) -> tuple[list[_Speech], bool]:
    """Who said what, and whether its times count from the beginning."""
    found: list[_Speech] = []
    counted = open_ = False
    plain_text = _is_counted([line for line in text.split("\n", 400)[:400] if line.strip()])
    for number, raw in enumerate(text.lstrip("\ufeff").split("\n"), 1):
        line = raw.rstrip()
        cue, cloud, zoom = _CUE.match(line), _CLOUD.match(line), _ZOOM.match(line)
        if cue or cloud:
            counted = open_ = True
            at = cue["from"] if cue else cloud["at"] if cloud else ""
            found.append(_Speech(number, at, cloud["by"].strip() if cloud else "", [cloud["text"]] if cloud else []))
        elif plain_text and (head := _OFFSET_LINE.match(line) or _NAMED_LINE.match(line)):
            counted = open_ = True
            found.append(_Speech(number, head["at"], head.groupdict().get("by") or ""))
        elif zoom:
            open_ = True
            found.append(_Speech(number, zoom["at"], zoom["by"].strip(), [zoom["text"]] if zoom["text"] else []))
        elif not line.strip():
            open_ = open_ and bool(found) and (plain_text or not counted)
        elif open_:
            _speech(found, line, counted)
        elif not line.strip().isdigit() and not line.startswith("WEBVTT"):  # SRT numbers its captions
            draft.kept.append((number, line))
    return _joined(found) if counted else found, counted


def _speech(found: list[_Speech], line: str, counted: bool) -> None:
    last = found[-1]
    if voice := _VOICE.search(line):
        last.by = voice[1].strip()
        line = re.sub(r"</?v[^<>]{0,120}>", "", line)
    elif counted and (speaker := _SPEAKER.match(line)) and (not last.text or last.by):
        if last.text:  # several people below one offset
            last = _Speech(last.line, last.at, "")
            found.append(last)
        last.by, line = speaker["by"].strip(), speaker["text"]
    last.text.append(_REPLY.sub("", line.strip()))


def _joined(found: list[_Speech]) -> list[_Speech]:
    """Captions break a speech every few seconds: what one person says without another between is one line of a minute."""
    out: list[_Speech] = []
    for one in found:
        if out and one.by == out[-1].by and _length(one.at) - _length(out[-1].at) < timedelta(minutes=1):
            out[-1].text = [" ".join((*out[-1].text, *one.text))]
        else:
            out.append(one)
    return out


def _start(text: str, name: str, draft: IncidentDraft) -> datetime | None:
    if zoom := _NAMED.search(name):
        try:
            return datetime.strptime(zoom["day"] + zoom["time"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            return None
    for number, line in enumerate(text.split("\n", 30)[:30], 1):
        match = _START.match(line)
        stamp = read_stamp(match["at"]) if match else None
        if stamp is not None and stamp.at is not None and (stamp.day is not None or draft.day is not None):
            return Clock(draft, draft.day).moment(stamp, number)
        if _CUE.match(line):
            break
    for number, line in enumerate(text.split("\n", 12)[:12], 1):
        for place in re.finditer(r"(?<![A-Za-z0-9])(?=[0-9A-Z])", line[:200]):
            stamp = read_stamp(line[place.start() :])
            if stamp is not None and stamp.at is not None and stamp.day is not None and stamp.day.year is not None:
                return Clock(draft, draft.day).moment(stamp, number)
    return None


def _length(offset: str) -> timedelta:
    parts = [float(part) for part in offset.replace(",", ".").split(":")]
    hours, minutes, seconds = [0.0] * (3 - len(parts)) + parts
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
