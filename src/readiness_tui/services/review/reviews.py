"""Opening a review and changing what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from readiness_tui.domain.checklists.declared import problem
from readiness_tui.domain.checklists.model import Checklist, Depth
from readiness_tui.domain.checklists.review import DEFAULT_CHECKLISTS, Review
from readiness_tui.domain.checklists.standing import name_key, reviewed_alone
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import joined
from readiness_tui.services.core.seen import merged_note
from readiness_tui.services.core.target import same_name
from readiness_tui.services.core.write import change, resync, sync
from readiness_tui.services.core.zones import checked_zone
from readiness_tui.services.review import roles
from readiness_tui.services.review.next_review import carry_waivers, following, last_candidate
from readiness_tui.services.review.review_fields import DECLARED, change_fields, field_texts, save_fields
from readiness_tui.services.review.roles import Act
from readiness_tui.sources.settings import checklist as checklist_file
from readiness_tui.store import assessments, reviews, systems
from readiness_tui.store.sqlite import Connection

#: The typed settings that some probes need, with what to type.
DECLARABLE = {
    "timeout_policy": "seconds a call may take, e.g. 30",
    "retry_policy": "attempts a call may make, e.g. 3",
    "step_cap": "steps a request may take, e.g. 12",
    "quota": "requests a minute the provider allows, e.g. 600",
    "allowed_tools": "tool names, separated by commas",
    "user_cap": "tokens or cost one user may spend a day",
    "sampling_rate": "share of requests that are logged, e.g. 1.0",
    "request_total": "requests served while the imported traces were logged",
    "write_tools": "tools whose effects cannot be undone, separated by commas",
    "alert_latency_ms": "p95 of an hour at which an alert fires, e.g. 4000",
    "alert_cost": "US dollars an hour at which an alert fires, e.g. 12.50",
    "expected_constant": "what is the same in every record, and why, e.g. cost: the model runs on our own machines",
    "slo": "share of requests that succeed over days, e.g. 99.5% / 28 days",
    "golden_set": "name of the golden set that is meant, where several share cases with a run",
    "variant": "name of the variant that is meant, where a run has several",
}


def new_review(
    desk: Desk,
    *,
    system: str,
    release: str,
    held_on: date | None = None,
    owner: str = "",
    depth: Depth | None = None,
    checklists: Sequence[str] | None = None,
    reviewers: Sequence[str] = (),
    facilitator: str = "",
    authors: Sequence[str] = (),
    observers: Sequence[str] = (),
    blind: bool | None = None,
    as_of: date | None = None,
    folders: Sequence[Path] = (),
    baseline: Sequence[str] | None = None,
    zone: str = "",
) -> Review:
    """Open a review: `owner` answers for every condition that names nobody else. `folders`: a team's own checklists.
    `zone`: the name of the team's time zone, whose day a day is ("": that of the machine that looks).

    Of a system that the file knows it is the next one, and carries on from the last (`next_review.py`): what is not said
    here is as it was there. Elsewhere it is the course's three checklists at course depth, held by whoever opens it. A
    system keeps the name it has in the file, however its case and blanks are typed now. The review keeps its checklists
    as they are now; a later change of the files does not change it. `baseline`: in place of last time's candidate.
    """
    if not system.strip():
        raise ReadinessError("Which system is reviewed? A review needs the name of the system.")
    if not release.strip():
        raise ReadinessError("Which release is reviewed? Type its tag or a date, for example 2026.11.")
    zone = checked_zone(zone)
    with desk.store.read() as conn:
        last = reviews.latest(conn, system=known_as(conn, system))
        kept = reviews.checklists(conn, last.id) if last is not None else ()
        offered = last_candidate(conn, last) if last is not None else ()
    zone = zone or (last.zone if last is not None else "")
    day = held_on or desk.day(zone)
    ids = checklists if checklists is not None else [one.id for one in kept] or DEFAULT_CHECKLISTS
    chosen = load_chosen(ids, folders, kept)
    with desk.store.write(desk.who, f"new review: {system} {release}", now=desk.now()) as tx:
        begun = Review(
            0, known_as(tx.conn, system), release.strip(), day, desk.who, reviewers=(desk.who,), facilitator=desk.who
        )
        if last is not None:
            begun = following(last, begun, offered)
        review = replace(
            begun,
            owner=owner.strip() or begun.owner,
            depth=depth or begun.depth,
            checklists=tuple(checklist.id for checklist in chosen),
            reviewers=once(reviewers) or begun.reviewers,
            facilitator=facilitator.strip() or begun.facilitator,
            blind=begun.blind if blind is None else blind,
            as_of=as_of,
            baseline=begun.baseline if baseline is None else tuple(baseline),
            zone=zone,
            authors=once(authors) or begun.authors,
            observers=once(observers) or begun.observers,
        )
        if blind:
            _somebody_to_hide_from(review)
        review = seated(tx.conn, review)
        review = replace(review, id=reviews.put(tx, review))
        reviews.put_checklists(tx, review.id, chosen)
        if last is not None:
            carry_waivers(tx, last, review, desk.as_of(review))
        desk.review_id = review.id
        sync(tx, desk, review.id)
    return review


def known_as(conn: Connection, typed: str) -> str:
    """The file's own name of a system: two spellings would be two systems, which never see each other's data."""
    same = [there for there in systems.all(conn) if same_name(there, typed)]
    return same[0] if same else typed.strip()


def load_chosen(ids: Sequence[str], folders: Sequence[Path], kept: Sequence[Checklist] = ()) -> tuple[Checklist, ...]:
    """The checklists of these ids, shipped or a team's own, in the order asked for.

    `kept`: those the review holds already stay as they are.
    """
    known = checklist_file.load_checklists(folders) | {checklist.id: checklist for checklist in kept}
    missing = [name for name in ids if name not in known]
    if missing:
        raise ReadinessError(f"There is no checklist {', '.join(missing)}. Known are: {', '.join(known)}.")
    # A team's own checklists were named by folder: they join without being listed again.
    own = [name for name in known if name not in ids and folders and name not in checklist_file.SHIPPED]
    return tuple(known[name] for name in (*ids, *own))


def set_checklists(
    desk: Desk, ids: Sequence[str], folders: Sequence[Path] = (), *, base: Sequence[str] | None = None
) -> None:
    """Change which checklists the review holds. Votes on items that leave stay stored.

    `base`: those that the writer saw; what somebody else has added since stays, and what they took out stays out.
    """
    with change(desk, f"checklists: {', '.join(ids)}") as (tx, review):
        wanted = ids if base is None else joined(review.checklists, ids, base)
        chosen = load_chosen(wanted, folders, reviews.checklists(tx.conn, review.id))
        reviews.put_checklists(tx, review.id, chosen)
        reviews.put(tx, replace(review, checklists=tuple(checklist.id for checklist in chosen)))


def set_depth(desk: Desk, depth: Depth, *, base: Depth | None = None) -> Rival | None:
    """`course` for an hour's first meeting, `full` for every item. Votes outside the depth stay stored.

    `base` and what is returned: see `change_fields`.
    """
    saw = None if base is None else {"depth": base.value}
    return change_fields(desk, f"depth: {depth}", {"depth": depth.value}, saw)


def set_zone(desk: Desk, zone: str) -> None:
    """Name the team's time zone, whose day a day is; "" is that of the machine that looks. See `zones.checked_zone`."""
    zone = checked_zone(zone)
    # Judged afterwards: what the day is depends on it.
    with change(desk, f"time zone: {zone or 'of this machine'}", later=True) as (tx, review):
        reviews.put(tx, replace(review, zone=zone))
    resync(desk)


def people(desk: Desk) -> Review:
    """The desk's review: its owner, reviewers and facilitator."""
    with desk.store.read() as conn:
        return current_review(conn, desk)


def set_people(
    desk: Desk,
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    owner: str = "",
    facilitator: str = "",
    authors: Sequence[str] | None = None,
    observers: Sequence[str] | None = None,
    base: Review | None = None,
) -> Rival | None:
    """Change who votes, who owns the review, who records a consensus; an empty name leaves the one there is.

    `authors` built the system, `observers` look on and do not vote: all of them, None leaves them as they are. Votes of
    somebody who leaves stand: they were given. `base`: the review as the writer saw it; whom somebody else has added or
    taken out since stays or is gone, and where they have named another owner or facilitator, theirs stays and this one is
    kept beside it until somebody settles the two: it is returned.
    """
    add, remove, owner, facilitator = once(add), once(remove), owner.strip(), facilitator.strip()
    parts = [f"{name} joins" for name in add] + [f"{name} leaves" for name in remove]
    for word, names in (("authors", authors), ("observers", observers)):
        parts += [] if names is None else [f"{word} {', '.join(once(names)) or 'nobody'}"]
    parts += [f"owner {owner}"] * bool(owner) + [f"facilitator {facilitator}"] * bool(facilitator)
    with change(desk, f"people: {', '.join(parts) or 'as before'}") as (tx, review):
        known = {name_key(name) for name in review.reviewers}
        strangers = [name for name in remove if name_key(name) not in known]
        if strangers and base is None:  # else somebody else has taken them out meanwhile
            raise ReadinessError(f"{strangers[0]} is no reviewer here. They are: {', '.join(review.reviewers)}.")
        gone = {name_key(name) for name in remove}
        voting = once([*(name for name in review.reviewers if name_key(name) not in gone), *add])
        both = set(map(name_key, voting)) & set(map(name_key, once(observers or ())))
        if both:
            name = next(one for one in once(observers or ()) if name_key(one) in both)
            raise ReadinessError(f"{name} cannot observe and vote. Take them out of the reviewers first.")
        changed = replace(
            review,
            reviewers=voting,
            authors=_listed(review.authors, authors, base.authors if base else None),
            observers=_listed(review.observers, observers, base.observers if base else None),
        )
        changed = seated(tx.conn, changed)
        reviews.put(tx, changed)
        named = {name: typed for name, typed in (("owner", owner), ("facilitator", facilitator)) if typed}
        return save_fields(tx, desk, changed, named, None if base is None else field_texts(base))


def _listed(stored: tuple[str, ...], typed: Sequence[str] | None, saw: Sequence[str] | None) -> tuple[str, ...]:
    if typed is None:
        return stored
    return once(typed) if saw is None else once(joined(stored, once(typed), saw))


def seated(conn: Connection, review: Review) -> Review:
    """The review with its people as they can be together: who votes observes no more, and where one is left there is
    nobody to hide votes from. Raises ReadinessError where nobody votes."""
    if not review.reviewers:
        raise ReadinessError("A review needs somebody who votes. Add a reviewer before the last one leaves.")
    voting = {name_key(name) for name in review.reviewers}
    review = replace(review, observers=tuple(name for name in review.observers if name_key(name) not in voting))
    if review.secret and reviewed_alone(review.reviewers) and not _others(conn, review, review.reviewers[0]):
        return replace(review, blind=False)
    return review


def once(names: Iterable[str]) -> tuple[str, ...]:
    """Each person once, as first spelt, in one line and without empty names. A comma separates two people."""
    found: dict[str, str] = {}
    for name in (one_line(part).strip() for typed in names for part in typed.split(",")):
        found.setdefault(name_key(name), name)
    return tuple(name for name in found.values() if name)


def declare(desk: Desk, name: str, value: str, *, base: str | None = None) -> Rival | None:
    """Declare a setting that probes read (see DECLARABLE); an empty value withdraws it.

    Raises ReadinessError where no probe could read it: better now than as a proof that stays silent. `base` and what is
    returned: see `change_fields`.
    """
    if name not in DECLARABLE:
        raise ReadinessError(f"{name} is not a setting. Known are: {', '.join(DECLARABLE)}.")
    if value.strip() and (unusable := problem(name, value)):
        raise ReadinessError(f"{unusable[0].upper()}{unusable[1:]}. Correct it, or leave it empty.")
    field = DECLARED + name
    saw = None if base is None else {field: base}
    return change_fields(desk, f"declare {name} = {value or 'nothing'}", {field: value.strip()}, saw)


def set_blind(desk: Desk, blind: bool) -> None:
    """Blind voting: each scores alone until the reveal. The facilitator's choice.

    Refused where nobody else reviews, after a reveal, and for opening what was voted blind: that is what `reveal` does.
    """
    with change(desk, "blind voting" if blind else "open voting", undoable=False) as (tx, review):
        roles.require(desk, review, Act.BLIND)
        if review.revealed:
            raise ReadinessError("The votes were revealed, and cannot be hidden again. The next review can vote blind.")
        if blind:
            _somebody_to_hide_from(review)
        elif review.blind and _others(tx.conn, review, ""):
            raise ReadinessError("People have voted blind already. Reveal their votes instead, once all are in.")
        reviews.put(tx, replace(review, blind=blind))


def may_reveal(desk: Desk) -> None:
    """Raises ReadinessError where `reveal` would: asked before the question, which nobody should answer for nothing."""
    _revealable(desk, people(desk))


def reveal(desk: Desk) -> None:
    """Show all votes at once, and put the reviewers' notes together. The facilitator's; it cannot be taken back."""
    with change(desk, "votes revealed", undoable=False) as (tx, review):
        _revealable(desk, review)
        reviews.put(tx, replace(review, revealed=True))
        parts = assessments.dossier_parts(tx.conn, review.id)
        for item, own in parts.own_notes.items():
            assessments.put_note(tx, review.id, item, merged_note(parts.notes.get(item, ""), own, review.reviewers))
            for reviewer in own:
                assessments.put_own_note(tx, review.id, item, reviewer, "")


def _revealable(desk: Desk, review: Review) -> None:
    if not review.blind:
        raise ReadinessError("Voting is open: there is nothing to reveal.")
    if review.revealed:
        raise ReadinessError("The votes are revealed already.")
    roles.require(desk, review, Act.REVEAL)


def _somebody_to_hide_from(review: Review) -> None:
    if reviewed_alone(review.reviewers):
        raise ReadinessError(
            f"{', '.join(review.reviewers)} reviews alone: there is nobody to hide votes from. Add a reviewer first."
        )


def _others(conn: Connection, review: Review, who: str) -> bool:
    """Whether anybody but `who` has voted, or noted something of their own."""
    parts, me = assessments.dossier_parts(conn, review.id), name_key(who)
    names = [vote.reviewer for votes in parts.votes.values() for vote in votes]
    names += [name for notes in parts.own_notes.values() for name in notes]
    return any(name_key(name) != me for name in names)


def override_verdict(desk: Desk, verdict: str, reason: str, *, base: Review | None = None) -> None:
    """Record that a named person overrides the verdict. The computed one is still printed.

    `base`: the review as the writer saw it; raises ReadinessError where somebody else has decided otherwise since.
    """
    if not reason.strip():
        raise ReadinessError("Why do you decide against the computed verdict? An override needs a reason.")
    with change(desk, f"verdict overridden: {verdict}", reason) as (tx, review):
        if base is not None and _decided(review) not in (_decided(base), (None, None, None)):
            raise ReadinessError(
                f"{review.override_by} has decided otherwise meanwhile: {review.override_verdict}, because"
                f" {one_line(review.override_reason or '', 200)}. Read it, then decide again."
            )
        reviews.put(tx, replace(review, override_verdict=verdict, override_by=desk.who, override_reason=reason.strip()))


def _decided(review: Review) -> tuple[str | None, str | None, str | None]:
    return review.override_verdict, review.override_by, review.override_reason
