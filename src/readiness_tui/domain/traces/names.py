"""Counts by names that stand in a log (tools, versions, persons), in memory that the number of names does not grow.

A log may hold another name in each request. Counted one by one are then the first `MOST` names in their order, the others
together. Which those are, and each of their counts, does not depend on the order in which names come: a name that is
among the first in the end was among the first all along.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any, Generic, TypeVar

#: Names that are told apart. Nobody reads more, and a product that has more tools or releases has none.
MOST = 5_000

Name = TypeVar("Name", bound=Hashable)
Value = TypeVar("Value")


class FirstNames(Generic[Name, Value]):
    """A value by name, of the first `most` names in their order.

    `others`: requests of names beyond those, of which nothing else is kept; 0 where every name is told apart.
    """

    __slots__ = ("_found", "_last", "_most", "_weight", "others")

    def __init__(self, weight: Callable[[Value], int], most: int | None = None) -> None:
        """`weight`: for how many requests a value stands, where its name is given up."""
        self._found: dict[Name, Value] = {}
        self._weight, self._most = weight, most
        self._last: Any = None  # the largest name that may still be among the first; None as long as any may
        self.others = 0

    def get(self, name: Name) -> Value | None:
        return self._found.get(name)

    def put(self, name: Name, value: Value, n: int) -> None:
        """The value of a name from now on; `n`: how many more requests it stands for."""
        if self._last is not None and name not in self._found and name > self._last:
            self.others += n
            return
        self._found[name] = value
        if len(self._found) > 2 * self.most:
            self._cut()

    @property
    def most(self) -> int:
        return MOST if self._most is None else self._most

    @property
    def found(self) -> dict[Name, Value]:
        """By name, those that are told apart."""
        if len(self._found) > self.most:
            self._cut()
        return self._found

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        """How many names are told apart."""
        return len(self.found)

    def _cut(self) -> None:
        ordered: list[Any] = sorted(self._found)
        self._last = ordered[self.most - 1]
        for name in ordered[self.most :]:
            self.others += self._weight(self._found.pop(name))


class NameCounts:
    """How many requests (or calls) stand under each name."""

    __slots__ = ("_names",)

    def __init__(self) -> None:
        self._names: FirstNames[str, int] = FirstNames(int)

    def add(self, name: str, n: int) -> None:
        self._names.put(name, (self._names.get(name) or 0) + n, n)

    def __bool__(self) -> bool:
        return bool(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names.found)

    @property
    def found(self) -> dict[str, int]:
        return self._names.found

    @property
    def others(self) -> int:
        len(self._names)
        return self._names.others

    @property
    def total(self) -> int:
        return sum(self.found.values()) + self.others

    def ranked(self) -> list[tuple[str, int]]:
        """Most frequent first, ties by name: the same order whatever the order of the requests."""
        return sorted(self.found.items(), key=lambda pair: (-pair[1], pair[0]))

    def left_out(self, what: str) -> tuple[str, ...]:
        """A line where not every name is told apart; `what`: of what, in the plural."""
        return too_many(what, self.others, self._names.most)


def too_many(what: str, others: int, most: int | None = None) -> tuple[str, ...]:
    """A line on those that are not told apart; none where there are none."""
    most = MOST if most is None else most
    if not others:
        return ()
    return (
        f"more than {most:,} {what} are named: the first {most:,} by name are told apart, {others:,} are of others",
    )
