"""Requests of the common kind counted by what they show and on which day: what `tally.Tallier` says of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, TypeVar

from readiness_tui.domain.runs.model import ToolCall, Trace
from readiness_tui.domain.traces.columns import CommonTraces
from readiness_tui.domain.traces.counted import Counted, Varied, smallest
from readiness_tui.domain.traces.measured import day_at, moment_at
from readiness_tui.domain.traces.shape import TraceShape
from readiness_tui.domain.traces.varied import digest, of_ids, values

T = TypeVar("T")
_DAY = 24 * 60 * 60 * 10**6  # microseconds


def counted(of: CommonTraces, shapes: Sequence[TraceShape]) -> Iterator[tuple[TraceShape, Counted]]:
    """The groups, in the order in which each begins."""
    groups: defaultdict[tuple[int | None, str], list[int]] = defaultdict(list)
    days = [None if at is None else at // _DAY for at in of.at]
    for place, (day, shape) in enumerate(zip(days, shapes, strict=True)):
        groups[day, shape.digest].append(place)
    for places in groups.values():
        shape = shapes[places[0]]
        yield shape, _group(of, shape, places)


def _group(of: CommonTraces, shape: TraceShape, places: list[int]) -> Counted:
    ids, starts = _at(of.id, places), _at(of.at, places)
    start, name = (
        min(zip(starts, ids, strict=True)) if starts[0] is not None else (None, None)
    )  # of one day, so all or none
    first = None if start is None or name is None else (moment_at(start), name)
    return Counted(shape.skeleton, len(places), day_at(starts[0]), 0, smallest(ids), first, dict(_varied(of, places)))


def _at(column: Sequence[T], places: Sequence[int]) -> tuple[T, ...]:
    return (column[places[0]],) if len(places) == 1 else itemgetter(*places)(column)


def _varied(of: CommonTraces, places: Sequence[int]) -> Iterator[tuple[str, Varied]]:
    yield from _told("questions", _at(of.question, places))
    yield from _told("answers", _at(of.answer, places))
    yield from _told("feedback", (said and said.strip().casefold() for said in _at(of.feedback, places)))
    yield from _told(
        "chunks", (None if chunks is None else of_ids([c[0] for c in chunks]) for chunks in _at(of.chunks, places))
    )
    yield from _told("cost", (cost and cost + 0.0 for cost in _at(of.cost, places)))
    tokens = zip(_at(of.tokens_in, places), _at(of.tokens_out, places), strict=True)
    yield from _told("tokens", (None if None in both else both for both in tokens))
    yield from _of_calls(filter(None, _at(of.tool_calls, places)), of.ids_in_calls)


def _told(name: str, found: Iterable[Hashable]) -> Iterator[tuple[str, Varied]]:
    """Whether values differ; no more are looked at than that takes."""
    there = (value for value in found if value is not None)
    for first in there:
        yield name, Varied(digest(first), any(value != first for value in there))
        return


def _of_calls(found: Iterable[tuple[ToolCall, ...]], ids: bool) -> Iterator[tuple[str, Varied]]:
    """`ids`: whether any of them may hold one, which is asked of each."""
    seen: dict[str, Any] = {}
    differ: set[str] = set()
    for calls in found:
        for name, value in values(Trace("", tool_calls=calls), differ):
            if name not in seen:
                seen[name] = value
            elif seen[name] != value:
                differ.add(name)
        if not ids and len(differ) == 2:  # arguments and results: nothing else is said of calls
            break
    for name, value in seen.items():
        yield name, Varied(digest(value), name in differ)
