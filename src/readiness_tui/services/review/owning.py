"""Who sees to a gap or a condition and by when, by its key or by the item that it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.dates import doubt
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.verdict.gap import Gap, called
from readiness_tui.domain.verdict.gaps import gap_keys
from readiness_tui.domain.verdict.model import Condition
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.core.write import together
from readiness_tui.services.review import gaps, promises

_MEANT = 3  # keys that a refusal offers


@dataclass(frozen=True, slots=True)
class Owned:
    """A gap, a condition or both, as they are kept now."""

    key: str
    title: str
    owner: str
    due: date | None


def set_owner(desk: Desk, typed: str, owner: str) -> Owned:
    """Name the person for the gap and the condition that `typed` means; empty clears it. Raises ReadinessError where
    nothing is meant."""
    if (item := _unmade(desk, typed)) and owner.strip():
        promises.promise(desk, [item], owner=owner)
        return _of_item(desk, item)
    view, gap, condition = _meant(desk, typed)
    with together(desk, f"owner of {_called(gap, condition)}: {owner.strip() or 'nobody'}", anyway=True):
        if gap is not None:
            gaps.set_owner(desk, gap.key, owner)
        if condition is not None and _apart(view, gap, condition):
            gaps.set_condition(desk, condition.key, owner=owner, due=condition.due)
    return _now(desk, gap, condition)


def set_due(desk: Desk, typed: str, due: date | None, *, sure: bool = False) -> Owned:
    """Move the date of the gap and the condition that `typed` means; None clears it. A day that is probably mistyped is
    refused unless `sure`."""
    item, as_of = _unmade(desk, typed), load(desk, shared=True).as_of
    if due is not None and not sure and (said := doubt(due, as_of)):
        raise ReadinessError(said, by_command="If it is meant, add --yes.")
    if item and due is not None:
        promises.promise(desk, [item], due=due)
        return _of_item(desk, item)
    view, gap, condition = _meant(desk, typed)
    with together(desk, f"due date of {_called(gap, condition)}: {due or 'none'}", anyway=True):
        if gap is not None:
            gaps.set_due(desk, gap.key, due)
        if condition is not None and _apart(view, gap, condition):
            gaps.set_condition(desk, condition.key, owner=condition.owner, due=due)
    return _now(desk, gap, condition)


def _unmade(desk: Desk, typed: str) -> str:
    """The item that `typed` names where nobody has decided it yet and it has no gap: what is agreed now makes one."""
    view = load(desk, shared=True)
    for item, key in view.workings.gap_keys.items():
        if item.casefold() == typed.strip().casefold() and view.judgement.standings[item].points is None:
            gap = view.gaps.get(key)
            return item if gap is None or not gap.state.live else ""
    return ""


def _of_item(desk: Desk, item: str) -> Owned:
    view = load(desk, shared=True)
    gap = view.gaps[view.workings.gap_keys[item]]
    return Owned(gap.key, gap.title, gap.owner, gap.due)


def _meant(desk: Desk, typed: str) -> tuple[ReviewView, Gap | None, Condition | None]:
    view = load(desk, shared=True)
    wanted = typed.strip().casefold()
    live = {key: gap for key, gap in view.gaps.items() if gap.state.live}
    conditions = {one.key: one for one in view.judgement.conditions}
    names = {key.casefold(): key for key in (*live, *conditions)}
    items = gap_keys(view.facts, view.judgement.standings)
    names |= {item.casefold(): key for item, key in items.items() if key in live or key in conditions}
    names |= {f"inc-{key.removeprefix('incident/')}".casefold(): key for key in live if key.startswith("incident/")}
    key = names.get(wanted)
    if key is None:
        raise ReadinessError(_unknown(view, typed, names, {item.casefold(): item for item in items}))
    return view, live.get(key), conditions.get(key)


def _unknown(view: ReviewView, typed: str, names: dict[str, str], items: dict[str, str]) -> str:
    from difflib import get_close_matches

    name = one_line(typed, 60)
    if item := items.get(typed.strip().casefold()):
        word = view.judgement.standings[item].word
        return f"{item} is {word}, so it is no gap: there is nothing to own or to be due."
    near = get_close_matches(typed.strip().casefold(), names, n=_MEANT, cutoff=0.6)
    meant = f" Did you mean {' or '.join(dict.fromkeys(one_line(names[one], 60) for one in near))}?" if near else ""
    return f"{name} is no gap and no condition of this review.{meant} `readiness gaps` and `readiness conditions` list them."


def _apart(view: ReviewView, gap: Gap | None, condition: Condition) -> bool:
    """Whether a condition keeps owner and date of its own, rather than those of its gap."""
    stored = (view.facts.conditions or {}).get(condition.key)
    return gap is None or (stored is not None and stored.by_hand)


def _called(gap: Gap | None, condition: Condition | None) -> str:
    return called(gap.key if gap is not None else condition.key if condition is not None else "")


def _now(desk: Desk, gap: Gap | None, condition: Condition | None) -> Owned:
    view = load(desk, shared=True)
    if gap is not None and (now := view.gaps.get(gap.key)) is not None:
        return Owned(now.key, now.title, now.owner, now.due)
    assert condition is not None
    found = next((one for one in view.judgement.conditions if one.key == condition.key), condition)
    return Owned(found.key, found.text, found.owner, found.due)
