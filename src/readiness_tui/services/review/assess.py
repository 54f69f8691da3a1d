"""Scoring items: votes, evidence, notes, waivers, not-applicables, and what to do with a probe's proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from readiness_tui.domain.checklists.assessment import Consensus, Evidence, EvidenceKind, Override, Vote, Waiver
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import name_key, reviewed_alone
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.verdict.rival import UNSEEN, Rival, Unseen
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import save, seen, unmoved
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.core.write import change
from readiness_tui.services.review import roles
from readiness_tui.services.review.evidence import Places, look_up, places_of
from readiness_tui.services.review.item_values import NOTE, WAIVER, base_waiver, check_waiver, say, waiver_text
from readiness_tui.services.review.items import known_item
from readiness_tui.services.review.roles import Act
from readiness_tui.store import assessments
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection


def score(desk: Desk, items: Sequence[str], points: int | None, *, room: Sequence[str] = ()) -> None:
    """Record `desk.who`'s vote of 0, 1 or 2 on each item; None takes the vote back.

    `room`: the reviewers who sit at one screen with one typist. The vote is theirs, but for who has typed a vote of
    their own on the item: that one stands beside it.
    """
    if points is not None and points not in (0, 1, 2):
        raise ReadinessError(f"{points} is not a score. An item is 0 missing, 1 partial or 2 met.")
    word = "undecided" if points is None else str(points)
    with change(desk, f"score {', '.join(items)}: {word}{_of_room(room)}") as (tx, review):
        for item in items:
            known_item(tx.conn, review, item)
            for voter in _whose(tx.conn, desk, review, item, room):
                if points is None:
                    _clear_vote(tx, review, item, voter)
                else:
                    _vote(tx, desk, review, Vote(item, voter, points))


def _vote(tx: Tx, desk: Desk, review: Review, vote: Vote) -> None:
    """One person has one vote on an item, however their name was spelt: a later one replaces it."""
    roles.require(desk, review, Act.VOTE, vote.reviewer)
    reviewer = roles.spelling(tx.conn, review, vote.reviewer)
    _clear_vote(tx, review, vote.item_id, reviewer, keep=reviewer)
    assessments.put_vote(tx, review.id, replace(vote, reviewer=reviewer, at=desk.now()))


def _clear_vote(tx: Tx, review: Review, item: str, who: str, *, keep: str = "") -> None:
    """Delete a person's votes on an item, however they spelt their name, but for the spelling to `keep`."""
    for vote in assessments.votes(tx.conn, review.id, [item]):
        if name_key(vote.reviewer) == name_key(who) and vote.reviewer != keep:
            assessments.clear_vote(tx, review.id, item, vote.reviewer)


def _voters(conn: Connection, desk: Desk, review: Review, item: str, room: Sequence[str]) -> list[str]:
    """Whose vote it is: the typist's alone, or that of everybody in the room who has not typed one of their own. A typist
    who does not review is not in the room's list."""
    if not room:
        return [desk.who]
    if review.secret:
        raise ReadinessError("Votes are blind until the reveal: each person types their own.")
    spelt = {name_key(name): name for name in review.reviewers}
    if strangers := [name for name in room if name_key(name) not in spelt]:
        raise ReadinessError(f"{strangers[0]} is no reviewer here, so the room cannot vote for them.")
    typed = assessments.votes_typed_by(conn, review.id, item)
    own = {reviewer for reviewer, who in typed.items() if name_key(who) == reviewer}
    typist = [desk.who] if name_key(desk.who) in map(name_key, room) else []
    others = [spelt[name_key(name)] for name in room if name_key(name) != name_key(desk.who)]
    return [*typist, *(name for name in others if name_key(name) not in own)]


def _whose(conn: Connection, desk: Desk, review: Review, item: str, room: Sequence[str]) -> list[str]:
    """`_voters`. Raises ReadinessError where it would be nobody's: nothing would change, and nobody would be told."""
    if found := _voters(conn, desk, review, item, room):
        return found
    raise ReadinessError(
        f"Everybody in the room has typed a vote of their own on {item}, and {desk.who} is not one of them. Each changes"
        " their own."
    )


def voters(desk: Desk, item: str, room: Sequence[str]) -> tuple[str, ...]:
    """Whose vote on the item it would be, typed now by `desk.who` for the room: as `score` would give it. Nobody's where
    `score` is refused, because each has one of their own."""
    with desk.store.read() as conn:
        return tuple(_voters(conn, desk, current_review(conn, desk), item, room))


def _of_room(room: Sequence[str]) -> str:
    return f", the room: {', '.join(room)}" if room else ""


def not_applicable(desk: Desk, item: str, reason: str, *, room: Sequence[str] = ()) -> None:
    """Vote that an item does not apply, with the reason. On a blocker a second person has to confirm.

    `room` as for `score`: with two reviewers in it a second person stands behind it.
    """
    say(reason, "Why does the item not apply? A not-applicable needs a reason that others can check.")
    with change(desk, f"{item}: not applicable{_of_room(room)}", reason) as (tx, review):
        definition = known_item(tx.conn, review, item)
        if not definition.na_allowed:
            raise ReadinessError(
                f"{item} cannot be set to not applicable: its checklist says it applies to every system."
            )
        for voter in _whose(tx.conn, desk, review, item, room):
            _vote(tx, desk, review, Vote(item, voter, None, na=True, na_reason=reason))


def confirm_na(desk: Desk, item: str, by: str) -> None:
    """`by`, a second person, confirms a not-applicable. With one reviewer theirs is enough."""
    say(by, "Who confirms? Name the second person who agrees that the item does not apply.")
    with change(desk, f"{item}: not applicable confirmed by {by}") as (tx, review):
        if review.secret:  # else the answer would tell who voted what
            raise ReadinessError(
                f"Votes are still blind: vote {item} not applicable yourself with -, or confirm it after the reveal."
            )
        roles.require(desk, review, Act.VOTE, by)
        claimed = [vote for vote in assessments.votes(tx.conn, review.id, [item]) if vote.na]
        if not claimed:
            raise ReadinessError(f"{item} is not marked not applicable, so there is nothing to confirm. Press - first.")
        if not reviewed_alone(review.reviewers) and any(name_key(vote.reviewer) == name_key(by) for vote in claimed):
            raise ReadinessError(f"{by} set {item} to not applicable. Somebody else has to confirm it.")
        assessments.confirm_na(tx, review.id, item, roles.spelling(tx.conn, review, by))


def attach(
    desk: Desk,
    items: Sequence[str],
    kind: EvidenceKind | None,
    ref: str,
    *,
    witness: str = "",
    dated: date | None = None,
    instead_of: Sequence[int] = (),
    places: Places | None = None,
) -> tuple[Evidence, ...]:
    """Attach one piece of evidence to each item, looked up now; a claim is kept too, and counts as one.

    `kind` None: recognised. `shown` needs a second person as witness, `drill` a date. `instead_of`: ids of claims that
    this replaces. `places`: where paths are looked up, if not in the repository that the database lies in.
    """
    say(ref, "What is the evidence? Paste a URL, a path, or the id of a run, trace, case or incident.")
    if kind is EvidenceKind.SHOWN and (not witness.strip() or name_key(witness) == name_key(desk.who)):
        raise ReadinessError("What was shown needs a witness: a second named person who saw it.")
    if kind is EvidenceKind.DRILL and dated is None:
        raise ReadinessError("A drill counts with its date. Type it as YYYY-MM-DD.")
    ref, made = ref.strip(), []
    with desk.store.read() as conn:  # git is asked before the transaction, so that nobody waits for the file meanwhile
        system = current_review(conn, desk).system
        found = look_up(conn, system, kind, ref, places or places_of(desk))
    said = f" ({found.lookup}{f' in {found.commit[:10]}' if found.commit else ''})"
    with change(desk, f"evidence for {', '.join(items)}: {found.kind} {ref}{said}") as (tx, review):
        now = desk.now()
        for evidence_id in instead_of:
            assessments.remove_evidence(tx, evidence_id)
        for item in items:
            known_item(tx.conn, review, item)
            piece = Evidence(
                0, item, found.kind, ref, desk.who, witness.strip(), dated, now, found.lookup, found.commit, now
            )
            made.append(replace(piece, id=assessments.add_evidence(tx, review.id, piece)))
    return tuple(made)


def detach(desk: Desk, evidence_id: int) -> None:
    """Remove a piece of evidence; what it carried counts as claimed again."""
    with change(desk, f"evidence {evidence_id} removed") as (tx, _):
        assessments.remove_evidence(tx, evidence_id)


def note(desk: Desk, item: str, text: str, *, base: str | None = None) -> Rival | None:
    """Save the item's note: one per review, whoever types it. While votes are blind each reviewer has their own, which
    the reveal puts together.

    `base`: the note that the writer saw. Where somebody else has written another one since, theirs stays and this one is
    kept beside it until somebody settles the two: it is returned.
    """
    with change(desk, f"note on {item}") as (tx, review):
        if review.secret:
            known_item(tx.conn, review, item)
            assessments.put_own_note(tx, review.id, item, roles.spelling(tx.conn, review, desk.who), text)
            return None
        return save(tx, desk, review, NOTE, item, {"text": text}, None if base is None else seen(text=base))


def tick(desk: Desk, item: str, name: str, *, on: bool) -> None:
    """Tick off a sub-point of the item, or take the tick away: one for the review, whoever types."""
    with change(desk, f"{item}: {name} {'ticked' if on else 'not ticked'}") as (tx, review):
        if name not in (known := known_item(tx.conn, review, item).ticks):
            raise ReadinessError(f"{item} has no “{name}” to tick. It has: {', '.join(known) or 'nothing to tick'}.")
        assessments.put_tick(tx, review.id, item, name, desk.who, on=on)


def waive(
    desk: Desk, item: str, reason: str, approver: str, expires: date, *, base: Waiver | Unseen | None = UNSEEN
) -> Rival | None:
    """Accept the risk of an item below 2 until `expires` (inclusive, within the policy's longest waiver).

    `base`: the waiver that the writer saw, None for none. Otherwise as for `note`; a waiver is one statement, so that two
    of them are never mixed.
    """
    said = waiver_text(reason, approver, expires)
    with change(desk, f"waiver on {item} until {expires}", reason) as (tx, review):
        check_waiver(desk, review, said)
        return save(tx, desk, review, WAIVER, item, {"waiver": said}, seen(waiver=base_waiver(base)))


def unwaive(desk: Desk, item: str, *, base: Waiver | Unseen | None = UNSEEN) -> Rival | None:
    """Take a waiver back. `base` as for `waive`."""
    with change(desk, f"waiver on {item} withdrawn") as (tx, review):
        return save(tx, desk, review, WAIVER, item, {"waiver": ""}, seen(waiver=base_waiver(base)))


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What accepting proofs would vote: (item, points) in checklist order, and the blockers it would vote 0 on, which
    are left out unless one is looked at by itself."""

    votes: tuple[tuple[str, int], ...]
    left_out: tuple[str, ...]


def acceptance(view: ReviewView, items: Sequence[str] | None = None) -> Acceptance:
    """For `items`, or for all whose proof contradicts nobody. A single item is looked at; of many, no blocker gets 0."""
    chosen = tuple(items) if items is not None else view.acceptable
    proposed = [(item, view.proposals[item].points) for item in chosen if item in view.proposals]
    ready = [(item, points) for item, points in proposed if points is not None]
    seen = items is not None and len(items) == 1
    blockers = {item.id for item in view.items if item.severity is Severity.BLOCKER}
    unseen = () if seen else tuple(item for item, points in ready if points == 0 and item in blockers)
    return Acceptance(tuple(one for one in ready if one[0] not in unseen), unseen)


def accept(
    desk: Desk,
    items: Sequence[str] | None = None,
    *,
    shown: Mapping[str, int] | None = None,
    room: Sequence[str] = (),
) -> tuple[str, ...]:
    """Vote what the proofs propose, as `acceptance` tells beforehand. Returns the items accepted. `room` as for `score`.

    `shown`: the points that somebody was shown and agreed to; where a proof proposes others by now, nothing is voted.
    """
    view = load(desk)
    found = acceptance(view, items)
    if shown is not None and dict(found.votes) != dict(shown):
        raise ReadinessError("What the proofs propose has changed meanwhile. Nothing was voted: look at it again.")
    if not found.votes:
        raise ReadinessError(
            f"The proof of {', '.join(found.left_out)} proposes 0 on a blocker: look at each, and accept it there."
            if found.left_out
            else "No proof proposes points here. Import traces or a run that the item's proof can read."
        )
    ready = tuple(item for item, _ in found.votes)
    with change(desk, f"accept proof for {', '.join(ready)}{_of_room(room)}") as (tx, review):
        for item, points in found.votes:
            for voter in _whose(tx.conn, desk, review, item, room):
                _vote(tx, desk, review, Vote(item, voter, points))
    return ready


def override(desk: Desk, item: str, reason: str, *, base: Override | Unseen | None = UNSEEN) -> None:
    """Keep the vote against the probe, with a reason; holds until the probe's data changes.

    `base`: the override that the writer saw, None for none; raises ReadinessError where there is another one by now.
    """
    say(reason, "Why does the vote stand against the proof? Say what the proof does not see.")
    proposal = load(desk).proposals.get(item)
    if proposal is None or proposal.points is None:
        raise ReadinessError(f"No proof speaks against {item}, so there is nothing to override.")
    with change(desk, f"{item}: vote kept against the proof", reason) as (tx, review):
        roles.require(desk, review, Act.VOTE)
        if review.secret:  # one for the item, and seen by all
            raise ReadinessError(
                f"Votes are still blind. Keep {item} against the proof once they are revealed: it is decided for the item,"
                " not for one vote."
            )
        stored = next(iter(assessments.overrides(tx.conn, review.id, [item])), None)
        by = f"{stored.by} has kept it, because {one_line(stored.reason, 200)}" if stored else "that was taken back"
        unmoved(stored, base, f"The vote on {item} was looked at meanwhile: {by}. Read it, then decide again.")
        assessments.put_override(tx, review.id, Override(item, desk.who, reason.strip(), proposal.digest))


def dismiss_hit(desk: Desk, item: str, hit: str, reason: str) -> None:
    """Say why one hit of a refuting probe is harmless. Each hit is dismissed on its own."""
    say(reason, "Why is this hit harmless? Each one is dismissed with its own reason.")
    proposal = load(desk).proposals.get(item)
    if proposal is None or hit not in proposal.examples:
        raise ReadinessError(f"{item} has no hit named {hit}. The hits are listed beside the item.")
    with change(desk, f"{item}: hit {hit} dismissed", reason) as (tx, review):
        assessments.put_dismissal(tx, review.id, assessments.Dismissal(proposal.query, hit, reason.strip(), desk.who))


def dismissed(desk: Desk) -> list[assessments.Dismissal]:
    """Every hit dismissed in this review: all proofs leave it out, not just the one it was dismissed under."""
    with desk.store.read() as conn:
        return assessments.dismissals(conn, current_review(conn, desk).id)


def restore_hit(desk: Desk, query: str, hit: str) -> None:
    """Take the dismissal of a hit back: it refutes again."""
    with change(desk, f"hit {hit} no longer dismissed") as (tx, review):
        if not assessments.remove_dismissal(tx, review.id, query, hit):
            raise ReadinessError(f"The hit {hit} is not dismissed any more: somebody took that back meanwhile.")


def agree(
    desk: Desk,
    item: str,
    points: int | None,
    reason: str,
    *,
    na: bool = False,
    base: Consensus | Unseen | None = UNSEEN,
) -> None:
    """Record the facilitator's consensus on an item where reviewers differ.

    `base`: the consensus that the writer saw, None for none; raises ReadinessError where there is another one by now.
    """
    say(reason, "Why did you agree on this? The consensus is kept with its reason.")
    with change(desk, f"{item}: consensus {'n/a' if na else points}", reason) as (tx, review):
        known_item(tx.conn, review, item)
        if review.secret:
            raise ReadinessError("Votes are still blind. Reveal them before you record a consensus.")
        roles.require(desk, review, Act.AGREE)
        stored = next(iter(assessments.consensuses(tx.conn, review.id, [item])), None)
        by = (
            f"{stored.by} has recorded {'n/a' if stored.na else stored.points}, because"
            if stored
            else "it was taken back"
        )
        why = f" {one_line(stored.reason, 200)}" if stored else ""
        unmoved(
            stored, base, f"The consensus on {item} is another one meanwhile: {by}{why}. Read it, then decide again."
        )
        assessments.put_consensus(tx, review.id, Consensus(item, points, na, desk.who, reason.strip()))


def copy_to(desk: Desk, item: str, others: Sequence[str], *, room: Sequence[str] = ()) -> None:
    """Give `others` of the item's `same_as` group the vote that `desk.who` (else the room's first) gave here, and the evidence attached here
    that they lack. Votes of a group are independent: this is a vote on each, and said as one."""
    view = load(desk)
    of = name_key(room[0] if room else desk.who)
    mine = next((vote for vote in view.dossier(item).votes if name_key(vote.reviewer) == of), None)
    if mine is None or not others:
        raise ReadinessError(f"{item} has no vote of yours to copy. Score it first.")
    with change(desk, f"{item} copied to {', '.join(others)}{_of_room(room)}") as (tx, review):
        for other in others:
            definition = known_item(tx.conn, review, other)
            if mine.na and not definition.na_allowed:
                raise ReadinessError(f"{other} cannot be set to not applicable: its checklist says it always applies.")
            for voter in _whose(tx.conn, desk, review, other, room):
                _vote(tx, desk, review, replace(mine, item_id=other, reviewer=voter))
            there = {(piece.kind, piece.ref) for piece in view.dossier(other).evidence}
            for piece in view.dossier(item).evidence:
                if (piece.kind, piece.ref) not in there:
                    assessments.add_evidence(tx, review.id, replace(piece, id=0, item_id=other))


def same_evidence(desk: Desk, items: Sequence[str]) -> Evidence:
    """Attach the evidence that was attached last to `items` too."""
    view = load(desk)
    mine, said = name_key(desk.who), (dossier.evidence for dossier in view.facts.dossiers.values())
    pieces = [piece for evidence in said for piece in evidence if name_key(piece.by) == mine]
    if not pieces:
        raise ReadinessError("You have attached no evidence yet. Press e to attach some.")
    last = max(pieces, key=lambda piece: piece.id)
    return attach(desk, items, last.kind, last.ref, witness=last.witness, dated=last.dated)[0]
