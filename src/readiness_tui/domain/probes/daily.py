"""What each person used on one day, in memory that the number of persons hardly grows: 16 bytes a person."""

from __future__ import annotations

from array import array
from fractions import Fraction
from heapq import nsmallest
from math import floor
from typing import Any

HELD = 20_000  # persons known by name at once; of further ones, 64 bits of hash
_LARGE = 2**45  # added up exactly as Python's integers from here on: those of arrays would overflow some day
_INT64 = 2**63 - 1


class DailyUse:
    """Amounts by person. `named`: of those known by name, to be added to.

    Two of a million persons are taken for one with a chance below 1 in 10^7.
    """

    def __init__(self, limit: Fraction, most: int) -> None:
        """`most`: how many of those that used more than `limit` are named. Amounts are whole numbers."""
        self._limit, self._most = floor(limit), most
        self.named: dict[str, int] = {}
        self._hashes: Any = None  # those no longer known by name: their hashes in order, and the amount of each
        self._amounts: Any = None
        self._worst: dict[str, int] = {}

    def add(self, name: str, amount: int) -> None:
        self.named[name] = self.named.get(name, 0) + amount
        if len(self.named) > HELD:
            self._fold()

    def close(self) -> tuple[int, int | None, int, list[tuple[int, str]]]:
        """The day is over: how many persons, the most that one used, how many used more than the limit, and the worst of
        those, each with the negative amount."""
        if self._hashes is None:  # nearly every day of nearly every log
            over = [(-amount, name) for name, amount in self.named.items() if amount > self._limit]
            return len(self.named), max(self.named.values(), default=None), len(over), nsmallest(self._most, over)
        self._fold()
        beyond = int((self._amounts > min(self._limit, _INT64)).sum())
        worst = nsmallest(self._most, ((-amount, name) for name, amount in self._worst.items()))
        return len(self._hashes), int(self._amounts.max()), beyond, worst

    def _fold(self) -> None:
        """Add what is known by name to what is known by hash.

        Whoever is among the worst in the end was so when last known by name: amounts only grow. (Those that do not, of a
        log that pays back, are counted right, and may be missing among those named.)
        """
        import numpy as np

        large = self._amounts is not None and self._amounts.dtype == object
        large = large or any(abs(amount) >= _LARGE for amount in self.named.values())
        kind: Any = object if large else np.int64
        hashes = own = np.fromiter(map(hash, self.named), np.int64, len(self.named))
        amounts = np.array(list(self.named.values()), dtype=kind)
        if self._hashes is not None:
            hashes = np.concatenate((self._hashes, own))
            amounts = np.concatenate((self._amounts.astype(kind), amounts))
        self._hashes, at = np.unique(hashes, return_inverse=True)
        self._amounts = np.zeros(len(self._hashes), dtype=kind)
        np.add.at(self._amounts, at, amounts)
        whole = self._amounts[np.searchsorted(self._hashes, own)]
        self._worst |= {
            name: amount for name, amount in zip(self.named, whole.tolist(), strict=True) if amount > self._limit
        }
        self._worst = {
            name: -amount for amount, name in nsmallest(self._most, ((-a, n) for n, a in self._worst.items()))
        }
        self.named.clear()


def all_differ(values: array[int], n: int) -> bool:
    """Whether these are `n`, each another one."""
    import numpy as np

    return len(values) == n == len(np.unique(np.frombuffer(values, dtype=np.int64)))
