"""PagerDuty: answers of its REST API v2 (incident, log entries, notes, alerts) and webhooks v3.

`/incidents/{id}/log_entries` is the timeline: `trigger_log_entry`, `acknowledge_log_entry`, `resolve_log_entry`,
`annotate_log_entry` (its words in `channel.content`, older `channel.summary`), each with `created_at` and `agent`. Its
`include[]=channels` may be off: then a note's words are missing, and its summary says only that there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.exports.json_parts import (
    Export,
    at,
    moment_at,
    person,
    pick,
    rows,
    sources,
    words,
)

NAME = "PagerDuty"
_STEPS = {"trigger": "detected", "acknowledge": "acknowledged", "resolve": "resolved"}
_HOOKS = {"triggered": "trigger", "acknowledged": "acknowledge", "resolved": "resolve", "annotated": "annotate"}


def fits(value: Any) -> bool:
    return (
        bool(_entries(value))
        or any(
            "incident_number" in one or words(one, "type") in ("incident", "incident_reference")
            for one in _incidents(value)
        )
        or any(words(one, "event.event_type").startswith("incident.") for one in _hooks(value))
    )


def named(value: Any) -> list[str]:
    """The incidents that the file tells of, by id."""
    told = [words(one, "incident.id") for one in _entries(value)]
    told += [words(one, "event.data.incident.id", "event.data.id") for one in _hooks(value)]
    return list(dict.fromkeys(one for one in (*(words(one, "id") for one in _incidents(value)), *told) if one))


def read(value: Any) -> IncidentDraft:
    export = Export()
    seen: list[tuple[Any, str]] = []
    for one in _incidents(value):
        export.title(words(one, "title", "description", "summary"))
        export.severity(words(one, "priority.summary", "priority.name"))
        if not export.draft.severity and words(one, "urgency"):
            export.kept("urgency", words(one, "urgency"))
        export.time("detected", moment_at(one, "created_at"))
        answers = [found for row in rows(one, "acknowledgements") if (found := at(row.get("at")))]
        export.time("acknowledged", min(answers, default=None))
        closed = words(one, "status") == "resolved"
        export.time("resolved", moment_at(one, "resolved_at", "last_status_change_at") if closed else None)
        export.field("affected", words(one, "service.summary", "service.name"))
        export.kept("link", words(one, "html_url"))
        seen += _entry_lines(export, rows(one, "log_entries"))
    seen += _entry_lines(export, _entries(value))
    seen += _hook_lines(export, value)
    for note in rows(value, "notes"):
        export.line(note.get("created_at"), words(note, "content"), person(note, "user"), raw=note)
    _steps(export, seen)
    if pick(value, "more") is True:
        export.partial("The file holds one page of the log, and says that there are more entries (more: true).")
    return export.finish("PagerDuty incident")


def _entry_lines(export: Export, found: list[dict[str, Any]]) -> list[tuple[Any, str]]:
    seen = []
    for entry in found:
        kind = words(entry, "type").removesuffix("_log_entry").removesuffix("_log_entry_reference")
        said = words(entry, "channel.content", "note") or (
            words(entry, "channel.summary", "event_details.description") if kind == "annotate" else ""
        )
        text = said if kind == "annotate" and said else words(entry, "summary", "channel.summary") or kind
        subject = words(entry, "channel.summary", "channel.subject", "channel.description")
        if kind == "trigger" and subject and subject not in text:
            text = f"{text.rstrip('.')}: {subject}"
        by = person(entry, "agent", "user")
        export.title(re.sub(r"^\[#[0-9]+\]\s*", "", words(entry, "incident.summary", "incident.title")))
        source = (
            "log"
            if "service" in words(entry, "agent.type")
            else sources([by] if not words(entry, "agent.type") else [])
        )
        if export.line(entry.get("created_at"), text, by, source, raw=entry):
            seen.append((at(entry.get("created_at")), kind))
    return seen


def _hook_lines(export: Export, value: Any) -> list[tuple[Any, str]]:
    seen = []
    for hook in _hooks(value):
        kind = words(hook, "event.event_type").removeprefix("incident.")
        data = pick(hook, "event.data") or {}
        export.title(words(data, "title", "incident.summary"))
        export.severity(words(data, "priority.summary"))
        text = words(data, "content") or kind.replace("_", " ").capitalize()
        by = person(hook, "event.agent")
        if export.line(pick(hook, "event.occurred_at"), text, by, sources([words(hook, "event.agent.type")]), raw=hook):
            seen.append((at(pick(hook, "event.occurred_at")), _HOOKS.get(kind, kind)))
    return seen


def _steps(export: Export, seen: list[tuple[Any, str]]) -> None:
    """The times from the log. Resolved only where nothing was triggered again after it."""
    seen.sort(key=lambda step: step[0])
    for kind, key in _STEPS.items():
        hits = [when for when, what in seen if what == kind]
        if not hits:
            continue
        if kind != "resolve":
            export.time(key, hits[0])
        elif not any(
            what in ("trigger", "unacknowledge", "reopen", "reopened") and when > hits[-1] for when, what in seen
        ):
            export.time(key, hits[-1])


def _incidents(value: Any) -> list[dict[str, Any]]:
    listed = value if isinstance(value, list) else [pick(value, "incident"), *rows(value, "incidents")]
    found = [
        one for one in listed if isinstance(one, dict) and words(one, "type") in ("incident", "incident_reference", "")
    ]
    if isinstance(value, dict) and "incident_number" in value:
        found.append(value)
    return [one for one in found if {"incident_number", "urgency", "escalation_policy"} & one.keys()]


def _entries(value: Any) -> list[dict[str, Any]]:
    found = rows(value, "log_entries") or (rows(value) if isinstance(value, list) else [])
    return [one for one in found if re.search(r"_log_entry(?:_reference)?$", words(one, "type"))]


def _hooks(value: Any) -> Iterator[dict[str, Any]]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict) and isinstance(pick(one, "event.occurred_at"), str):
            yield one
