"""A source that reads a file in pieces: each can be read by itself, in any order and in whichever process.

What a source has to say of the whole file (notes with their counts, runs found in its requests) is gathered a piece at a
time and put together in the order of the file, so that it comes to the same however the pieces were read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from readiness_tui.domain.traces.columns import CommonTraces
from readiness_tui.sources.kit.base import Progress, Record, Reject, TraceRecord, Warn
from readiness_tui.sources.kit.fields import Notes
from readiness_tui.sources.kit.pieces.first_lines import FirstLines

MOST = 2_000  # records in a piece …
HELD = 16 * 1024 * 1024  # … and bytes of them: fewer where they are long


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file, as its source cut it: plain values that another process can be handed."""

    content: Any


class NoteLog(Notes):
    """Notes as they are made in a piece, to be taken over into those of the file."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], int] = {}

    def add(self, note: str, further: str = "", times: int = 1) -> None:
        self._said[note, further] = self._said.get((note, further), 0) + times

    def __bool__(self) -> bool:
        return bool(self._said or self._left)

    def add_to(self, notes: Notes) -> None:
        """As if they had been made there, one after the other."""
        for (note, further), times in self._said.items():
            notes.add(note, further, times)
        for column in self._left:
            notes.left(column)


@dataclass(slots=True)
class Gathered:
    """What reading a piece leaves to be said of the whole file. `lost`: places with NaN or Infinity. `found`: what the
    source itself puts together at the end."""

    notes: NoteLog = field(default_factory=NoteLog)
    lost: int = 0
    found: list[Any] = field(default_factory=list)


#: Asked with an id and its line: the line on which it stood before in the file, if it did.
Before = Callable[[str, int], int | None]


class PieceReader(Protocol):
    """Reads one file. It goes to other processes as it is, so it holds no more than they need."""

    def pieces(self, most: int, held: int) -> Iterator[Piece | Reject | Warn | Progress]:
        """The file in pieces of at most so many records, and of about so many bytes."""
        ...

    def read(self, piece: Piece, before: Before, gathered: Gathered) -> Iterator[TraceRecord | Reject | Warn]:
        """What is in a piece. It rests on nothing but the piece and, for ids that may come again, on `before`, which is
        asked the same questions whatever it answers."""
        ...

    def gather(self, gathered: Gathered) -> None:
        """Take over what was gathered of the next piece, in the order of the file."""
        ...

    def ended(self) -> Iterator[Record]:
        """What is to be said once all pieces are gathered."""
        ...


@runtime_checkable
class InPieces(Protocol):
    """A source that reads some of its files in pieces."""

    def in_pieces(self, path: Path) -> PieceReader | None:
        """What reads this file so; None where it is read as a whole. Raises as `read` does."""
        ...


@dataclass(frozen=True, slots=True)
class PieceColumns:
    """All of a piece, where it holds requests of the common kind and nothing else: of each its line and its raw record, text
    or bytes of ASCII."""

    traces: CommonTraces
    lines: list[int]
    raw: Sequence[str | bytes]
    gathered: Gathered


@runtime_checkable
class InColumns(Protocol):
    """A reader that reads common pieces at once."""

    def columns(self, piece: Piece) -> PieceColumns | None:
        """What `read` says of a piece, without asking whether ids stood in the file before; None where it has to be read
        a record at a time."""
        ...


def in_turn(reader: PieceReader) -> Iterator[Record]:
    """All records, a piece after the other."""
    before = FirstLines().before
    for item in reader.pieces(MOST, HELD):
        if not isinstance(item, Piece):
            yield item
            continue
        gathered = Gathered()
        yield from reader.read(item, before, gathered)
        reader.gather(gathered)
    yield from reader.ended()
