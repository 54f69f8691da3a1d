"""Pieces of a file of JSON lines: lines with their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from readiness_tui.sources.kit.base import Progress, Reject, Warn
from readiness_tui.sources.kit.pieces.piece import Piece
from readiness_tui.sources.kit.recordio import NumberedLine


def pieces_of(
    found: Iterable[NumberedLine | Reject | Warn | Progress], most: int, held: int
) -> Iterator[Piece | Reject | Warn | Progress]:
    """Lines in pieces of at most `most`, and fewer where they come to `held` bytes; a line that is refused stands
    between two pieces, so that all that is refused is told in the order of the file."""
    some: list[NumberedLine] = []
    size = 0
    for item in found:
        if isinstance(item, tuple):
            some.append(item)
            size += len(item[1])
        if some and (isinstance(item, Reject) or len(some) >= most or size >= held):
            yield Piece(some)
            some, size = [], 0
        if not isinstance(item, tuple):
            yield item
    if some:
        yield Piece(some)
