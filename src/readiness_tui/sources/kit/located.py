"""Plain data that remembers at which line and column of its file each part stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from readiness_tui.domain.text.sanitise import one_line

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
DataPath = tuple[str | int, ...]
Place = tuple[int, int]  # line and column

EXCERPT = 60  # characters of the input that a message repeats at most


def quoted(text: str) -> str:
    """A piece of input as a message shows it: short, on one line, control characters visible."""
    return f'"{one_line(text, EXCERPT)}"'


@dataclass(frozen=True, slots=True)
class Located:
    """A document's value, and the place of each key and list entry in it.

    `where` names the document in messages (mostly its path); lines and columns count from 1.
    """

    where: str
    value: Plain
    _places: dict[DataPath, Place] = field(repr=False)

    def resolve(self, path: Iterable[str | int]) -> DataPath:
        """`path` without the steps that the document does not have.

        Those are a missing field at the end, and the labels that pydantic puts into the path of a union.
        """
        known: DataPath = ()
        for step in path:
            if (*known, step) in self._places:
                known = (*known, step)
        return known

    def places(self) -> dict[DataPath, Place]:
        """Where every key and list entry stands."""
        return dict(self._places)

    def place(self, path: Iterable[str | int] = ()) -> Place:
        """Line and column of the key or list entry at `path`, or of the closest part around it that exists."""
        return self._places[self.resolve(path)]

    def line(self, path: Iterable[str | int] = ()) -> int:
        """The line of `place`."""
        return self.place(path)[0]

    def at(self, path: Iterable[str | int] = ()) -> str:
        """`file:line:column`, as editors and terminals take it."""
        line, column = self.place(path)
        return f"{one_line(self.where)}:{line}:{column}"
