"""Gaps: found by the rules and merged into the rows stored across reviews (scoring.md, "Gaps")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from readiness_tui.domain.checklists.assessment import Standing
from readiness_tui.domain.checklists.model import Checklist, Depth, Severity
from readiness_tui.domain.checklists.policy import DEFAULT_POLICY, Policy
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.incidents.model import Sev
from readiness_tui.domain.verdict.causes import item_key, row_severity, row_text
from readiness_tui.domain.verdict.gap import FoundGap, Gap, GapState
from readiness_tui.domain.verdict.model import Facts

_ACTION_SEVERITY = {Sev.SEV1: Severity.BLOCKER, Sev.SEV2: Severity.MAJOR}


def groups(checklists: Sequence[Checklist], depth: Depth) -> dict[str, tuple[str, ...]]:
    """For each item id inside the depth, the ids of its `same_as` group in checklist order, itself included.

    `same_as` is symmetric and transitive, whichever item declares it. The group does not depend on any score, so its
    first key stays the gap's key while members come and go.
    """
    order = [item for checklist in checklists for item in checklist.at(depth)]
    group: dict[str, list[str]] = {item.id: [item.id] for item in order}
    for item in order:
        for other in item.same_as:
            if other in group and group[other] is not group[item.id]:
                joined = group[item.id] + group[other]
                for member in joined:
                    group[member] = joined
    rank = {item.id: position for position, item in enumerate(order)}
    return {item_id: tuple(sorted(members, key=rank.__getitem__)) for item_id, members in group.items()}


def gap_keys(facts: Facts, standings: Mapping[str, Standing]) -> dict[str, str]:
    """By item id, the key of the gap it belongs to: its own, or the first of its `same_as` group."""
    return {
        item_id: item_key(standings[members[0]])
        for item_id, members in groups(facts.checklists, facts.review.depth).items()
    }


def find_gaps(
    facts: Facts, standings: Mapping[str, Standing], *, frozen: bool = False, keys: Mapping[str, str] | None = None
) -> tuple[FoundGap, ...]:
    """What is not good enough now, the most severe first, then in checklist order.

    `standings` by item id, all items of the review's depth. `frozen`: the scorecard is being frozen, so undecided items
    are gaps too. `keys`: as `gap_keys` gives them, where they are known already.
    """
    if keys is None:
        keys = gap_keys(facts, standings)
    found = [*_item_gaps(facts, standings, keys, frozen), *_gate_gaps(facts), *_action_gaps(facts)]
    return tuple(sorted(found, key=lambda gap: gap.severity.rank))


def _item_gaps(
    facts: Facts, standings: Mapping[str, Standing], keys: Mapping[str, str], frozen: bool
) -> Iterator[FoundGap]:
    members: dict[str, list[Standing]] = {}
    for item_id, key in keys.items():
        if _is_gap(standings[item_id], frozen):
            members.setdefault(key, []).append(standings[item_id])
    in_group = {key for item_id, key in keys.items() if key != item_key(standings[item_id])}
    for key, low in members.items():
        points = [standing.points for standing in low if standing.points is not None]
        expiries = [_expiry(facts, standing) for standing in low if standing.waived]
        accepted = len(expiries) == len(low)
        yield FoundGap(
            key=key,
            title=f"{low[0].item.id} {low[0].item.title}",
            severity=min((_severity(standing) for standing in low), key=lambda severity: severity.rank),
            points=min(points, default=None),
            merged=tuple(item_key(standing) for standing in low) if key in in_group else (),
            accepted_until=min((day for day in expiries if day), default=None) if accepted else None,
        )


def _is_gap(standing: Standing, frozen: bool) -> bool:
    if not standing.applicable or standing.counts == 2:
        return False
    return standing.points is not None or standing.waived or frozen


def _severity(standing: Standing) -> Severity:
    return standing.item.severity if standing.counts == 0 else standing.item.severity.step_down


def _expiry(facts: Facts, standing: Standing) -> date | None:
    waiver = facts.dossiers[standing.item.id].waiver
    return waiver.expires if waiver else None


def _gate_gaps(facts: Facts) -> Iterator[FoundGap]:
    for row in facts.gate.rows:
        if row.result is not Result.PASS:
            yield FoundGap(f"gate/{row.rule.key}", row_text(row), row_severity(row))


def _action_gaps(facts: Facts) -> Iterator[FoundGap]:
    for incident in facts.incidents:
        for action in incident.actions:
            if action.done is None:
                yield FoundGap(
                    key=f"incident/{incident.number}/{action.id}",
                    title=f"{incident.name} {action.text}",
                    severity=_ACTION_SEVERITY.get(incident.severity, Severity.MINOR),
                    owner=action.owner,
                    due=action.due,
                )


def short_item(found: Sequence[FoundGap], key: str) -> str:
    """The key of the item that a gap is about: of a `same_as` group the first that is short, whose key it may not be."""
    return next((gap.merged[0] for gap in found if gap.key == key and gap.merged), key)


def settled_gaps(facts: Facts, standings: Mapping[str, Standing]) -> dict[str, GapState]:
    """The keys of gaps that this review shows to be settled, with their final state.

    verified: the item is at 2 or the metric passes; closed: the item is not applicable, or the incident's action is
    done, which no item or run can verify. A key that this review says nothing about (undecided, another depth, a rule
    that left the gate) is not included. A group's gap is settled once all its members are.
    """
    settled: dict[str, GapState] = {}
    for members in groups(facts.checklists, facts.review.depth).values():
        states = [standings[member] for member in members]
        for standing, of in [*((one, [one]) for one in states[1:]), (states[0], states)]:
            if all(one.decided and (not one.applicable or one.counts == 2) for one in of):
                met = any(one.applicable for one in of)
                settled[item_key(standing)] = GapState.VERIFIED if met else GapState.CLOSED
    for row in facts.gate.rows:
        if row.result is Result.PASS:
            settled[f"gate/{row.rule.key}"] = GapState.VERIFIED
    for incident in facts.incidents:
        for action in incident.actions:
            if action.done is not None:
                settled[f"incident/{incident.number}/{action.id}"] = GapState.CLOSED
    return settled


def first_due(found: FoundGap, as_of: date, policy: Policy = DEFAULT_POLICY) -> date:
    """The due date of a new gap: its source's own, else by severity."""
    return found.due or due_for(found.severity, as_of, policy)


def due_for(severity: Severity, as_of: date, policy: Policy = DEFAULT_POLICY) -> date:
    """The day that a new gap of this severity is due."""
    return as_of + timedelta(days=policy.gap_days(severity))


def merge(
    stored: Mapping[str, Gap],
    found: Sequence[FoundGap],
    *,
    settled: Mapping[str, GapState],
    review_id: int,
    as_of: date,
    default_owner: str = "",
    policy: Policy = DEFAULT_POLICY,
) -> tuple[Gap, ...]:
    """All gaps of the system after this review: `stored` updated, then the new ones.

    `settled` as returned by `settled_gaps`. Gaps neither found nor settled stay as they are, and so do gaps that a
    person marked by hand.
    """
    merged = dict(stored)
    for gap in found:
        old = merged.get(gap.key)
        if old is None:
            predecessor = _predecessor(merged, gap)
            if predecessor is not None:
                merged[predecessor.key] = replace(
                    predecessor, state=GapState.CLOSED, evidence=_continued(predecessor.evidence, gap.key)
                )
                old = replace(predecessor, key=gap.key)
        merged[gap.key] = (
            _updated(old, gap, review_id, as_of, policy)
            if old is not None
            else _created(gap, review_id, as_of, default_owner, policy)
        )
    seen = {gap.key for gap in found}
    for key, state in settled.items():
        old = merged.get(key)
        if old is not None and old.state.live and not old.marked and key not in seen:
            merged[key] = replace(old, state=state)
    return tuple(merged.values())


def _created(found: FoundGap, review_id: int, as_of: date, default_owner: str, policy: Policy) -> Gap:
    return Gap(
        key=found.key,
        title=found.title,
        severity=found.severity,
        owner=found.owner or default_owner,
        due=first_due(found, as_of, policy),
        state=GapState.ACCEPTED if found.accepted_until else GapState.OPEN,
        created=as_of,
        first_review=review_id,
        reviews=(review_id,),
    )


def _updated(old: Gap, found: FoundGap, review_id: int, as_of: date, policy: Policy) -> Gap:
    """The same gap, seen again. Its date never moves by itself, with one exception: a reopened gap whose date has passed
    gets a new one, because the old date was met by closing the gap. The change is recorded."""
    state, due, changes = old.state, old.due, old.due_changes
    if not old.state.live and (old.due is None or old.due < as_of):
        due = first_due(found, as_of, policy)
        changes = (*changes, f"{old.due.isoformat() if old.due else 'none'} -> {due.isoformat()} by reopening")
    if found.accepted_until:
        state = GapState.ACCEPTED
    elif state is GapState.ACCEPTED or not state.live:
        state = GapState.REOPENED
    return replace(
        old,
        title=found.title,
        severity=found.severity,
        owner=old.owner or found.owner,
        due=due,
        due_changes=changes,
        state=state,
        reviews=old.reviews if review_id in old.reviews else (*old.reviews, review_id),
    )


def _predecessor(stored: Mapping[str, Gap], found: FoundGap) -> Gap | None:
    """The oldest live gap of a `same_as` sibling, stored by a review without the group's first item."""
    siblings = [stored[key] for key in found.merged if key != found.key and key in stored and stored[key].state.live]
    return min(siblings, key=lambda gap: (gap.created, gap.key), default=None)


def _continued(evidence: str, key: str) -> str:
    return f"{evidence}; continued as {key}" if evidence else f"continued as {key}"
