"""The shapes that a file holds, read some at a time: whole, or as outlines, of which each is told once a shape.

A log may have as many shapes as requests. Then two bytes are held of each, and of the shapes themselves some thousand.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.outline import outline
from readiness_tui.domain.traces.shape import skeleton_from
from readiness_tui.store.sqlite import Connection

_AT_ONCE = 500  # in one statement
_HELD = 500  # skeletons remembered: most logs have fewer, and some another one in each request
_OUTLINES = (
    4_096  # told apart by number; of a log with more of them (a score of its own in each request) some are read again
)


class StoredShapes:
    """By their numbers in the file. What is asked for and not in the file raises LookupError."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._held: dict[int, Trace] = {}
        self._outlines: list[Trace] = []
        self._numbers: dict[str, int] = {}  # of the outlines, by their texts: their places from 1 on
        self._outline_of = array("H")  # by shape; 0: not known

    def skeletons(self, shapes: Iterable[int]) -> Mapping[int, Trace]:
        """What the requests of each show: of these shapes, and perhaps of others."""
        asked = dict.fromkeys(shapes)
        lacking = [shape for shape in asked if shape not in self._held]
        if len(self._held) + len(lacking) > _HELD:
            self._held = {shape: self._held[shape] for shape in asked if shape in self._held}
        self._held.update((shape, skeleton_from(text)) for shape, text in self._texts(lacking))
        return self._held

    def outlines(self, column: Sequence[int]) -> list[Trace]:
        """What the requests of each show but for names (`domain/traces/outline.py`): the same object for the same outline."""
        asked = dict.fromkeys(column)
        found: dict[int, Trace] = {}
        for shape in asked:
            if shape < len(self._outline_of) and (number := self._outline_of[shape]):
                found[shape] = self._outlines[number - 1]
        for shape, text in self._texts([shape for shape in asked if shape not in found]):
            found[shape] = self._outline(shape, outline(text))
        return [found[shape] for shape in column]

    def _outline(self, shape: int, text: str) -> Trace:
        number = self._numbers.get(text)
        if number is None:
            made = skeleton_from(text)
            if len(self._outlines) >= _OUTLINES:
                return made
            self._outlines.append(made)
            number = self._numbers[text] = len(self._outlines)
        if shape >= len(self._outline_of):
            more = shape + 1 - len(self._outline_of)
            self._outline_of.frombytes(bytes(self._outline_of.itemsize * (more + len(self._outline_of) // 8)))
        self._outline_of[shape] = number
        return self._outlines[number - 1]

    def _texts(self, shapes: Sequence[int]) -> Iterator[tuple[int, str]]:
        for first in range(0, len(shapes), _AT_ONCE):
            some = shapes[first : first + _AT_ONCE]
            rows = self._conn.execute(
                f"SELECT id, text FROM trace_shape WHERE id IN ({', '.join(map(str, some))})"
            ).fetchall()
            if len(rows) < len(some):
                raise LookupError(
                    f"the file lacks shapes of requests: {sorted({*some} - {row[0] for row in rows})[:5]}"
                )
            yield from rows
