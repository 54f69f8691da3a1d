"""The conditions of a conditional verdict: who owns them, and when they are due (scoring.md, "A condition")."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from readiness_tui.domain.verdict.gap import FoundGap
from readiness_tui.domain.verdict.gaps import first_due
from readiness_tui.domain.verdict.model import Cause, Condition, Facts, Verdict


def condition(cause: Cause, facts: Facts, found: Mapping[str, FoundGap], as_of: date) -> Condition:
    """The condition for a cause: as stored, else with the owner and date that the rules give it.

    `found` by key: a newly found gap without a stored row contributes the date it will be created with.
    """
    stored = (facts.conditions or {}).get(cause.key)
    seen_due = stored.due if stored and not stored.by_hand else None
    owner, due = (
        (stored.owner, stored.due) if stored and stored.by_hand else _default(cause, facts, found, as_of, seen_due)
    )
    problems = []
    if not owner.strip():
        problems.append("no owner")
    if due is None:
        problems.append("no date")
    elif due < as_of:
        problems.append("overdue")
    return Condition(
        key=cause.key,
        text=cause.text,
        owner=owner,
        due=due,
        problem=", ".join(problems),
        severity=cause.severity,
        lifts=cause.lifts,
        act=cause.act,
    )


def owner_key(key: str) -> str:
    """The key of the NO-GO cause for a condition without an owner, and of the change that fixes it."""
    return f"condition/{key}/owner"


def due_key(key: str) -> str:
    """The key of the NO-GO cause for a condition without a date or past it, and of the change that fixes it."""
    return f"condition/{key}/due"


def broken_condition_causes(cause: Cause, of: Condition, as_of: date) -> tuple[Cause, ...]:
    """The NO-GO causes of a condition that has no owner or no date, or whose date has passed."""

    def no_go(key: str, problem: str, act: str) -> Cause:
        return Cause(
            key=key,
            part=cause.part,
            verdict=Verdict.NO_GO,
            text=f"the condition “{cause.text}” {problem}",
            severity=cause.severity,
            gap_key=cause.gap_key,
            item_id=cause.item_id,
            act=act,
        )

    causes = []
    if not of.owner.strip():
        causes.append(no_go(owner_key(of.key), "has no owner", "name the person who sees to it"))
    if of.due is None:
        causes.append(no_go(due_key(of.key), "has no due date", "agree on a day"))
    elif of.due < as_of:
        causes.append(no_go(due_key(of.key), f"was due {of.due.isoformat()}", "do what it says, or agree on a new day"))
    return tuple(causes)


def _default(
    cause: Cause, facts: Facts, found: Mapping[str, FoundGap], as_of: date, seen_due: date | None
) -> tuple[str, date | None]:
    """Owner: the gap's or waiver's, else the review's. Due: the earlier of gap and waiver, else 21 days after the
    condition was first seen (`seen_due`), so that the date does not move.

    A stored gap counts only while it is live, not once it is verified or closed. A live gap whose date somebody cleared
    leaves the condition without a date.
    """
    gap = (facts.gaps or {}).get(cause.gap_key)
    if gap is not None and not gap.state.live:
        gap = None
    new = found.get(cause.gap_key)
    days = [day for day in (gap.due if gap else None, cause.expires) if day is not None]
    if gap is None and new is not None:
        days.append(first_due(new, as_of, facts.policy))
    due: date | None = min(days, default=seen_due or as_of + timedelta(days=facts.policy.condition_days))
    if gap is not None and not days:
        due = None

    dossier = facts.dossiers.get(cause.item_id)
    waiver = dossier.waiver if dossier and cause.expires is not None else None
    owners = (gap.owner if gap else "", waiver.approver if waiver else "", facts.review.owner)
    return next((owner for owner in owners if owner.strip()), ""), due
