"""Merges two copies of one incident, written on two machines; the order does not matter.

Timeline lines and actions are identified by their uid; if both copies have one, the newer version wins. For a section
the newer text wins and the other is kept beside it as a rival, unless it is only an earlier version of the newer text
or contained in it. A value missing in one copy is taken from the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from readiness_tui.domain.incidents.model import Action, Incident, NoteStatus, OtherText, TimelineEntry, Written
from readiness_tui.domain.text.masking import mask_all

#: The namespace of our uids (RFC 4122, version 5).
NAMESPACE = UUID("6f7a1d0e-3c55-5b0a-9d6c-0f4a3a5d7e21")
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_STATUSES = tuple(NoteStatus)
#: For these fields the newer copy's value wins, or the other's if the newer has none.
_SINGLE = (
    "title", "severity", "started", "detected", "acknowledged", "mitigated", "resolved", "failure_class", "item_id",
    "no_eval_reason",
)  # fmt: skip

_BULLET = re.compile("[-*•+] ")


@dataclass(frozen=True, slots=True)
class Copy:
    """An incident as one machine has it. `earlier`: by section, the digests of texts that were replaced there;
    `removed`: the uids of lines and actions that were removed there, and when. `yields`: it is an imported document,
    which never overwrites anything in the other copy."""

    incident: Incident
    earlier: Mapping[str, frozenset[str]] = field(default_factory=dict)
    removed: Mapping[str, datetime] = field(default_factory=dict)
    yields: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a copy: the incident as it is now, and what came in, in sentences. `created`: it was new here."""

    incident: Incident
    created: bool
    lines: int
    actions: int
    sections: int
    rivals: int
    changed: int
    said: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        return self.created or bool(self.lines or self.actions or self.sections or self.rivals or self.changed)


def text_digest(text: str) -> str:
    """The digest of a text, ignoring line ends, spacing, the marks of lists and rows, and anything documents mask."""
    words = " ".join(filter(None, map(_plain_line, mask_all(text).split("\n"))))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plain_line(line: str) -> str:
    words = " ".join(line.split())
    if _BULLET.match(words):
        words = f"- {words[2:]}"
    return words.replace(" |", "|").replace("| ", "|").rstrip("|")


def uid_of(*parts: object) -> str:
    """The uid of an imported part: the same on every machine that imports the same file."""
    return str(uuid5(NAMESPACE, "\n".join(str(part) for part in parts)))


def merge(one: Copy, other: Copy) -> Incident:
    """Both copies as one incident, with the number, name and ids of `one`; the order changes nothing else."""
    ours, theirs = one.incident, other.incident
    newer, older = (
        copy.incident
        for copy in sorted((one, other), key=lambda copy: (not copy.yields, _age(copy.incident)), reverse=True)
    )
    sections, written, rivals = _sections(one, other)
    removed = {
        uid: max(copy.removed.get(uid, LONG_AGO) for copy in (one, other)) for uid in {*one.removed, *other.removed}
    }
    closed = [copy.closed for copy in (newer, older) if copy.closed is not None]
    return replace(
        ours,
        **{name: getattr(newer, name) or getattr(older, name) for name in _SINGLE},
        status=max(ours.status, theirs.status, key=_STATUSES.index),
        closed=min(closed) if closed else None,
        eval_cases=_union(ours.eval_cases, theirs.eval_cases),
        traces=_union(ours.traces, theirs.traces),
        fields=sections,
        written=written,
        rivals=rivals,
        timeline=tuple(sorted(_parts(one, other, "timeline", removed), key=lambda entry: (entry.at, entry.uid))),
        actions=tuple(
            sorted(
                _parts(one, other, "actions", removed),
                key=lambda action: (action.created or LONG_AGO, action.uid),
            )
        ),
        created=min((copy.created for copy in (ours, theirs) if copy.created), default=None),
        updated=newer.updated,
    )


def _age(incident: Incident) -> tuple[datetime, str]:
    return incident.updated or LONG_AGO, repr(_bare(incident))


def _bare(value: Any) -> Any:
    """A value without fields that differ from file to file, used to order parts of the same age."""
    if isinstance(value, Incident):
        return [getattr(value, name) for name in _SINGLE]
    return [getattr(value, one.name) for one in fields(value) if one.name != "id"]


def _parts(one: Copy, other: Copy, name: str, removed: Mapping[str, datetime]) -> list[Any]:
    """The union by uid, the newer version of each. A removed part is gone, unless the other copy changed it later."""
    mine, theirs = ({part.uid: part for part in getattr(copy.incident, name)} for copy in (one, other))
    found: dict[str, TimelineEntry | Action] = {}
    for uid in {*mine, *theirs}:
        sides = [(copy.yields, parts[uid]) for copy, parts in ((one, mine), (other, theirs)) if uid in parts]
        part = max(sides, key=lambda side: (not side[0], _part_age(side[1])))[1]
        if uid not in removed or (_part_age(part)[0] > removed[uid]):
            found[uid] = part
    only = [
        [found[uid] for uid in found if uid in has and uid not in lacks]
        for has, lacks in ((mine, theirs), (theirs, mine))
    ]
    twins = _twins(*only)
    kept = []
    for uid, part in found.items():
        twin = twins.get(uid, uid)
        if uid <= twin:
            local = mine.get(uid) or mine.get(twin)
            kept.append(replace(part, id=local.id if local else 0))
    return kept


def _twins(ours: list[TimelineEntry | Action], theirs: list[TimelineEntry | Action]) -> dict[str, str]:
    """Pairs of uids for parts that both copies have in the same words under different uids (the same notes were imported
    on both machines)."""
    by_words: dict[tuple[object, ...], list[TimelineEntry | Action]] = {}
    for part in sorted(theirs, key=lambda part: part.uid, reverse=True):
        by_words.setdefault(_content(part), []).append(part)
    found: dict[str, str] = {}
    for part in sorted(ours, key=lambda part: part.uid):
        same = by_words.get(_content(part))
        if same:
            twin = same.pop()
            found |= {part.uid: twin.uid, twin.uid: part.uid}
    return found


def _part_age(part: TimelineEntry | Action) -> tuple[datetime, str]:
    return part.updated or part.created or LONG_AGO, repr(_bare(part))


def _content(part: TimelineEntry | Action) -> tuple[object, ...]:
    if isinstance(part, TimelineEntry):
        return part.at, part.by, part.source, text_digest(part.text)
    return (text_digest(part.text),)


def _sections(one: Copy, other: Copy) -> tuple[dict[str, str], dict[str, Written], tuple[OtherText, ...]]:
    kept: dict[str, str] = {}
    written: dict[str, Written] = {}
    rivals: dict[str, OtherText] = {}
    for rival in (*one.incident.rivals, *other.incident.rivals):
        uid = rival.uid or _rival_uid(one.incident, rival.section, rival.text)
        rivals[uid] = max(replace(rivals[uid], id=0), replace(rival, id=0), key=repr) if uid in rivals else rival
    keys = sorted({*one.incident.fields, *other.incident.fields, *one.incident.written, *other.incident.written})
    for key in keys:
        text, said, lost = _section(key, one, other)
        if text:
            kept[key] = text
        if said is not None:
            written[key] = said
        if lost is not None:
            uid = _rival_uid(one.incident, key, lost[0])
            by, at = (lost[1].by, lost[1].at) if lost[1] else ("", LONG_AGO)
            rivals.setdefault(uid, OtherText(0, key, lost[0], by, at, uid))
    ids = {rival.uid: rival.id for rival in one.incident.rivals}
    left = []
    for uid, rival in rivals.items():
        settled = {text_digest(kept.get(rival.section, ""))}.union(
            *(copy.earlier.get(rival.section, frozenset()) for copy in (one, other))
        )
        if text_digest(rival.text) not in settled:
            left.append(replace(rival, uid=uid, id=ids.get(uid, 0)))
    return kept, written, tuple(sorted(left, key=lambda rival: (rival.section, rival.at, rival.uid)))


def _section(key: str, one: Copy, other: Copy) -> tuple[str, Written | None, tuple[str, Written | None] | None]:
    """The text of a section, who wrote it, and the rival text to keep beside it, if any."""
    sides = [
        (copy.incident.fields.get(key, ""), copy.incident.written.get(key), copy.earlier.get(key, frozenset()))
        for copy in sorted((one, other), key=lambda copy: copy.yields)
    ]
    (text, said, past), (text2, said2, past2) = sides
    if text_digest(text) == text_digest(text2):
        whole = (
            text
            if one.yields or other.yields
            else max(text, text2, key=lambda each: (each != mask_all(each), len(each), each))
        )
        who = (
            said
            if one.yields or other.yields
            else max((each for each in (said, said2) if each), key=_when, default=None)
        )
        return whole, who, None
    if text_digest(text) in past2 and text_digest(text2) not in past:
        return text2, said2, None
    if text_digest(text2) in past and text_digest(text) not in past2:
        return text, said, None
    if one.yields or other.yields:
        (new, new_said, _), (old, old_said, _) = sides
        if " ".join(new.split()) in " ".join(old.split()):
            return old, old_said, None
    else:
        (new, new_said, _), (old, old_said, _) = sorted(sides, key=lambda side: (_when(side[1]), side[0]), reverse=True)
    if not new:  # nothing was replaced there: it was never written
        return old, old_said, None
    if not old or " ".join(old.split()) in " ".join(new.split()):
        return new, new_said, None
    return new, new_said, (old, old_said)


def _when(said: Written | None) -> tuple[datetime, str]:
    return (said.at, said.by) if said else (LONG_AGO, "")


def _rival_uid(incident: Incident, section: str, text: str) -> str:
    return uid_of(incident.uid, "rival", section, text_digest(text))


def _union(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    return ours if set(ours) == set(theirs) else tuple(sorted({*ours, *theirs}))
