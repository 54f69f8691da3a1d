"""What an exported incident says about its origin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Related:
    """A checklist item that the incident names, and its current standing in the review."""

    item_id: str
    title: str
    standing: str


@dataclass(frozen=True, slots=True)
class ReviewLink:
    """The review an incident was exported from. `verdict` and `digest`: its scorecard's; "" if it has none yet."""

    system: str
    release: str
    held_on: date
    verdict: str = ""
    digest: str = ""
    items: tuple[Related, ...] = ()
