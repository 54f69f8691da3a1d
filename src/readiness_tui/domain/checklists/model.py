"""A checklist: the items a review scores, as its YAML file declares them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much an item matters; the default weight follows from it."""

    BLOCKER = "blocker"
    MAJOR = "major"
    MINOR = "minor"

    @property
    def weight(self) -> int:
        """Default weight in a section's average: 3, 2, 1."""
        return {Severity.BLOCKER: 3, Severity.MAJOR: 2, Severity.MINOR: 1}[self]

    @property
    def rank(self) -> int:
        """0 for the most severe; sorts blockers first."""
        return {Severity.BLOCKER: 0, Severity.MAJOR: 1, Severity.MINOR: 2}[self]

    @property
    def step_down(self) -> Severity:
        """One step less severe; minor stays minor."""
        return Severity.MAJOR if self is Severity.BLOCKER else Severity.MINOR


class Depth(StrEnum):
    """`course` items fit an hour's first meeting; `full` is all of them."""

    COURSE = "course"
    FULL = "full"


class ProbeKind(StrEnum):
    """What an item's probe may propose (scoring.md, "Probe")."""

    SHARE = "share"
    FACT = "fact"
    SUPPORT = "support"
    REFUTE = "refute"


@dataclass(frozen=True, slots=True)
class ProbeSpec:
    """The query that can prove or refute an item: a name in the probe registry and its parameters."""

    query: str
    kind: ProbeKind
    required: float = 0.99  # share probes: the share of applicable records that proposes 2
    declares: tuple[str, ...] = ()  # declared review settings without which there is no proposal


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to check. `weight` is resolved (severity's default unless overridden); 0 = informational."""

    id: str
    title: str
    why: str
    evidence: str
    improve: str
    severity: Severity
    depth: Depth
    weight: int
    same_as: tuple[str, ...] = ()  # ids of items of other checklists that share one gap with this one
    na_allowed: bool = True
    probe: ProbeSpec | None = None
    ticks: tuple[str, ...] = ()  # sub-points a team ticks off (EVA-14's seven evaluation types); they score nothing


@dataclass(frozen=True, slots=True)
class Checklist:
    """A file of items; `digest` is the SHA-256 of its canonical content, `day` the course day it answers."""

    id: str
    title: str
    version: str
    items: tuple[Item, ...]
    digest: str
    day: int | None = None

    def at(self, depth: Depth) -> tuple[Item, ...]:
        """The items inside a review of this depth."""
        if depth is Depth.FULL:
            return self.items
        return tuple(item for item in self.items if item.depth is Depth.COURSE)
