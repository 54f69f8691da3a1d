"""Items by the names that people type, and what to say of one that the review does not have."""

from __future__ import annotations

from collections.abc import Sequence

from readiness_tui.domain.checklists.model import Item
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.store import assessments, reviews
from readiness_tui.store.sqlite import Connection


def item_ids(desk: Desk, typed: Sequence[str]) -> tuple[str, ...]:
    """The ids of the items that were typed, in any letters, each once. Raises ReadinessError where one is not in the
    review's checklists, with what was probably meant."""
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        known = _known(conn, review)
        found = [known.get(one.strip().casefold()) or _refuse(conn, review, one) for one in typed]
    return tuple(dict.fromkeys(found))


def outside_depth(desk: Desk, items: Sequence[str]) -> tuple[str, ...]:
    """Those of the items that are stored and count for nothing at the review's depth."""
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        inside = {item.id for one in reviews.checklists(conn, review.id) for item in one.at(review.depth)}
    return tuple(item for item in items if item not in inside)


def section_called(desk: Desk, typed: str) -> str:
    """The id of the checklist that was typed, by its id or title. Raises ReadinessError where there is none."""
    with desk.store.read() as conn:
        found = reviews.checklists(conn, current_review(conn, desk).id)
    name = " ".join(typed.split()).casefold()
    for one in found:
        if name in (one.id.casefold(), one.title.casefold()):
            return one.id
    raise ReadinessError(
        f"This review has no checklist {one_line(typed, 60)}. It has: {', '.join(one.id for one in found)}."
    )


def not_here(conn: Connection, review: Review, typed: str) -> str:
    """Why an item cannot be scored: it was taken out of the checklists, or is probably another one's id misspelt."""
    name = one_line(typed, 60)
    parts = assessments.dossier_parts(conn, review.id, [typed.strip(), typed.strip().upper()])
    if any(parts.votes.values()) or any(parts.evidence.values()):
        return (
            f"{name} is no longer in this review's checklists. What was voted and attached stays stored and counts for"
            " nothing; it is back when a checklist with this item is."
        )
    from difflib import get_close_matches

    known = _known(conn, review)
    near = get_close_matches(typed.strip().casefold(), known, n=2, cutoff=0.7)
    meant = f" Did you mean {' or '.join(known[one] for one in near)}?" if near else ""
    hint = "" if near else f" It has, for example, {', '.join(list(known.values())[:3])}."
    return f"No checklist of this review has an item {name}.{meant}{hint}"


def _known(conn: Connection, review: Review) -> dict[str, str]:
    """Every item of the review's checklists, by its id in small letters."""
    return {item.id.casefold(): item.id for one in reviews.checklists(conn, review.id) for item in one.items}


def _refuse(conn: Connection, review: Review, typed: str) -> str:
    raise ReadinessError(not_here(conn, review, typed))


def known_item(conn: Connection, review: Review, item: str) -> Item:
    """The item of the review's checklists. Raises ReadinessError where there is none, with what was probably meant."""
    for checklist in reviews.checklists(conn, review.id):
        for definition in checklist.items:
            if definition.id == item:
                return definition
    raise ReadinessError(not_here(conn, review, item))
