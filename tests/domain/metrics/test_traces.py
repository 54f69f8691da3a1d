"""Metrics over recorded requests: the quick reading, in columns and counts, comes to the slow one's very figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.gate_result.misses import lost_traces, missed_cases
from readiness_tui.domain.metrics import NotComputable, Observed, Windows, observe_traces, window
from readiness_tui.domain.metrics.rule import Direction, From, Rule
from readiness_tui.domain.runs.model import Outcome, ToolCall, Trace
from readiness_tui.domain.traces.listed import RecordedList
from tests.domain.metrics.slow_traces import in_window, observe_slowly
from tests.domain.traces.grouped import ByShape

DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
AS_OF = DAY.date()
KEYS = (
    *("task_success_rate", "retry_rate", "error_rate", "tokens_per_request", "total_cost", "cost_per_success"),
    *("p50", "latency_p95_ms", "p99", "faithfulness", "quality", "mrr"),
)
CALLS = (
    None,
    (),
    (ToolCall("look_up", '{"a": 1}'),),
    (ToolCall("look_up", '{"a": 1}'), ToolCall("look_up", '{"a":1}')),
    (ToolCall("look_up", attempt=1), ToolCall("look_up", attempt=2)),
)
MAYBE = st.one_of(st.none(), st.floats(0, 1e4), st.sampled_from((0.0, 1.0, 100.0, 100.0, 250.0)))


@st.composite
def traces(draw: st.DrawFn, fewest: int = 0) -> tuple[Trace, ...]:
    """Requests of a few days; of some logs all carry a field, of others none."""
    made = []
    sessions = draw(st.sampled_from((st.none(), st.sampled_from((None, "", "s1", "s2", "s3", "s4")))))
    outcomes = draw(
        st.sampled_from((st.sampled_from((None, *Outcome)), st.sampled_from((Outcome.SUCCESS, Outcome.FAIL))))
    )
    names = draw(st.sampled_from(((), ("faithfulness",), ("Quality", "quality"), ("error rate", "task_success_rate"))))
    for n in range(draw(st.integers(fewest, 45))):
        made.append(
            Trace(
                f"t{n:02}",
                started_at=draw(st.sampled_from((None, *(DAY + timedelta(hours=13 * k) for k in range(-9, 3))))),
                outcome=draw(outcomes),
                error=draw(st.sampled_from((None, "", "Timeout: late"))),
                tool_calls=draw(st.sampled_from(CALLS)),
                latency_ms=draw(MAYBE),
                cost=draw(MAYBE),
                tokens_in=draw(st.sampled_from((None, 0, 7, 2_000))),
                tokens_out=draw(st.sampled_from((None, 3))),
                scores={
                    name: draw(st.sampled_from((0.0, 0.3, 1.0, 1.0, 0.1))) for name in names if draw(st.booleans())
                },
                cached=draw(st.booleans()) and draw(st.booleans()),
                cold=draw(st.booleans()) and draw(st.booleans()),
                extra=draw(st.sampled_from(({}, {"tags": ["de", "vip"]}, {"tags": ["vip"]}, {"tags": "vip"}))),
                session=draw(sessions),
            )
        )
    return tuple(made)


def same(slow: Observed | NotComputable, fast: Observed | NotComputable) -> None:
    if isinstance(slow, NotComputable) or isinstance(fast, NotComputable):
        assert slow == fast
        return
    for name in ("estimate", "worst", "best"):
        theirs, ours = getattr(slow, name), getattr(fast, name)
        assert (theirs is None) == (ours is None), name
        assert theirs is None or repr(astuple(theirs)) == repr(astuple(ours)), name  # by repr: NaN equals itself
    for name in ("used", "total", "note", "coverage", "left_out", "requests", "aggregate", "implied"):
        assert getattr(slow, name) == getattr(fast, name), name
    assert list(slow.missing_ids) == list(fast.missing_ids)
    assert len(slow.missing_ids) == len(fast.missing_ids)
    if fast.amounts:  # of a rate that was only counted they are not kept
        assert list(fast.amounts) == list(slow.per_case.values())
    else:
        assert fast.estimate.k == sum(slow.per_case.values())


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
@given(traces())
@settings(max_examples=40, deadline=None)
@example(())
def test_every_metric_is_what_reading_one_by_one_says(key: str, made: tuple[Trace, ...]) -> None:
    for tags in ((), ("vip",), ("de", "vip"), ("none",)):
        slow = observe_slowly(key, made, tags)
        same(slow, observe_traces(key, RecordedList(made), tags))
        same(slow, observe_traces(key, ByShape(made), tags))


@pytest.mark.slow
@given(traces(), st.sampled_from((None, 1, 2, 7)), st.sampled_from(KEYS), st.sampled_from(((), ("vip",))))
@settings(max_examples=120, deadline=None)
def test_a_window_is_what_reading_one_by_one_says(
    made: tuple[Trace, ...], days: int | None, key: str, tags: tuple[str, ...]
) -> None:
    kept, undated = in_window(made, AS_OF, days)
    for recorded in (RecordedList(made), ByShape(made)):
        found, without = window(recorded, AS_OF, days)
        assert (len(found), without) == (len(kept), undated)
        assert [name for (ids,) in found.blocks(("id",)) for name in ids] == [trace.id for trace in kept]
        same(observe_slowly(key, kept, tags), observe_traces(key, found, tags))


@pytest.mark.slow
@given(
    traces(fewest=20),
    st.sampled_from(("p95", "error_rate", "task_success_rate", "total_cost", "quality", "tokens_per_request")),
    st.sampled_from(Direction),
    st.sampled_from((0.0, 0.3, 1.0, 100.0)),
    st.integers(1, 12),
)
@settings(max_examples=120, deadline=None)
def test_the_requests_lost_to_a_rule_are_those_of_reading_one_by_one(
    made: tuple[Trace, ...], key: str, way: Direction, bar: float, most: int
) -> None:
    rule = Rule(key, way, bar, source=From.TRACES)
    slow = observe_slowly(key, made)
    every = missed_cases(rule, slow) if isinstance(slow, Observed) else ()
    for recorded in (RecordedList(made), ByShape(made)):
        lost = lost_traces(rule, window(recorded, date(2027, 1, 1), None)[0], most)
        assert list(lost.ids) == [miss.key for miss in every[:most]]
        assert lost.missed + lost.lacking == len(every)
        assert lost.lacking == sum(miss.value is None for miss in every)


@pytest.mark.parametrize("key", ["p95", "cost_per_success", "error_rate", "tokens_per_request", "quality"])
def test_beyond_one_step_the_parts_are_joined(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness_tui.domain.traces.listed._STEP", 7)
    made = tuple(
        Trace(
            f"t{n:03}",
            outcome=list(Outcome)[n % 5 % 4],
            latency_ms=None if n % 11 == 0 else (n * 37) % 101 + 0.5,
            cost=n / 997,
            tokens_in=n,
            tokens_out=n % 13,
            cached=n % 17 == 0,
            scores={"quality": n % 9 / 9},
            session=f"s{n // 4}" if n % 3 else None,
        )
        for n in range(200)
    )
    for recorded in (RecordedList(made), ByShape(made)):
        same(observe_slowly(key, made), observe_traces(key, recorded))


@dataclass(frozen=True)
class Watched(ByShape):
    """Notes which columns are asked for."""

    asked: list[tuple[str, ...]] = field(default_factory=list)

    def columns(self, names: Sequence[str], start: Any = None, end: Any = None) -> Iterator[tuple[Any, ...]]:
        self.asked.append(tuple(names))
        return super().columns(names, start, end)


def test_rates_without_sessions_read_no_record() -> None:
    made = tuple(Trace(f"t{n}", DAY, outcome=Outcome.SUCCESS, tool_calls=CALLS[2], latency_ms=n) for n in range(40))
    recorded = Watched(made)
    for key in ("task_success_rate", "error_rate", "retry_rate"):
        seen = observe_traces(key, recorded)
        assert isinstance(seen, Observed)
        assert seen.estimate.n == 40
    assert recorded.asked == []


def test_metrics_of_one_reading_read_the_records_once() -> None:
    made = tuple(Trace(f"t{n}", DAY, outcome=Outcome.SUCCESS, latency_ms=n, cost=n + 1.0) for n in range(40))
    recorded = Watched(made)
    windows = Windows(recorded, AS_OF)
    for key in ("p50", "p95", "p99", "total_cost", "cost_per_success"):
        kept, _ = windows.of(7)
        assert isinstance(observe_traces(key, kept), Observed)
    assert recorded.asked == [("outline", "latency_ms"), ("outline", "cost")]


def test_ids_are_read_only_where_somebody_asks_who_lacks_it() -> None:
    made = tuple(Trace(f"t{n}", DAY, latency_ms=None if n == 7 else n) for n in range(40))
    recorded = Watched(made)
    seen = observe_traces("p95", recorded)
    assert isinstance(seen, Observed)
    assert recorded.asked == [("outline", "latency_ms")]
    assert (len(seen.missing_ids), list(seen.missing_ids), "t7" in seen.missing_ids) == (1, ["t7"], True)
    assert recorded.asked[1:] == [("outline", "latency_ms", "id")] * 2


def test_a_value_that_is_no_measurement_is_named() -> None:
    made = (Trace("a", latency_ms=5.0), Trace("b", latency_ms=1e101), Trace("c", latency_ms=-1.0))
    seen = observe_traces("p95", RecordedList(made))
    assert isinstance(seen, NotComputable)
    assert seen.reason == "b carries 1e+101, which is no measurement"
    seen = observe_traces("p95", RecordedList((made[0], made[2])))
    assert isinstance(seen, NotComputable)
    assert seen.reason == "c carries -1, outside 0.0 to ∞"


def test_rates_of_sessions_read_the_records_once() -> None:
    made = tuple(
        Trace(f"t{n}", DAY, outcome=list(Outcome)[n % 4], tool_calls=(), session=f"s{n // 3}") for n in range(90)
    )
    recorded = Watched(made)
    kept, _ = Windows(recorded, AS_OF).of(7)
    for key in ("task_success_rate", "error_rate", "retry_rate"):
        same(observe_slowly(key, made), observe_traces(key, kept))
    assert recorded.asked == [("outline", "session")]
