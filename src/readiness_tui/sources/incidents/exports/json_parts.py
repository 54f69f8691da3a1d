"""What every export of an incident in JSON is read with: values by path, times, people, and the draft they go into."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from readiness_tui.domain.incidents.model import TimelineEntry
from readiness_tui.domain.text.format import moment, plural
from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.action_list import ActionList
from readiness_tui.sources.incidents.action_state import State, read_state
from readiness_tui.sources.incidents.action_words import ActionWords, clean_owner, take_apart
from readiness_tui.sources.incidents.cross_check import cross_check
from readiness_tui.sources.incidents.draft import IncidentDraft, RecognisedPart
from readiness_tui.sources.incidents.inline_markup import plain
from readiness_tui.sources.incidents.written_time import read_day, read_stamp

FORMAT = "export"
#: Most of one text that is read: more is no message that a person wrote.
_LONGEST = 20_000
_NAMES = ("display_name", "displayName", "real_name", "name", "summary", "fullName", "full_name", "login", "username", "email", "emailAddress", "html_url")  # fmt: skip


def pick(value: Any, *paths: str) -> Any:
    """The first value at one of the paths ("severity.name") that is there and not empty; None if there is none."""
    for path in paths:
        found = value
        for step in path.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if found not in (None, "", [], {}):
            return found
    return None


def words(value: Any, *paths: str) -> str:
    """A text at one of the paths; "" where there is none. Numbers are written out, other values are no text."""
    for found in (pick(value, path) for path in paths) if paths else (value,):
        if isinstance(found, str | int | float) and not isinstance(found, bool):
            return str(found).replace("\x00", "")[:_LONGEST].strip()
    return ""


def rows(value: Any, *paths: str) -> list[dict[str, Any]]:
    """The objects of a list at one of the paths; anything else in it is left out."""
    found = pick(value, *paths) if paths else value
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def person(value: Any, *paths: str) -> str:
    """The name of a person or system at one of the paths, which may be a name itself."""
    for path in paths or ("",):
        found = pick(value, path) if path else value
        if isinstance(found, str):
            return words(found)
        if named := words(found, *_NAMES) if isinstance(found, dict) else "":
            return named
    return ""


def at(value: Any) -> datetime | None:
    """A moment in ISO 8601, or in seconds, milliseconds or nanoseconds since 1970; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        bare = value.strip()
        if re.fullmatch(r"[0-9]{9,19}(?:\.[0-9]{1,9})?", bare):
            value = float(bare)
        else:
            try:
                found = datetime.fromisoformat(bare)
            except ValueError:
                return _written(bare)
            return _utc(found)
    if isinstance(value, int | float):
        try:
            seconds = (
                value / 1e9 if value > 1e17 else value / 1e6 if value > 1e14 else value / 1e3 if value > 1e11 else value
            )
            return datetime.fromtimestamp(seconds, UTC) if seconds >= 1e8 else None
        except (ValueError, OverflowError, OSError):
            return None
    return None


def moment_at(value: Any, *paths: str) -> datetime | None:
    """The first of the paths that holds a moment."""
    return next((found for path in paths if (found := at(pick(value, path))) is not None), None)


class Export:
    """A draft with the ways in which an export fills it."""

    def __init__(self, draft: IncidentDraft | None = None) -> None:
        self.draft = draft or IncidentDraft(FORMAT, told=True)
        self._actions = ActionList(self.draft)

    def time(self, key: str, found: datetime | None) -> None:
        """One of the five times, where the export states it and nothing has before."""
        if found is not None and key not in self.draft.times:
            self.draft.times[key] = found
            self.draft.find(f"{key} {moment(found)}", 1)

    def title(self, text: str) -> None:
        bare = " ".join(plain(text).split())
        if bare and not self.draft.title:
            self.draft.title = bare
            self.draft.find("title", 1)

    def severity(self, text: str) -> None:
        if not text or self.draft.severity is not None:
            return
        level = headings.severity(text)
        if level is None:
            self.draft.doubt(0, f"“{text[:40]}” is no severity that is known here; none is taken")
            self.draft.kept.append((1, f"Severity: {text}"))
            return
        self.draft.severity = level[0]
        self.draft.find(f"severity {level[0]}", 1)
        if not level[1]:
            self.draft.doubt(0, f"“{text[:40]}” is taken as {level[0]}.")

    def field(self, key: str, text: str) -> None:
        if text.strip():
            self.draft.add_field(key, text)
            self.draft.find(key, 1)

    def line(self, when: Any, text: str, by: str = "", source: str = "person", raw: Any = None) -> bool:
        """One line of the timeline; what has no time or no words is kept, and said."""
        found = when if isinstance(when, datetime) else at(when)
        said = plain(text)
        if found is None or not said:
            self.draft.doubt(0, f"An entry has no {'time' if found is None else 'words'}, and is kept as it is.")
            self.draft.kept.append((0, str(raw if raw is not None else text)[:2000]))
            return False
        self.draft.timeline.append(TimelineEntry(0, found, said, source, by))
        return True

    def action(
        self,
        text: str,
        owner: str = "",
        *,
        state: str = "",
        done: Any = None,
        due: Any = None,
        priority: str = "",
        kind: str = "",
    ) -> None:
        apart = take_apart(text)
        if not apart.text:
            return
        if self.draft.day is None and self.draft.timeline:
            self.draft.day = min(entry.at for entry in self.draft.timeline).date()
        ended = at(done)
        found = read_state(state) if state else apart.state
        if ended is not None:
            written = read_day(ended.date().isoformat())
            found = State(done=True, day=written[0] if written else None)
        name, beside = clean_owner(owner)
        until = at(due)
        rest = tuple(f"priority {said}" for said in (priority or beside,) if said)
        self._actions.add(
            ActionWords(
                " ".join(apart.text.split()),
                name or apart.owner,
                until.date().isoformat() if until else words(due) or apart.due,
                kind or apart.kind,
                apart.verify,
                found,
                (*apart.rest, *rest),
            ),
            0,
        )

    def partial(self, why: str) -> None:
        self.draft.doubt(0, why)

    def kept(self, name: str, text: str) -> None:
        """A value that no field takes."""
        if text:
            self.draft.kept.append((0, f"{name}: {text}"))

    def finish(self, fallback: str = "") -> IncidentDraft:
        draft = self.draft
        self._actions.finish()
        draft.timeline.sort(key=lambda entry: entry.at)
        if not draft.title:
            draft.title = fallback
        begun = draft.times.get("started") or draft.times.get("detected")
        first = begun or (draft.timeline[0].at if draft.timeline else None)
        draft.day = draft.day or (first.date() if first else None)
        if draft.timeline:
            draft.found.append(RecognisedPart(f"timeline: {plural(len(draft.timeline), 'line')}", 1, 1))
        if draft.actions:
            draft.found.append(RecognisedPart(f"actions: {len(draft.actions)}", 1, 1))
        cross_check(draft)
        return draft


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects on the outer level: the value itself, those of a list, those of the usual envelopes."""
    queue: list[Any] = [value]
    if isinstance(value, dict):
        queue += [value[key] for key in ("data", "incident", "incidents", "alert", "event", "issue") if key in value]
    for one in queue:
        yield from (found for found in (one if isinstance(one, list) else [one]) if isinstance(found, dict))


def sources(agents: Iterable[str]) -> str:
    """ "log" where what acted is a system, else "person"."""
    return (
        "log"
        if any(
            re.search(r"service|integration|system|bot|automation|api|monitor", one, re.IGNORECASE) for one in agents
        )
        else "person"
    )


def _written(text: str) -> datetime | None:
    """Moments that are no ISO 8601, such as "October 3, 2026 14:31 UTC"; only with day, time and zone."""
    stamp = read_stamp(text[:80])
    day = stamp.day.near(None) if stamp and stamp.day and stamp.day.year else None
    if stamp is None or day is None or stamp.at is None or stamp.zone is None or text[:80][stamp.end :].strip():
        return None
    return datetime.combine(day, stamp.at, stamp.zone).astimezone(UTC)


def _utc(found: datetime) -> datetime | None:
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
