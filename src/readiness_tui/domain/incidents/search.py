"""Finds incidents by their properties and by words anywhere in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.incidents.model import Action, FailureClass, Incident, Sev
from readiness_tui.domain.incidents.note_rows import failure_classes

_AROUND = 40  # characters of an excerpt before and after its first hit


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter for a list of incidents; unset fields do not filter."""

    open: bool = False
    severity: Sev | None = None
    failure_class: FailureClass | None = None  # the incident's own, or one of its factors'
    overdue: bool = False  # it has an overdue action
    text: str = ""  # every word must occur somewhere in the incident, ignoring case


@dataclass(frozen=True, slots=True)
class SearchHit:
    """Words found in one place of an incident: an excerpt, and the words' positions in it."""

    where: str
    excerpt: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class FoundIncident:
    incident: Incident
    hits: tuple[SearchHit, ...] = ()


def find(incidents: Sequence[Incident], wanted: Wanted, as_of: date) -> list[FoundIncident]:
    """The incidents that meet the whole filter, in the order given, with where the words were found."""
    words = [re.compile(re.escape(word), re.IGNORECASE) for word in dict.fromkeys(wanted.text.split())]
    found = []
    for incident in incidents:
        if not _meets(incident, wanted, as_of):
            continue
        hits = _hits(incident, words) if words else ()
        if hits is not None:
            found.append(FoundIncident(incident, hits))
    return found


def overdue(incident: Incident, as_of: date) -> tuple[Action, ...]:
    """The actions that were due before this day."""
    return tuple(one for one in incident.actions if one.done is None and one.due is not None and one.due < as_of)


def texts(incident: Incident) -> Iterator[tuple[str, str]]:
    """All text of an incident, and the names it points at, each with its place."""
    yield "title", f"{incident.name} {incident.title}"
    for key, text in incident.fields.items():
        yield key.replace("_", " "), text
    for rival in incident.rivals:
        yield f"{rival.section.replace('_', ' ')}, {rival.by}'s text", rival.text
    for entry in incident.timeline:
        yield (
            f"timeline {entry.at:%Y-%m-%d %H:%M}",
            f"{entry.text} ({', '.join(filter(None, (entry.source, entry.by)))})",
        )
    for action in incident.actions:
        yield "action", " · ".join(filter(None, (action.text, action.verify, action.kind, action.owner)))
    yield "class", incident.failure_class or ""
    yield "item", incident.item_id
    yield "traces", ", ".join(incident.traces)
    yield "eval cases", ", ".join(filter(None, (*incident.eval_cases, incident.no_eval_reason)))


def _meets(incident: Incident, wanted: Wanted, as_of: date) -> bool:
    return (
        (incident.open or not wanted.open)
        and wanted.severity in (None, incident.severity)
        and (wanted.failure_class is None or wanted.failure_class in failure_classes(incident))
        and (not wanted.overdue or bool(overdue(incident, as_of)))
    )


def _excerpt(text: str, start: int, end: int) -> str:
    """The hit with a few words before and after it."""
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    if start > _AROUND:
        before = f"…{before.partition(' ')[2]}"
    if end + _AROUND < len(text):
        after = f"{after.rpartition(' ')[0]}…"
    return f"{before}{text[start:end]}{after}"


def _hits(incident: Incident, words: list[re.Pattern[str]]) -> tuple[SearchHit, ...] | None:
    """The places where any of the words occurs; None if one of them occurs nowhere."""
    longest_first = sorted((word.pattern for word in words), key=len, reverse=True)
    any_word = re.compile("|".join(longest_first), re.IGNORECASE)
    hits, missing = [], set(words)
    for where, text in texts(incident):
        first = any_word.search(text)
        if first is None:
            continue
        missing -= {word for word in missing if word.search(text)}
        excerpt = _excerpt(text, first.start(), first.end())
        hits.append(SearchHit(where, excerpt, tuple(match.span() for match in any_word.finditer(excerpt))))
    return None if missing else tuple(hits)
