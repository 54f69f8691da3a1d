"""Gaps, which persist across reviews, and the stored conditions of a conditional verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.text.format import plural


class GapState(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in progress"
    CLAIMED_DONE = "claimed done"
    VERIFIED = "verified"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    REOPENED = "reopened"

    @property
    def live(self) -> bool:
        """Whether there is still something to do (or a risk that somebody accepted)."""
        return self not in (GapState.VERIFIED, GapState.CLOSED)

    @property
    def to_close(self) -> bool:
        """Whether there is still something to do, and nobody accepted it as a risk."""
        return self.live and self is not GapState.ACCEPTED


def gap_count(states: Iterable[GapState]) -> str:
    """How many gaps are to be closed, and how many are accepted as a risk: "9 · 1 accepted risk", everywhere the same."""
    states = tuple(states)
    left, accepted = sum(one.to_close for one in states), sum(one is GapState.ACCEPTED for one in states)
    said = f"{left:,}" if left else "none"
    return f"{said} · {plural(accepted, 'accepted risk')}" if accepted else said


@dataclass(frozen=True, slots=True)
class FoundGap:
    """A gap as the rules find it now, before merging with its stored row. `merged`: the same_as keys it covers."""

    key: str
    title: str
    severity: Severity
    points: int | None = None
    merged: tuple[str, ...] = ()
    accepted_until: date | None = None  # a live waiver: state "accepted"
    owner: str = ""  # if the source names one (an incident action)
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stored gap. `first_review` and `reviews`: the reviews in which it was seen. `due` never moves by itself."""

    key: str
    title: str
    severity: Severity
    owner: str
    due: date | None
    state: GapState
    created: date
    first_review: int
    reviews: tuple[int, ...] = ()
    due_changes: tuple[str, ...] = ()  # "2026-11-30 -> 2026-12-07 by ana"
    evidence: str = ""
    marked: bool = False  # a case or trace that somebody marked by hand


@dataclass(frozen=True, slots=True)
class StoredCondition:
    """The stored part of a condition in the closing list.

    `by_hand`: a person set owner and date. An empty owner or date was then cleared by a person, and only that turns the
    condition into NO-GO. Otherwise the row keeps the date from when the condition was first seen, as long as no gap or
    waiver has one.
    """

    key: str
    owner: str
    due: date | None
    by_hand: bool = True


def called(key: str) -> str:
    """What a person calls the thing that a gap, a condition or a cause of the verdict is about, by its key."""
    kind, _, rest = key.partition("/")
    if kind == "item":
        return rest.rpartition("/")[2]
    if kind == "incident":
        number, _, action = rest.partition("/")
        return f"INC-{number}" + (f" action {action}" if action.isdigit() else "")
    return rest if rest.startswith(kind) else f"{kind} {rest}".strip()
