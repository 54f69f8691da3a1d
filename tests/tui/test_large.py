"""A large organisation: what a key costs does not grow with it. Counted, never timed."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from pathlib import Path

import pytest
from benchmarks.organisation import Size, make
from textual.pilot import Pilot

from readiness_tui.domain.verdict import judge as rules
from readiness_tui.services.core import judging
from readiness_tui.tui import still
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.checklists import consequences, item_text
from readiness_tui.tui.widgets.pick_list import PickList
from tests.tui.conftest import Pauses
from tests.tui.driving import painted, press, read, settle

SIZE = Size(systems=2, reviews=3, items=130, reviewers=12, gaps=60, incidents=30)


@pytest.fixture
def large(tmp_path: Path):
    desk = make(tmp_path / "organisation.db", SIZE)
    app = ReadinessApp(desk, here=tmp_path)
    app.animation_level = "none"
    yield app
    desk.close()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often items are judged, verdicts concluded, scores looked ahead at, items described, rows written."""
    counts = Counter[str]()

    def count(module: object, name: str) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args, **kw: counts.update([name]) or real(*args, **kw))

    count(rules, "item_standing")
    count(rules, "rule")
    count(judging, "conclude")
    count(consequences, "preview_vote")
    count(item_text, "detail")
    count(item_text, "list_line")
    return counts


async def begin(pilot: Pilot[None], counted: Counter[str], *keys: str) -> None:
    await press(pilot, *keys)
    counted.clear()


@pytest.mark.slow
async def test_the_cursor_passes_a_hundred_items_and_judges_nothing(
    large: ReadinessApp, counted: Counter[str], pauses: Pauses
) -> None:
    async with large.run_test(size=(120, 40)) as pilot:
        await begin(pilot, counted, "C")
        pauses.held = True
        await pilot.press(*["down"] * 100)
        items = large.screen.query_one("#items", PickList)
        assert items.highlighted is not None
        assert items.highlighted > 100
        assert not counted


@pytest.mark.slow
async def test_a_pause_looks_ahead_once_and_at_that_item_alone(
    large: ReadinessApp, counted: Counter[str], pauses: Pauses
) -> None:
    async with large.run_test(size=(120, 40)) as pilot:
        await begin(pilot, counted, "C")
        pauses.held = True
        await pilot.press(*["down"] * 10)
        pauses.over(still.BESIDE)
        await settle(pilot)
        assert counted == {"detail": 1}
        item = large.screen.query_one("#items", PickList).current
        assert read(pilot, "#item").startswith(item or "nothing")
        assert read(pilot, "#consequence").strip() == "If you press  …"
        pauses.over(still.THINKING)
        await settle(pilot)
        # One of the three is the vote that stands already.
        assert counted == {"detail": 1, "preview_vote": 3, "item_standing": 2, "rule": 2}
        assert "0: " in read(pilot, "#consequence")


@pytest.mark.slow
async def test_moving_on_drops_what_was_asked_for(large: ReadinessApp, counted: Counter[str], pauses: Pauses) -> None:
    async with large.run_test(size=(120, 40)) as pilot:
        await begin(pilot, counted, "C")
        pauses.held = True
        await pilot.press("down")
        pauses.over(still.BESIDE)
        await settle(pilot)
        await pilot.press("down")
        pauses.over(still.THINKING - 0.01)
        await settle(pilot)
        assert counted == {"detail": 2}
        await pilot.press("down")
        pauses.over(still.THINKING)
        await settle(pilot)
        assert counted["detail"] == 3
        assert counted["preview_vote"] == 0  # the pause before the last one counts from its own detail


@pytest.mark.slow
async def test_what_is_worked_out_already_is_dropped_too(
    large: ReadinessApp, counted: Counter[str], pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second and third score of an item that the cursor has left are not looked ahead at any more."""
    async with large.run_test(size=(120, 40)) as pilot:
        await begin(pilot, counted, "C")
        go, began, preview = threading.Event(), threading.Event(), consequences.preview_vote

        def slow(*args: object) -> object:
            began.set()
            assert go.wait(30)
            return preview(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(consequences, "preview_vote", slow)
        await pilot.press("down")
        assert await asyncio.to_thread(began.wait, 30)
        pauses.held = True
        await pilot.press("down")
        go.set()
        await settle(pilot)
        assert counted["preview_vote"] == 1
        assert "0: " not in read(pilot, "#consequence")


@pytest.mark.slow
async def test_a_score_is_judged_once_and_paints_the_rows_that_it_changes(
    large: ReadinessApp, counted: Counter[str]
) -> None:
    async with large.run_test(size=(120, 40)) as pilot:
        await begin(pilot, counted, "C")
        view = large.view
        assert view is not None
        item = large.screen.query_one("#items", PickList).current or ""
        await press(pilot, "0" if view.judgement.standings[item].points else "2")
        assert large.view is not view
        assert counted["conclude"] == 1
        ahead = counted["preview_vote"]
        assert counted["item_standing"] - ahead <= 2  # of the saved item, in the change and once it is read again
        assert counted["list_line"] <= 2
        assert counted["rule"] - ahead <= 4


@pytest.mark.slow
async def test_a_score_shows_what_a_new_start_shows(large: ReadinessApp, tmp_path: Path) -> None:
    async with large.run_test(size=(120, 40)) as pilot:
        await press(pilot, "C", "down", "down", "1", "escape", "down", "2", "escape", "up")
        row = large.screen.query_one("#items", PickList).highlighted
        here = painted(pilot)
    assert large.desk is not None
    again = ReadinessApp(large.desk, here=tmp_path)
    again.animation_level = "none"
    async with again.run_test(size=(120, 40)) as pilot:
        await press(pilot, "C")
        again.screen.query_one("#items", PickList).highlighted = row
        await settle(pilot)
        assert painted(pilot) == here


@pytest.mark.slow
@pytest.mark.parametrize(("room", "rows"), [("I", "#incidents"), ("G", "#rows"), ("H", "#changes")])
async def test_a_held_key_asks_the_store_for_nothing(
    large: ReadinessApp,
    counted: Counter[str],
    pauses: Pauses,
    monkeypatch: pytest.MonkeyPatch,
    room: str,
    rows: str,
) -> None:
    async with large.run_test(size=(120, 40)) as pilot:
        await begin(pilot, counted, room)
        large.screen.query_one(rows).focus()
        served: list[object] = []
        serve = large.serve

        def watched(service: object, *args: object, **kw: object) -> object:
            served.append(service)
            return serve(service, *args, **kw)  # type: ignore[arg-type]

        monkeypatch.setattr(large, "serve", watched)
        pauses.held = True
        await pilot.press(*["down"] * 30)
        assert not served
        assert not counted
