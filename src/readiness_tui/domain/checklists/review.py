"""A review: one system, one release, one date, and what its team decided about how to judge it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from readiness_tui.domain.checklists.model import Depth

DEFAULT_CHECKLISTS = ("observability", "reliability", "deployment")


@dataclass(frozen=True, slots=True)
class Review:
    """`as_of` pins the day every rule reads (the sample, a frozen review); None = today in `zone`, the name of the team's
    time zone ("" = that of the machine that looks).

    `authors` built the system; `observers` look on and do not vote. `blind`: votes are hidden from others until `revealed`. `candidate` and `baseline` are run ids in order:
    a metric comes from the first run that has it. `follows`: the review that this one carried things over from.
    `declared` holds the settings, as typed, that some probes need.
    """

    id: int
    system: str
    release: str
    held_on: date
    owner: str
    depth: Depth = Depth.COURSE
    checklists: tuple[str, ...] = DEFAULT_CHECKLISTS
    reviewers: tuple[str, ...] = ()
    facilitator: str = ""
    blind: bool = False
    revealed: bool = False
    as_of: date | None = None
    gate_id: int | None = None
    candidate: tuple[str, ...] = ()
    baseline: tuple[str, ...] = ()
    declared: dict[str, str] = field(default_factory=dict)
    override_verdict: str | None = None
    override_by: str | None = None
    override_reason: str | None = None
    frozen_at: datetime | None = None
    follows: int | None = None
    zone: str = ""
    authors: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()

    @property
    def secret(self) -> bool:
        """Whether votes are hidden from all but who gave them."""
        return self.blind and not self.revealed
