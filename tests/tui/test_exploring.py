"""Exploring traces and the cases of a run: sorted, counted, narrowed, completed as one types."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from readiness_tui.domain.filters.histogram import Bars
from readiness_tui.services import traces
from readiness_tui.services.core.desk import Desk
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.evals.all_cases import AllCaseRows, AllCasesDialog
from readiness_tui.tui.screens.evals.case_dialog import CaseDialog
from readiness_tui.tui.screens.overview.screen import OverviewScreen
from readiness_tui.tui.screens.traces.trace_list import TraceList
from readiness_tui.tui.widgets.filter_line import FilterLine
from readiness_tui.tui.widgets.spread import Threshold, spread
from tests.tui import driving
from tests.tui.driving import NARROW, WIDE, painted, read


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    for _ in range(2):
        await driving.settle(pilot)


def listed(app: ReadinessApp) -> list[str]:
    return [row.trace.id for row in app.screen.query_one("#list", TraceList).window.rows]


@pytest.mark.slow
async def test_the_list_is_sorted_and_keeps_the_place_of_who_went_there(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "T")
        newest = listed(sample_app)
        await press(pilot, "s", "down", "down", "enter")
        slowest = listed(sample_app)
        assert "1 of 1,304 · slowest first" in read(pilot, "#place")  # who is at the top stays there
        assert "ms ▼" in read(pilot, "#titles")
        assert slowest != newest
        await press(pilot, *["down"] * 5)
        await press(pilot, "s", "up", "up", "enter")
        shown = sample_app.screen.query_one("#list", TraceList)
        assert shown.current is not None
        assert shown.current.trace.id == slowest[5]
        assert shown.window.rank == newest.index(slowest[5]) + 1 if slowest[5] in newest else shown.window.rank > 200
        assert f"{shown.window.rank:,} of 1,304 · newest first" in read(pilot, "#place")
        await press(pilot, "home")
        assert listed(sample_app)[:200] == newest


@pytest.mark.slow
async def test_error_typed_as_a_search_finds_errors_and_a_count_narrows_further(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "T")
        await press(pilot, "slash", *"error", "enter")
        assert "25 traces meet the filter" in read(pilot, "#summary")
        await press(pilot, "f")
        assert "What 25 traces have in common" in painted(pilot)
        assert "rate_limited" in painted(pilot)
        await press(pilot, *["down"] * 5, "enter")
        line = sample_app.screen.query_one(FilterLine)
        assert line.typed == "error prompt:rag-v3"
        assert "19 traces meet the filter" in read(pilot, "#summary")
        await press(pilot, "h")
        assert "gate: 95 % of the requests at most 3,500 ms" in painted(pilot)
        assert "19 from 321 to 8,053" in painted(pilot)
        await press(pilot, "escape", "escape")
        assert "1,304 traces" in read(pilot, "#summary")


@pytest.mark.slow
async def test_the_line_completes_keys_then_stored_values_with_their_counts(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "T")
        await press(pilot, "slash", *"lat", "f1")
        assert "How a filter is written" in painted(pilot)
        await press(pilot, "question_mark")
        assert "Show only what fits" in painted(pilot)  # help names the line's own keys, the room's are letters now
        await press(pilot, "escape")
        assert read(pilot, "#offered").split() == ["Tab", "latency>", "milliseconds,", "or", "3s"]
        line = sample_app.screen.query_one(FilterLine)
        await press(pilot, "tab")
        assert line.typed == "latency>"
        await press(pilot, *"3000 st", "tab")
        assert line.typed == "latency>3000 status:"
        assert "×1,154" in read(pilot, "#offered")
        await press(pilot, "tab", "tab")
        assert line.typed == "latency>3000 status:abstain"  # the second one; what is offered stays
        await press(pilot, "tab", "tab", "enter")
        assert line.typed == "latency>3000 status:error"
        assert "meet the filter" in read(pilot, "#summary")


@pytest.mark.slow
async def test_a_line_that_cannot_be_read_stays_to_be_mended(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "T")
        await press(pilot, "slash", *"modle:x", "enter")
        assert any("Did you mean model:?" in said for said in driving.notices(pilot))
        assert sample_app.screen.query_one(FilterLine).typed == "modle:x"
        assert "1,304 traces" in read(pilot, "#summary")


@pytest.mark.slow
async def test_what_another_screen_names_can_be_filtered_and_sorted(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=WIDE) as pilot:
        await driving.settle(pilot)
        await sample_app.show_traces(["trace-0418", "trace-1303", "trace-0007"], "examples")
        await press(pilot)
        assert listed(sample_app) == ["trace-0418", "trace-1303", "trace-0007"]
        await press(pilot, "s", "enter")
        assert listed(sample_app) == ["trace-1303", "trace-0418", "trace-0007"]
        await press(pilot, "slash", *"error", "enter")
        assert listed(sample_app) == ["trace-1303"]
        assert "Only 1 trace that meets the filter: examples" in read(pilot, "#summary")
        await press(pilot, "escape")
        assert len(listed(sample_app)) == 3
        await press(pilot, "escape")  # back to where one came from; by its own key the room shows all
        assert isinstance(sample_app.screen, OverviewScreen)
        await press(pilot, "T")
        assert "1,304 traces" in read(pilot, "#summary")


@pytest.mark.slow
async def test_all_cases_of_a_run_are_filtered_sorted_counted_and_opened(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "E")
        before = len(sample_app.desk.seen_scores) if sample_app.desk else 0
        await press(pilot, "z")
        assert isinstance(sample_app.screen, AllCasesDialog)
        assert "72 cases" in read(pilot, "#summary")
        rows = sample_app.screen.query_one(AllCaseRows)
        assert all(cell_len(rows.render_line(y).text) == rows.size.width for y in range(rows.size.height))
        assert sample_app.desk is not None
        assert len(sample_app.desk.seen_scores) > before  # a label of theirs is not blind now
        await press(pilot, "slash", *"status:fail faithfulness<0.9", "enter")
        assert "4 of 72 cases meet the filter" in read(pilot, "#summary")
        await press(pilot, "s", *["down"] * 2, "enter")
        took = [case.latency_ms.value for case in rows.window.rows]
        assert took == sorted(took, reverse=True)
        await press(pilot, "f")
        assert "billing" in painted(pilot)
        await press(pilot, "escape", "h")
        assert "Latency and cost of 4 cases" in painted(pilot)
        await press(pilot, "escape", "slash", *" x:y", "enter")
        assert any("not something a case can be filtered by" in said for said in driving.notices(pilot))
        assert len(rows.window.rows) == 4
        await press(pilot, "escape", "enter")
        assert isinstance(sample_app.screen, CaseDialog)
        await press(pilot, "escape", "escape")
        assert len(rows.window.rows) == 72
        await press(pilot, "escape")
        assert not isinstance(sample_app.screen, AllCasesDialog)


def test_counting_that_nobody_waits_for_ends_without_an_answer(sample_desk: Desk) -> None:
    wanted = traces.parse_filter(sample_desk, "latency>1")
    counted = traces.survey(sample_desk, wanted)
    assert counted is not None
    assert counted.total == traces.count(sample_desk, wanted)
    assert traces.survey(sample_desk, wanted, {}, lambda: True) is None


def test_a_threshold_stands_where_it_falls_among_the_bars() -> None:
    bars = Bars(0.0, 100.0, (4, 0, 2), 1, 3, 20.0, 900.0)
    said = spread(
        "Latency, ms", bars, "ms", [Threshold(150.0, "at most 150 ms"), Threshold(2000.0, "at most 2 s")], 60, 12
    )
    lines = said.plain.splitlines()
    assert lines[0] == "Latency, ms  7 from 20 to 900 · 3 do not say it"
    assert [line.split()[0] for line in lines[1:]] == ["0", "100", "gate:", "200", "300", "gate:"]
    assert [line.split()[-1] for line in lines if "to" in line.split()[:2] or "more" in line] == ["4", "0", "2", "1"]
    assert all(cell_len(line) <= 60 for line in lines)
    bars = Bars(0.05, 0.1, (4, 1, 1, 1, 1), 1, 0, 0.07, 0.9, ((0.15, 3),))
    lines = spread("Cost", bars, "usd", [Threshold(0.15, "at most $0.15")], 60, 3).plain.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["$0.05", "gate:", "$0.15", "$0.35", "$0.55"]
    assert "at most $0.15; 3 above" in lines[2]
    assert spread("Cost", None, "usd", (), 60, 8).plain == "Cost  none of these says it"
