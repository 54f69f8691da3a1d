"""The orders in which records can be listed."""

from __future__ import annotations

from enum import StrEnum


class ListOrder(StrEnum):
    """What comes first. Records without the figure come last in every order, in the order of import; so does a tie."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SLOWEST = "slowest"
    FASTEST = "fastest"
    COSTLIEST = "costliest"
    CHEAPEST = "cheapest"

    @property
    def field(self) -> str:
        """time, latency or cost."""
        if self in (ListOrder.NEWEST, ListOrder.OLDEST):
            return "time"
        return "latency" if self in (ListOrder.SLOWEST, ListOrder.FASTEST) else "cost"

    @property
    def descending(self) -> bool:
        return self in (ListOrder.NEWEST, ListOrder.SLOWEST, ListOrder.COSTLIEST)
