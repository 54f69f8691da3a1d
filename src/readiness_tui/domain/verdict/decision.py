"""What a meeting decided, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Topic(StrEnum):
    """What kind of decision it is, in the order in which they are told."""

    VERDICT = "verdict"
    CONSENSUS = "consensus"
    SCORE = "scored"
    AWAY = "not applicable"
    WAIVER = "waived"
    DEFERRED = "put off"
    OWNER = "owner and date"
    REVIEW = "the review itself"


@dataclass(frozen=True, slots=True)
class Decision:
    """`about`: the item's id, or what a person calls the gap or condition. Owner and date where somebody sees to it."""

    topic: Topic
    about: str
    text: str
    owner: str = ""
    due: date | None = None
