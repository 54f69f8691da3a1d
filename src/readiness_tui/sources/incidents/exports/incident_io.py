"""incident.io: its API v1 and v2, and its webhooks, alone or put together in one file.

Incident: `reference`, `name`, `severity.name`, `incident_status.category`, `incident_timestamp_values` of
`{incident_timestamp.name, value.value}` (names are a team's own; "Impact started", "Reported at", "Fixed at" and the like
come with it), v1 `timestamps` of `{name, last_occurred_at}`. Updates: `incident_updates` of `{message, updater, created_at,
new_incident_status.name}`. Follow-ups: `follow_ups` of `{title, status, assignee.name, priority.name, completed_at}`.
"""

from __future__ import annotations

import re
from typing import Any

from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.exports.json_parts import Export, moment_at, objects, person, pick, rows, words

NAME = "incident.io"
_TIMES = (
    ("started", re.compile(r"(?:impact |incident )?(?:started|began|start)\b.*", re.IGNORECASE)),
    ("detected", re.compile(r"(?:reported|detected|identified by|declared|triggered)\b.*", re.IGNORECASE)),
    ("acknowledged", re.compile(r"(?:accepted|acknowledged)\b.*", re.IGNORECASE)),
    (
        "mitigated",
        re.compile(r"(?:fixed|mitigated|monitoring|contained|impact (?:ended|mitigated))\b.*", re.IGNORECASE),
    ),
    ("resolved", re.compile(r"(?:resolved|ended)\b.*", re.IGNORECASE)),
)


def fits(value: Any) -> bool:
    return bool(_incidents(value) or _updates(value) or _followups(value))


def named(value: Any) -> list[str]:
    known = [words(one, "reference", "id") for one in _incidents(value)]
    return list(
        dict.fromkeys(known or [words(one, "incident_id") for one in _updates(value) if words(one, "incident_id")])
    )


def read(value: Any) -> IncidentDraft:
    export = Export()
    for one in _incidents(value):
        export.title(words(one, "name"))
        export.severity(words(one, "severity.name"))
        export.field("summary", words(one, "summary"))
        _times(export, one)
        for role in rows(one, "incident_role_assignments"):
            if who := person(role, "assignee"):
                export.kept(words(role, "role.name") or "role", who)
        export.kept("reference", words(one, "reference"))
        export.kept("link", words(one, "permalink"))
    for update in _updates(value):
        said = [words(update, "message")]
        for path, what in (("new_incident_status.name", "status"), ("new_severity.name", "severity")):
            if new := words(update, path):
                said.append(f"({what}: {new})")
        by = person(update, "updater.user", "updater.api_key", "updater.workflow", "updater.alert", "updater")
        source = "log" if pick(update, "updater.api_key", "updater.workflow", "updater.alert") else "person"
        export.line(update.get("created_at"), " ".join(filter(None, said)), by, source, raw=update)
    for todo in _followups(value):
        text = words(todo, "title", "description")
        state = words(todo, "status.name", "status")
        done = state.casefold() in ("completed", "done", "closed")
        export.action(
            text,
            person(todo, "assignee", "owner"),
            state="" if state in ("outstanding", "open") else state,
            done=pick(todo, "completed_at") if done or not state else None,
            priority=words(todo, "priority.name", "priority"),
        )
    if pick(value, "pagination_meta.after"):
        export.partial("The file holds one page, and says that there is a next one (pagination_meta.after).")
    return export.finish("incident.io incident")


def _times(export: Export, one: dict[str, Any]) -> None:
    stamps = [
        (words(row, "incident_timestamp.name", "name"), moment_at(row, "value.value", "value", "last_occurred_at"))
        for row in (*rows(one, "incident_timestamp_values"), *rows(one, "timestamps"))
    ]
    left = []
    for name, when in stamps:
        key = next((key for key, shape in _TIMES if shape.fullmatch(name)), "")
        if not key or key in export.draft.times:
            left.append((name, when))
            continue
        export.time(key, when)
    if not stamps:
        export.time("detected", moment_at(one, "created_at"))
    for name, when in left:
        if when is not None:
            export.kept(name, when.isoformat())


def _incidents(value: Any) -> list[dict[str, Any]]:
    found = list(objects(value))
    if isinstance(value, dict) and isinstance(event := value.get(words(value, "event_type")), dict):
        found += [event, *objects(event)]
    return [
        one
        for one in found
        if "name" in one
        and {"incident_status", "incident_timestamp_values", "incident_role_assignments", "incident_type"} & one.keys()
    ]


def _updates(value: Any) -> list[dict[str, Any]]:
    listed = rows(value, "incident_updates", "updates") or (rows(value) if isinstance(value, list) else [])
    return [
        one for one in listed if "message" in one and {"updater", "new_incident_status", "incident_id"} & one.keys()
    ]


def _followups(value: Any) -> list[dict[str, Any]]:
    return [
        one
        for key in ("follow_ups", "actions")
        for one in rows(value, key)
        if "status" in one and ("title" in one or "description" in one)
    ]
