"""Tools whose incident is one object with named times: FireHydrant, Rootly, Grafana Incident, ServiceNow, AWS Incident
Manager, or a team's own. One table of names tells what each field means.

FireHydrant: `milestones` of `{type, occurred_at}`, `severity`. Rootly: JSON:API, `data.attributes.{title, started_at,
detected_at, mitigated_at, resolved_at, severity.data.attributes.name}`. AWS: `eventSummaries` of `{eventTime, eventData}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from readiness_tui.domain.text.format import moment
from readiness_tui.sources.incidents.draft import TIMES, IncidentDraft
from readiness_tui.sources.incidents.exports.json_parts import Export, moment_at, person, pick, rows, sources, words

NAME = "an incident tool"
_AT = ("at", "time", "date", "on", "")
_WORDS = {
    "started": ("started", "start", "impact_started", "impact_start", "incident_start", "incident_started", "opened", "began", "occurred", "event_started"),
    "detected": ("detected", "detection", "reported", "declared", "triggered", "investigating"),
    "acknowledged": ("acknowledged", "acked", "acknowledgement"),
    "mitigated": ("mitigated", "mitigation", "contained", "fixed", "monitoring"),
    "resolved": ("resolved", "ended", "end", "impact_ended", "impact_end", "incident_end", "resolution"),
}  # fmt: skip
_KEYS = {f"{word}_{suffix}".rstrip("_"): key for key, said in _WORDS.items() for word in said for suffix in _AT}
_LISTS = ("timeline", "events", "event_summaries", "eventSummaries", "activity", "activity_items", "activityItems", "timeline_events", "entries", "updates", "log", "work_notes", "notes", "comments", "impacts")  # fmt: skip
_ACTIONS = ("action_items", "actionItems", "actions", "follow_ups", "followUps", "follow_up_actions", "tasks", "tickets", "corrective_actions", "action_items_attributes")  # fmt: skip


def fits(value: Any) -> bool:
    return any(_is_incident(one) for one in _objects(value)) or bool(_events(value))


def named(value: Any) -> list[str]:
    return [words(one, "id", "number", "title", "name") for one in _objects(value) if _is_incident(one)]


def read(value: Any) -> IncidentDraft:
    export = Export()
    for one in _objects(value):
        if _is_incident(one):
            _incident(export, one)
    if isinstance(value, dict) and not _is_incident(value):  # lists that stand beside the incident
        _lists(export, value)
    for event in _events(value):
        export.line(event.get("eventTime"), words(event, "eventData", "eventType"), "", "log", raw=event)
    if not export.draft.timeline and not export.draft.times:
        export.partial("Nothing in the file has a time that can be read.")
    return export.finish("Imported incident")


def _incident(export: Export, one: dict[str, Any]) -> None:
    export.title(words(one, "title", "name", "short_description", "incident_title", "headline"))
    export.severity(
        words(
            one,
            "severity",
            "severity.name",
            "severity.data.attributes.name",
            "severity.slug",
            "sev",
            "severityLabel",
            "priority",
            "priority.name",
            "impact",
        )
    )
    export.field("summary", words(one, "summary", "description", "customer_impact_summary", "overview"))
    for name, value in one.items():
        key = _KEYS.get(_snake(str(name)))
        if key and not isinstance(value, dict | list):
            export.time(key, moment_at(one, str(name)))
    for stone in (*rows(one, "milestones"), *rows(one, "timestamps")):
        key = _KEYS.get(_snake(words(stone, "type", "name", "milestone", "slug")), "")
        when = moment_at(stone, "occurred_at", "occurredAt", "at", "value", "time")
        if key and when is not None:
            export.time(key, when)
        elif when is not None:
            export.kept(words(stone, "type", "name") or "milestone", moment(when))
    export.field("factors", words(one, "root_cause", "rootCause", "cause", "contributing_factors"))
    export.field("impact", words(one, "customer_impact", "impact_description", "business_impact"))
    _lists(export, one)


def _lists(export: Export, one: dict[str, Any]) -> None:
    for name in _LISTS:
        for event in rows(one, name, f"{name}.data"):
            inner = pick(event, "attributes") or event
            when = moment_at(
                inner,
                "occurred_at",
                "occurredAt",
                "event_time",
                "eventTime",
                "timestamp",
                "time",
                "at",
                "date",
                "created_at",
                "createdAt",
                "started_at",
            )
            text = words(
                inner,
                "description",
                "event",
                "summary",
                "text",
                "body",
                "message",
                "content",
                "note",
                "title",
                "data.body",
                "eventData",
                "name",
                "type",
            )
            by = person(inner, "author", "actor", "user", "created_by", "createdBy", "by", "owner", "who", "source")
            if when is not None or text:
                export.line(when, text, by, sources([words(inner, "actor.type", "source", "author.type")]), raw=event)
    for name in _ACTIONS:
        for todo in rows(one, name, f"{name}.data"):
            inner = pick(todo, "attributes") or todo
            export.action(
                words(inner, "title", "summary", "description", "text", "name", "action"),
                person(inner, "owner", "assignee", "assigned_to", "assignedTo", "assigned_to_user", "responsible"),
                state=words(inner, "status", "state", "status.name"),
                done=pick(inner, "completed_at", "completedAt", "done_at", "closed_at"),
                due=pick(inner, "due_date", "dueDate", "due", "due_at"),
                priority=words(inner, "priority", "priority.name"),
                kind=words(inner, "kind", "type"),
            )


def _is_incident(one: dict[str, Any]) -> bool:
    """A name, and two times that an incident has, or one beside a severity, milestones or a list of events."""
    if not words(one, "title", "name", "short_description", "incident_title"):
        return False
    times = {_KEYS[_snake(str(name))] for name in one if _snake(str(name)) in _KEYS and moment_at(one, str(name))}
    more = bool({"severity", "milestones", "sev", *_LISTS, "action_items", "actionItems"} & one.keys())
    return len(times & set(TIMES)) >= 2 or bool(times and more) or bool(rows(one, "milestones"))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    listed = value if isinstance(value, list) else [value]
    for outer in listed:
        for one in (
            outer,
            *(pick(outer, key) for key in ("data", "incident", "incidents", "result", "incidentRecord")),
        ):
            for found in one if isinstance(one, list) and one is not value else [one]:
                if isinstance(found, dict):
                    inner = found.get("attributes")
                    yield inner if isinstance(inner, dict) else found


def _events(value: Any) -> list[dict[str, Any]]:
    return [one for one in rows(value, "eventSummaries", "event") if "eventTime" in one and "incidentRecordArn" in one]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name[:60]).casefold().replace(" ", "_").replace("-", "_")
