"""Scoring items: votes, evidence, notes, waivers, not-applicables, and what to do with a probe's proposal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from readiness_tui.domain.checklists.assessment import Consensus, Evidence, EvidenceKind, Override, Vote, Waiver
from readiness_tui.domain.checklists.model import Item
from readiness_tui.domain.checklists.policy import DEFAULT_POLICY
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import name_key, reviewed_alone
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.core.write import change
from readiness_tui.services.review import roles
from readiness_tui.services.review.evidence import Places, look_up, places_of
from readiness_tui.services.review.roles import Act
from readiness_tui.store import assessments, reviews
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection


def score(desk: Desk, items: Sequence[str], points: int | None) -> None:
    """Record `desk.who`'s vote of 0, 1 or 2 on each item; None takes the vote back."""
    if points is not None and points not in (0, 1, 2):
        raise ReadinessError(f"{points} is not a score. An item is 0 missing, 1 partial or 2 met.")
    word = "undecided" if points is None else str(points)
    with change(desk, f"score {', '.join(items)}: {word}") as (tx, review):
        for item in items:
            _known(tx.conn, review, item)
            if points is None:
                _clear_vote(tx, review, item, desk.who)
            else:
                _vote(tx, desk, review, Vote(item, desk.who, points))


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


def not_applicable(desk: Desk, item: str, reason: str) -> None:
    """Vote that an item does not apply, with the reason. On a blocker a second person has to confirm."""
    _say(reason, "Why does the item not apply? A not-applicable needs a reason that others can check.")
    with change(desk, f"{item}: not applicable", reason) as (tx, review):
        definition = _known(tx.conn, review, item)
        if not definition.na_allowed:
            raise ReadinessError(
                f"{item} cannot be set to not applicable: its checklist says it applies to every system."
            )
        _vote(tx, desk, review, Vote(item, desk.who, None, na=True, na_reason=reason))


def confirm_na(desk: Desk, item: str, by: str) -> None:
    """`by`, a second person, confirms a not-applicable. With one reviewer theirs is enough."""
    _say(by, "Who confirms? Name the second person who agrees that the item does not apply.")
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
    _say(ref, "What is the evidence? Paste a URL, a path, or the id of a run, trace, case or incident.")
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
            _known(tx.conn, review, item)
            piece = Evidence(
                0, item, found.kind, ref, desk.who, witness.strip(), dated, now, found.lookup, found.commit, now
            )
            made.append(replace(piece, id=assessments.add_evidence(tx, review.id, piece)))
    return tuple(made)


def detach(desk: Desk, evidence_id: int) -> None:
    """Remove a piece of evidence; what it carried counts as claimed again."""
    with change(desk, f"evidence {evidence_id} removed") as (tx, _):
        assessments.remove_evidence(tx, evidence_id)


def note(desk: Desk, item: str, text: str) -> None:
    """Save the item's note: one per review, whoever types it. While votes are blind each reviewer has their own, which
    the reveal puts together."""
    with change(desk, f"note on {item}") as (tx, review):
        _known(tx.conn, review, item)
        if review.secret:
            assessments.put_own_note(tx, review.id, item, roles.spelling(tx.conn, review, desk.who), text)
        else:
            assessments.put_note(tx, review.id, item, text)


def tick(desk: Desk, item: str, name: str, *, on: bool) -> None:
    """Tick off a sub-point of the item, or take the tick away: one for the review, whoever types."""
    with change(desk, f"{item}: {name} {'ticked' if on else 'not ticked'}") as (tx, review):
        if name not in (known := _known(tx.conn, review, item).ticks):
            raise ReadinessError(f"{item} has no “{name}” to tick. It has: {', '.join(known) or 'nothing to tick'}.")
        assessments.put_tick(tx, review.id, item, name, desk.who, on=on)


def waive(desk: Desk, item: str, reason: str, approver: str, expires: date) -> None:
    """Accept the risk of an item below 2 until `expires` (inclusive, within the policy's longest waiver)."""
    _say(reason, "Why is the risk accepted? A waiver needs a reason.")
    _say(approver, "Who approves? A waiver needs a named person.")
    with change(desk, f"waiver on {item} until {expires}", reason) as (tx, review):
        _known(tx.conn, review, item)
        today = desk.as_of(review)
        last = DEFAULT_POLICY.last_waiver_day(today)
        if not today <= expires <= last:
            days = DEFAULT_POLICY.waiver_days
            raise ReadinessError(f"A waiver ends between today and {days} days ahead: {today} to {last}.")
        assessments.put_waiver(tx, review.id, Waiver(item, reason.strip(), approver.strip(), today, expires))


def unwaive(desk: Desk, item: str) -> None:
    """Take a waiver back."""
    with change(desk, f"waiver on {item} withdrawn") as (tx, review):
        assessments.remove_waiver(tx, review.id, item)


def accept(desk: Desk, items: Sequence[str] | None = None) -> tuple[str, ...]:
    """Vote what the probes propose: for `items`, or for all that contradict nobody. Returns the items accepted."""
    view = load(desk)
    chosen = tuple(items) if items is not None else view.acceptable
    ready = tuple(i for i in chosen if i in view.proposals and view.proposals[i].points is not None)
    if not ready:
        raise ReadinessError("No proof proposes points here. Import traces or a run that the item's proof can read.")
    with change(desk, f"accept proof for {', '.join(ready)}") as (tx, review):
        for item in ready:
            _vote(tx, desk, review, Vote(item, desk.who, view.proposals[item].points))
    return ready


def override(desk: Desk, item: str, reason: str) -> None:
    """Keep the vote against the probe, with a reason; holds until the probe's data changes."""
    _say(reason, "Why does the vote stand against the proof? Say what the proof does not see.")
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
        assessments.put_override(tx, review.id, Override(item, desk.who, reason.strip(), proposal.digest))


def dismiss_hit(desk: Desk, item: str, hit: str, reason: str) -> None:
    """Say why one hit of a refuting probe is harmless. Each hit is dismissed on its own."""
    _say(reason, "Why is this hit harmless? Each one is dismissed with its own reason.")
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


def agree(desk: Desk, item: str, points: int | None, reason: str, *, na: bool = False) -> None:
    """Record the facilitator's consensus on an item where reviewers differ."""
    _say(reason, "Why did you agree on this? The consensus is kept with its reason.")
    with change(desk, f"{item}: consensus {'n/a' if na else points}", reason) as (tx, review):
        _known(tx.conn, review, item)
        if review.secret:
            raise ReadinessError("Votes are still blind. Reveal them before you record a consensus.")
        roles.require(desk, review, Act.AGREE)
        assessments.put_consensus(tx, review.id, Consensus(item, points, na, desk.who, reason.strip()))


def same_evidence(desk: Desk, items: Sequence[str]) -> Evidence:
    """Attach the evidence that was attached last to `items` too."""
    view = load(desk)
    mine, said = name_key(desk.who), (dossier.evidence for dossier in view.facts.dossiers.values())
    pieces = [piece for evidence in said for piece in evidence if name_key(piece.by) == mine]
    if not pieces:
        raise ReadinessError("You have attached no evidence yet. Press e to attach some.")
    last = max(pieces, key=lambda piece: piece.id)
    return attach(desk, items, last.kind, last.ref, witness=last.witness, dated=last.dated)[0]


def _known(conn: Connection, review: Review, item: str) -> Item:
    for checklist in reviews.checklists(conn, review.id):
        for definition in checklist.items:
            if definition.id == item:
                return definition
    if any(vote.item_id == item for vote in assessments.votes(conn, review.id, [item])):
        raise ReadinessError(
            f"{item} is no longer in this review's checklists, so it takes no vote, note or evidence. The votes that were"
            " given on it stay stored and count for nothing; they count again where its checklist has it again."
        )
    raise ReadinessError(f"No checklist of this review has an item {item}.")


def _say(text: str, refusal: str) -> None:
    if not text.strip():
        raise ReadinessError(refusal)
