"""What is not yet good enough, living across reviews; and the conditions of a conditional verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from readiness_tui.domain.checklists.model import Severity


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
        """Still something to do (or a risk that somebody carries)."""
        return self not in (GapState.VERIFIED, GapState.CLOSED)


@dataclass(frozen=True, slots=True)
class FoundGap:
    """A gap as the rules find it now, before it meets its stored row. `merged`: the same_as keys it stands for."""

    key: str
    title: str
    severity: Severity
    points: int | None = None
    merged: tuple[str, ...] = ()
    accepted_until: date | None = None  # a live waiver: state "accepted"
    owner: str = ""  # where the source names one (an incident action)
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stored gap. `first_review` and `reviews` count where it was seen; due never moves by itself."""

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
    marked: bool = False  # a case or trace that somebody marked


@dataclass(frozen=True, slots=True)
class StoredCondition:
    """What the closing list remembers of a condition.

    `by_hand`: a person set owner and date; an empty owner or a missing date was then cleared by a person, and that
    alone turns the condition into NO-GO. Otherwise the row keeps the date given when the condition was first seen,
    for as long as no gap or waiver brings one.
    """

    key: str
    owner: str
    due: date | None
    by_hand: bool = True
