"""Statuspage (Atlassian), of which many public status pages are: `/api/v2/incidents.json`, one incident or several.

Incident: `name`, `impact` (none, minor, major, critical), `started_at`, `monitoring_at`, `resolved_at`,
`incident_updates` of `{status, body, display_at, created_at, affected_components}`, newest first, `postmortem_body`. The
times are those of what was published: a page learns of an outage after the team does, so they detect nothing.
"""

from __future__ import annotations

from typing import Any

from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.exports.json_parts import Export, moment_at, objects, rows, words
from readiness_tui.sources.incidents.inline_markup import plain

NAME = "Statuspage"


def fits(value: Any) -> bool:
    return bool(_incidents(value))


def named(value: Any) -> list[str]:
    return [words(one, "id", "name") for one in _incidents(value)]


def read(value: Any) -> IncidentDraft:
    export = Export()
    for one in _incidents(value):
        export.title(words(one, "name"))
        impact = words(one, "impact", "impact_override")
        export.severity("" if impact in ("none", "maintenance") else impact)
        export.time("started", moment_at(one, "started_at", "created_at"))
        export.time("mitigated", moment_at(one, "monitoring_at"))
        export.time("resolved", moment_at(one, "resolved_at"))
        if words(one, "scheduled_for"):
            export.partial("It was scheduled: this is maintenance, and perhaps no incident.")
        for update in rows(one, "incident_updates", "updates"):
            status = words(update, "status").replace("_", " ").capitalize()
            body = words(update, "body")
            export.line(
                moment_at(update, "display_at", "created_at"),
                f"{status}: {body}" if status else body,
                "status page",
                "person",
                raw=update,
            )
        parts = [words(part, "name") for part in rows(one, "components")]
        export.field("affected", ", ".join(part for part in parts if part))
        export.field("summary", plain(words(one, "postmortem_body")))
        export.kept("link", words(one, "shortlink"))
    if not any(entry.text for entry in export.draft.timeline):
        export.partial("No update stands in the file.")
    return export.finish("Status page incident")


def _incidents(value: Any) -> list[dict[str, Any]]:
    return [one for one in objects(value) if "incident_updates" in one and "name" in one and "status" in one]
