"""Our own JSON of an incident (reports/incident_json.py), from another machine and perhaps another hand: each value is
checked before it comes near the record."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.merge import Copy
from readiness_tui.domain.incidents.model import (
    Action,
    ActionKind,
    FailureClass,
    Incident,
    Link,
    LinkKind,
    NoteStatus,
    Rival,
    Sev,
    TimelineEntry,
    Written,
)
from readiness_tui.domain.incidents.note import FIELDS
from readiness_tui.domain.text.sanitise import one_line

SCHEMA = 1
KIND = "readiness-incident"

Uid = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9-]{8,64}\Z")]
Digest = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{16}\Z")]
At = Annotated[datetime, msgspec.Meta(tz=True)]
Words = Annotated[str, msgspec.Meta(pattern=r"\S")]


class _Struct(msgspec.Struct, forbid_unknown_fields=True):
    pass


class _Section(_Struct):
    text: str
    by: str
    at: At | None
    earlier: list[Digest]


class _Link(_Struct):
    kind: LinkKind
    name: str


class _Entry(_Struct):
    uid: Uid
    at: At
    text: Words
    source: str
    by: str
    links: list[_Link]
    created: At | None
    updated: At | None


class _Action(_Struct):
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


class _Rival(_Struct):
    uid: Uid
    section: str
    text: str
    by: str
    at: At


class _Incident(_Struct):
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
    item: str
    no_eval_reason: str
    eval_cases: list[str]
    traces: list[str]
    created: At | None
    updated: At | None
    sections: dict[str, _Section]
    timeline: list[_Entry]
    actions: list[_Action]
    rivals: list[_Rival]
    removed: dict[Uid, At]


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
            {uid: _known(at) for uid, at in record.removed.items()},
        )
    except (msgspec.ValidationError, RecursionError) as error:
        raise _refused(path, str(error)) from error
    except _BadError as error:
        raise _refused(path, str(error)) from error


class _BadError(ValueError):
    """A value that has the right type and is wrong all the same; the message says where."""


def _refused(path: Path, reason: str) -> ReadinessError:
    shown = one_line(reason.replace("`$", "`incident"), 300)
    return ReadinessError(f"{path}: {shown}. Nothing of it was imported; export the incident again.")


def _incident(record: _Incident) -> Incident:
    for place, key in [("sections", key) for key in record.sections] + [
        ("rivals", one.section) for one in record.rivals
    ]:
        if key not in FIELDS:
            raise _BadError(f"“{one_line(key, 40)}” is no section of a note - at `incident.{place}`")
    for place, uids in (
        ("timeline", [entry.uid for entry in record.timeline]),
        ("actions", [action.uid for action in record.actions]),
        ("rivals", [rival.uid for rival in record.rivals]),
    ):
        if len(set(uids)) != len(uids):
            twice = next(uid for uid in uids if uids.count(uid) > 1)
            raise _BadError(f"the uid {twice} stands twice - at `incident.{place}`")
    sources = ("person", "log", "trace", "opinion")
    for number, entry in enumerate(record.timeline):
        if entry.source not in sources:
            raise _BadError(
                f"“{one_line(entry.source, 40)}” is no source; they are {', '.join(sources)}"
                f" - at `incident.timeline[{number}].source`"
            )
    return Incident(
        number=0,
        system=record.system,
        title=record.title,
        severity=record.severity,
        status=record.status,
        started=_utc(record.started),
        detected=_utc(record.detected),
        acknowledged=_utc(record.acknowledged),
        mitigated=_utc(record.mitigated),
        resolved=_utc(record.resolved),
        closed=record.closed,
        failure_class=record.failure_class,
        item_id=record.item,
        eval_cases=tuple(record.eval_cases),
        no_eval_reason=record.no_eval_reason,
        traces=tuple(record.traces),
        fields={key: said.text for key, said in record.sections.items() if said.text},
        written={key: Written(said.by, _known(said.at)) for key, said in record.sections.items() if said.at},
        timeline=tuple(
            TimelineEntry(
                0,
                _known(entry.at),
                entry.text,
                entry.source,
                entry.by,
                tuple(Link(link.kind, link.name) for link in entry.links),
                entry.uid,
                _utc(entry.created),
                _utc(entry.updated),
            )
            for entry in record.timeline
        ),
        actions=tuple(
            Action(
                0,
                action.text,
                action.kind,
                action.owner,
                action.due,
                action.done,
                action.in_progress,
                action.verify,
                action.uid,
                _utc(action.created),
                _utc(action.updated),
            )
            for action in record.actions
        ),
        rivals=tuple(Rival(0, one.section, one.text, one.by, _known(one.at), one.uid) for one in record.rivals),
        uid=record.uid,
        created=_utc(record.created),
        updated=_utc(record.updated),
    )


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else _known(at)


def _known(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise _BadError(f"the time {at.isoformat()} is out of range") from error
