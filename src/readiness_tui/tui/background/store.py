"""What the app does on the store's thread: read the review, and keep a glance at it. All is imported when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from readiness_tui.services.core.desk import Desk
    from readiness_tui.services.core.pulse import Pulse
    from readiness_tui.services.core.view import ReviewView


def pulse_of(desk: Desk) -> Pulse:
    """How far the file has come."""
    from readiness_tui.services.core import pulse

    return pulse.now(desk)


def load(desk: Desk) -> ReviewView:
    """On the store's thread, so that the first screen does not wait for the rules to be imported; and with the cases that
    the figures rest on, which the screens then have at hand."""
    from readiness_tui.services.core import view as views

    view = views.load(desk)
    view.measured.footing()
    return view


def glance_at(desk: Desk, view: ReviewView) -> Any:
    """What the Overview shows of a review, as values that JSON knows."""
    from readiness_tui.services.review import carry
    from readiness_tui.tui.screens.overview.glance import to_plain
    from readiness_tui.tui.screens.overview.look import glance_of

    return to_plain(glance_of(view, len(carry.waiting(desk, view))))


def leave(desk: Desk) -> bool:
    """Keep that for the next start."""
    from functools import partial

    from readiness_tui.services.core import opening

    return opening.leave(desk, partial(glance_at, desk))


def left_typed(desk: Desk) -> str:
    """What to say of text that was being typed when the app ended last time; "" for nothing."""
    from readiness_tui.services.core import drafts

    places = dict.fromkeys(drafts.take_left(desk))
    named = ", ".join(f"“{place}”" for place in places)
    return (
        f"The app ended while you were typing in {named}. The text is kept: open it again, and it stands there."
        if places
        else ""
    )
