"""A metric's reading of every request, in arrays: some twenty bytes a request, whatever their number."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, Protocol

from readiness_tui.domain.metrics.ingredients import Absent, Reading
from readiness_tui.domain.metrics.trace_readers import Ask, TraceReader, asked_of
from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.recorded import Block

_SHAPES = 4_096  # objects of which it is remembered how they answer
#: What a request's reading is: 0 a value, else why there is none. The last is settled once all are read.
WHY: tuple[Absent | Ask | None, ...] = (None, *Absent, Ask.IF_LARGE)
VALUE, LACKING, _CACHED, _IF_LARGE = (WHY.index(why) for why in (None, Absent.MISSING, Absent.CACHED, Ask.IF_LARGE))
_UNKNOWN = -1  # whether it was a success


class Requests(Protocol):
    """What is read of recorded requests: all of them (`Recorded`), or those of a window."""

    def blocks(self, names: Sequence[str], /) -> Iterable[Block]: ...


@dataclass(frozen=True, slots=True)
class ReadingBatch:
    """Some records' readings, as numpy arrays: `why` each has a value or none, its `value`, whether it `won` (−1: unknown;
    None where the metric does not ask), and the columns asked for beside them."""

    why: Any
    value: Any
    won: Any
    others: Sequence[Sequence[Any]]


def parts(requests: Requests, reader: TraceReader, tags: frozenset[str], *others: str) -> Iterator[ReadingBatch]:
    """The readings of those that carry all `tags`, some thousand at a time, in the order of the records."""
    import numpy as np

    numbered = _Numbered()
    shapes = _Shapes(reader, numbered)
    names = ("outline", *reader.names, *others, *(("extra",) if tags else ()))
    for columns in requests.blocks(names):
        if tags:
            kept = [tags <= tags_of(extra) for extra in columns[-1]]
            if not any(kept):
                continue
            columns = [tuple(compress(column, kept)) for column in columns]
        why, value, won = shapes.read(numbered.of(columns[0]))
        if reader.names:
            amounts = np.array(list(reader.amounts(*columns[1 : 1 + len(reader.names)])), dtype=float)  # None is NaN
            finite, asked = np.isfinite(amounts), why >= _IF_LARGE
            value = np.where(asked, amounts, value)
            why = np.where(asked & ~finite, np.where(why == _IF_LARGE, _CACHED, LACKING), why)
            why[why > _IF_LARGE] = VALUE
        yield ReadingBatch(why, value, won, columns[1 + len(reader.names) : len(columns) - bool(tags)])


def tags_of(extra: dict[str, Any]) -> set[str]:
    """The tags that a record carries beside its fields."""
    tags = extra.get("tags")
    return {str(tag) for tag in tags} if isinstance(tags, (list, tuple)) else set()


class _Numbered:
    """Shapes by the number of the first that answers as they do, in the order in which those were seen."""

    def __init__(self) -> None:
        self.held: list[Trace] = []
        self._alike: dict[Hashable, int] = {}
        self._seen: dict[int, tuple[int, Trace]] = {}  # with the shape, so that no other one gets its identity

    def of(self, column: Sequence[Trace]) -> list[int]:
        """Those of one block."""
        if len(self._seen) > _SHAPES:
            self._seen.clear()
        seen = self._seen
        for shape in column:
            if id(shape) not in seen:
                number = self._alike.setdefault(asked_of(shape), len(self.held))
                if number == len(self.held):
                    self.held.append(shape)
                seen[id(shape)] = number, shape
        return [seen[id(shape)][0] for shape in column]


class _Shapes:
    """What a reader makes of each shape, asked once a shape."""

    def __init__(self, reader: TraceReader, numbered: _Numbered) -> None:
        self.reader, self.numbered = reader, numbered
        self.why, self.value, self.won = array("b"), array("d"), array("b")

    def read(self, at: Any) -> tuple[Any, Any, Any]:
        """Of shapes by their numbers."""
        import numpy as np

        for shape in self.numbered.held[len(self.why) :]:
            self._learn(shape)
        why, value = np.frombuffer(self.why, dtype=np.int8)[at], np.frombuffer(self.value)[at]
        return why, value, None if self.reader.won is None else np.frombuffer(self.won, dtype=np.int8)[at]

    def _learn(self, shape: Trace) -> None:
        said = self.reader.of_shape(shape)
        self.why.append(_mark(said))
        self.value.append(said if isinstance(said, float) else 0.0)
        won = self.reader.won(shape) if self.reader.won else _UNKNOWN
        self.won.append(int(won) if isinstance(won, float) else _UNKNOWN)


def _mark(said: Reading | Ask) -> int:
    if isinstance(said, float):
        return VALUE
    return len(WHY) if said is Ask.AMOUNT else WHY.index(said)


@dataclass(frozen=True, slots=True)
class Readings:
    """All readings in the order of the records: `why` by `WHY` (none is `IF_LARGE` any more), `value` and `won` as in
    `ReadingBatch`, and the session of each: a number, 0 without one. Two sessions have one number with a chance below 1 in a
    billion for a million of them.

    `usual`: the median of the amounts that are typical, above which one that is called cached counts.
    """

    why: Any
    value: Any
    won: Any
    session: Any
    usual: float | None


def read_all(requests: Requests, reader: TraceReader, tags: frozenset[str], *, sessions: bool) -> Readings:
    """`sessions`: whether any request names one."""
    import numpy as np

    why, value, won, session = array("b"), array("d"), array("b"), array("q")
    for part in parts(requests, reader, tags, *(("session",) if sessions else ())):
        why.frombytes(part.why.astype(np.int8).tobytes())
        value.frombytes(part.value.tobytes())
        if part.won is not None:
            won.frombytes(part.won.tobytes())
        if sessions:
            session.extend(_sessions(part.others[0]))
    marks, values = np.frombuffer(why, dtype=np.int8), np.frombuffer(value)
    usual = _median(values[marks == VALUE]) if (marks == _IF_LARGE).any() else None
    return Readings(
        settled(marks, values, usual),
        values,
        np.frombuffer(won, dtype=np.int8) if won else None,
        np.frombuffer(session, dtype=np.int64) if session else None,
        usual,
    )


def _sessions(column: Sequence[str | None]) -> list[int]:
    return [hash(name) or 1 if name else 0 for name in column]


@dataclass(frozen=True, slots=True)
class ShapesBySession:
    """Which shape each request shows and which session it is of, in the order of the records: all that a rate takes whose
    readings shapes tell."""

    numbered: _Numbered
    at: array[int]
    session: array[int]

    def readings(self, reader: TraceReader) -> Readings:
        import numpy as np

        why, value, _ = _Shapes(reader, self.numbered).read(np.frombuffer(self.at, dtype=np.int32))
        return Readings(why, value, None, np.frombuffer(self.session, dtype=np.int64), None)


def read_shapes(requests: Requests) -> ShapesBySession:
    numbered, at, session = _Numbered(), array("i"), array("q")
    for shapes, names in requests.blocks(("outline", "session")):
        at.extend(numbered.of(shapes))
        session.extend(_sessions(names))
    return ShapesBySession(numbered, at, session)


def settled(why: Any, value: Any, usual: float | None, won: Any = None) -> Any:
    """`why`, once the usual amount is known (None: there is none). `won`: where the metric needs to know that, too."""
    import numpy as np

    if (doubtful := why == _IF_LARGE).any():
        large = np.zeros(len(why), dtype=bool) if usual is None else value > usual
        why = np.where(doubtful, np.where(large, np.int8(VALUE), np.int8(_CACHED)), why)
    if won is not None and (silent := (why == VALUE) & (won < 0)).any():
        why = np.where(silent, np.int8(LACKING), why)
    return why


def _median(values: Any) -> float | None:
    """As `statistics.median`."""
    import numpy as np

    if not len(values):
        return None
    ordered, half = np.sort(values), len(values) // 2
    return float(ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2)
