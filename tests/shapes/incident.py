"""What our readers make of a written incident: flat figures, as `shape.figures` has them for runs and traces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.incidents.imports import explain_file
from readiness_tui.sources.incidents.draft import TIMES, IncidentDraft
from readiness_tui.sources.incidents.source import read_incident


def incident_figures(path: Path) -> dict[str, Any]:
    """The figures of an incident under the names that recounts use. Times in ISO 8601, UTC; None where there is none."""
    draft = read_incident(next(path.rglob("20*.json")) if path.is_dir() else path)
    assert isinstance(draft, IncidentDraft)
    made: dict[str, Any] = {
        "title": draft.title,
        "severity": str(draft.severity) if draft.severity else None,
        "day": str(draft.day) if draft.day else None,
        "lines": len(draft.timeline),
        "at": [f"{entry.at:%Y-%m-%dT%H:%M:%SZ}" for entry in draft.timeline],
        "by": [entry.by for entry in draft.timeline],
        "texts": [entry.text for entry in draft.timeline],
        "from systems": sum(entry.source == "log" for entry in draft.timeline),
        "actions": len(draft.actions),
        "action texts": [action.text for action in draft.actions],
        "owners": [action.owner for action in draft.actions],
        "done": sum(action.done is not None for action in draft.actions),
        "done on": [str(action.done) if action.done else None for action in draft.actions],
        "begun": sum(action.in_progress for action in draft.actions),
        "due": [str(action.due) if action.due else None for action in draft.actions],
        "kinds": [str(action.kind) for action in draft.actions],
        "fields": sorted(draft.fields),
        "kept": len(draft.kept),
        "warnings": [doubt.text for doubt in draft.doubts],
    }
    for key in TIMES:
        made[key] = f"{draft.times[key]:%Y-%m-%dT%H:%M:%SZ}" if key in draft.times else None
    for key, text in draft.fields.items():
        made[f"field {key}"] = text
    return made


def incident_refusal(path: Path) -> str:
    """Why a file cannot be imported, or is asked about; "" if it can."""
    try:
        told = explain_file(path)
    except ReadinessError as error:
        return str(error)
    return next((doubt.text for doubt in told.doubts if doubt.text.startswith("Nothing of an incident")), "")
