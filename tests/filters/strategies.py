"""Filters and traces of all sorts: few different values, so that they meet."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from readiness_tui.domain.filters.model import (
    Amount,
    Condition,
    Filter,
    Like,
    Named,
    NamePattern,
    Says,
    Sign,
    TimeRange,
)
from readiness_tui.domain.runs.model import Outcome, ToolCall, Trace

DAYS = [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]
WORDS = [
    "refund",
    "Refund",
    "a%b",
    "c_d",
    "É",
    "é",
    "gpt-4",
    "gpt-4o",
    'say "hi"',
    "none",
    "back\\slash",
    "a,b",
    "x y",
    "re*",
    "nul\0inside refund",
]
names = st.sampled_from(WORDS)
figures = st.sampled_from([0.0, 0.5, 100.0, 3000.0, 3000.5, 1e6])


def patterns(key: str) -> st.SearchStrategy[NamePattern]:
    own = names if key != "status" else st.one_of(names, st.sampled_from(["fail", "ERROR", "unknown"]))
    kinds = [
        st.builds(NamePattern, own),
        st.just(NamePattern("", Like.NOTHING)),
        st.sampled_from([NamePattern(text, Like.WILD) for text in ("gpt*", "*o", "*fun*", "nul*d", "a%*", "*_d", "*")]),
    ]
    if key not in ("status", "tool", "user", "session"):
        kinds.append(st.sampled_from([NamePattern(text, Like.PART) for text in ("gpt", "REF", "%", "_", "\\")]))
    return st.one_of(kinds)


def _named(key: str) -> st.SearchStrategy[Named]:
    some = st.lists(patterns(key), min_size=1, max_size=3, unique=True).map(tuple)
    return st.builds(Named, st.just(key), some, st.booleans())


_named_any = st.sampled_from(
    ["status", "error", "model", "prompt", "tool", "release", "index", "user", "session", "feedback"]
).flatmap(_named)
_amounts = st.builds(
    Amount, st.sampled_from(["latency", "cost", "tokens"]), st.sampled_from(list(Sign)), figures, st.booleans()
) | st.builds(Amount, st.sampled_from(["latency", "cost", "tokens"]), st.just(Sign.IS), st.none(), st.booleans())
_midnights = st.sampled_from(DAYS).map(lambda day: datetime.combine(day, time(), UTC))
_moments = st.builds(lambda at, minutes: at + timedelta(minutes=minutes), _midnights, st.integers(0, 2000))
_times = st.one_of(
    st.builds(lambda at, hidden: TimeRange(at, at + timedelta(days=1), hidden), _midnights, st.booleans()),
    st.builds(lambda at, hidden: TimeRange(at, None, hidden), _moments, st.booleans()),
    st.builds(lambda at, hidden: TimeRange(None, at, hidden), _moments, st.booleans()),
)
_says = st.builds(
    Says, st.sampled_from([*WORDS, "f", "fu", "fun", "und", "_", "%", "y \nz", "-x", "error"]), st.booleans()
)


def _possible(conditions: list[Condition]) -> bool:
    """What the language refuses: an end that is not after a start."""
    times = [one for one in conditions if isinstance(one, TimeRange) and not one.hidden]
    starts = [one.start for one in times if one.start]
    ends = [one.end for one in times if one.end]
    return not starts or not ends or min(ends) > max(starts)


def filters() -> st.SearchStrategy[Filter]:
    some = st.lists(st.one_of(_named_any, _amounts, _times, _says), max_size=4).filter(_possible)
    return some.map(lambda conditions: Filter(tuple(conditions)))


_texts = st.none() | st.lists(names, min_size=1, max_size=4).map(" ".join)
_calls = st.none() | st.lists(st.builds(ToolCall, names, _texts), max_size=3).map(tuple)
traces = st.builds(
    Trace,
    id=st.uuids().map(lambda one: f"trace-{one.hex[:12]}"),
    started_at=st.none() | _moments,
    prompt_version=st.none() | names,
    model=st.none() | names,
    index_version=st.none() | names,
    app_version=st.none() | names,
    status=st.none() | st.sampled_from(["ok", "fail", "gpt-4o"]),
    outcome=st.none() | st.sampled_from(list(Outcome)),
    error=_texts,
    question=_texts,
    answer=_texts,
    tool_calls=_calls,
    feedback=st.none() | names,
    latency_ms=st.none() | figures,
    cost=st.none() | figures,
    tokens_in=st.none() | st.sampled_from([0, 100, 2000]),
    tokens_out=st.none() | st.sampled_from([0, 100, 1000]),
    user=st.none() | names,
    session=st.none() | names,
)
