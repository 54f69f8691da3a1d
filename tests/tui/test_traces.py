"""The Traces screen: the list of any length, its filter line, and what its keys do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Input, Static

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.filters.model import Named
from readiness_tui.domain.runs.model import Outcome, ToolCall, Trace
from readiness_tui.services import traces
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.review.reviews import new_review
from readiness_tui.services.traces import ListedTrace
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.incidents.screen import IncidentsScreen
from readiness_tui.tui.screens.traces import trace_text
from readiness_tui.tui.screens.traces.screen import TracesScreen
from readiness_tui.tui.screens.traces.trace_list import TraceList
from readiness_tui.tui.widgets.page_window import CAP, PAGE, PageSide, PageWindow
from tests.conftest import NOW
from tests.tui import driving

HOSTILE = "see [/closed] \x1b]52;c;aGk=\x07 \u202e\n☃️ 表"


async def settle(pilot: Pilot[None]) -> None:
    for _ in range(2):  # a page that was read may ask for its neighbour
        await driving.settle(pilot)


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


async def filter_by(pilot: Pilot[None], typed: str) -> None:
    await pilot.press("slash")
    pilot.app.screen.query_one("#filter", Input).value = typed
    await press(pilot, "enter")


def said(app: ReadinessApp, name: str) -> str:
    return str(app.screen.query_one(f"#{name}", Static).visual)


def shown(app: ReadinessApp) -> TraceList:
    return app.screen.query_one("#list", TraceList)


def lines(app: ReadinessApp) -> list[str]:
    listed = shown(app)
    return [listed.render_line(y).text for y in range(listed.size.height)]


# The screen, with keys


@pytest.mark.slow
async def test_filter_select_attach_and_clear(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "T")
        assert "1,304 traces" in said(sample_app, "summary")
        assert "! 25 error" in said(sample_app, "summary")
        assert "timeout ×10" in said(sample_app, "errors")
        assert all(cell_len(line) == 78 for line in lines(sample_app))

        await filter_by(pilot, "status:fail tool:refund_create")
        assert "meet the filter" in said(sample_app, "summary")
        rows = shown(sample_app).window.rows
        assert rows
        assert all(row.trace.outcome is Outcome.FAIL for row in rows)

        await press(pilot, "space", "space")
        assert lines(sample_app)[0].startswith("✓")
        await pilot.press("e", *"obs-04")
        await press(pilot, "enter")
        assert sample_app.view is not None
        attached = [
            piece.ref for piece in sample_app.view.dossier("OBS-04").evidence if piece.kind is EvidenceKind.TRACE
        ]
        assert attached == [rows[0].trace.id, rows[1].trace.id]

        await press(pilot, "escape")  # the selection first, then the filter
        assert not shown(sample_app).selected
        assert "meet the filter" in said(sample_app, "summary")
        await press(pilot, "escape")
        assert "1,304 traces" in said(sample_app, "summary")


@pytest.mark.slow
async def test_only_the_traces_that_another_screen_names_then_all(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await sample_app.show_traces(["trace-0418", "trace-0007", "nope"], "examples of OBS-04")
        await settle(pilot)
        assert said(sample_app, "summary") == "Only 2 traces: examples of OBS-04 · 1 id not imported: nope"
        assert [row.trace.id for row in shown(sample_app).window.rows] == ["trace-0418", "trace-0007"]
        assert "trace-0418" in said(sample_app, "record")  # beside the list, where there is room
        await press(pilot, "down")
        assert "trace-0007" in said(sample_app, "record")
        await press(pilot, "g", "enter", "enter")
        assert sample_app.view is not None
        assert sample_app.view.gaps["trace/trace-0007"].marked
        assert len(shown(sample_app).window.rows) == 2  # a save does not move the list
        await press(pilot, "n")
        sample_app.screen.query_one("#field-title", Input).value = "Wrong refunds"
        await press(pilot, "enter", "enter", "enter")
        assert any(incident.traces == ("trace-0007",) for incident in sample_app.view.facts.incidents)
        assert isinstance(sample_app.screen, IncidentsScreen)  # where it goes on
        assert sample_app.screen.incident is not None
        assert sample_app.screen.incident.title == "Wrong refunds"
        await press(pilot, "escape")  # back to where one came from, as it was left
        assert len(shown(sample_app).window.rows) == 2
        await press(pilot, "T")  # the room by its own key is the whole room
        assert "1,304 traces" in said(sample_app, "summary")


@pytest.mark.slow
async def test_to_the_last_trace_and_back_over_many_pages(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "T", "end")
        window = shown(sample_app).window
        assert window.current is not None
        assert window.current.trace.id == "trace-0001"
        assert (window.rank, window.total) == (1304, 1304)
        assert "1,304 of 1,304" in said(sample_app, "place")
        for _ in range(4):
            await press(pilot, *["pageup"] * 5)
        assert window.rank is not None
        assert window.rank < 1250  # and read on towards the top
        assert window.current.trace.id == f"trace-{1305 - window.rank:04}"
        await press(pilot, "home")
        assert window.current.trace.id == "trace-1304"
        await press(pilot, "enter")
        text = str(sample_app.screen.query_one("#dialog-fields Static", Static).visual)
        assert "The record as it was imported" in text
        assert '"trace_id": "trace-1304"' in text


@pytest.mark.slow
async def test_an_empty_list_says_what_to_import(tmp_path: Path) -> None:
    desk = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: NOW)
    new_review(desk, system="bot", release="1")
    app = ReadinessApp(desk, here=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "T")
        assert isinstance(app.screen, TracesScreen)
        assert "No trace is imported yet." in said(app, "summary")
        await press(pilot, "enter", "space", "g", "e", "n")  # nothing to act on, and nothing happens
        assert isinstance(app.screen, TracesScreen)
    desk.close()


# The filter line


def test_a_part_of_a_name_stands_for_the_one_name_that_is_stored(sample_desk: Desk) -> None:
    def named(typed: str) -> list[str]:
        (condition,) = traces.parse_filter(sample_desk, typed).conditions
        assert isinstance(condition, Named)
        return [pattern.text for pattern in condition.patterns]

    assert named("model:BIRCH") == ["birch-2-2026-09-15"]
    assert named("prompt:v3,v2") == ["rag-v3", "rag-v2"]
    assert named("prompt:rag*") == ["rag*"]
    assert named("tool:refund_create") == ["refund_create"]
    assert named("error:timeout") == ["timeout"]
    survey = traces.survey(sample_desk)
    assert survey is not None
    timeouts = dict(survey.facet("error").counts)["timeout"]
    assert traces.count(sample_desk, traces.parse_filter(sample_desk, "error:timeout")) == timeouts
    assert survey.total == traces.count(sample_desk)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("modle:x", "“modle:” is not something"),
        ("model:none-such", "There are: birch-2-2026-09-15."),
        ("prompt:rag", "fits 2 names: rag-v2, rag-v3"),
        ("from:2026-11-22 to:2026-11-20", "Swap from: and to:"),
        ("day:someday", "is not a date"),
    ],
)
def test_a_filter_that_nothing_can_meet_is_refused_with_the_reason(sample_desk: Desk, typed: str, reason: str) -> None:
    with pytest.raises(ReadinessError, match=reason.replace("(", r"\(").replace(".", r"\.")):
        traces.parse_filter(sample_desk, typed)


# The window over a list of any length


class Listing:
    """A store of `n` rows that answers as the real one does."""

    def __init__(self, n: int) -> None:
        self.rows = [ListedTrace((0, i), Trace(str(i))) for i in range(n)]
        self.window: PageWindow[ListedTrace] = PageWindow()
        self.window.start(self.rows[:PAGE])

    def begin_at(self, place: int) -> None:
        before = self.rows[max(place - PAGE // 2, 0) : place]
        self.window.start_at([*before, *self.rows[place : place + PAGE - len(before)]], len(before))

    def settle(self) -> None:
        while (side := self.window.wants()) is not None:
            if side is PageSide.AFTER:
                start = self.window.rows[-1].cursor[1] + 1
                self.window.extend(self.rows[start : start + PAGE], side)
            else:
                stop = self.window.rows[0].cursor[1]
                self.window.extend(self.rows[max(stop - PAGE, 0) : stop], side)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2500),
    st.lists(
        st.one_of(st.integers(-400, 400), st.sampled_from(["end", "home", "wheel", "count", "middle"])), max_size=30
    ),
    st.integers(1, 60),
)
def test_whatever_is_pressed_each_place_shows_its_own_row(n: int, moves: list[int | str], height: int) -> None:
    listing = Listing(n)
    window = listing.window
    for move in moves:
        if move == "end":
            window.finish(listing.rows[-PAGE:])
        elif move == "home":
            window.start(listing.rows[:PAGE])
        elif move == "middle" and n:
            listing.begin_at(n // 2)
        elif move == "count":
            window.counted(n)
        elif move == "wheel":
            window.scroll(7, height)
        elif isinstance(move, int):
            window.move(move, height)
        listing.settle()
        window.show(height)
        assert len(window.rows) <= CAP + PAGE
        ids = [int(row.trace.id) for row in window.rows]
        assert ids == list(range(ids[0], ids[0] + len(ids))) if ids else not n
        if window.origin is not None and ids:
            assert window.origin + window.first == ids[0]
            assert window.rank == ids[0] + window.cursor - window.first + 1
        assert window.begun <= (not ids or ids[0] == 0)
        assert window.ended <= (not ids or ids[-1] == n - 1)
        assert window.top <= window.cursor < window.top + height or not n
        assert n == 0 or window.current is not None
        if len(ids) >= height:
            assert window.at(window.top + height - 1) is not None  # no empty lines below the end
        if window.total is not None:
            assert window.total == n


# Lines and records


@given(st.text(max_size=40), st.integers(60, 200))
def test_a_line_fills_its_width_whatever_the_texts(text: str, width: int) -> None:
    trace = Trace(text, NOW, model=text, prompt_version=text, status=text, error=text, latency_ms=12.5)
    line = "".join(cell for cell, _ in trace_text.cells(trace, width))
    assert cell_len(line) == sum(cell_len(title) for title, _ in trace_text.header(width)[1:])
    assert "\n" not in line


def test_a_record_shows_everything_and_obeys_nothing() -> None:
    call = ToolCall(HOSTILE, arguments=None, result=None)
    trace = Trace(
        HOSTILE, None, question=HOSTILE, answer="x" * 7000, error=HOSTILE, tool_calls=(call,), extra={"k": HOSTILE}
    )
    text = trace_text.record(trace, '{"a": [1, 2]} not json' + HOSTILE).plain
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "1,000 more characters" in text
    assert "arguments: not logged" in text
    assert "[/closed]" in text
    assert "not json" in text
    assert trace_text.happened(trace).startswith("see [/closed]")
    assert (
        trace_text.happened(Trace("t", tool_calls=(ToolCall("b", "{}", "{}"), ToolCall("a"))))
        == "○ a not fully logged, b"
    )
