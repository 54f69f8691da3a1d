"""What can be shown of a review before it is judged: its name, and the glance at it that was kept the last time.

A glance is whatever a front end shows first, as values that JSON knows. It is kept when the app has judged the review
and when it is left, and never shown where anything it rests on has changed (`kept.py`). Nothing of the rules is
imported here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from readiness_tui.services.core import kept
from readiness_tui.services.core.desk import Desk
from readiness_tui.store.kept.heading import heading

if TYPE_CHECKING:
    from readiness_tui.services.core.view import ReviewView

_NAME = "glance"


@dataclass(frozen=True, slots=True)
class Opening:
    """`glance`: as it was kept; None where it has to be judged first. `seen`: what it may be kept for."""

    system: str
    release: str
    frozen: bool
    saved_at: datetime | None
    glance: Any | None
    seen: kept.Standpoint | None


def begin(desk: Desk) -> Opening | None:
    """What is known of the desk's review at once; None where the file holds none."""
    seen = kept.now(desk, viewer=desk.who)
    with desk.store.read() as conn:
        found = heading(conn, desk.review_id)
    if found is None:
        return None
    glance = kept.find(desk, seen, _NAME) if kept.trusted(desk) else None
    return Opening(*found, glance=glance, seen=seen)


def keep(desk: Desk, opening: Opening, glance: Any) -> bool:
    """Keep the glance at what was judged since `opening`, if nothing has changed meanwhile."""
    return kept.keep(desk, opening.seen, {_NAME: glance}, viewer=desk.who)


def leave(desk: Desk, glance_of: Callable[[ReviewView], Any]) -> bool:
    """Keep the glance at the review as it is now, for the next time."""
    from readiness_tui.services.core.view import load

    seen = kept.now(desk, viewer=desk.who)
    return kept.keep(desk, seen, {_NAME: glance_of(load(desk))}, viewer=desk.who)
