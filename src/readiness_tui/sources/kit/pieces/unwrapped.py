"""What is read of a file inside another one, told as of the outer one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit.base import Progress, Record, Reject, TraceRecord, Warn
from readiness_tui.sources.kit.pieces.piece import Before, Gathered, InColumns, Piece, PieceColumns, PieceReader

Told = TypeVar("Told")

held: Counter[Path] = Counter()  # opened files that are being read


class UnwrappedReader:
    """Reads the inner file in pieces (see `PieceReader`)."""

    def __init__(self, reader: PieceReader, outer: Path, inner: Path, said: tuple[str, ...]) -> None:
        self._reader, self._outer, self._inner, self._said = reader, outer, inner, said

    def pieces(self, most: int, held: int) -> Iterator[Piece | Reject | Warn | Progress]:
        return as_outer(self._reader.pieces(most, held), self._outer, self._inner, self._said)

    def read(self, piece: Piece, before: Before, gathered: Gathered) -> Iterator[TraceRecord | Reject | Warn]:
        return self._reader.read(piece, before, gathered)

    def columns(self, piece: Piece) -> PieceColumns | None:
        return self._reader.columns(piece) if isinstance(self._reader, InColumns) else None

    def gather(self, gathered: Gathered) -> None:
        self._reader.gather(gathered)

    def ended(self) -> Iterator[Record]:
        return self._reader.ended()


def as_outer(
    records: Iterable[Told], outer: Path, inner: Path, said: tuple[str, ...]
) -> Iterator[Told | Warn | Progress]:
    """What is read of the inner file, as of the outer one."""
    size = outer.stat().st_size
    yield from (Warn(f"{outer.name}: {one}.") for one in said)
    held[inner] += 1
    try:
        for record in records:
            if isinstance(record, Progress):
                yield Progress(int(size * record.done / max(record.total, 1)), size)
            else:
                yield record
    except ReadinessError as error:
        raise type(error)(str(error).replace(str(inner), str(outer))) from error
    finally:
        held[inner] -= 1
