"""Plain data that remembers on which line of its file each part stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from readiness_tui.domain.text import one_line

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
DataPath = tuple[str | int, ...]

EXCERPT = 60  # characters of the input that a message repeats at most


def quoted(text: str) -> str:
    """A piece of input as a message shows it: short, on one line, control characters visible."""
    return f'"{one_line(text, EXCERPT)}"'


@dataclass(frozen=True, slots=True)
class Located:
    """A document's value, and the line of each key and list entry in it.

    `where` names the document in messages (mostly its path); lines count from 1.
    """

    where: str
    value: Plain
    _lines: dict[DataPath, int] = field(repr=False)

    def resolve(self, path: Iterable[str | int]) -> DataPath:
        """`path` without the steps that the document does not have.

        Those are a missing field at the end, and the labels that pydantic puts into the path of a union.
        """
        known: DataPath = ()
        for step in path:
            if (*known, step) in self._lines:
                known = (*known, step)
        return known

    def line(self, path: Iterable[str | int] = ()) -> int:
        """The line of the key or list entry at `path`, or of the closest part around it that exists."""
        return self._lines[self.resolve(path)]

    def at(self, path: Iterable[str | int] = ()) -> str:
        """`file:line`, as editors and terminals take it."""
        return f"{one_line(self.where)}:{self.line(path)}"
