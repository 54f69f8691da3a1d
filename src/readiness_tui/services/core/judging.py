"""Judging a review again after a change: what the change does not touch is taken from the time before."""

from __future__ import annotations

from datetime import date

from readiness_tui.domain.verdict.judge import Workings, conclude, work_out
from readiness_tui.domain.verdict.model import Facts, Judgement
from readiness_tui.services.core.desk import Desk


def worked_out(desk: Desk, facts: Facts, as_of: date) -> Workings:
    """What the facts come to: enough for gaps and conditions, without the way to a better verdict."""
    name = _seen_by("workings", facts)
    kept = desk.cache.get(name)
    now = work_out(facts, as_of, kept[1] if kept is not None else None)
    desk.cache[name] = (as_of, now)
    return now


def judged(desk: Desk, facts: Facts, as_of: date) -> tuple[Workings, Judgement]:
    """`domain.verdict.judge.judge` of the facts, and what it was worked out from. Nothing is judged twice."""
    now, name = worked_out(desk, facts, as_of), _seen_by("judgement", facts)
    kept = desk.cache.get(name)
    if kept is None or kept[0] is not now:
        kept = desk.cache[name] = (now, conclude(now))
    judgement: Judgement = kept[1]
    return now, judgement


def _seen_by(name: str, facts: Facts) -> str:
    """Until votes are revealed everybody sees another review."""
    return f"{name}/{facts.viewer if facts.review.secret else ''}"
