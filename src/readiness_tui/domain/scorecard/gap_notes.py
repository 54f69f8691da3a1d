"""What a gap says outside the review: why its items matter, and what to do about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from readiness_tui.domain.checklists.model import Checklist, Item
from readiness_tui.domain.scorecard.model import GapLine


@dataclass(frozen=True, slots=True)
class GapNote:
    """In the words of the checklists; both are empty for a gap that no item stands behind (a gate's row, an action of an
    incident), whose title says all of it."""

    why: str = ""
    todo: str = ""


def gap_notes(gaps: Iterable[GapLine], checklists: Sequence[Checklist]) -> Mapping[str, GapNote]:
    """By the key of each gap that items stand behind; of several items of one gap all is said, in their order."""
    items = {f"item/{checklist.id}/{item.id}": item for checklist in checklists for item in checklist.items}
    found = {}
    for gap in gaps:
        behind = [items[key] for key in (gap.merged or (gap.key,)) if key in items]
        if behind:
            found[gap.key] = GapNote(_joined(behind, "why"), _joined(behind, "improve"))
    return found


def _joined(items: Sequence[Item], field: str) -> str:
    return " ".join(dict.fromkeys(text for item in items if (text := str(getattr(item, field)).strip())))
