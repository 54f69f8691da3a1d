"""A file that was made from a bundle: whose copy it is, what proofs said then, and why no verdict is given of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from readiness_tui.domain.checklists.assessment import Proposal
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.share.bundle import Bundle
from readiness_tui.domain.text.format import full_day
from readiness_tui.domain.text.plain import plain, stored
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store import settings
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class Lent:
    """`reviewer`: whose votes the copy is for; `by`: who made the bundle, `as_of` which day; `entry`: the one of the
    history that made the copy."""

    reviewer: str
    by: str
    as_of: date
    entry: int

    @property
    def words(self) -> str:
        """Whose copy it is, and what is to be done with it."""
        return (
            f"This is {one_line(self.reviewer, 40)}'s copy to score, as of {full_day(self.as_of)}: it has no gate, no incidents"
            " and nobody else's votes, so it has no verdict. `readiness share back -o FILE` hands the votes in."
        )


def lend(tx: Tx, review_id: int, lent: Lent, bundle: Bundle) -> None:
    """Remember that the review came in this bundle."""
    settings.put(tx, _place(review_id), plain(lent))
    settings.put(tx, f"{_place(review_id)}/bundle", plain(bundle))


def lent(conn: Connection, review_id: int) -> Lent | None:
    """Whose copy the review is; None where it came in no bundle."""
    found: Any = settings.get(conn, _place(review_id))
    return None if found is None else stored(found, Lent, "copy of a review")


def bundle_of(conn: Connection, review_id: int) -> Bundle:
    """The bundle that the review came in."""
    return stored(settings.get(conn, f"{_place(review_id)}/bundle"), Bundle, "bundle")


def refuse(conn: Connection, review_id: int) -> None:
    """Raise ReadinessError where the review is a copy: what it rests on is in another file."""
    if (found := lent(conn, review_id)) is not None:
        raise ReadinessError(found.words)


def proposals(conn: Connection, review_id: int) -> dict[str, Proposal]:
    """What proofs said when the bundle was made, each with that day; nothing where the review came in no bundle."""
    found = lent(conn, review_id)
    if found is None:
        return {}
    return {one.item_id: _dated(one, found.as_of) for one in bundle_of(conn, review_id).proposals}


def _dated(proposal: Proposal, day: date) -> Proposal:
    as_of = f" (as of the bundle, {full_day(day)})"
    text = proposal.text + as_of if proposal.text else ""
    return replace(proposal, text=text, missing=proposal.missing + as_of if proposal.missing else "")


def _place(review_id: int) -> str:
    return f"lent/{review_id}"
