"""Opsgenie (and Jira Service Management): answers of its alert and incident APIs, each in `data`.

Alert: `message`, `tinyId`, `createdAt`, `priority` P1 to P5, `report.{ackTime,closeTime}` in ms after `createdAt`. Alert
logs: `{log, type, owner, createdAt, offset}`; notes the same with `note`. Incident: `impactStartDate`, `impactEndDate`.
Its timeline: `entries` of `{type, eventTime, actor.name, description.name, hidden}`.
"""

from __future__ import annotations

import re
from typing import Any

from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.exports.json_parts import (
    Export,
    at,
    moment_at,
    objects,
    person,
    pick,
    rows,
    sources,
    words,
)
from readiness_tui.sources.kit.measures import moved

NAME = "Opsgenie"
_ACTED = re.compile(
    r"(?P<acknowledged>\backnowledged\b|\backnowledgement\b|\back(?:ed)?\b)|(?P<resolved>\balert closed\b|\bclosed\b|\bincident ?resolved\b|\bresolved\b)|(?P<detected>\balert created\b|\bincident ?created\b|\bcreated\b)",
    re.IGNORECASE,
)


def fits(value: Any) -> bool:
    return bool(_alerts(value) or _logs(value) or _entries(value))


def named(value: Any) -> list[str]:
    return list(dict.fromkeys(words(one, "id", "tinyId") for one in _alerts(value)))


def read(value: Any) -> IncidentDraft:
    export = Export()
    for one in _alerts(value):
        export.title(words(one, "message"))
        export.severity(words(one, "priority"))
        export.field("summary", words(one, "description"))
        begun = moment_at(one, "createdAt", "insertedAt")
        export.time("started", moment_at(one, "impactStartDate"))
        export.time("detected", moment_at(one, "impactDetectDate") or begun)
        for key, path in (("acknowledged", "report.ackTime"), ("resolved", "report.closeTime")):
            after = pick(one, path)
            if (
                begun is not None
                and isinstance(after, int | float)
                and not isinstance(after, bool)
                and 0 < after < 1e11
                and (at := moved(begun, after)) is not None
            ):
                export.time(key, at)
        export.time("resolved", moment_at(one, "impactEndDate", "resolvedAt", "closedAt"))
        export.field(
            "affected",
            ", ".join(filter(None, map(words, pick(one, "impactedServices") or [])))
            if isinstance(pick(one, "impactedServices"), list)
            else "",
        )
    for row in _logs(value):
        by = person(row, "owner")
        text = words(row, "log", "note")
        if export.line(row.get("createdAt"), text, by, sources([by or "system"]), raw=row) and "log" in row:
            _step(export, text, row.get("createdAt"))
    for entry in _entries(value):
        by = person(entry, "actor")
        text = words(entry, "description.name", "description", "title.content") or _spaced(words(entry, "type"))
        kind = words(entry, "actor.type")
        if export.line(
            entry.get("eventTime"), text, by, "person" if kind == "user" else sources([kind, by]), raw=entry
        ):
            _step(export, _spaced(words(entry, "type")), entry.get("eventTime"))
    if pick(value, "paging.next"):
        export.partial("The file holds one page, and says that there is a next one.")
    return export.finish("Opsgenie alert")


def _step(export: Export, text: str, when: Any) -> None:
    if (
        (match := _ACTED.search(text))
        and match.lastgroup
        and not re.search(r"\b(?:un|not |note)", text[:40], re.IGNORECASE)
    ):
        export.time(match.lastgroup, at(when))


def _spaced(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).strip()


def _alerts(value: Any) -> list[dict[str, Any]]:
    return [
        one
        for one in objects(value)
        if "message" in one and "createdAt" in one and {"tinyId", "impactStartDate", "report"} & one.keys()
    ]


def _logs(value: Any) -> list[dict[str, Any]]:
    listed = [*rows(value, "logs"), *rows(value, "notes"), *objects(value)]
    found = [one for one in listed if "createdAt" in one and ("log" in one or "note" in one) and "owner" in one]
    return list({id(one): one for one in found}.values())


def _entries(value: Any) -> list[dict[str, Any]]:
    found = rows(value, "data.entries", "entries", "timeline.entries", "timeline", "data")
    return [one for one in found if "eventTime" in one]
