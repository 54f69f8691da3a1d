"""How many requests stand in which minute, in memory that grows with the minutes of a log and not with its requests."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import chain, repeat
from typing import Any

_HELD = 65_536  # minutes not yet added up


class BusiestMinute:
    """Minutes as they come, in any order; of interest is the one that came most often."""

    def __init__(self) -> None:
        self._held = array("q")
        self._minutes: Any = None  # in order, each once
        self._counts: Any = None  # how often each came

    def add(self, minutes: Iterable[int]) -> None:
        self._held.extend(minutes)
        if len(self._held) > _HELD:
            self._fold()

    @property
    def most(self) -> int:
        """How often it came; 0 without any."""
        if self._held:
            self._fold()
        return 0 if self._counts is None else int(self._counts.max())

    def _fold(self) -> None:
        import numpy as np

        minutes, counts = np.unique(np.frombuffer(self._held, dtype=np.int64), return_counts=True)
        if self._counts is not None:
            own, more = minutes, counts
            minutes, at = np.unique(np.concatenate((self._minutes, own)), return_inverse=True)
            counts = np.zeros(len(minutes), dtype=np.int64)
            np.add.at(counts, at, np.concatenate((self._counts, more)))
        self._minutes, self._counts, self._held = minutes, counts, array("q")


class OrderedMinutes:
    """Minutes that come in their order, each with how often it came."""

    __slots__ = ("_counts", "_minutes")

    def __init__(self, minutes: Iterable[int] = (), counts: Iterable[int] = ()) -> None:
        self._minutes, self._counts = array("q", minutes), array("q", counts)

    def add(self, minute: int) -> None:
        if self._minutes and self._minutes[-1] == minute:
            self._counts[-1] += 1
        else:
            self._minutes.append(minute)
            self._counts.append(1)

    def __len__(self) -> int:
        return sum(self._counts)

    @property
    def since(self) -> int:
        """The first of them; there is one."""
        return self._minutes[0]

    def after(self, minute: int) -> OrderedMinutes:
        """Those from this one on."""
        at = bisect_left(self._minutes, minute)
        return OrderedMinutes(self._minutes[at:], self._counts[at:])

    def until(self, minute: int) -> int:
        """How many came by the end of this one."""
        return sum(self._counts[: bisect_right(self._minutes, minute)])

    def first(self, n: int) -> list[int]:
        return list(chain.from_iterable(map(repeat, self._minutes[:n], self._counts[:n])))[:n]

    def last(self, n: int) -> list[int]:
        return list(chain.from_iterable(map(repeat, self._minutes[-n:], self._counts[-n:])))[-n:]
