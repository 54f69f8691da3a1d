"""Exports of an incident: the note, one HTML file, or JSON that can be merged into another database."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.domain.incidents import note_rows
from readiness_tui.domain.incidents.export import Related, ReviewLink
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.text.masking import mask_all
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.templates import templates_folder
from readiness_tui.services.core.view import load
from readiness_tui.services.incidents.merge import local_copy
from readiness_tui.store import incidents

FORMATS = ("md", "html", "json")


def text(
    desk: Desk, number: int, format: str = "md", *, short: bool | None = None, templates: Path | None = None
) -> str:
    """The incident as "md", "html" or "json" text; the same bytes for the same record on the same day.

    `short`: the view, by severity where None. `templates`: a folder with an incident.md.j2, else the one beside the
    database. Raises ReadinessError where there is no such incident.
    """
    with desk.store.read() as conn:
        found = current_review(conn, desk)
        incident = incidents.get(conn, found.system, number)
        copy = local_copy(conn, incident)
    review = _review(desk, incident)
    if format == "json":
        from readiness_tui.sources.incidents.record_json import record_text

        return record_text(copy, review)
    from readiness_tui.reports.incident_md import incident_markdown

    folder = templates_folder(desk, templates)
    as_of = desk.day(found.zone)
    written = incident_markdown(incident, as_of, review=review, short=short, templates_dir=folder)
    if format == "html":
        from readiness_tui.reports.page.from_markdown import html_page

        return html_page(written, f"{incident.name} {mask_all(incident.title)}")
    return written


def _review(desk: Desk, incident: Incident) -> ReviewLink:
    """The open review, its scorecard if frozen, and the items that the incident names."""
    view = load(desk, shared=True)
    card = view.frozen.intact if view.frozen is not None else None
    named = dict.fromkeys((*([incident.item_id] if incident.item_id else []), *note_rows.failed_controls(incident)))
    known = {item.id: item for listed in view.facts.checklists for item in listed.items}
    return ReviewLink(
        view.review.system,
        view.review.release,
        view.review.held_on,
        card.verdict.value if card else "",
        card.digest if card else "",
        tuple(
            Related(item, known[item].title, view.judgement.standings[item].word)
            for item in named
            if item in known and item in view.judgement.standings
        ),
    )
