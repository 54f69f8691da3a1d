"""What two people wrote at once, as lines beside what it is about."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.tui.text import line


def waiting(rivals: Iterable[Rival], *places: str) -> list[Content]:
    """A line for each that is about one of these places (`Rival.place`), or a part of it."""
    return [
        line(
            f"! two versions of the {rival.title}: {rival.by}’s is kept beside the stored one · # compares",
            "$text-warning",
        )
        for rival in rivals
        if any(place and (rival.place == place or rival.place.startswith(f"{place}/")) for place in places)
    ]
