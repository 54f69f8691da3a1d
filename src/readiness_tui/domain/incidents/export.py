"""What an exported incident says of where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Related:
    """A checklist item of the review that the incident names, and how it stands there now."""

    item_id: str
    title: str
    standing: str


@dataclass(frozen=True, slots=True)
class ReviewLink:
    """The review an incident was exported from. `digest`: that of its scorecard, "" where it has none yet; `verdict`:
    that scorecard's."""

    system: str
    release: str
    held_on: date
    verdict: str = ""
    digest: str = ""
    items: tuple[Related, ...] = ()
