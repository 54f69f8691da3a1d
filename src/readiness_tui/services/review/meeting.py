"""Who sits in the meeting: typed once, then owners are named by one letter."""

from __future__ import annotations

from collections.abc import Sequence

from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.store import settings


def attendees(desk: Desk, reviewers: Sequence[str]) -> tuple[str, ...]:
    """The attendees as last typed, else the review's reviewers."""
    with desk.store.read() as conn:
        return settings.attendees(conn, current_review(conn, desk).system) or tuple(reviewers)


def set_attendees(desk: Desk, names: str) -> None:
    """`names` separated by commas."""
    listed = tuple(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    with desk.store.write(desk.who, "meeting attendees", now=desk.now()) as tx:
        settings.put_attendees(tx, current_review(tx.conn, desk).system, listed)


def by_initial(names: Sequence[str], letter: str) -> tuple[str, ...]:
    """The attendees whose name begins with the letter."""
    return tuple(name for name in names if name.casefold().startswith(letter.casefold()))
