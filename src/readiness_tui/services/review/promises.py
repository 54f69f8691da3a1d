"""Who sees to what by when, agreed in one step: for a gap that is there, and for an item that nobody has decided yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.verdict.gap import Gap, GapState, called
from readiness_tui.domain.verdict.gaps import due_for
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import day_text, save
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.core.write import system_change
from readiness_tui.services.review.gaps import GAP, put_action
from readiness_tui.services.review.people import person
from readiness_tui.store import gaps

#: Owner and day of a gap, as somebody saw them.
Saw = tuple[str, date | None]
#: Why an entry of the history moved owner and date: the item was put off in a meeting.
DEFERRED = "put off in the meeting"


def promise(
    desk: Desk,
    items: Sequence[str],
    *,
    owner: str = "",
    due: date | None = None,
    deferred: bool = False,
    base: Mapping[str, Saw] | None = None,
) -> Rival | None:
    """Owner and date of the gaps of `items`, saved in one step; what is empty stays as it is, or is the day that the
    gap's severity gives. `items`: item ids, or keys of gaps.

    An undecided item gets its gap now, rather than at the freeze: it keeps its key, so that a vote or the freeze finds
    it there, and a vote of 2 verifies it. `deferred` says in the history that the meeting put the items off. `base`: by
    item or key what the writer `saw` of its gap; where somebody else has changed one since, theirs stays and this one is kept beside
    it: the first such is returned.
    Raises ReadinessError where an item is met or does not apply.
    """
    view = load(desk)
    keys = list(dict.fromkeys(_key(view, name) for name in items))
    owner = person(desk, owner)
    if deferred and not owner:
        raise ReadinessError("Who sees to it? What is put off needs a person and a day.")
    made = {key: _gap(view, key) for key in keys}
    before = {_key(view, name): saw for name, saw in (base or {}).items()}
    parts = [part for part in (owner, f"by {due}" if due else "") if part]
    if not parts:
        raise ReadinessError("Who sees to it, and by when? Type a name, a day, or both.")
    what = f"{', '.join(called(key) for key in keys)}{' deferred' if deferred else ''}: {' '.join(parts)}"
    with system_change(desk, what, DEFERRED if deferred else "") as (tx, review):
        if deferred:
            _ = tx.change_id  # that it was put off is told even where owner and date stay as they are
        stored, kept = gaps.all(tx.conn, review.system), list[Rival | None]()
        for key, fresh in made.items():
            gap = stored.get(key, fresh)
            if not gap.state.live:
                gap = replace(fresh, created=gap.created, first_review=gap.first_review, reviews=gap.reviews,
                              due_changes=gap.due_changes, evidence=gap.evidence, state=GapState.REOPENED)  # fmt: skip
            elif key in stored and not (_first_day(gap, review.id) and before.get(key) in (None, (gap.owner, gap.due))):
                new = {"owner": owner, "due": day_text(due)}
                saw = {"owner": before[key][0], "due": day_text(before[key][1])} if key in before else None
                kept.append(save(tx, desk, review, GAP, key, {name: said for name, said in new.items() if said}, saw))
                continue
            gap = replace(gap, owner=owner or gap.owner, due=due or gap.due)
            gaps.put(tx, review.system, gap)
            put_action(tx, review.system, key, owner=gap.owner, due=gap.due)
    return next((one for one in kept if one is not None), None)


def saw(view: ReviewView, names: Sequence[str]) -> dict[str, Saw]:
    """Owner and day of the gap of each item (or gap) as the view shows it, where it is short: the base of a promise. One
    that nobody has made yet has no owner, and the day that the rule would give it."""
    found = {}
    for name in names:
        with suppress(ReadinessError):
            gap = _gap(view, _key(view, name))
            found[name] = (gap.owner, gap.due)
    return found


def proposal(view: ReviewView, name: str) -> tuple[str, date | None]:
    """Owner and date that a form proposes for an item or a gap: its own, else the review's owner and the day that the
    severity gives."""
    gap = _gap(view, _key(view, name))
    return gap.owner or view.review.owner, gap.due


def _first_day(gap: Gap, review_id: int) -> bool:
    """Whether nobody has agreed on a day yet: the one it has is the rule's, given in this review. Agreeing is no slip."""
    return not gap.owner and not gap.due_changes and set(gap.reviews) <= {review_id}


def _key(view: ReviewView, name: str) -> str:
    return view.workings.gap_keys.get(name, name)


def _gap(view: ReviewView, key: str) -> Gap:
    """The live gap of this key, or the one that an undecided item gets."""
    known = view.gaps.get(key)
    if known is not None and known.state.live:
        return known
    members = [view.judgement.standings[item] for item, of in view.workings.gap_keys.items() if of == key]
    short = [standing for standing in members if standing.applicable and standing.counts < 2]
    if not short:
        raise ReadinessError(
            f"{called(key)} is met or does not apply: nothing is left to see to."
            if members
            else f"There is no gap {key}. `readiness gaps` lists them."
        )
    first, severity = short[0].item, min((one.item.severity for one in short), key=lambda one: one.rank)
    return Gap(
        key=key,
        title=f"{first.id} {first.title}",
        severity=severity,
        owner="",
        due=due_for(severity, view.as_of, view.facts.policy),
        state=GapState.OPEN,
        created=view.as_of,
        first_review=view.review.id,
        reviews=(view.review.id,),
    )
