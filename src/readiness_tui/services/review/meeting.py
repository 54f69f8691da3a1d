"""A meeting: when it began, who sits in it, and whose the vote is that one person types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.locate import from_browser
from readiness_tui.services.review.history import log
from readiness_tui.services.review.reviews import once
from readiness_tui.store import settings
from readiness_tui.store.rows import Tx

#: Who opens meeting mode again within this long is back in the same meeting.
SAME_MEETING = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Meeting:
    """`since`: the last change before it. `here`: who is in the room, as somebody said in this meeting; nobody did
    where it is empty."""

    began: datetime
    since: int
    here: tuple[str, ...] = ()


def open_meeting(desk: Desk) -> Meeting:
    """The review's meeting that is going on, else one that begins now. A file that cannot be written has one too."""
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        kept = settings.get(conn, _setting(review))
    if kept is not None:
        going_on = _meeting(kept)
        if timedelta() <= desk.now() - going_on.began < SAME_MEETING:
            return going_on
    last = log(desk, limit=1)
    begun = Meeting(desk.now(), last[0].id if last else 0)
    with suppress(ReadinessError):
        _keep(desk, review, begun)
    return begun


def attendees(desk: Desk, reviewers: Sequence[str]) -> tuple[str, ...]:
    """The attendees as last typed, else the review's reviewers."""
    with desk.store.read() as conn:
        return settings.attendees(conn, current_review(conn, desk).system) or tuple(reviewers)


def set_attendees(desk: Desk, names: str) -> Meeting:
    """Who is in the room, separated by commas: remembered for the next meeting too."""
    listed = once([names])
    meeting = open_meeting(desk)
    with desk.store.read() as conn:
        review = current_review(conn, desk)
    meeting = Meeting(meeting.began, meeting.since, listed)
    with desk.store.write(desk.who, "meeting attendees", now=desk.now()) as tx:
        settings.put_attendees(tx, review.system, listed)
        settings.put(tx, _setting(review), _plain(meeting))
    return meeting


def rename_person(tx: Tx, review: Review, names: Callable[[Sequence[str]], Sequence[str]]) -> None:
    """Who is here, under their new name, so that the room goes on voting for them; `names` gives a list its new names."""
    kept = settings.get(tx.conn, _setting(review))
    if kept is not None:
        going_on = _meeting(kept)
        settings.put(tx, _setting(review), _plain(replace(going_on, here=once(names(going_on.here)))))


def room(desk: Desk, review: Review, here: Sequence[str]) -> tuple[str, ...]:
    """The reviewers who vote together on one screen, the typist first where they are one of them; a facilitator or an
    observer may type for those who are here. Empty where the vote is the typist's own: they are not here themselves, the
    vote is blind, no other reviewer is here, or the typist is at a browser, where everybody votes for themselves."""
    keys, typist = {name_key(name) for name in here}, name_key(desk.who)
    if review.secret or typist not in keys or from_browser():
        return ()
    voters = [name for name in review.reviewers if name_key(name) in keys]
    voters.sort(key=lambda name: name_key(name) != typist)
    return tuple(voters) if any(name_key(name) != typist for name in voters) else ()


def _setting(review: Review) -> str:
    return f"meeting/{review.id}"


def _plain(meeting: Meeting) -> dict[str, object]:
    return {"began": meeting.began.isoformat(), "since": meeting.since, "here": list(meeting.here)}


def _meeting(kept: dict[str, object]) -> Meeting:
    here = kept["here"]
    assert isinstance(here, list)
    return Meeting(datetime.fromisoformat(str(kept["began"])), int(str(kept["since"])), tuple(map(str, here)))


def _keep(desk: Desk, review: Review, meeting: Meeting) -> None:
    with desk.store.write(desk.who, "meeting", now=desk.now()) as tx:
        settings.put(tx, _setting(review), _plain(meeting))
