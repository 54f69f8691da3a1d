"""What differs from request to request: times, costs, texts. All probes that ask for such read it in one pass over the
columns that they name, some thousand requests at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import compress
from typing import Any

from readiness_tui.domain.probes.base import ProbeInput
from readiness_tui.domain.traces.listed import RecordedList, blocks_of
from readiness_tui.domain.traces.measured import day_at
from readiness_tui.domain.traces.recorded import Block

#: Columns of some requests, each as long as the others, by their names in `Recorded.columns`.
Columns = Mapping[str, Sequence[Any]]


class ReadsAmounts:
    """A reading that looks at amounts, too, once it has seen every group."""

    __slots__ = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that it still needs."""
        raise NotImplementedError

    def read(self, got: Columns) -> None:
        """Some requests on which a proof may rest, in the order of time, those without one first."""
        raise NotImplementedError


def read_amounts(data: ProbeInput, readings: Iterable[ReadsAmounts], *, every: bool) -> None:
    """One pass for all of these. `every`: a proof may rest on each request there is, so that none has to be looked at."""
    asking = [(reading, reading.columns) for reading in readings]
    names = tuple(dict.fromkeys(name for _, columns in asking for name in columns))
    if not names:
        return
    told = () if every else ("of_users", "at")
    for columns in _by_time(data, (*names, *told)):
        if told:
            kept = [users and _in_time(data, at) for users, at in zip(columns[-2], columns[-1], strict=True)]
            columns = [tuple(compress(column, kept)) for column in columns]
        got = dict(zip(names, columns, strict=False))
        for reading, asked in asking:
            if asked:
                reading.read(got)


def _by_time(data: ProbeInput, names: tuple[str, ...]) -> Iterable[Block]:
    if not isinstance(data.recorded, RecordedList):
        return data.recorded.blocks(names)
    rows = sorted(data.recorded.columns((*names, "at")), key=lambda row: -math.inf if row[-1] is None else row[-1])
    return blocks_of(row[:-1] for row in rows)


def _in_time(data: ProbeInput, at: int | None) -> bool:
    day = day_at(at)
    return (day is None or day <= data.utc_day) and data.in_window(day)


def known(column: Sequence[float | None]) -> list[float]:
    """The values that are there."""
    return [value for value in column if value is not None]


def largest_within(limit: Fraction) -> float:
    """The largest float that is at most `limit`: what is compared with it thousands of times need be no fraction."""
    found = float(limit)
    return math.nextafter(found, -math.inf) if Fraction(found) > limit else found
