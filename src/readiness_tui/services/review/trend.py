"""The reviews of a system one under another, and what changed from the last one to this one, by cause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.scorecard.model import Change, Previous, Scorecard
from readiness_tui.domain.scorecard.trend import TrendPoint, trend_point
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.cards import content
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review.scorecard import card_of
from readiness_tui.store import reviews, scorecards
from readiness_tui.store.mended import supersessions
from readiness_tui.store.mended.supersessions import Supersession
from readiness_tui.store.scorecards import StoredScorecard

__all__ = ["ReviewLine", "SinceLast", "Supersession", "difference", "review_lines"]


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A review in the list. `point`: of a frozen one as it was frozen, of the one at hand as it stands; None of others,
    which nobody has judged. `superseded`: by which review, where one corrects it."""

    id: int
    release: str
    held_on: date
    frozen: bool
    point: TrendPoint | None
    superseded: Supersession | None = None


@dataclass(frozen=True, slots=True)
class SinceLast:
    """`previous` None: there is no frozen scorecard to compare with, and `why_not` says why."""

    previous: Previous | None
    changes: tuple[Change, ...] = ()
    why_not: str = ""


def review_lines(desk: Desk, view: ReviewView) -> list[ReviewLine]:
    """The reviews of the view's system, the newest first."""
    now = trend_point(card_of(desk, view)) if view.lent is None else None  # a copy has no verdict
    with desk.store.read() as conn:
        corrected = supersessions.all(conn)
        lines = []
        for review in reviews.all(conn, system=view.review.system):
            kept = scorecards.get(conn, review.id)
            point = now if review.id == view.review.id else _frozen_point(desk, kept) if kept is not None else None
            lines.append(
                ReviewLine(
                    review.id, review.release, review.held_on, review.frozen_at is not None, point,
                    corrected.get(review.id),
                )
            )  # fmt: skip
    return lines


def difference(desk: Desk, view: ReviewView) -> SinceLast:
    """What changed from the review before to the desk's, as its scorecard prints it."""
    card: Scorecard = card_of(desk, view)
    if card.previous is not None:
        return SinceLast(card.previous, card.changes)
    with desk.store.read() as conn:
        before = reviews.previous(conn, view.review)
    if before is None:
        return SinceLast(None, why_not="This is the first review of the system.")
    return SinceLast(
        None,
        why_not=f"The review before, release {one_line(before.release, 60)}, is not frozen, so nothing was kept to compare with.",
    )


def _frozen_point(desk: Desk, kept: StoredScorecard) -> TrendPoint:
    """Read once: a frozen scorecard does not change."""
    name = f"trend {kept.review_id}"
    known = desk.cache.get(name)
    if known is None or known[0] != kept.digest:
        known = desk.cache[name] = (kept.digest, trend_point(content(kept)))
    point: TrendPoint = known[1]
    return point
