"""What is read part by part goes on where it was: no part steps over what was read before, whatever bounds a filter has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.filters.model import Amount, Condition, Filter, TimeRange
from readiness_tui.domain.filters.order import ListOrder
from readiness_tui.domain.runs.model import Trace
from readiness_tui.store import Store, reviews, traces
from readiness_tui.store.listing import trace_pages
from tests.store.test_imports import bring
from tests.store.test_trace_pages import steps
from tests.store.workers import NOW, SYSTEM

N = 3_000


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Filled once, and only read."""
    found = [
        Trace(
            f"t{i}",
            NOW + timedelta(seconds=i * 7 % N) if i % 10 else None,
            latency_ms=float(i * 11 % N) if i % 10 else None,
            cost=float(i * 13 % N) if i % 10 else None,
        )
        for i in range(N)
    ]
    with Store.open(tmp_path_factory.mktemp("filled") / "readiness.db", create=True) as store:
        with store.write("ana", "started a review", now=NOW) as tx:
            reviews.put(tx, Review(0, SYSTEM, "2026.11", NOW.date(), "ana"))
        bring(store, traces=found)
        yield store


@pytest.mark.parametrize("start", [None, NOW + timedelta(seconds=30)])
@pytest.mark.parametrize("end", [None, NOW + timedelta(seconds=N - 30)])
def test_a_window_is_read_once_however_many_chunks_it_has(
    filled: Store, monkeypatch: pytest.MonkeyPatch, start: object, end: object
) -> None:
    made, read = [], []
    for chunk in (N, 60):
        monkeypatch.setattr(traces, "_CHUNK", chunk)
        with filled.read() as conn, steps(conn) as taken:
            read.append(list(traces.columns(conn, SYSTEM, ("id", "started_at"), start, end)))  # type: ignore[arg-type]
        made.append(taken[0])
    assert read[0] == read[1]
    assert len(read[0]) > N * 0.8
    assert made[1] < 2 * made[0]


@pytest.mark.parametrize("order", ListOrder)
@pytest.mark.parametrize(
    "condition",
    [
        TimeRange(NOW + timedelta(seconds=30), NOW + timedelta(seconds=N - 30)),
        pytest.param(TimeRange(end=NOW + timedelta(seconds=N - 30)), marks=pytest.mark.slow),
        Amount("latency", ">=", 30.0),
        pytest.param(Amount("latency", "<", N - 30.0), marks=pytest.mark.slow),
        pytest.param(Amount("cost", ">", 30.0), marks=pytest.mark.slow),
        pytest.param(Amount("cost", "<=", N - 30.0), marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_a_page_of_a_filtered_list_costs_the_same_at_any_depth(
    filled: Store, order: ListOrder, condition: Condition
) -> None:
    where, costs, last = Filter((condition,)), [], None
    with filled.read() as conn:
        for _ in range(40):
            with steps(conn) as made:
                page = trace_pages.page(conn, SYSTEM, where, order, after=last, limit=50)
            costs.append(made[0])
            last = page[-1].cursor
        back = []
        for _ in range(39):
            with steps(conn) as made:
                page = trace_pages.page(conn, SYSTEM, where, order, before=last, limit=50)
            back.append(made[0])
            last = page[0].cursor
    assert max(costs) < 3 * min(costs)
    assert max(back) < 3 * min(back)
