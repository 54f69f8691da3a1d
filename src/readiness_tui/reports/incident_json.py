"""An incident as JSON: for programs, and for another machine's file, which merges it into its own copy.

Schema 1. `incident` is the record; its times are UTC, its uids the same in every file that holds the incident, and
`earlier` in a section has the digests of texts that were given up, so that a merge takes none of them for news.
`derived` follows from the record and `review` says which review it was exported from; a merge reads neither.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from readiness_tui.domain.incidents import note, note_rows
from readiness_tui.domain.incidents.export import ReviewLink
from readiness_tui.domain.incidents.merge import Copy
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.text.masking import masked
from readiness_tui.reports.scorecard_json import dumps

SCHEMA = 1
KIND = "readiness-incident"


def incident_json(copy: Copy, review: ReviewLink | None = None) -> str:
    """The file of an incident, secrets and personal data masked, the same bytes for the same record."""
    return dumps(
        {
            "schema": SCHEMA,
            "kind": KIND,
            "incident": _record(masked(copy.incident, personal=True), copy),
            "derived": _derived(copy.incident),
            "review": None
            if review is None
            else {
                "system": review.system,
                "release": review.release,
                "held_on": review.held_on.isoformat(),
                "verdict": review.verdict,
                "scorecard": review.digest or None,
            },
        }
    )


def _record(incident: Incident, copy: Copy) -> dict[str, Any]:
    keys = sorted({*incident.fields, *incident.written, *copy.earlier})
    return {
        "uid": incident.uid,
        "system": incident.system,
        "title": incident.title,
        "severity": incident.severity.value,
        "status": incident.status.value,
        **{
            name: _at(getattr(incident, name))
            for name in ("started", "detected", "acknowledged", "mitigated", "resolved")
        },
        "closed": incident.closed.isoformat() if incident.closed else None,
        "failure_class": incident.failure_class.value if incident.failure_class else None,
        "item": incident.item_id,
        "no_eval_reason": incident.no_eval_reason,
        "eval_cases": list(incident.eval_cases),
        "traces": list(incident.traces),
        "created": _at(incident.created),
        "updated": _at(incident.updated),
        "sections": {
            key: {
                "text": incident.fields.get(key, ""),
                "by": incident.written[key].by if key in incident.written else "",
                "at": _at(incident.written[key].at) if key in incident.written else None,
                "earlier": sorted(copy.earlier.get(key, ())),
            }
            for key in keys
        },
        "timeline": [
            {
                "uid": entry.uid,
                "at": _at(entry.at),
                "text": entry.text,
                "source": entry.source,
                "by": entry.by,
                "links": [{"kind": link.kind.value, "name": link.name} for link in entry.links],
                "created": _at(entry.created),
                "updated": _at(entry.updated),
            }
            for entry in sorted(incident.timeline, key=lambda entry: (entry.at, entry.uid))
        ],
        "actions": [
            {
                "uid": action.uid,
                "text": action.text,
                "kind": action.kind.value,
                "owner": action.owner,
                "due": action.due.isoformat() if action.due else None,
                "done": action.done.isoformat() if action.done else None,
                "in_progress": action.in_progress,
                "verify": action.verify,
                "created": _at(action.created),
                "updated": _at(action.updated),
            }
            for action in sorted(
                incident.actions, key=lambda action: (action.created or datetime.min.replace(tzinfo=UTC), action.uid)
            )
        ],
        "removed": {uid: _at(at) for uid, at in copy.removed.items()},
        "rivals": [
            {
                "uid": rival.uid,
                "section": rival.section,
                "text": rival.text,
                "by": rival.by,
                "at": _at(rival.at),
            }
            for rival in sorted(incident.rivals, key=lambda rival: (rival.section, rival.at, rival.uid))
        ],
    }


def _derived(incident: Incident) -> dict[str, Any]:
    incident = masked(incident, personal=True)
    return {
        "name": incident.name,
        "open": incident.open,
        "seconds": {name.replace(" ", "_"): int(span.total_seconds()) for name, span in note.intervals(incident)},
        "factors": [
            {"text": factor.text, "failure_class": factor.failure_class.value if factor.failure_class else None}
            for factor in note_rows.factors(incident)
        ],
        "controls": [
            {"item": control.item_id, "outcome": control.outcome.value if control.outcome else None}
            for control in note_rows.controls(incident)
        ],
        "reproduction": [
            {"k": found.k, "n": found.n, "low": found.rate.low, "high": found.rate.high, "text": found.text}
            for found in note_rows.reproductions(incident)
        ],
    }


def _at(value: datetime | None) -> str | None:
    return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
