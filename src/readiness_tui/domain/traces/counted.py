"""Requests that show the same, counted together: what probes read instead of every single record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from readiness_tui.domain.runs.model import Trace

EXAMPLES = 20  # ids kept of records that show the same, the smallest ones, so that the order does not matter


@dataclass(frozen=True, slots=True)
class Varied:
    """Whether one field differs among the requests counted together: a digest of its first value, and whether another
    one was seen. The digest is the same in every process (unlike `hash`)."""

    first: int
    differs: bool = False

    def joined(self, other: Varied) -> Varied:
        return Varied(self.first, self.differs or other.differs or self.first != other.first)


@dataclass(frozen=True, slots=True)
class Counted:
    """`n` requests of one UTC day that show the same things.

    `trace` shows what each of them shows (`shape.shape_of`): which fields are there, words and versions, steps and calls,
    but no text, time, amount or id. Where `n` is 1 it may be the whole record: the slow reading, which must come to the
    same. `copies`: how many of the n repeat a request that another record holds. `ids`: their `EXAMPLES` smallest ids in
    order. `first`: start and id of the earliest. `varied`: for each field of which probes ask whether it differs.
    """

    trace: Trace
    n: int = 1
    day: date | None = None
    copies: int = 0
    ids: tuple[str, ...] = ()
    first: tuple[datetime, str] | None = None
    varied: Mapping[str, Varied] = field(default_factory=dict)

    @property
    def once(self) -> int:
        """How many requests there are without their copies."""
        return self.n - self.copies
