"""A metric's figure over recorded requests, and which requests fall in a time window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import compress
from typing import Any, cast

from readiness_tui.domain.metrics.ingredients import Reading
from readiness_tui.domain.metrics.one_each import of_counts, of_readings
from readiness_tui.domain.metrics.registry import MetricDef, MetricKind, resolve, same_metric, unknown
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.metrics.summary import NotComputable, Observed
from readiness_tui.domain.metrics.trace_readers import TRACE_READERS, Ask, TraceReader, asked_of, score_reader
from readiness_tui.domain.metrics.trace_readings import (
    Readings,
    ShapesBySession,
    parts,
    read_all,
    read_shapes,
    settled,
    tags_of,
)
from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.measured import at_of
from readiness_tui.domain.traces.names import FirstNames
from readiness_tui.domain.traces.recorded import Block, Recorded

Shown = tuple[date | None, Trace, int]  # a UTC day, an outline, and how many requests of that day answer as it does
_SCORES = 20_000  # names of scores that are told apart
_SHAPES = 4_096  # objects of which it is remembered how they answer


@dataclass(slots=True)
class Window:
    """Recorded requests of some days, see `window`.

    What a metric read of them is kept until another one reads something else: p50, p95 and p99 are one reading, and so are
    the rates that shapes tell.
    """

    recorded: Recorded
    shown: tuple[Shown, ...]
    scores: FirstNames[str, int]
    start: datetime | None = None
    end: datetime | None = None
    later: bool = False  # whether any request began at `end` or after it
    _read: tuple[object, Readings | ShapesBySession] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return sum(n for _, _, n in self.shown)

    def blocks(self, names: Sequence[str], /) -> Iterator[Block]:
        if self.start is not None:
            return iter(self.recorded.blocks(names, self.start, self.end))
        return self._before_end(names) if self.later else iter(self.recorded.blocks(names))

    def _before_end(self, names: Sequence[str]) -> Iterator[Block]:
        end = at_of(self.end)
        for *columns, began in self.recorded.blocks((*names, "at")):
            kept = [at is None or end is None or at < end for at in began]
            if any(kept):
                yield [tuple(compress(column, kept)) for column in columns]

    def readings(self, reader: TraceReader, tags: frozenset[str], *, sessions: bool) -> Readings:
        asked = (reader, tags)
        if self._read is None or self._read[0] != asked:
            self._read = None
            self._read = asked, read_all(self, reader, tags, sessions=sessions)
        return cast(Readings, self._read[1])

    def by_session(self) -> ShapesBySession:
        if self._read is None or self._read[0] != "shapes":
            self._read = None
            self._read = "shapes", read_shapes(self)
        return cast(ShapesBySession, self._read[1])


def window(recorded: Recorded, as_of: date, days: int | None) -> tuple[Window, int]:
    """The requests of the last `days` UTC days up to and including `as_of`, and how many lack a start time.

    Half-open: from 00:00 UTC of the first day up to, not including, 00:00 UTC of the day after `as_of`. Without
    `days` the window has no beginning, and a trace without a start time counts too.
    """
    end = as_of + timedelta(days=1)
    start = None if days is None else end - timedelta(days=days)
    alike, undated, later = _Alike(), 0, False
    for day, shape, n in recorded.outlined():
        undated += n if day is None else 0
        later = later or (day is not None and day >= end)
        if _within(day, start, end):
            alike.add(day, shape, n)
    first = None if start is None else _midnight(start)
    return Window(recorded, alike.shown, alike.scores, first, _midnight(end), later), undated


class _Alike:
    """Requests counted by day and by how their shapes answer: one shape of each is kept."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[date | None, Hashable]] = Counter()
        self._shapes: dict[Hashable, Trace] = {}
        self._asked: dict[int, tuple[Hashable, Trace]] = {}  # with the shape, so that no other one gets its identity
        self.scores: FirstNames[str, int] = FirstNames(int, _SCORES)

    def add(self, day: date | None, shape: Trace, n: int) -> None:
        known = self._asked.get(id(shape))
        if known is None:
            if len(self._asked) >= _SHAPES:
                self._asked.clear()
            known = self._asked[id(shape)] = asked_of(shape), shape
            self._shapes.setdefault(known[0], shape)
            for name in shape.scores:
                self.scores.put(name, 1, 1)
        self._counts[day, known[0]] += n

    @property
    def shown(self) -> tuple[Shown, ...]:
        return tuple((day, self._shapes[answers], n) for (day, answers), n in self._counts.items())


def _within(day: date | None, start: date | None, end: date) -> bool:
    if day is None:
        return start is None
    return day < end and (start is None or day >= start)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


class Windows:
    """Windows on the same requests for rules one after another: those of one length share what was read."""

    def __init__(self, recorded: Recorded, as_of: date) -> None:
        self.recorded, self.as_of = recorded, as_of
        self._last: tuple[int | None, tuple[Window, int]] | None = None

    def of(self, days: int | None) -> tuple[Window, int]:
        """As `window`."""
        if self._last is None or self._last[0] != days:
            self._last = None
            self._last = days, window(self.recorded, self.as_of, days)
        return self._last[1]


def observe_traces(
    metric_key: str,
    requests: Recorded | Window,
    tags: Collection[str] = (),
    *,
    direction: Direction | None = None,
    unit: str = "",
) -> Observed | NotComputable:
    """The figure of one metric over recorded requests; each is a case of its own, its session is its cluster."""
    asked = MetricAsked.of(metric_key, requests, tags, direction=direction, unit=unit)
    return asked if isinstance(asked, NotComputable) else asked.answer()


@dataclass(frozen=True, slots=True)
class MetricAsked:
    """One metric asked of some requests, those that carry all `tags`. `sessions`: whether any of them names one.
    `told`: whether their shapes tell all of it."""

    metric: MetricDef
    reader: TraceReader
    requests: Window
    tags: frozenset[str]
    sessions: bool
    told: bool

    @classmethod
    def of(
        cls,
        metric_key: str,
        requests: Recorded | Window,
        tags: Collection[str] = (),
        *,
        direction: Direction | None = None,
        unit: str = "",
    ) -> MetricAsked | NotComputable:
        held = requests if isinstance(requests, Window) else _every(requests)
        metric, wanted = resolve(metric_key) or unknown(metric_key, direction, unit), frozenset(tags)
        shown, scores = _tagged(held, wanted) if wanted else (held.shown, held.scores)
        shapes = [shape for _, shape, _ in shown]
        if not shapes:
            return NotComputable("no trace carries these tags" if held.shown else "there are no traces", 0, 0)
        reader = _reader(metric, scores)
        if reader is None and scores.others:
            return NotComputable(
                f"the traces carry scores of more than {_SCORES:,} names, too many to look for this one"
            )
        if reader is None:
            return NotComputable("no trace carries a score of this name, and it cannot be computed from traces")
        sessions = any(shape.session for shape in shapes)
        asks = metric.kind is not MetricKind.RATE or any(isinstance(reader.of_shape(shape), Ask) for shape in shapes)
        return cls(metric, reader, held, wanted, sessions, not (wanted or asks))

    def answer(self) -> Observed | NotComputable:
        if self.told and not self.sessions:
            counts: Counter[Reading | Ask] = Counter()
            for _, shape, n in self.requests.shown:
                counts[self.reader.of_shape(shape)] += n
            return of_counts(self.metric, counts, self._named)
        return of_readings(self.metric, self._readings(), self._named)

    def each(self) -> Iterator[tuple[Sequence[str], Any, Any]]:
        """The ids of some thousand requests at a time, why each has no value (`trace_readings.WHY`), and its value. Read
        anew: a look-up for somebody who asks which they were."""
        usual = None if self.told else self._readings().usual
        for part in parts(self.requests, self.reader, self.tags, "id"):
            won = part.won if self.metric.kind is MetricKind.RATIO else None
            yield part.others[0], settled(part.why, part.value, usual, won), part.value

    def _readings(self) -> Readings:
        if self.told:
            return self.requests.by_session().readings(self.reader)
        return self.requests.readings(self.reader, self.tags, sessions=self.sessions)

    def _named(self, passes: Callable[[Any, Any], Any]) -> Iterator[str]:
        for ids, why, value in self.each():
            yield from compress(ids, passes(why, value).tolist())


def _every(recorded: Recorded) -> Window:
    alike = _Alike()
    for day, shape, n in recorded.outlined():
        alike.add(day, shape, n)
    return Window(recorded, alike.shown, alike.scores)


def _tagged(held: Window, tags: frozenset[str]) -> tuple[tuple[Shown, ...], FirstNames[str, int]]:
    """What those requests show that carry all of these tags, and the names of their scores."""
    alike = _Alike()
    for shapes, extras in held.blocks(("outline", "extra")):
        for shape, extra in zip(shapes, extras, strict=True):
            if tags <= tags_of(extra):
                alike.add(None, shape, 1)
    return alike.shown, alike.scores


def _reader(metric: MetricDef, scores: FirstNames[str, int]) -> TraceReader | None:
    if metric.kind in (MetricKind.RATE, MetricKind.MEAN) and metric.unit != "tokens":
        if scores.others and metric.key not in scores.found:
            return None  # whatever stands for it may be among those that are not told apart
        if names := {name for name in scores.found if same_metric(name, metric.key)}:
            return score_reader(metric, metric.key if metric.key in names else min(names))
    return TRACE_READERS.get(metric.key)
