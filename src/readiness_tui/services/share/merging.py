"""An answer brought into the file that its bundle came from: looked at first, then taken in as one change.

What a reviewer said apart is weighed against what the file holds by now (`domain/share/merge.py`). The change is of whoever
brings it in, and says whose answer it is; that it is theirs, nobody vouches for.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from readiness_tui.domain.checklists.assessment import Evidence, Vote
from readiness_tui.domain.checklists.model import Item
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.share.bundle import Answer, EvidencePiece, ItemAnswer, item_digest
from readiness_tui.domain.share.merge import AnswerPart, MergedPart, MergeOutcome, merged_note, merged_vote, note_seen
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.masking import mask
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import open_rivals, save
from readiness_tui.services.core.target import name_of
from readiness_tui.services.core.write import change
from readiness_tui.services.review import roles
from readiness_tui.services.review.evidence import look_up, places_of
from readiness_tui.services.review.item_values import NOTE
from readiness_tui.services.share.lent import lent
from readiness_tui.sources.own.share_file import read_answer
from readiness_tui.store import assessments, reviews
from readiness_tui.store.kept.heading import headings
from readiness_tui.store.mended import former_names
from readiness_tui.store.rows import Tx, frozen_words
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.together import rivals

_Pieces = Mapping[tuple[str, EvidencePiece], Evidence]


@dataclass(frozen=True, slots=True)
class Look:
    """What would come of an answer. `veiled`: votes are blind, so that what it says of votes and notes is not told;
    `remarks`: what whoever brings it in should know."""

    reviewer: str
    merged: tuple[MergedPart, ...]
    veiled: bool
    remarks: tuple[str, ...]

    def of(self, outcome: MergeOutcome) -> tuple[MergedPart, ...]:
        return tuple(one for one in self.merged if one.outcome is outcome)

    @property
    def writes(self) -> bool:
        """Whether taking it in would change anything."""
        return bool(self.of(MergeOutcome.TAKEN) or self.of(MergeOutcome.BESIDE))

    @property
    def told(self) -> tuple[MergedPart, ...]:
        """What may be told of it."""
        if not self.veiled:
            return self.merged
        return tuple(one if one.part is AnswerPart.EVIDENCE else replace(one, here="", there="") for one in self.merged)


def answer_in(file: Path) -> Answer:
    """The answer in a file. Raises ReadinessError where it holds none."""
    return read_answer(file)


def look(desk: Desk, answer: Answer, *, overwrite: bool = False) -> Look:
    """What would come of taking the answer in. Raises ReadinessError where it is of another review, or this one is frozen."""
    return _looked(desk, answer, _evidence(desk, answer), overwrite)


def take_in(desk: Desk, answer: Answer, shown: Look, file: str, *, overwrite: bool = False) -> None:
    """Save what `look` showed, all of it or nothing. Raises ReadinessError where something else would come of it by now."""
    pieces = _evidence(desk, answer)
    what = f"{shown.reviewer}'s answer from {one_line(file, 60)}: {_counted(shown.of(MergeOutcome.TAKEN))}"
    why = f"the name is the file's word; scored apart as of {answer.as_of}"
    with desk.once(f"answer/{uuid.uuid4().hex}"), change(desk, what, why) as (tx, review):
        if tuple(_weighed(tx.conn, desk, review, answer, pieces, overwrite)) != shown.merged:
            raise ReadinessError("Something was changed here meanwhile. Nothing was saved: look at the answer again.")
        said = {one.item_id: one for one in answer.items}
        for one in shown.merged:
            if one.outcome in (MergeOutcome.TAKEN, MergeOutcome.BESIDE):
                _save(tx, desk, review, shown.reviewer, said[one.item_id], one, pieces, overwrite)


def _counted(merged: tuple[MergedPart, ...]) -> str:
    counts = [(part, sum(one.part is part for one in merged)) for part in AnswerPart]
    words = [
        f"{plural(n, 'piece')} of evidence" if part is AnswerPart.EVIDENCE else plural(n, part.value)
        for part, n in counts
        if n
    ]
    return ", ".join(words) or "nothing new"


def _looked(desk: Desk, answer: Answer, pieces: _Pieces, overwrite: bool) -> Look:
    with desk.store.read(snapshot=True) as conn:
        review = current_review(conn, desk)
        _check(conn, review, answer)
        reviewer = _called(conn, review, answer.reviewer)
        veiled = review.secret and name_key(desk.who) != name_key(reviewer)
        merged = tuple(_weighed(conn, desk, review, answer, pieces, overwrite))
        return Look(reviewer, merged, veiled, tuple(_remarks(conn, review, answer, reviewer)))


def _called(conn: Connection, review: Review, name: str) -> str:
    """The reviewer as this review calls them, also where they were renamed since the bundle was made."""
    if name_key(name) not in map(name_key, review.reviewers):
        renamed = {
            name_key(new) for new, was in former_names.all(conn, former_names.PERSON) if name_key(was) == name_key(name)
        }
        called = [one for one in review.reviewers if name_key(one) in renamed]
        if len(called) == 1:
            return called[0]
    return roles.spelling(conn, review, name)


def _check(conn: Connection, review: Review, answer: Answer) -> None:
    if lent(conn, review.id) is not None:
        raise ReadinessError(
            "This file is a copy to score itself: an answer is brought into the file that the bundle came from. Nothing was saved."
        )
    of = answer.origin
    if reviews.key(conn, review.id) != of.key:
        found = next((one for one in headings(conn) if reviews.key(conn, one.id) == of.key), None)
        named = f"{one_line(of.system, 80)} {one_line(of.release, 40)} of {of.held_on}"
        here = f"{one_line(review.system, 80)} {one_line(review.release, 40)}"
        way = (
            f"It is in this file: add --system '{one_line(found.system, 80)}' --review '#{found.id}' for {name_of(found)}."
            if found is not None
            else "That review is not in this file: name the one that the bundle was made from with --db."
        )
        raise ReadinessError(f"The answer is to another review, {named}, and not to {here}. {way} Nothing was saved.")
    if said := frozen_words(conn, review.id):
        raise ReadinessError(f"The answer comes too late. {said}")


def _remarks(conn: Connection, review: Review, answer: Answer, reviewer: str) -> Iterator[str]:
    yield f"That it is {one_line(reviewer, 40)}'s is the file's word: nobody is authenticated."
    if name_key(reviewer) != name_key(answer.reviewer):
        yield f"{one_line(answer.reviewer, 40)} is called {one_line(reviewer, 40)} here by now."
    if name_key(reviewer) not in map(name_key, review.reviewers):
        yield f"{one_line(reviewer, 40)} is no reviewer of this review; `readiness people --add` makes them one."
    now = {item.id: item for one in reviews.checklists(conn, review.id) for item in one.items}
    old = [
        said.item_id for said in answer.items if said.item_id in now and item_digest(now[said.item_id]) != said.digest
    ]
    if old:
        yield f"Scored by an older wording or weight than here: {', '.join(one_line(one, 40) for one in old)}."
    if review.blind and review.revealed:
        yield "Votes were revealed here: what is taken in is seen by all at once."


def _weighed(
    conn: Connection, desk: Desk, review: Review, answer: Answer, pieces: _Pieces, overwrite: bool
) -> Iterator[MergedPart]:
    """What comes of each thing that was said, in the order of the answer."""
    items = {item.id: item for one in reviews.checklists(conn, review.id) for item in one.items}
    parts = assessments.dossier_parts(conn, review.id)
    reviewer = _called(conn, review, answer.reviewer)
    me = name_key(reviewer)
    waiting = _notes(open_rivals(conn, review))
    settled: set[tuple[str, str, str]] | None = None  # asked for once it matters: it is in the history
    for said in answer.items:
        item = items.get(said.item_id)
        if said.voted:
            here = next((v for v in parts.votes.get(said.item_id, ()) if name_key(v.reviewer) == me), None)
            reworded = item is not None and item_digest(item) != said.digest
            found = merged_vote(said, here, reworded=reworded, overwrite=overwrite)
            yield _unless(found, item, review, said, reviewer)
        if said.note is not None:
            own = parts.own_notes.get(said.item_id, {})
            text = next((text for name, text in own.items() if name_key(name) == me), "") if review.secret else (
                parts.notes.get(said.item_id, "")
            )  # fmt: skip
            found = merged_note(said, text, own=review.secret, overwrite=overwrite)
            if found.outcome is MergeOutcome.BESIDE:
                this = (said.item_id, said.note, me)
                if settled is None:
                    settled = _notes(rivals.settled(conn, review.id))
                if this in waiting | settled:
                    found = replace(found, outcome=MergeOutcome.WAITING if this in waiting else MergeOutcome.SETTLED)
            yield _unless(found, item, review, said)
        there = {(p.ref, p.witness, p.dated) for p in parts.evidence.get(said.item_id, ())}
        hidden = {(mask(ref), witness, dated) for ref, witness, dated in there}
        for piece in said.evidence:
            same = (piece.ref, piece.witness, piece.dated) in there | hidden
            shown = pieces[said.item_id, piece]
            words = f"{shown.kind} {piece.ref} ({shown.lookup})"
            outcome = MergeOutcome.SAME if same else MergeOutcome.TAKEN
            found = MergedPart(said.item_id, AnswerPart.EVIDENCE, outcome, "", words, piece=piece)
            yield _unless(found, item, review, said)


def _notes(some: Iterable[Rival]) -> set[tuple[str, str, str]]:
    """Notes that stood beside others: of which item, what they say, and whose they are."""
    return {(one.about.partition("/")[2], one.value, name_key(one.by)) for one in some if one.about.startswith("note/")}


def _unless(found: MergedPart, item: Item | None, review: Review, said: ItemAnswer, voter: str = "") -> MergedPart:
    """The same, left out where it cannot be taken in."""
    if found.outcome in (MergeOutcome.SAME, MergeOutcome.WAITING, MergeOutcome.SETTLED):
        return found
    why = ""
    if item is None:
        why = "the item is not in this review's checklists any more"
    elif voter and roles.observes(review, voter):
        why = "they observe this review, and observers do not vote"
    elif voter and said.vote is not None and said.vote.na and not item.na_allowed:
        why = "its checklist says it applies to every system"
    return replace(found, outcome=MergeOutcome.OUT, why=why) if why else found


def _save(
    tx: Tx,
    desk: Desk,
    review: Review,
    reviewer: str,
    said: ItemAnswer,
    one: MergedPart,
    pieces: _Pieces,
    overwrite: bool,
) -> None:
    item = said.item_id
    if one.part is AnswerPart.VOTE:
        _vote(tx, review, reviewer, item, said.vote)
    elif one.part is AnswerPart.EVIDENCE:
        if one.piece is not None:
            assessments.add_evidence(tx, review.id, replace(pieces[item, one.piece], by=reviewer))
    elif review.secret:
        assessments.put_own_note(tx, review.id, item, reviewer, said.note or "")
    else:
        # A note that is here as the bundle had it, but for credentials that a bundle does not hold, is what they saw.
        here = assessments.dossier_parts(tx.conn, review.id, [item]).notes.get(item, "")
        seen = note_seen(said, mask(here))
        saw = here if mask(here) == seen else seen
        save(tx, desk, review, NOTE, item, {"text": said.note or ""}, None if overwrite else {"text": saw}, by=reviewer)


def _vote(tx: Tx, review: Review, reviewer: str, item: str, vote: Vote | None) -> None:
    """One person has one vote on an item, however their name was spelt."""
    for there in assessments.votes(tx.conn, review.id, [item]):
        if name_key(there.reviewer) == name_key(reviewer) and (vote is None or there.reviewer != reviewer):
            assessments.clear_vote(tx, review.id, item, there.reviewer)
    if vote is not None:
        assessments.put_vote(tx, review.id, replace(vote, reviewer=reviewer, carried_from=None, together=False))


def _evidence(desk: Desk, answer: Answer) -> _Pieces:
    """Each piece of evidence looked up here: git is asked before the transaction, so that nobody waits for the file."""
    if not any(said.evidence for said in answer.items):
        return {}
    places, now = places_of(desk), desk.now()
    made = {}
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        for said in answer.items:
            for piece in said.evidence:
                kind = piece.kind if piece.kind.value in ("shown", "drill", "url") else None
                found = look_up(conn, system, kind, piece.ref, places)
                made[said.item_id, piece] = Evidence(
                    0, said.item_id, found.kind, piece.ref, answer.reviewer, piece.witness, piece.dated, now,
                    found.lookup, found.commit, now,
                )  # fmt: skip
    return made
