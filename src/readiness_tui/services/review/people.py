"""Whom a name typed for an owner means: the people who are here first, then those of the review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from readiness_tui.domain.checklists.people import meant
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.write import system_change
from readiness_tui.store import assessments, gaps, settings
from readiness_tui.store.sqlite import Connection

Circles = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Stranger:
    """A name that owns something or voted, and that nobody here has. `owns`: keys of gaps and conditions; `voted`: on how
    many items. `like`: whom it may have been meant for, "" where nobody comes close."""

    name: str
    owns: tuple[str, ...]
    like: str
    voted: int = 0


def circles(desk: Desk) -> Circles:
    """Who is here, who takes part in the review, and who was said to be somebody all the same."""
    with desk.store.read() as conn:
        return _circles(conn, current_review(conn, desk))


def _circles(conn: Connection, review: Review) -> Circles:
    taking_part = (*review.reviewers, review.owner, review.facilitator)
    return settings.attendees(conn, review.system), taking_part, tuple(settings.get(conn, _setting(review.system), []))


def _setting(system: str) -> str:
    return f"people/{system}"


def person(desk: Desk, typed: str) -> str:
    """The name that `typed` means: a known one in the spelling that is known, one initial for the only one who has it,
    else as typed. Raises ReadinessError where an initial is that of several."""
    typed = typed.strip()
    found = meant(typed, *circles(desk)) if typed else ()
    if len(found) > 1:
        raise ReadinessError(which_one(typed, found))
    return found[0] if found else typed


def which_one(typed: str, candidates: Sequence[str]) -> str:
    """The question where an initial is that of several."""
    return f"“{typed}” is {', '.join(candidates[:-1])} or {candidates[-1]}: type the name."


def strangers(desk: Desk) -> tuple[Stranger, ...]:
    """Everybody who owns a live gap or a condition, or voted, and whom nobody here knows, each once."""
    from difflib import get_close_matches

    with desk.store.read() as conn:
        review = current_review(conn, desk)
        known = [name for circle in _circles(conn, review) for name in circle]
        keys = {name_key(name) for name in (*known, *review.authors, *review.observers)}
        owned: dict[str, list[tuple[str, str]]] = {}
        for gap in gaps.all(conn, review.system).values():
            if gap.state.live and not gap.key.startswith("incident/"):
                owned.setdefault(name_key(gap.owner), []).append((gap.owner, gap.key))
        for condition in gaps.conditions(conn, review.id).values():
            owned.setdefault(name_key(condition.owner), []).append((condition.owner, condition.key))
        voted: dict[str, list[str]] = {}  # that somebody voted is seen by all, before the reveal too
        for vote in assessments.votes(conn, review.id):
            voted.setdefault(name_key(vote.reviewer), []).append(vote.reviewer)
    spelt = {name_key(name): name for name in known}
    return tuple(
        Stranger(
            owned[key][0][0] if key in owned else voted[key][0],
            tuple(dict.fromkeys(owned_key for _, owned_key in owned.get(key, ()))),
            next((spelt[near] for near in get_close_matches(key, [*spelt], n=1)), ""),
            len(voted.get(key, ())),
        )
        for key in dict.fromkeys([*owned, *voted])
        if key and key not in keys
    )


def settle_names(desk: Desk, right: Mapping[str, str]) -> tuple[str, ...]:
    """`right`: by a stranger's name, the name that was meant. The same name again: it is somebody, and is not asked
    about any more. Gaps and conditions follow, and what a misspelt reviewer said becomes theirs.

    Returns in words what both spellings had voted on, and which of the two stands. Raises ReadinessError where a vote
    would become an observer's.
    """
    from readiness_tui.services.review import mend, roles

    meant_by = {name_key(name): person(desk, said) for name, said in right.items() if said.strip()}
    told = ", ".join(f"{name} is {meant_by[name_key(name)]}" for name in right if name_key(name) in meant_by)
    merged: list[str] = []
    with system_change(desk, f"names: {told}") as (tx, review):
        for key, name in meant_by.items() if review.frozen_at is None else ():
            if key != name_key(name) and any(
                name_key(v.reviewer) == key for v in assessments.votes(tx.conn, review.id)
            ):
                roles.require(desk, review, roles.Act.VOTE, name)
                roles.may_rename(desk, review, key, name)
                merged += mend.call_otherwise(tx, review.system, key, name).merged
        for gap in gaps.all(tx.conn, review.system).values():
            if gap.state.live and not gap.key.startswith("incident/") and name_key(gap.owner) in meant_by:
                gaps.put(tx, review.system, replace(gap, owner=meant_by[name_key(gap.owner)]))
        for condition in gaps.conditions(tx.conn, review.id).values() if review.frozen_at is None else ():
            if condition.by_hand and name_key(condition.owner) in meant_by:
                gaps.put_condition(tx, review.id, replace(condition, owner=meant_by[name_key(condition.owner)]))
        known = tuple(settings.get(tx.conn, _setting(review.system), []))
        fresh = [name for name in dict.fromkeys(meant_by.values()) if name not in known]
        settings.put(tx, _setting(review.system), [*known, *fresh])
    return tuple(merged)
