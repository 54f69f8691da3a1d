"""Our own JSON of an incident, written and read from one definition: for programs, and for another machine's file,
which merges it into its own copy.

Schema 1. `incident` is the record; its times are UTC, its uids the same in every file that holds the incident, and
`earlier` in a section has the digests of texts that were given up, so that a merge takes none of them for news.
`derived` follows from the record and `review` says which review it was exported from; a merge reads neither. A file
may come from another hand, so each value of the record is checked before it comes near ours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Self

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents import note, note_rows
from readiness_tui.domain.incidents.export import ReviewLink
from readiness_tui.domain.incidents.merge import Copy
from readiness_tui.domain.incidents.model import (
    Action,
    ActionKind,
    FailureClass,
    Incident,
    Link,
    LinkKind,
    NoteStatus,
    OtherText,
    Sev,
    TimelineEntry,
    Written,
)
from readiness_tui.domain.text.masking import masked
from readiness_tui.domain.text.sanitise import one_line, to_json

SCHEMA = 1
KIND = "readiness-incident"
_SOURCES = ("person", "log", "trace", "opinion")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Uid = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9-]{8,64}\Z")]
Digest = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{16}\Z")]
At = Annotated[datetime, msgspec.Meta(tz=True)]
Words = Annotated[str, msgspec.Meta(pattern=r"\S")]


class _Object(msgspec.Struct, forbid_unknown_fields=True):
    """An object of the file. Its fields have the names of the domain's, so that neither side lists them again."""

    @classmethod
    def of(cls, value: object, **own: Any) -> Self:
        """From the domain's value; `own`: fields that it has in another form."""
        return cls(**{name: own[name] if name in own else _utc(getattr(value, name)) for name in cls.__struct_fields__})

    def values(self, **own: Any) -> dict[str, Any]:
        """What the domain's class takes; `own`: fields that it has in another form."""
        return {name: _utc(getattr(self, name)) for name in self.__struct_fields__} | own


class _Section(_Object):
    text: str
    by: str
    at: At | None
    earlier: tuple[Digest, ...]


class _Link(_Object):
    kind: LinkKind
    name: str


class _Entry(_Object):
    uid: Uid
    at: At
    text: Words
    source: str
    by: str
    links: tuple[_Link, ...]
    created: At | None
    updated: At | None


class _Action(_Object):
    uid: Uid
    text: Words
    kind: ActionKind
    owner: str
    due: date | None
    done: date | None
    in_progress: bool
    verify: str
    created: At | None
    updated: At | None


class _Rival(_Object):
    uid: Uid
    section: str
    text: str
    by: str
    at: At


class _Incident(_Object, rename={"item_id": "item"}):
    uid: Uid
    system: Words
    title: Words
    severity: Sev
    status: NoteStatus
    started: At | None
    detected: At | None
    acknowledged: At | None
    mitigated: At | None
    resolved: At | None
    closed: date | None
    failure_class: FailureClass | None
    item_id: str
    no_eval_reason: str
    eval_cases: tuple[str, ...]
    traces: tuple[str, ...]
    created: At | None
    updated: At | None
    sections: dict[str, _Section]
    timeline: tuple[_Entry, ...]
    actions: tuple[_Action, ...]
    rivals: tuple[_Rival, ...]
    removed: dict[Uid, At]


class _Review(_Object):
    system: str
    release: str
    held_on: date
    verdict: str
    scorecard: str | None


class _File(msgspec.Struct):
    schema: int
    kind: str
    incident: _Incident
    derived: dict[str, Any]
    review: _Review | None


def record_text(copy: Copy, review: ReviewLink | None = None) -> str:
    """The file of an incident, secrets and personal data masked, the same bytes for the same record."""
    incident, review = masked(copy.incident, personal=True), masked(review)
    link = _Review.of(review, scorecard=review.digest or None) if review is not None else None
    return to_json(msgspec.to_builtins(_File(SCHEMA, KIND, _record(incident, copy), _derived(incident), link))) + "\n"


def _record(incident: Incident, copy: Copy) -> _Incident:
    actions = sorted(incident.actions, key=lambda action: (action.created or _LONG_AGO, action.uid))
    rivals = sorted(incident.rivals, key=lambda rival: (rival.section, rival.at, rival.uid))
    return _Incident.of(
        incident,
        sections={
            key: _Section(
                incident.fields.get(key, ""),
                incident.written[key].by if key in incident.written else "",
                _utc(incident.written[key].at) if key in incident.written else None,
                tuple(sorted(copy.earlier.get(key, ()))),
            )
            for key in {*incident.fields, *incident.written, *copy.earlier}
        },
        timeline=tuple(
            _Entry.of(entry, links=tuple(map(_Link.of, entry.links)))
            for entry in sorted(incident.timeline, key=lambda entry: (entry.at, entry.uid))
        ),
        actions=tuple(map(_Action.of, actions)),
        rivals=tuple(map(_Rival.of, rivals)),
        removed={uid: _utc(at) for uid, at in copy.removed.items()},
    )


def _derived(incident: Incident) -> dict[str, Any]:
    return {
        "name": incident.name,
        "open": incident.open,
        "seconds": {name.replace(" ", "_"): int(span.total_seconds()) for name, span in note.intervals(incident)},
        "factors": [
            {"text": factor.text, "failure_class": factor.failure_class} for factor in note_rows.factors(incident)
        ],
        "controls": [{"item": control.item_id, "outcome": control.outcome} for control in note_rows.controls(incident)],
        "reproduction": [
            {"k": found.k, "n": found.n, "low": found.rate.low, "high": found.rate.high, "text": found.text}
            for found in note_rows.reproductions(incident)
        ],
    }


def read_record(path: Path, value: Any) -> Copy:
    """The incident of a decoded JSON document, without a number. Raises ReadinessError with the place and the reason."""
    if not isinstance(value, dict) or value.get("kind") != KIND:
        raise ReadinessError(
            f"{path} is JSON but no incident exported here: it has no “kind” of “{KIND}”. Give a file that"
            " `readiness incident export --format json` wrote."
        )
    schema = value.get("schema")
    if type(schema) is not int or schema < 1:
        raise ReadinessError(f"{path}: its schema number is missing. Export the incident again.")
    if schema > SCHEMA:
        raise ReadinessError(
            f"{path} has schema {schema}; this version of readiness-tui reads up to {SCHEMA}. Use a newer version."
        )
    try:
        record = msgspec.convert(value.get("incident"), _Incident)
        return Copy(
            _incident(record),
            {key: frozenset(said.earlier) for key, said in record.sections.items()},
            {uid: _utc(at) for uid, at in record.removed.items()},
        )
    except (msgspec.ValidationError, RecursionError, _BadError) as error:
        shown = one_line(str(error).replace("`$", "`incident"), 300)
        raise ReadinessError(f"{path}: {shown}. Nothing of it was imported; export the incident again.") from error


class _BadError(ValueError):
    """A value that has the right type and is wrong all the same; the message says where."""


def _incident(record: _Incident) -> Incident:
    _check(record)
    values = record.values(
        fields={key: said.text for key, said in record.sections.items() if said.text},
        written={key: Written(said.by, _utc(said.at)) for key, said in record.sections.items() if said.at},
        timeline=tuple(
            TimelineEntry(id=0, **entry.values(links=tuple(Link(**link.values()) for link in entry.links)))
            for entry in record.timeline
        ),
        actions=tuple(Action(id=0, **action.values()) for action in record.actions),
        rivals=tuple(OtherText(id=0, **rival.values()) for rival in record.rivals),
    )
    del values["sections"], values["removed"]
    return Incident(number=0, **values)


def _check(record: _Incident) -> None:
    """What the types cannot say."""
    for place, keys in (("sections", [*record.sections]), ("rivals", [rival.section for rival in record.rivals])):
        for key in keys:
            if key not in note.FIELDS:
                raise _BadError(f"“{one_line(key, 40)}” is no section of a note - at `incident.{place}`")
    parts: dict[str, tuple[_Entry | _Action | _Rival, ...]] = {
        "timeline": record.timeline, "actions": record.actions, "rivals": record.rivals
    }  # fmt: skip
    for place, found in parts.items():
        uids = [part.uid for part in found]
        if len(set(uids)) != len(uids):
            twice = next(uid for uid in uids if uids.count(uid) > 1)
            raise _BadError(f"the uid {twice} stands twice - at `incident.{place}`")
    for number, entry in enumerate(record.timeline):
        if entry.source not in _SOURCES:
            raise _BadError(
                f"“{one_line(entry.source, 40)}” is no source; they are {', '.join(_SOURCES)}"
                f" - at `incident.timeline[{number}].source`"
            )


def _utc(value: Any) -> Any:
    """A time in UTC; anything else as it is."""
    if not isinstance(value, datetime):
        return value
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise _BadError(f"the time {value.isoformat()} is out of range") from error
