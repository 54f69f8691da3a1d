"""A file made from a bundle, in which a reviewer scores apart, and the answer that they hand back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from readiness_tui.domain.checklists.assessment import Evidence, Vote
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.share.bundle import Answer, Bundle, EvidencePiece, ItemAnswer, ItemText, item_digest
from readiness_tui.domain.text.masking import masked
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk, open_desk, utc_now
from readiness_tui.services.core.write import sync
from readiness_tui.services.core.zones import checked_zone
from readiness_tui.services.review import roles
from readiness_tui.services.share.lent import Lent, bundle_of, lend, lent
from readiness_tui.sources.own.share_file import read_bundle
from readiness_tui.store import assessments, audit, reviews
from readiness_tui.store.mended import former_names
from readiness_tui.store.sqlite import Connection

#: What people can change in a copy and no answer takes along, in a person's words.
_STAYS = {
    "tick": "ticks",
    "waiver": "waivers",
    "override": "votes kept against a proof",
    "dismissal": "dismissed hits",
    "consensus": "consensus",
    "na_confirmation": "confirmations that an item does not apply",
    "dissent": "dissent",
    "incident": "incidents",
    "import": "imports",
    "review": "what the review says of itself",
}


def bundle_in(file: Path) -> Bundle:
    """The bundle in a file. Raises ReadinessError where it holds none."""
    return read_bundle(file)


def take(path: Path, bundle: Bundle, who: str, *, clock: Callable[[], datetime] = utc_now) -> Desk:
    """A new file at `path` with the bundle's review, for the reviewer of the bundle, else for `who`; the open desk on it.

    Raises ReadinessError where there is a file already, or it cannot be made; nothing is left of it then.
    """
    if path.exists():
        raise ReadinessError(
            f"{one_line(str(path))} is there already, and a bundle is taken into a file of its own. Go to an empty folder,"
            " or name another file with --db."
        )
    reviewer = bundle.reviewer or " ".join(who.split())
    review = _review(bundle)
    if roles.observes(review, reviewer):
        raise ReadinessError(f"{one_line(reviewer, 40)} observes this review, and observers do not vote.")
    desk = open_desk(path, reviewer, create=True, clock=clock)
    try:
        _fill(desk, bundle, review, reviewer)
    except BaseException:
        desk.close()
        path.unlink(missing_ok=True)
        raise
    return desk


def _review(bundle: Bundle) -> Review:
    return Review(
        0,
        bundle.origin.system,
        bundle.origin.release,
        bundle.origin.held_on,
        bundle.owner,
        bundle.depth,
        tuple(one.id for one in bundle.checklists),
        bundle.reviewers,
        bundle.facilitator,
        bundle.blind,
        bundle.revealed,
        bundle.as_of if bundle.pinned else None,
        zone=checked_zone(bundle.zone),
        authors=bundle.authors,
        observers=bundle.observers,
    )


def _fill(desk: Desk, bundle: Bundle, review: Review, reviewer: str) -> None:
    what = f"copy of {bundle.origin.system} {bundle.origin.release} to score apart"
    why = f"from a bundle that {bundle.by or 'somebody'} made, as of {bundle.as_of}"
    with desk.store.write(desk.who, what, why, now=desk.now(), undoable=False) as tx:
        review = replace(review, id=reviews.put(tx, review))
        desk.review_id = review.id
        reviews.put_checklists(tx, review.id, bundle.checklists)
        for piece in bundle.evidence:
            assessments.add_evidence(tx, review.id, replace(piece, id=0))
        for waiver in bundle.waivers:
            assessments.put_waiver(tx, review.id, waiver)
        for tick in bundle.ticks:
            assessments.put_tick(tx, review.id, tick.item_id, tick.text, bundle.by or reviewer)
        for note in bundle.notes:
            assessments.put_note(tx, review.id, note.item_id, note.text)
        for note in bundle.own_notes:
            assessments.put_own_note(tx, review.id, note.item_id, reviewer, note.text)
        for vote in bundle.votes:
            assessments.put_vote(tx, review.id, replace(vote, reviewer=reviewer, carried_from=None))
        lend(tx, review.id, Lent(reviewer, bundle.by, bundle.as_of, tx.change_id), bundle)
        sync(tx, desk, review.id)


@dataclass(frozen=True, slots=True)
class HandedBack:
    """`beside`: sentences about what is in this file and not in the answer."""

    answer: Answer
    secret: bool
    beside: tuple[str, ...]


def answer(desk: Desk) -> HandedBack:
    """What the copy's reviewer said since they took it. Raises ReadinessError where the file is no copy, or they said
    nothing."""
    with desk.store.read(snapshot=True) as conn:
        review = current_review(conn, desk)
        found = lent(conn, review.id)
        if found is None:
            raise ReadinessError(
                "This file is no copy that was taken from a bundle, so there is nothing to hand back. `readiness share out`"
                " makes a bundle of it."
            )
        given = bundle_of(conn, review.id)
        reviewer = _called(conn, found.reviewer)
        said = tuple(_said(conn, review, reviewer, given))
        others = {name_key(v.reviewer): v.reviewer for v in assessments.votes(conn, review.id)}
        others.pop(name_key(reviewer), None)
        touched = audit.touched(conn, found.entry)
    beside = []
    if others:
        names = ", ".join(one_line(name, 40) for name in others.values())
        beside.append(
            f"Votes of {names} are in this file, and the answer is {one_line(reviewer, 40)}'s alone. If they are the same"
            " person, `readiness review rename-person` writes the name right."
        )
    tables = {table for table, _ in touched}
    if stays := [words for table, words in _STAYS.items() if table in tables]:
        beside.append(f"Not part of an answer, and so only in this file: {', '.join(stays)}.")
    if not said:
        raise ReadinessError(
            " ".join(
                [
                    f"{one_line(reviewer, 40)} has said nothing since the bundle was taken, so there is no answer yet.",
                    *beside,
                ]
            )
        )
    return HandedBack(Answer(given.origin, reviewer, given.as_of, said), review.secret, tuple(beside))


def _called(conn: Connection, name: str) -> str:
    """The copy's reviewer by the name that they have in it by now: who took it under a wrong one may have written it right."""
    pairs = former_names.all(conn, former_names.PERSON)
    left = {name_key(was) for _, was in pairs}
    now = {new for new, was in pairs if name_key(was) == name_key(name) and name_key(new) not in left}
    return now.pop() if len(now) == 1 else name


def _said(conn: Connection, review: Review, reviewer: str, given: Bundle) -> Iterable[ItemAnswer]:
    parts = assessments.dossier_parts(conn, review.id)
    me, spelt = name_key(reviewer), roles.spelling(conn, review, reviewer)
    before = {vote.item_id: replace(vote, reviewer=reviewer) for vote in given.votes}
    notes_before = _texts(given.own_notes if review.secret else given.notes)
    for item in given.items().values():
        vote = next((v for v in parts.votes.get(item.id, ()) if name_key(v.reviewer) == me), None)
        note = _note(parts, review, item.id, me)
        was = notes_before.get(item.id, "")
        there = {_piece(piece) for piece in given.evidence if piece.item_id == item.id}
        made = ItemAnswer(
            item.id,
            item_digest(item),
            before.get(item.id),
            tuple(_own(v, reviewer) for v in assessments.votes_given(conn, review.id, item.id, spelt)),
            None if vote is None else _own(vote, reviewer),
            was,
            None if note == was else masked(note),
            tuple(
                masked(one) for one in assessments.notes_given(conn, review.id, item.id, spelt if review.secret else "")
            ),
            tuple(masked(new) for piece in parts.evidence.get(item.id, ()) if (new := _piece(piece)) not in there),
        )
        if made.voted or made.note is not None or made.evidence:
            yield made


def _own(vote: Vote, reviewer: str) -> Vote:
    return replace(vote, reviewer=reviewer, na_reason=masked(vote.na_reason), carried_from=None, together=False)


def _note(parts: assessments.Parts, review: Review, item: str, me: str) -> str:
    if not review.secret:
        return parts.notes.get(item, "")
    return next((text for name, text in parts.own_notes.get(item, {}).items() if name_key(name) == me), "")


def _texts(texts: Iterable[ItemText]) -> dict[str, str]:
    return {one.item_id: one.text for one in texts}


def _piece(piece: Evidence) -> EvidencePiece:
    return EvidencePiece(piece.kind, piece.ref, piece.witness, piece.dated)
