"""The incident note and the postmortem: one document, short for sev3 and sev4. What is empty does not print."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from readiness_tui.domain.incidents import note, note_rows
from readiness_tui.domain.incidents.export import ReviewLink, record_mark
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.text.masking import masked

TEMPLATE = "incident.md.j2"


def incident_markdown(
    incident: Incident,
    as_of: date,
    *,
    review: ReviewLink | None = None,
    short: bool | None = None,
    templates_dir: Path | None = None,
) -> str:
    """GitHub-flavoured markdown, secrets and personal data masked. `as_of` tells which actions are overdue; `short`
    chooses the view against the severity's own. `templates_dir` may hold an incident.md.j2 that replaces ours."""
    from markupsafe import Markup

    from readiness_tui.reports.render import render  # Jinja only where a document is written

    incident = masked(incident, personal=True)
    intervals = dict(note.intervals(incident))
    factors = note_rows.factors(incident)
    return render(
        TEMPLATE,
        templates_dir,
        incident=incident,
        as_of=as_of,
        review=review,
        short=note.is_short(incident) if short is None else short,
        fields={key: incident.fields.get(key, "").strip() for key in note.FIELDS},
        sections={key: note.called(key) for key in note.FIELDS},
        times=list(note.times(incident)),
        intervals=intervals,
        lasted=intervals.get("to resolve"),
        facts=[entry for entry in sorted(incident.timeline, key=lambda e: (e.at, e.id)) if entry.source != "opinion"],
        opinions=[entry for entry in incident.timeline if entry.source == "opinion"],
        impact=note_rows.impacts(incident),
        changed=note_rows.changes(incident),
        factors=factors,
        classed=any(factor.failure_class or factor.written for factor in factors),
        rates=note_rows.reproductions(incident),
        controls=note_rows.controls(incident),
        verified=any(action.verify for action in incident.actions),
        mark=Markup(record_mark(incident)),
    )
