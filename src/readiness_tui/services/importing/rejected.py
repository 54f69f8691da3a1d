"""The lines of one file that could not be used, as they are told: a file may have a million of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from typing import overload
from weakref import finalize

from readiness_tui.sources.kit.base import Reject
from readiness_tui.store.measured.aside import Aside

_HELD = 1_000  # at hand; the others wait outside of memory
_BATCH = 1_000
_WAITING = "lines that could not be used"


class RejectedLines(Sequence[Reject]):
    """All of them, in the order in which they came. The first are held, further ones laid aside in a private temporary
    database that ends with this object; all can be gone through as often as one likes.

    Raises NoRoomError where there is no room to lay any aside.
    """

    __slots__ = ("__weakref__", "_aside", "_first", "_laid", "_waiting")

    def __init__(self, lines: Iterable[Reject] = ()) -> None:
        self._first: list[Reject] = []
        self._waiting: list[Reject] = []  # to be laid aside
        self._laid = 0
        self._aside: Aside | None = None
        for line in lines:
            self.append(line)

    def append(self, line: Reject) -> None:
        if len(self._first) < _HELD:
            self._first.append(line)
            return
        self._waiting.append(line)
        if len(self._waiting) >= _BATCH:
            self._lay()

    def __len__(self) -> int:
        return len(self._first) + self._laid + len(self._waiting)

    def __eq__(self, other: object) -> bool:
        """The same lines in the same order."""
        if not isinstance(other, RejectedLines):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # lines are added

    def __iter__(self) -> Iterator[Reject]:
        yield from self._first
        if self._aside is not None:
            for line, reason, excerpt in self._aside.rows():
                yield Reject(line, _text(reason), _text(excerpt))
        yield from self._waiting

    @overload
    def __getitem__(self, at: int) -> Reject: ...
    @overload
    def __getitem__(self, at: slice) -> list[Reject]: ...
    def __getitem__(self, at: int | slice) -> Reject | list[Reject]:
        """Quick near the beginning, of which alone anything is shown."""
        if isinstance(at, slice):
            return [self[place] for place in range(*at.indices(len(self)))]
        place = range(len(self))[at]
        return self._first[place] if place < len(self._first) else next(islice(iter(self), place, None))

    def _lay(self) -> None:
        if self._aside is None:
            opened = ExitStack()
            self._aside = opened.enter_context(Aside.open(3, _WAITING))
            finalize(self, opened.close)
        self._aside.lay((line.line, _bytes(line.reason), _bytes(line.excerpt)) for line in self._waiting)
        self._laid += len(self._waiting)
        self._waiting.clear()


def _bytes(text: str) -> bytes:
    """Also of a text that is not Unicode, which SQLite takes as bytes alone."""
    return text.encode("utf-8", "surrogatepass")


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogatepass")
