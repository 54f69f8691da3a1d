"""The list of traces: filters as SQL, pages in every order at any depth, the index of words, counts by field."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.filters.language import parse
from readiness_tui.domain.filters.model import Filter, Says
from readiness_tui.domain.filters.order import ListOrder
from readiness_tui.domain.filters.survey import SHOWN
from readiness_tui.domain.filters.trace_filter import TRACE_KEYS, shows
from readiness_tui.domain.runs.model import Outcome, Span, ToolCall, Trace
from readiness_tui.services.traces import sorted_by
from readiness_tui.store import Store, reviews, traces
from readiness_tui.store.listing import trace_pages, trace_record, trace_survey, trace_words
from readiness_tui.store.listing.trace_survey import CountingStoppedError
from readiness_tui.store.sqlite import Connection
from tests.filters.strategies import filters
from tests.filters.strategies import traces as any_trace
from tests.store.test_imports import bring, some
from tests.store.workers import NOW, SYSTEM

EVERYTHING = Filter()


def meant(typed: str) -> Filter:
    return parse(typed, TRACE_KEYS, date(2026, 11, 24))


def never() -> bool:
    return False


@contextmanager
def filled(found: list[Trace]) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "r.db", create=True) as store:
        with store.write("ana", "started a review", now=NOW) as tx:
            reviews.put(tx, Review(0, SYSTEM, "2026.11", NOW.date(), "ana"))
        bring(store, traces=found)
        yield store


def listed(store: Store, where: Filter = EVERYTHING, order: ListOrder = ListOrder.NEWEST, size: int = 3) -> list[str]:
    """The whole list, page by page; the same backwards, from its end, and by each row's rank."""
    with store.read() as conn:
        forth: list[trace_pages.ListedTrace] = []
        while page := trace_pages.page(
            conn, SYSTEM, where, order, after=forth[-1].cursor if forth else None, limit=size
        ):
            forth += page
        back = trace_pages.page(conn, SYSTEM, where, order, last=True, limit=size)
        while back and (page := trace_pages.page(conn, SYSTEM, where, order, before=back[0].cursor, limit=size)):
            back = [*page, *back]
        assert back == forth
        ranks = [trace_pages.rank(conn, SYSTEM, where, order, row.cursor) for row in forth]
        assert ranks == list(range(len(forth)))
        assert [trace_pages.placed(conn, SYSTEM, where, order, row.trace.id) for row in forth] == [
            row.cursor for row in forth
        ]
        assert traces.count(conn, SYSTEM, where) == len(forth)
        return [each.trace.id for each in forth]


# Orders


def test_pages_forth_and_back_newest_first_with_ties_and_unknown_times(store: Store) -> None:
    bring(store, traces=[*some(5), *some(4, "same", timedelta(0) + NOW), Trace("u1"), Trace("u2")])
    ids = listed(store)
    assert ids == ["t4", "same3", "t3", "same2", "t2", "same1", "t1", "same0", "t0", "u2", "u1"]
    for size in (1, 2, 10, 11, 50):
        assert listed(store, size=size) == ids
    assert listed(store, order=ListOrder.OLDEST) == [*reversed(ids[:9]), "u1", "u2"]


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(any_trace, max_size=14, unique_by=lambda trace: trace.id), st.integers(1, 5))
def test_every_order_is_that_of_the_figures_with_missing_ones_last(found: list[Trace], size: int) -> None:
    with filled(found) as store:
        for order in ListOrder:
            came = found[::-1] if order.descending else found
            assert listed(store, order=order, size=size) == [trace.id for trace in sorted_by(came, order)]


@contextmanager
def steps(conn: Connection) -> Iterator[list[int]]:
    """How many times ten steps of SQLite's machine were made in the block: rows visited, whatever the machine."""
    made = [0]

    def more() -> int:
        made[0] += 1
        return 0

    conn.set_progress_handler(more, 10)
    yield made
    conn.set_progress_handler(None, 0)


@pytest.mark.parametrize("order", ListOrder)
def test_a_page_costs_the_same_at_any_depth_and_comes_from_an_index(store: Store, order: ListOrder) -> None:
    n = 3_000
    found = [
        Trace(
            f"t{i}",
            NOW + timedelta(seconds=i * 7 % n) if i % 3 else None,
            latency_ms=float(i * 11 % n) if i % 3 else None,
            cost=(i * 13 % n) / 1000 if i % 3 else None,
        )
        for i in range(n)
    ]
    bring(store, traces=found)
    bring(store, digest="d2", traces=found[::5])  # a fifth is superseded
    costs, places = [], [None]
    with store.read() as conn:
        for _ in range(30):
            with steps(conn) as made:
                page = trace_pages.page(conn, SYSTEM, EVERYTHING, order, after=places[-1], limit=50)
            costs.append(made[0])
            places.append(page[-1].cursor)
        back = []
        for place in places[:0:-1]:
            with steps(conn) as made:
                trace_pages.page(conn, SYSTEM, EVERYTHING, order, before=place, limit=50)
            back.append(made[0])
        assert max(costs) < 3 * min(costs)
        assert max(back[:-1]) < 3 * min(back[:-1])
        for known in (True, False):
            for at in (None, (5.0 if known else None, 9)):
                sql, values = trace_pages.statement(conn, SYSTEM, EVERYTHING, order, known, True, at, 50)
                plan = [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]
                index = {"time": "trace_time", "latency": "trace_latency", "cost": "trace_cost"}[order.field]
                assert any(f"USING INDEX {index}" in step for step in plan), plan
                assert not any("TEMP B-TREE" in step or step == "SCAN trace" for step in plan), plan


# Filters


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    st.lists(any_trace, min_size=1, max_size=12, unique_by=lambda trace: trace.id),
    st.lists(filters(), min_size=12, max_size=12),
)
def test_the_store_shows_exactly_what_the_filter_means_with_the_word_index_and_without(
    found: list[Trace], wanted: list[Filter]
) -> None:
    with filled(found) as store:
        for indexed in (False, True):
            if indexed:
                assert trace_words.make(store)
            with store.read() as conn:
                assert trace_words.ready(conn, SYSTEM) is indexed
                for where in wanted:
                    meets = [trace.id for trace in found if shows(where, trace)]
                    page = trace_pages.page(conn, SYSTEM, where, limit=50)
                    assert sorted(row.trace.id for row in page) == sorted(meets), where
                    assert traces.count(conn, SYSTEM, where) == len(meets)
                    survey = trace_survey.survey(conn, SYSTEM, where, {}, never)
                    assert survey.total == len(meets)


def test_filters(store: Store) -> None:
    a = Trace("a", NOW, "p1", "m1", status="ok", outcome=Outcome.SUCCESS, question="How to REFUND 50% off_er?")
    b = Trace("b", NOW, "p2", "m1", status="failed", outcome=Outcome.ERROR, answer="refund done")
    c = Trace("c", NOW, "p2", "m2", error="Timeout: 30 s", tool_calls=(ToolCall("refund"), ToolCall("x", '["look",')))
    d = Trace("refund-d", NOW + timedelta(days=1), error="Timeout: 10 s", tool_calls=(ToolCall('we"ird'),))
    e = Trace("e", error="Quota")
    bring(store, traces=[a, b, c, d, e])
    for typed, ids in (
        ("", {"a", "b", "c", "refund-d", "e"}),
        ("refund", {"a", "b", "refund-d"}),
        ("50% off_", {"a"}),
        ("50%_off", set()),
        ("status:ok", {"a"}),
        ("status:error", {"b"}),
        ("status:unknown", {"c", "refund-d", "e"}),
        ("-status:error", {"a", "c", "refund-d", "e"}),
        ("model:m1 prompt:p2", {"b"}),
        ("model:m*", {"a", "b", "c"}),
        ("model:none", {"refund-d", "e"}),
        ("error", {"b", "c", "refund-d", "e"}),
        ("error:none", {"a"}),
        ("error:timeout", {"c", "refund-d"}),
        ("tool:refund", {"c"}),
        ("tool:ref", set()),
        ("tool:ref*", {"c"}),
        ("tool:look", set()),  # only a text in an argument
        ('tool:"we\\"ird"', {"refund-d"}),
        (f"from:{(NOW + timedelta(seconds=1)).isoformat()}", {"refund-d"}),
        (f"to:{(NOW + timedelta(seconds=1)).isoformat()}", {"a", "b", "c"}),  # not those without a time
    ):
        assert set(listed(store, meant(typed), size=2)) == ids, typed
    with store.read() as conn:
        survey = trace_survey.survey(conn, SYSTEM, EVERYTHING, {}, never)
        assert survey.facet("status").counts == (("unknown", 3), ("error", 1), ("success", 1))
        assert survey.facet("error").counts == (("Timeout", 2), ("Quota", 1))
        assert survey.facet("tool").counts == (("refund", 1), ('we"ird', 1), ("x", 1))
        assert trace_survey.survey(conn, SYSTEM, meant("model:m2"), {}, never).facet("error").counts == (
            ("Timeout", 1),
        )
        assert traces.values(conn, SYSTEM, "model") == ["m1", "m2"]
        assert traces.latest(conn, SYSTEM) == NOW + timedelta(days=1)


# The index of words


def words(store: Store, text: str) -> set[str]:
    with store.read() as conn:
        return {row.trace.id for row in trace_pages.page(conn, SYSTEM, Filter((Says(text),)))}


def test_a_rare_word_is_looked_up_and_reads_no_other_trace(store: Store) -> None:
    bring(
        store,
        traces=[Trace(f"t{i}", NOW, answer="zebra" if i == 77 else "horse of another colour") for i in range(2000)],
    )
    costs = {}
    for indexed in (False, True):
        with store.read() as conn, steps(conn) as made:
            (row,) = trace_pages.page(conn, SYSTEM, meant("zebra"))
        assert row.trace.id == "t77"
        costs[indexed] = made[0]
        trace_words.make(store)
    assert costs[True] * 20 < costs[False]


def test_the_index_follows_what_is_imported_superseded_and_changed(store: Store) -> None:
    bring(store, traces=[Trace("a", NOW, answer="first answer"), Trace("b", NOW, answer="another")])
    assert trace_words.make(store)
    bring(store, digest="d2", traces=[Trace("a", NOW, answer="second reply")])
    with store.read() as conn:
        assert not trace_words.ready(conn, SYSTEM)  # until the new import is in it, nothing rests on it
    assert words(store, "second") == {"a"}
    assert words(store, "first") == set()
    assert trace_words.make(store)
    with store.read() as conn:
        assert trace_words.ready(conn, SYSTEM)
    assert words(store, "second") == {"a"}
    assert words(store, "first") == set()  # still in the index, no longer in the list
    bring(store, digest="d3", publish=False, traces=[Trace("c", NOW, answer="third")])
    assert words(store, "third") == set()
    with store.write("ana", "x", now=NOW) as tx:
        tx.conn.execute("DROP TRIGGER trace_keeps")  # which refuses it
        tx.conn.execute("UPDATE trace SET answer = 'changed' WHERE id = 'b'")
    with store.read() as conn:
        assert not trace_words.ready(conn, SYSTEM)
    assert words(store, "changed") == {"b"}
    assert trace_words.make(store)
    assert words(store, "changed") == {"b"}
    assert store.integrity() == []


def test_making_the_index_can_be_stopped_and_goes_on_where_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace_words, "_BATCH", 10)
    bring(store, traces=[replace(one, answer=f"number {one.id} said") for one in some(95)])
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 40

    assert not trace_words.make(store, progress)
    assert told == [(0, 95), (10, 95), (20, 95), (30, 95), (40, 95)]
    assert words(store, "number t77") == {"t77"}
    told.clear()
    assert trace_words.make(store, lambda done, total: not told.append((done, total)))
    assert told[0] == (0, 95)
    assert told[-1] == (95, 95)
    assert words(store, "number t77") == {"t77"}
    with store.read() as conn:
        assert conn.execute("SELECT count(*) FROM trace_words WHERE trace_words MATCH '\"num\"'").fetchone() == (95,)


def test_without_full_text_search_the_answers_are_the_same(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(store, traces=[Trace("a", NOW, answer="first answer"), Trace("b", NOW, answer="another")])
    monkeypatch.setattr(trace_words, "_MAKE", "CREATE VIRTUAL TABLE trace_words USING nothing_of_that_name(text)")
    assert not trace_words.make(store)
    assert words(store, "first") == {"a"}


@pytest.mark.parametrize(
    "text", ['"', '""" OR "', "a AND b", "NEAR(", "*", "-x", "ab\0cd", "%%%", "___", "é" * 200, "(" * 500]
)
def test_hostile_words_are_words(store: Store, text: str) -> None:
    bring(store, traces=[Trace("a", NOW, question=f"before {text} after"), Trace("b", NOW, question="plain")])
    without = words(store, text)
    assert trace_words.make(store)
    assert words(store, text) == without
    assert "b" not in without
    if "\0" not in text:
        assert without == {"a"}


# Counts


def test_counts_by_field_are_those_of_the_traces(store: Store) -> None:
    found = [
        Trace(
            f"t{i}",
            NOW,
            model=f"m{i % (SHOWN + 7)}",
            app_version=None if i % 4 else "1.2",
            error=f"Timeout: {i}" if i % 5 == 0 else None,
            tool_calls=(ToolCall("a"), ToolCall("a")) if i % 2 else None,
            latency_ms=float(i) if i % 10 else None,
        )
        for i in range(200)
    ]
    bring(store, traces=found)
    with store.read() as conn:
        survey = trace_survey.survey(conn, SYSTEM, EVERYTHING, {"latency": [150.0, 160.5]}, never)
    assert survey.total == 200
    assert sum(count for _, count in survey.facet("model").counts) < 200
    assert (len(survey.facet("model").counts), survey.facet("model").others) == (SHOWN, 7)
    assert dict(survey.facet("release").counts) == Counter(trace.app_version for trace in found)
    assert survey.facet("error").counts == (("Timeout", 40),)
    assert survey.facet("tool").counts == (("a", 100),)  # once a request, however often it was called there
    bars = survey.bars["latency"]
    assert (bars.total, bars.missing, bars.low, bars.high) == (180, 20, 1.0, 199.0)
    for at, count in enumerate(bars.counts):
        low, high = bars.start + at * bars.width, bars.start + (at + 1) * bars.width
        assert count == sum(low <= trace.latency_ms < high for trace in found if trace.latency_ms is not None)
    above = [sum(trace.latency_ms > limit for trace in found if trace.latency_ms is not None) for limit in (150, 160.5)]
    assert bars.over == ((150.0, above[0]), (160.5, above[1]))
    assert "cost" not in survey.bars


def test_counting_can_be_stopped(store: Store) -> None:
    bring(store, traces=some(2000, model="m", latency_ms=1.5))
    with store.read() as conn:
        with pytest.raises(CountingStoppedError):
            trace_survey.survey(conn, SYSTEM, EVERYTHING, {}, lambda: True)
        assert trace_survey.survey(conn, SYSTEM, EVERYTHING, {}, never).total == 2000


def test_a_huge_record_is_listed_in_little(store: Store) -> None:
    calls = tuple(ToolCall(f"tool{i}", "x" * 50, "y") for i in range(1000))
    bring(store, traces=[Trace("a", NOW, question="q" * 100_000, error="e" * 100_000, tool_calls=calls)])
    with store.read() as conn:
        (row,) = trace_pages.page(conn, SYSTEM, EVERYTHING)
    assert row.many_calls
    assert row.trace.tool_calls is None
    assert len(row.trace.question or "") == len(row.trace.error or "") == 300


def test_each_part_of_a_count_reads_its_own_range_and_no_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "_PART", 100)
    bring(store, traces=some(1000, model="m", latency_ms=2.0))
    costs = []
    with store.read() as conn:
        for source, values in traces.parts(conn, SYSTEM, meant("latency>1")):
            with steps(conn) as made:
                assert conn.execute(f"SELECT count(*) {source}", values).fetchone() == (100,)
            costs.append(made[0])
    assert len(costs) == 10
    assert max(costs) < 2 * min(costs)


@pytest.mark.slow
def test_of_a_huge_record_the_beginning_is_read_and_the_rest_is_named(store: Store) -> None:
    spans = tuple(Span(str(i), None, "x" * 100) for i in range(trace_record.SPANS * 3))
    small = Trace("small", NOW, question="q", spans=spans[:3])
    huge = Trace("huge", NOW, question="q", answer="a" * 3_000_000, extra={"k": "v" * 600_000}, spans=spans)
    bring(store, traces=[small, huge])
    with store.read() as conn:
        whole = trace_record.read(conn, SYSTEM, "small", raw=True)
        found = trace_record.read(conn, SYSTEM, "huge", raw=False)
        assert trace_record.read(conn, SYSTEM, "none", raw=True) is None
    assert whole is not None
    assert (whole.trace, whole.raw, whole.left) == (small, "raw small é", ())
    assert found is not None
    assert found.trace.answer == "a" * trace_record.BEGINNING
    assert found.trace.question == "q"
    assert found.trace.extra == {}
    assert found.trace.spans == spans[: trace_record.SPANS]
    assert [said.split(",")[0] for said in found.left] == ["answer", "further fields", "steps"]
    assert "of which 20,000 of 3,000,000 characters are read" in found.left[0]


@given(
    st.lists(st.builds(Span, st.text(max_size=5), st.none() | st.text(max_size=5), st.text(max_size=9)), max_size=5),
    st.integers(0, 300),
)
def test_the_beginning_of_a_list_of_steps_is_read_wherever_it_is_cut_off(spans: list[Span], cut: int) -> None:
    text = msgspec.json.encode(spans).decode()
    found, whole = trace_record.first_spans(text[:cut])
    assert list(found) == spans[: len(found)]
    assert whole is (cut >= len(text))
    assert trace_record.first_spans(text) == (tuple(spans), True)
