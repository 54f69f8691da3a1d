"""Who may do what in a review: facilitator, reviewer, observer, author.

Roles prevent accidents, not lies: nobody is authenticated in a terminal. At a browser a login says who somebody is, and
nobody takes another's role or votes there. A review with one reviewer has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import name_key, reviewed_alone
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.locate import from_browser
from readiness_tui.services.core.seen import curtain, whose
from readiness_tui.store import assessments, reviews
from readiness_tui.store.audit import AuditEntry, RowChange
from readiness_tui.store.sqlite import Connection


class Act(StrEnum):
    """What a role decides about. Everything else is everybody's."""

    VOTE = "vote"
    REVEAL = "reveals the votes"
    AGREE = "records a consensus"
    BLIND = "turns blind voting on or off"


_OWN = ("vote", "own_note")  # what nobody takes back but who gave it


def require(desk: Desk, review: Review, act: Act, who: str = "") -> None:
    """Raises ReadinessError where `who` (else `desk.who`) has a role that does not do this.

    Somebody whom the review does not know may vote: `unknown_voters` asks about them once, at the end.
    """
    if act is Act.VOTE:
        if observes(review, who or desk.who):
            raise ReadinessError(
                f"{who or desk.who} observes this review, and observers do not vote. Make them a reviewer with p in"
                f" Checklists, or with `readiness people --add`."
            )
    elif not agrees(review, who or desk.who):
        if act is Act.AGREE:
            raise ReadinessError(f"The consensus is the facilitator's to record: {review.facilitator}.")
        raise ReadinessError(
            f"Only the facilitator {act}: {review.facilitator}. Another one is named with p in Checklists, or with"
            " `readiness people --facilitator`."
        )


def may_hand_over(desk: Desk, review: Review, facilitator: str) -> None:
    """Raises ReadinessError where `desk.who` may not make this person the facilitator: at a browser only who is it does."""
    if from_browser() and name_key(facilitator) != name_key(review.facilitator) and not facilitates(review, desk.who):
        raise ReadinessError(
            f"From a browser only the facilitator names another one: {review.facilitator}. Whoever runs `readiness serve`"
            " can do it there."
        )


def may_rename(desk: Desk, review: Review, old: str, new: str) -> None:
    """Raises ReadinessError where what `old` said may not become what `new` said, by `desk.who`: while votes are blind they
    would be read as one's own; at a browser they are not one's to take. Another spelling of a person is theirs already."""
    if (review.secret or from_browser()) and name_key(old) != name_key(new) and not facilitates(review, desk.who):
        when = "While votes are blind" if review.secret else "From a browser"
        raise ReadinessError(
            f"{when} only the facilitator renames people, {review.facilitator}: the votes of one would become another's."
        )


def observes(review: Review, who: str) -> bool:
    """Whether this person looks on and does not vote."""
    person = name_key(who)
    return person in map(name_key, review.observers) and person not in map(name_key, review.reviewers)


def agrees(review: Review, who: str) -> bool:
    """Whether a consensus is this person's to record."""
    return reviewed_alone(review.reviewers) or facilitates(review, who)


def facilitates(review: Review, who: str) -> bool:
    """Whether the review's facilitator is this person, or is nobody in particular."""
    return not review.facilitator or name_key(review.facilitator) == name_key(who)


def spelling(conn: Connection, review: Review, who: str) -> str:
    """The review's own spelling of a person: Ben and ben are one, and have one vote.

    Somebody it does not know is spelt as in a vote that they gave before, else as typed.
    """
    person = name_key(who)
    named = (*review.reviewers, review.facilitator, review.owner, *review.authors, *review.observers)
    if (known := next((name for name in named if name_key(name) == person), None)) is not None:
        return known
    voted = (vote.reviewer for vote in assessments.votes(conn, review.id))
    return next((name for name in voted if name_key(name) == person), " ".join(who.split()))


def unknown_voters(review: Review, voters: Sequence[str]) -> tuple[str, ...]:
    """Of these voters, who is no reviewer: asked about once, in a list at the end."""
    known = {name_key(name) for name in review.reviewers}
    return tuple({name_key(name): name for name in voters if name_key(name) not in known}.values())


def voted_too(desk: Desk) -> tuple[str, ...]:
    """Who voted in the desk's review and is no reviewer of it."""
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        return unknown_voters(review, [vote.reviewer for vote in assessments.votes(conn, review.id)])


def undo_refusal(conn: Connection, desk: Desk, change: AuditEntry, made: Sequence[RowChange]) -> str:
    """Why `desk.who` may not take this change back; empty where they may, as far as roles go.

    A vote is taken back by who gave it; by somebody else only where they put it or cleared it themselves (an incident's
    review clears the votes on what failed).
    """
    me = name_key(desk.who)
    veil = curtain(conn, desk.who)
    what = veil.entries(conn, [change])[0].what
    by_me = name_key(change.who) == me
    for row in made:
        owner = whose(row, change.who)
        if row.table in _OWN and name_key(owner) != me and not by_me:
            return f"“{what}” (change {change.id}) holds the vote or note of {one_line(owner)}, which only {one_line(owner)} takes back."
        if veil.hides(row, change.who) and not by_me:
            return f"“{what}” (change {change.id}) is of {one_line(change.who)} alone until the votes are revealed."
        if row.table == "review" and row.old and row.new and _sight(row.old) != _sight(row.new):
            return (
                f"“{what}” (change {change.id}) cannot be undone: who sees which votes changes by the reveal alone, and"
                " what was revealed cannot be hidden again."
            )
        if row.table == "review" and row.old and row.new and row.old.get("facilitator") != row.new.get("facilitator"):
            may_hand_over(desk, reviews.get(conn, int(str(row.new["id"]))), str(row.old.get("facilitator") or ""))
        if row.table == "consensus" and isinstance(review_id := (row.new or row.old or {}).get("review_id"), int):
            require(desk, reviews.get(conn, review_id), Act.AGREE)
    return ""


def _sight(row: dict[str, object]) -> tuple[object, object]:
    return row.get("blind"), row.get("revealed")
