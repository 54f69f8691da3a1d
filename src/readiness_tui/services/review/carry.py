"""Last time's votes, notes and evidence: shown beside each item, and confirmed one by one or a section at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from readiness_tui.domain.checklists.assessment import Dossier
from readiness_tui.domain.checklists.carried import LastTime, LeftOut, confirming_vote, looked_at_alone
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import item_standing, name_key
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.services.core.cards import content
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.seen import said
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.core.write import change
from readiness_tui.services.review import roles
from readiness_tui.services.review.evidence import still_found
from readiness_tui.store import assessments, audit, reviews, scorecards
from readiness_tui.store.rows import Tx
from readiness_tui.store.scorecards import StoredScorecard
from readiness_tui.store.sqlite import Connection

__all__ = [
    "Confirmed",
    "LastTime",
    "LeftOut",
    "confirm",
    "confirm_section",
    "last_time",
    "open_items",
    "reasons_alone",
    "waiting",
]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What came of confirming a section: the items that are confirmed now, and those left to be looked at one by one."""

    items: tuple[str, ...]
    left: tuple[LeftOut, ...]


def last_time(desk: Desk) -> dict[str, LastTime]:
    """By item id, what the review before said of the items of the desk's review; empty where it is the first one.

    Items that nobody had decided then are not in it.
    """
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        before = reviews.previous(conn, review)
        if before is None:
            return {}
        # What a frozen review says stays as it is, whatever is saved meanwhile.
        mark = (before, desk.who, audit.last(conn) if before.frozen_at is None else 0)
        kept = desk.cache.get("last time")
        if kept is not None and kept[0] == mark:
            found: dict[str, LastTime] = kept[1]
            return found
        found = _read(conn, desk, before)
    desk.cache["last time"] = (mark, found)
    return found


def open_items(view: ReviewView, last: Mapping[str, LastTime]) -> list[str]:
    """The items of the review's depth that `view.who` may confirm: last time says something, they have not voted now."""
    if view.review.frozen_at is not None or roles.observes(view.review, view.who):
        return []
    return [item.id for item in view.items if item.id in last and not _voted(view.dossier(item.id), view.who)]


def waiting(desk: Desk, view: ReviewView) -> list[str]:
    """The items of which last time's vote waits to be confirmed by `view.who`."""
    return open_items(view, last_time(desk))


def confirm(desk: Desk, items: Sequence[str]) -> None:
    """`desk.who` confirms what last time said of each item: their vote of then, else where the item stood.

    Evidence keeps its date. Raises ReadinessError, with nothing saved, where an item has nothing to confirm or they have
    voted on it already.
    """
    last = last_time(desk)
    view = load(desk)
    for item in items:
        if item not in view.facts.dossiers:
            raise ReadinessError(f"No checklist of this review has an item {item}.")
        if item not in last:
            raise ReadinessError(
                f"Last time says nothing of {item}: it was not decided, or there was no review before."
            )
        if _voted(view.dossier(item), desk.who):
            raise ReadinessError(
                f"You have voted on {item} in this review already. Take that back first (u) to confirm."
            )
    _confirm(desk, view, [last[item] for item in items], together=False)


def confirm_section(desk: Desk, checklist: str) -> Confirmed:
    """Confirm at once what last time says of a checklist's items, but for those that somebody has to look at.

    Left out are blockers, evidence older than 90 days, proofs that changed, and items that an incident touched: each
    with the reasons. Items that `desk.who` has voted on are as they are. Raises ReadinessError where there is no such
    checklist, or nothing that could be confirmed.
    """
    last = last_time(desk)
    view = load(desk)
    roles.require(desk, view.review, roles.Act.VOTE)
    section = next((one for one in view.facts.checklists if one.id == checklist), None)
    if section is None:
        raise ReadinessError(f"This review has no checklist {checklist}. It has: {', '.join(view.review.checklists)}.")
    inside = {item.id for item in section.at(view.review.depth)}
    ready, left = [], []
    for item in open_items(view, last):
        if item not in inside:
            continue
        reasons = reasons_alone(view, last[item])
        if reasons:
            left.append(LeftOut(item, reasons))
        else:
            ready.append(last[item])
    if not ready and not left:
        raise ReadinessError(
            f"{section.title}: nothing of last time waits to be confirmed"
            + (" by you." if last else ": this system has no review before this one.")
        )
    if ready:
        _confirm(desk, view, ready, together=True, section=section.title)
    return Confirmed(tuple(one.item.id for one in ready), tuple(left))


def reasons_alone(view: ReviewView, last: LastTime) -> tuple[str, ...]:
    """Why this item is not confirmed together with its section; empty where it is."""
    touched = [one.name for one in view.facts.incidents if one.item_id == last.item.id]
    return looked_at_alone(last, view.dossier(last.item.id), touched, view.as_of)


def _confirm(desk: Desk, view: ReviewView, found: Sequence[LastTime], *, together: bool, section: str = "") -> None:
    names = ", ".join(one.item.id for one in found)
    what = f"{section}: {plural(len(found), 'item')} of last time confirmed together: {names}" if together else (
        f"last time confirmed: {names}"
    )  # fmt: skip
    with change(desk, what) as (tx, review):
        mine = {
            vote.item_id
            for vote in assessments.votes(tx.conn, review.id)
            if name_key(vote.reviewer) == name_key(desk.who)
        }
        roles.require(desk, review, roles.Act.VOTE)
        reviewer = roles.spelling(tx.conn, review, desk.who)
        for last in found:
            vote = confirming_vote(last, reviewer, desk.now(), together=together)
            if vote is None or last.item.id in mine:  # voted meanwhile, at another desk of theirs
                continue
            assessments.put_vote(tx, review.id, vote)
            _bring(tx, desk, review, last, view.dossier(last.item.id))


def _bring(tx: Tx, desk: Desk, review: Review, last: LastTime, now: Dossier) -> None:
    """What the vote rested on then: evidence with its dates, the note, ticks, a vote kept against the same proof, and
    hits that were found harmless. What somebody has written here meanwhile stands."""
    item = last.item.id
    there = {(one.kind, one.ref, one.dated, one.witness) for one in assessments.evidence(tx.conn, review.id, [item])}
    for piece in last.evidence:
        if (piece.kind, piece.ref, piece.dated, piece.witness) not in there:
            assessments.add_evidence(
                tx, review.id, replace(still_found(tx.conn, review.system, piece, desk.now()), id=0)
            )
    parts = assessments.dossier_parts(tx.conn, review.id, [item])
    if last.note and review.secret:
        me = roles.spelling(tx.conn, review, desk.who)
        if not any(name_key(name) == name_key(me) for name in parts.own_notes.get(item, {})):
            assessments.put_own_note(tx, review.id, item, me, last.note)
    elif last.note and not parts.notes.get(item):
        assessments.put_note(tx, review.id, item, last.note)
    for name in last.ticks:
        if name in now.item.ticks and name not in parts.ticks.get(item, ()):
            assessments.put_tick(tx, review.id, item, name, desk.who)
    if now.proposal is None:
        return
    if last.override is not None and last.override.digest == now.proposal.digest and item not in parts.overrides:
        assessments.put_override(tx, review.id, last.override)
    known = {one.hit for one in parts.dismissals if one.query == now.proposal.query}
    for one in assessments.dismissals(tx.conn, last.review_id, now.proposal.query):
        if one.hit not in known:
            assessments.put_dismissal(tx, review.id, one)


def _read(conn: Connection, desk: Desk, before: Review) -> dict[str, LastTime]:
    parts = said(conn, before, assessments.dossier_parts(conn, before.id), desk.who)
    kept = scorecards.get(conn, before.id)
    stood = _frozen_standings(kept) if kept is not None else None
    as_of = desk.as_of(before)
    found: dict[str, LastTime] = {}
    for checklist in reviews.checklists(conn, before.id):
        for item in checklist.at(before.depth):
            dossier = Dossier(
                item,
                checklist.id,
                votes=parts.votes.get(item.id, ()),
                evidence=parts.evidence.get(item.id, ()),
                override=parts.overrides.get(item.id),
                na_confirmed_by=parts.na_confirmed_by.get(item.id, ""),
                consensus=parts.consensus.get(item.id),
                # Of votes that were never revealed, `said` leaves one's own note alone.
                note="\n".join(
                    text for text in (parts.notes.get(item.id, ""), *parts.own_notes.get(item.id, {}).values()) if text
                )
                if before.secret
                else parts.notes.get(item.id, ""),
                ticks=parts.ticks.get(item.id, ()),
            )
            line = stood.get(item.id) if stood is not None else None
            last = _last(dossier, before, line, as_of, desk.who, frozen=stood is not None)
            if confirming_vote(last, desk.who, desk.now()) is not None:
                found[item.id] = last
    return found


def _last(dossier: Dossier, before: Review, line: _Stood | None, as_of: date, who: str, *, frozen: bool) -> LastTime:
    """`line`: as the scorecard says it. A review that is not frozen is taken without its proofs, which nobody kept."""
    standing = item_standing(dossier, review=before, as_of=as_of, viewer=who)
    points, applies = (line.points, line.word != "n/a") if line is not None else (standing.points, standing.applicable)
    return LastTime(
        item=dossier.item,
        review_id=before.id,
        release=before.release,
        points=points,
        not_applicable="" if applies else _na_reason(dossier),
        votes=dossier.votes,
        consensus=dossier.consensus,
        evidence=dossier.evidence,
        note=dossier.note,
        ticks=tuple(name for name in dossier.item.ticks if name in dossier.ticks),
        override=dossier.override,
        proof=(line.proof if line is not None else "") if frozen else None,
    )


def _na_reason(dossier: Dossier) -> str:
    if dossier.consensus is not None and dossier.consensus.na:
        return dossier.consensus.reason
    return next((vote.na_reason for vote in dossier.votes if vote.na and vote.na_reason.strip()), "")


@dataclass(frozen=True, slots=True)
class _Stood:
    """An item in a frozen scorecard."""

    points: int | None
    word: str
    proof: str


def _frozen_standings(kept: StoredScorecard) -> dict[str, _Stood]:
    card = content(kept)
    return {
        item.id: _Stood(item.points, item.word, item.proof_digest)
        for section in card.sections
        for item in section.items
    }


def _voted(dossier: Dossier, who: str) -> bool:
    return any(vote.decided and name_key(vote.reviewer) == name_key(who) for vote in dossier.votes)
