"""Requests that show the same, counted together: what probes read instead of every single record."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Mapping
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
class CountedTraces:
    """`n` requests of one UTC day that show the same things.

    `trace` shows what each of them shows (`shape.shape_of`): which fields are there, words and versions, steps and calls,
    but no text, time, amount or id. Where `n` is 1 it may be the whole record: the slow reading, which must come to the
    same. `copies`: how many of the n repeat a request that another record holds. `ids`: their smallest ids (`Ids`), in
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


Counted = CountedTraces  # a source has a `Counted` of its own, which plugins know by that name


class Ids:
    """The `EXAMPLES` smallest distinct ids, and those smallest with a colon behind them: hits are named by an id and a
    colon, and "trace-10:" stands before "trace-1:"."""

    __slots__ = ("_colons", "_plain")

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._plain: list[str] = []
        self._colons: list[str] = []
        for name in ids:
            self.add(name)

    def add(self, name: str) -> None:
        _keep(self._plain, name)
        _keep(self._colons, name + ":")

    @property
    def found(self) -> tuple[str, ...]:
        """In order."""
        return tuple(sorted({*self._plain, *(name[:-1] for name in self._colons)}))


def smallest(ids: Iterable[str]) -> tuple[str, ...]:
    """What `Ids` comes to, of many at once."""
    distinct = set(ids)
    colons = sorted([name + ":" for name in distinct])[:EXAMPLES]
    return tuple(sorted({*sorted(distinct)[:EXAMPLES], *(name[:-1] for name in colons)}))


def _keep(kept: list[str], name: str) -> None:
    if len(kept) == EXAMPLES and name >= kept[-1]:
        return
    if name not in kept:
        insort(kept, name)
        del kept[EXAMPLES:]


def joined(parts: Iterable[Counted]) -> Counted:
    """Groups of one day and one shape as one."""
    one, *others = parts
    if not others:
        return one
    varied = dict(one.varied)
    for other in others:
        for name, told in other.varied.items():
            varied[name] = varied[name].joined(told) if name in varied else told
    every = (one, *others)
    firsts = [part.first for part in every if part.first is not None]
    return Counted(
        one.trace,
        sum(part.n for part in every),
        one.day,
        sum(part.copies for part in every),
        Ids(name for part in every for name in part.ids).found,
        min(firsts, default=None),
        varied,
    )
