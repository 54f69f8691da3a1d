"""A metric's figure over recorded requests, and which requests fall in a time window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import compress
from typing import Any, cast

from readiness_tui.domain.metrics.ingredients import Reading
from readiness_tui.domain.metrics.one_each import of_counts, of_readings
from readiness_tui.domain.metrics.registry import MetricDef, MetricKind, resolve, same_metric, unknown
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.metrics.summary import NotComputable, Observed
from readiness_tui.domain.metrics.trace_readers import TRACE_READERS, Ask, TraceReader, score_reader
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
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.domain.traces.measured import at_of, day_of
from readiness_tui.domain.traces.recorded import Recorded

Shown = tuple[date | None, Trace, int]  # a UTC day, a shape, and how many requests of that day show it


@dataclass(slots=True)
class Window:
    """Recorded requests of some days, see `window`.

    What a metric read of them is kept until another one reads something else: p50, p95 and p99 are one reading, and so are
    the rates that shapes tell.
    """

    recorded: Recorded
    shown: tuple[Shown, ...]
    start: datetime | None = None
    end: datetime | None = None
    later: bool = False  # whether any request began at `end` or after it
    _read: tuple[object, Readings | ShapesBySession] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return sum(n for _, _, n in self.shown)

    def columns(self, names: Sequence[str], /) -> Iterator[tuple[Any, ...]]:
        if self.start is not None:
            return iter(self.recorded.columns(names, self.start, self.end))
        return self._before_end(names) if self.later else iter(self.recorded.columns(names))

    def _before_end(self, names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        end = at_of(self.end)
        for *row, at in self.recorded.columns((*names, "at")):
            if at is None or end is None or at < end:
                yield tuple(row)

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
    every = tuple(_shown(recorded))
    kept = tuple(one for one in every if _within(one[0], start, end))
    undated = sum(n for day, _, n in every if day is None)
    later = any(day is not None and day >= end for day, _, _ in every)
    return Window(recorded, kept, None if start is None else _midnight(start), _midnight(end), later), undated


def _within(day: date | None, start: date | None, end: date) -> bool:
    if day is None:
        return start is None
    return day < end and (start is None or day >= start)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _shown(recorded: Recorded) -> Iterator[Shown]:
    """What the requests of each day show. Of a list, what only probes ask for need not be worked out."""
    if type(recorded) is RecordedList:
        return ((day_of(trace), trace, 1) for trace in recorded.traces)
    return ((got.day, got.trace, got.n) for got in recorded.counted())


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
        held = requests if isinstance(requests, Window) else Window(requests, tuple(_shown(requests)))
        metric, wanted = resolve(metric_key) or unknown(metric_key, direction, unit), frozenset(tags)
        shapes = _tagged(held, wanted) if wanted else [shape for _, shape, _ in held.shown]
        if not shapes:
            return NotComputable("no trace carries these tags" if held.shown else "there are no traces", 0, 0)
        reader = _reader(metric, shapes)
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


def _tagged(held: Window, tags: frozenset[str]) -> list[Trace]:
    """What those requests show that carry all of these tags."""
    found: dict[int, Trace] = {}
    for shape, extra in held.columns(("shape", "extra")):
        if tags <= tags_of(extra):
            found[id(shape)] = shape
    return list(found.values())


def _reader(metric: MetricDef, shapes: Iterable[Trace]) -> TraceReader | None:
    if metric.kind in (MetricKind.RATE, MetricKind.MEAN) and metric.unit != "tokens":
        scores = {name for shape in shapes for name in shape.scores}
        if names := {name for name in scores if same_metric(name, metric.key)}:
            return score_reader(metric, metric.key if metric.key in names else min(names))
    return TRACE_READERS.get(metric.key)
