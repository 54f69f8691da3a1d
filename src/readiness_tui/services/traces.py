"""Traces as a list of any length: narrowed by a typed filter, sorted, counted by field; and one whole record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.filters import completion, language
from readiness_tui.domain.filters.completion import Completion
from readiness_tui.domain.filters.histogram import Limits
from readiness_tui.domain.filters.model import Filter, Like, Named, NamePattern
from readiness_tui.domain.filters.order import ListOrder
from readiness_tui.domain.filters.survey import Survey
from readiness_tui.domain.filters.trace_filter import TRACE_KEYS, shows
from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.store import imports, traces
from readiness_tui.store.listing import trace_pages, trace_record, trace_survey, trace_words
from readiness_tui.store.listing.trace_filter import NAMES
from readiness_tui.store.listing.trace_pages import Cursor, ListedTrace
from readiness_tui.store.listing.trace_record import FoundRecord
from readiness_tui.store.listing.trace_survey import CountingStoppedError
from readiness_tui.store.sqlite import Connection

__all__ = [
    "NOTHING",
    "Cursor",
    "Filter",
    "ListOrder",
    "ListedTrace",
    "Survey",
    "around",
    "complete",
    "count",
    "following",
    "index_words",
    "page",
    "parse_filter",
    "rank",
    "record",
    "several",
    "state",
    "survey",
    "trace",
    "worth_indexing",
]

NOTHING = Filter()
_NAMED = 5
_SURVEY = "survey of traces"  # in the desk's cache: of everything
_SMALL = 20_000  # traces that are searched soon enough without an index


def parse_filter(desk: Desk, typed: str) -> Filter:
    """The filter that a line means; see `domain/filters/language.py`.

    A part of a model's or prompt's name stands for the one name that contains it. Raises ReadinessError for a key,
    a day or a name that nothing matches, and for a part that several names contain.
    """
    wanted = language.parse(typed, TRACE_KEYS, desk.now().astimezone(UTC).date())
    if not any(isinstance(one, Named) for one in wanted.conditions):
        return wanted
    with desk.store.read() as conn:
        return Filter(
            tuple(_whole(conn, desk, one) if isinstance(one, Named) else one for one in wanted.conditions),
        )


def _whole(conn: Connection, desk: Desk, asked: Named) -> Named:
    """With the names that stored traces have in place of parts of them."""
    if asked.key in ("error", "feedback"):  # texts: a part is what is meant
        return asked
    return replace(
        asked,
        patterns=tuple(
            NamePattern(_whole_name(conn, desk, asked.key, one.text)) if one.like is Like.PART else one
            for one in asked.patterns
        ),
    )


def _whole_name(conn: Connection, desk: Desk, key: str, part: str) -> str:
    """The one value that `part` is, or is a part of."""
    known = traces.values(conn, current_review(conn, desk).system, NAMES[key])
    if part in known:
        return part
    like = [name for name in known if part.casefold() in name.casefold()]
    if len(like) == 1:
        return like[0]
    said = one_line(part, 60)
    if like:
        raise ReadinessError(
            f"{key}:{said} fits {len(like)} names: {_some(like)}. Type more of the one you mean, or {key}:*{said}* for all."
        )
    listed = f"There are: {_some(known)}." if known else f"No trace says its {key}."
    raise ReadinessError(f"No trace has a {key} like “{said}”. {listed}")


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(one_line(name, 60) for name in names[:_NAMED]) + more


def state(desk: Desk) -> tuple[int, ...]:
    """Changes whenever the list may have changed: the imports it is made of."""
    with desk.store.read() as conn:
        return tuple(info.id for info in imports.all(conn, current_review(conn, desk).system))


def count(desk: Desk, wanted: Filter = NOTHING) -> int:
    """How many traces meet the filter."""
    with desk.store.read() as conn:
        return traces.count(conn, current_review(conn, desk).system, wanted)


def page(
    desk: Desk,
    wanted: Filter = NOTHING,
    order: ListOrder = ListOrder.NEWEST,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    last: bool = False,
    limit: int = 200,
) -> list[ListedTrace]:
    """A page of rows: after or before a place, the last ones, else from the top. Costs the same at any depth."""
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        return trace_pages.page(conn, system, wanted, order, after=after, before=before, last=last, limit=limit)


def around(desk: Desk, wanted: Filter, order: ListOrder, trace_id: str, limit: int) -> tuple[list[ListedTrace], int]:
    """The rows round a trace, and which of them it is; the first rows and 0 where the list does not have it."""
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        place = trace_pages.placed(conn, system, wanted, order, trace_id)
        if place is None:
            return trace_pages.page(conn, system, wanted, order, limit=limit), 0
        before = trace_pages.page(conn, system, wanted, order, before=place, limit=limit // 2)
        own = (place[0], place[1] + (1 if order.descending else -1))
        rest = trace_pages.page(conn, system, wanted, order, after=own, limit=limit - len(before))
        return before + rest, len(before)


def following(desk: Desk, wanted: Filter, order: ListOrder, after_id: str, limit: int) -> list[ListedTrace]:
    """The rows after a trace, the first ones where none is named. Raises ReadinessError where the list does not have it."""
    if not after_id:
        return page(desk, wanted, order, limit=limit)
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        place = trace_pages.placed(conn, system, wanted, order, after_id)
        if place is None:
            raise ReadinessError(
                f"The list does not have a trace {one_line(after_id, 60)}. Leave --after out to begin at its top."
            )
        return trace_pages.page(conn, system, wanted, order, after=place, limit=limit)


def rank(desk: Desk, wanted: Filter, order: ListOrder, place: Cursor) -> int:
    """How many traces stand before a place of the list."""
    with desk.store.read() as conn:
        return trace_pages.rank(conn, current_review(conn, desk).system, wanted, order, place)


def several(
    desk: Desk, trace_ids: Sequence[str], wanted: Filter = NOTHING, order: ListOrder | None = None
) -> tuple[list[ListedTrace], tuple[str, ...]]:
    """The traces of these ids that meet the filter, in this order or the one asked for, and the ids that were not
    imported."""
    found: list[Trace] = []
    unknown: list[str] = []
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        for trace_id in dict.fromkeys(trace_ids):
            trace = traces.get(conn, system, trace_id)
            if trace is None:
                unknown.append(trace_id)
            elif shows(wanted, trace):
                found.append(trace)
    if order is not None:
        found = sorted_by(found, order)
    return [ListedTrace((None, 0), trace) for trace in found], tuple(unknown)


def sorted_by(found: Sequence[Trace], order: ListOrder) -> list[Trace]:
    """In an order, those without the figure last, ties as they came."""

    def figure(trace: Trace) -> float | None:
        if order.field == "time":
            return None if trace.started_at is None else trace.started_at.timestamp()
        return trace.latency_ms if order.field == "latency" else trace.cost

    known = [(value, trace) for trace in found if (value := figure(trace)) is not None]
    known.sort(key=lambda one: one[0], reverse=order.descending)
    return [trace for _, trace in known] + [trace for trace in found if figure(trace) is None]


def trace(desk: Desk, trace_id: str) -> FoundRecord:
    """One trace, without its record as the file had it. Raises ReadinessError where there is none."""
    return _read(desk, trace_id, raw=False)


def record(desk: Desk, trace_id: str) -> FoundRecord:
    """One trace and its record as the file had it. Raises ReadinessError where there is none."""
    return _read(desk, trace_id, raw=True)


def _read(desk: Desk, trace_id: str, *, raw: bool) -> FoundRecord:
    with desk.store.read() as conn:
        found = trace_record.read(conn, current_review(conn, desk).system, trace_id, raw=raw)
    if found is None:
        raise ReadinessError(f"No trace {trace_id} was imported.")
    return found


def survey(
    desk: Desk,
    wanted: Filter = NOTHING,
    limits: Limits | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Survey | None:
    """Counts by field and the spread of latency and cost; None once `stop` says that nobody waits any more.

    `limits`: of latency and cost (see `trace_survey.survey`). What there is without a filter is kept.
    """
    mark = (state(desk), dict(limits or {}))
    kept = desk.cache.get(_SURVEY)
    if wanted == NOTHING and kept is not None and kept[0] == mark:
        known: Survey = kept[1]
        return known
    try:
        with desk.store.read() as conn:
            found = trace_survey.survey(conn, current_review(conn, desk).system, wanted, limits or {}, stop)
    except CountingStoppedError:
        return None
    if wanted == NOTHING:
        desk.cache[_SURVEY] = (mark, found)
    return found


def complete(desk: Desk, typed: str) -> list[Completion]:
    """How a filter line can go on: with values once everything was counted, before that with keys alone."""
    kept = desk.cache.get(_SURVEY)
    of_now: Any = kept is not None and kept[0]
    facets = kept[1].facets if kept is not None and of_now[0] == state(desk) else ()
    values = {facet.key: [(name, n) for name, n in facet.counts if name] for facet in facets}
    return completion.complete(typed, TRACE_KEYS, values)


def worth_indexing(desk: Desk, wanted: Filter) -> bool:
    """Whether the filter looks for words among so many traces that the index of words should be made first."""
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        if trace_words.query(wanted) is None or trace_words.ready(conn, system):
            return False
        return sum(info.traces for info in imports.all(conn, system)) > _SMALL


def index_words(desk: Desk, progress: Callable[[int, int], bool]) -> bool:
    """Make the index of words; see `store/listing/trace_words.py`. `progress` says False to stop."""
    return trace_words.make(desk.store, progress)
