"""What follows from a record's keys alone is worked out once for each set of keys: the records of a file share a few."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, TypeVar

T = TypeVar("T")

_MOST = 256  # sets of keys remembered, so that a file in which each record has its own takes no memory …
_LONGEST = 4096  # … and characters in all of a set's keys


class PerKeys(dict[tuple[str, ...], T]):
    """What `work_out` makes of a record's keys, in the order in which they stand: `per_keys[tuple(record)]`."""

    def __init__(self, work_out: Callable[[tuple[str, ...]], T]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, keys: tuple[str, ...]) -> T:
        found = self._work_out(keys)
        if sum(map(len, keys)) <= _LONGEST:
            if len(self) >= _MOST:
                self.clear()
            self[keys] = found
        return found


class KeySorter:
    """Sorts a record's fields into known ones, under their canonical names, and the rest."""

    def __init__(self, aliases: Mapping[str, str]) -> None:
        self._aliases = aliases
        self._plans = PerKeys(self._plan)

    def sort(self, record: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The known fields by canonical name, and the rest. A second spelling of a field stays in the rest."""
        names, pick, others = self._plans[tuple(record)]
        if not others:
            return dict(zip(names, record.values(), strict=True)), {}
        return dict(zip(names, pick(record), strict=True)), {key: record[key] for key in others}

    def _plan(
        self, keys: tuple[str, ...]
    ) -> tuple[tuple[str, ...], Callable[[Mapping[str, Any]], tuple[Any, ...]], tuple[str, ...]]:
        known: dict[str, str] = {}  # canonical name → the key that has it
        others: list[str] = []
        for key in keys:
            name = self._aliases.get(key)
            if name is None or name in known:
                others.append(key)
            else:
                known[name] = key
        return tuple(known), _picker(tuple(known.values())), tuple(others)


def _picker(keys: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What takes the values of these keys out of a record."""
    if len(keys) > 1:
        return itemgetter(*keys)
    return lambda record: tuple([record[key] for key in keys])
