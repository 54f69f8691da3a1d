"""What the records that meet a filter have in common: counts by field, and how latency and cost are spread."""

from __future__ import annotations

from dataclasses import dataclass, field

from readiness_tui.domain.filters.histogram import Bars

SHOWN = 50  # values of a field that are counted by name; the rest together


@dataclass(frozen=True, slots=True)
class Facet:
    """How many records have each value of the field `key`, the most frequent first; None: it is not recorded.

    `others`: how many different values are not listed. Of tools a record may count for several.
    """

    key: str
    counts: tuple[tuple[str | None, int], ...]
    others: int = 0


@dataclass(frozen=True, slots=True)
class Survey:
    """`bars` by `latency` and `cost`; without any figure there are none."""

    total: int
    facets: tuple[Facet, ...] = ()
    bars: dict[str, Bars] = field(default_factory=dict)

    def facet(self, key: str) -> Facet:
        return next((one for one in self.facets if one.key == key), Facet(key, ()))
