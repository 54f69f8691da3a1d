"""Conditions of a frozen verdict that were seen to since, and how long the verdict holds then (scoring.md, "A condition").

A frozen scorecard never changes. A closing stands beside it: somebody showed that a condition is met. It moves the day on
which the verdict lapses, which is the earliest of the conditions still open; it makes no verdict better, because
nothing was judged again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from readiness_tui.domain.checklists.policy import DEFAULT_POLICY
from readiness_tui.domain.verdict.model import Cause, Condition, Verdict


@dataclass(frozen=True, slots=True)
class Closing:
    """Who showed by what that a condition is met. `evidence`: each piece as it was looked up, in words."""

    key: str
    by: str
    at: datetime
    evidence: tuple[str, ...]
    note: str = ""


def valid_until(
    verdict: Verdict,
    given: date | None,
    as_of: date,
    conditions: Sequence[Condition],
    causes: Sequence[Cause],
    closed: Collection[str],
    go_days: int = DEFAULT_POLICY.go_days,
) -> date | None:
    """Until when a frozen verdict holds: `given` as long as nothing is closed.

    GO WITH CONDITIONS holds until the earliest day of what is open, a waiver's last day included; once all is closed, as
    long as a GO would.
    """
    if verdict is not Verdict.CONDITIONS or not closed:
        return given
    ends = [one.due for one in conditions if one.key not in closed]
    ends += [cause.expires for cause in causes if cause.verdict is Verdict.CONDITIONS and cause.key not in closed]
    known = [day for day in ends if day is not None]
    return min([*known, as_of + timedelta(days=go_days)])
