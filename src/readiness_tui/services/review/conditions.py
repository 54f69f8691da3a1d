"""The conditions of a verdict: listed over systems for a weekly message, and closed on a frozen review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.scorecard.model import Scorecard
from readiness_tui.domain.text.format import full_day
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.verdict.closing import Closing
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.domain.verdict.model import Cause, Condition, Part, Verdict
from readiness_tui.services.core import tamper
from readiness_tui.services.core.cards import holds_until
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.review.evidence import look_up, places_of
from readiness_tui.services.review.scorecard import frozen_card
from readiness_tui.services.share.lent import refuse as refuse_copy
from readiness_tui.store import gaps, reviews, scorecards
from readiness_tui.store.rows import Tx


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition of a system's newest review. `today`: that review's, by which it is overdue or not."""

    system: str
    release: str
    condition: Condition
    today: date
    frozen: bool
    closing: Closing | None = None

    @property
    def overdue(self) -> bool:
        return self.closing is None and self.condition.due is not None and self.condition.due < self.today


@dataclass(frozen=True, slots=True)
class Validity:
    """A frozen verdict with what was closed since: until when it holds, before and now."""

    system: str
    release: str
    verdict: Verdict
    before: date | None
    now: date | None
    open: int
    today: date


def listed(desk: Desk, review_ids: Sequence[int], *, within: int | None = None) -> tuple[ConditionLine, ...]:
    """The conditions of these reviews: what is overdue or has no date first, then by due date. `within`: only what is
    due in so many days, or has no date. Closed ones are left out then."""
    found: list[ConditionLine] = []
    here = desk.review_id
    try:
        for review_id in review_ids:
            desk.review_id = review_id
            found += _of_review(desk)
    finally:
        desk.review_id = here
    if within is not None:
        found = [one for one in found if one.closing is None and _due_within(one, within)]
    return tuple(
        sorted(
            found,
            key=lambda one: (one.closing is not None, one.condition.due or date.min, one.system, one.condition.key),
        )
    )


def close(desk: Desk, typed: str, refs: Sequence[str], note: str = "") -> tuple[Closing, Validity]:
    """Record that a condition of the desk's frozen review is met, with what shows it; the scorecard stays as it is.

    Raises ReadinessError where the review is not frozen, there is no such condition, it is closed already, or nothing
    that was given is more than a claim.
    """
    card = frozen_card(desk)
    if card is None:
        raise ReadinessError(
            "This review is not frozen: a condition goes by itself once what it is about is settled. Score the item,"
            " import the run or close the incident."
        )
    condition = _meant(card, typed)
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        before = scorecards.closings(conn, review.id)
        if done := next((one for one in before if one.key == condition.key), None):
            raise ReadinessError(
                f"{one_line(done.by)} closed this condition on {full_day(done.at.date())}: {one_line(condition.text, 300)}"
            )
        if not [ref for ref in refs if ref.strip()]:
            raise ReadinessError("What shows that it is met? Give --evidence: a URL, a path, or the id of a run.")
        places = places_of(desk)
        looked = [(ref.strip(), look_up(conn, review.system, None, ref.strip(), places)) for ref in refs if ref.strip()]
    if all(found.lookup.claim for _, found in looked):
        raise ReadinessError(
            f"{one_line(looked[0][0], 80)} was not found, so it is a claim and closes nothing. Give a URL, a path in the"
            " repository, or the id of an imported run, trace or case."
        )
    said = tuple(f"{found.kind} {ref} ({found.lookup})" for ref, found in looked)
    made = Closing(condition.key, desk.who, desk.now(), said, note.strip())
    what = f"condition closed: {one_line(condition.text, 120)}"
    with desk.store.write(desk.who, what, note.strip(), now=desk.now(), system=review.system) as tx:
        if any(one.key == made.key for one in scorecards.closings(tx.conn, review.id)):
            raise ReadinessError("Somebody else closed this condition just now.")
        scorecards.add_closing(tx, review.id, made)
        _close_gap(tx, review, made)
    return made, _validity(desk, card, review, (*before, made))


def _close_gap(tx: Tx, review: Review, made: Closing) -> None:
    """The gap that the condition was about was seen to by its day: where the next review finds it again, it is reopened,
    with a day of its own. A later review that is open already has looked for itself; an incident's action is done there,
    and an accepted risk ends with its waiver."""
    gap = gaps.all(tx.conn, review.system).get(made.key)
    newest = reviews.latest(tx.conn, system=review.system)
    if gap is None or not gap.state.live or gap.state is GapState.ACCEPTED or newest is None or newest.id != review.id:
        return
    if not gap.key.startswith("incident/"):
        gaps.put(tx, review.system, replace(gap, state=GapState.CLOSED))


def in_effect(desk: Desk, card: Scorecard) -> tuple[Scorecard, tuple[Closing, ...]]:
    """The review's scorecard as it counts today, with what was closed since it was frozen: its verdict holds until the
    earliest of what is still open, and is a NO-GO from the day after. Of a review that is not frozen the card itself."""
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        made = scorecards.closings(conn, review.id)
    if review.frozen_at is None:
        return card, ()
    until = holds_until(card, made)
    if until is None or card.verdict is Verdict.NO_GO or desk.today(review) <= until:
        return replace(card, valid_until=until), made
    lapsed = Cause(
        "scorecard/lapsed",
        Part.CHECKLISTS,
        Verdict.NO_GO,
        f"the frozen verdict, {card.verdict}, lapsed after {full_day(until)}",
        Severity.BLOCKER,
        act="hold the next review"
        if len(made) == len(card.conditions)
        else "close its open conditions, or hold the next review",
    )
    return replace(card, verdict=Verdict.NO_GO, valid_until=until, causes=(lapsed, *card.causes)), made


def _of_review(desk: Desk) -> list[ConditionLine]:
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        refuse_copy(conn, review.id)
        closed = {one.key: one for one in scorecards.closings(conn, review.id)}
    tamper.refuse(desk)
    card = frozen_card(desk)
    if card is not None:
        found = card.conditions
    else:
        from readiness_tui.services.core.view import load

        found = load(desk, shared=True).judgement.conditions
    today = desk.today(review)
    return [
        ConditionLine(review.system, review.release, one, today, card is not None, closed.get(one.key)) for one in found
    ]


def _due_within(line: ConditionLine, days: int) -> bool:
    return line.condition.due is None or line.condition.due <= line.today + timedelta(days=days)


def _meant(card: Scorecard, typed: str) -> Condition:
    """The condition of this key, or of the item, metric or incident that the key names."""
    name = typed.strip().casefold()
    exact = [one for one in card.conditions if one.key.casefold() == name]
    found = exact or [
        one
        for one in card.conditions
        if name in (one.key.casefold().rpartition("/")[2], one.key.casefold().replace("incident/", "inc-"))
    ]
    if len(found) == 1:
        return found[0]
    listed = "; ".join(f"{one.key} ({one_line(one.text, 60)})" for one in card.conditions)
    if not card.conditions:
        raise ReadinessError(f"The frozen verdict is {card.verdict}: it has no conditions.")
    raise ReadinessError(f"{one_line(typed, 60)} is no condition of this review. There are: {listed}.")


def _validity(desk: Desk, card: Scorecard, review: Review, made: Sequence[Closing]) -> Validity:
    closed = {one.key for one in made}
    return Validity(
        review.system,
        review.release,
        card.verdict,
        holds_until(card, made[:-1]),
        holds_until(card, made),
        sum(one.key not in closed for one in card.conditions),
        desk.today(review),
    )
