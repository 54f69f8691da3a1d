"""Meeting mode: one item at a time, scored in place; who is here is typed once and owns by one letter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from readiness_tui.domain.verdict.agenda import agenda
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import meeting
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from readiness_tui.tui.screens.meeting.screen import MeetingScreen
from tests.conftest import NOW
from tests.tui.driving import NARROW, WIDE, Size, answer, painted, press, read


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_agenda_begins_with_the_conflict(sample_app: ReadinessApp, size: Size) -> None:
    assert sample_app.desk is not None
    order = agenda(load(sample_app.desk).judgement.standings)
    async with sample_app.run_test(size=size) as pilot:
        await press(pilot, "m")
        assert isinstance(sample_app.screen, MeetingScreen)
        assert "On the agenda: the proof contradicts the vote" in read(pilot, "#item")
        first = painted(pilot).splitlines()[0]
        assert f"MEETING  1 of {len(order)}   item 0 min · 0 of 60 min   NO-GO   ana, ben, chloe, deniz" in first
        # The footer has room for all of its keys, and the help key is the last.
        assert painted(pilot).splitlines()[-1].rstrip().endswith("? Help")
        await press(pilot, "left")
        assert sample_app.screen.item_id == order[-1][0]
        await press(pilot, "space", "space")
        assert sample_app.screen.item_id == order[1][0]
        await press(pilot, "escape")
        assert not isinstance(sample_app.screen, MeetingScreen)


@pytest.mark.slow
async def test_an_item_is_scored_where_it_stands(sample_app: ReadinessApp) -> None:
    desk = sample_app.desk
    assert desk is not None
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "m")
        assert isinstance(sample_app.screen, MeetingScreen)
        while sample_app.screen.item_id != "DEP-03":
            await press(pilot, "space")
        assert not load(desk).judgement.standings["DEP-03"].decided
        assert "settled" not in read(pilot, "#item")
        await press(pilot, "1")
        vote = next(vote for vote in load(desk).dossier("DEP-03").votes if vote.reviewer == "ana")
        assert vote.points == 1
        # It stays on the screen until somebody goes on, marked as settled.
        assert sample_app.screen.item_id == "DEP-03"
        assert "✓ settled" in read(pilot, "#item").splitlines()[0]
        assert "1 settled" in read(pilot, "#clock")


@pytest.mark.slow
async def test_who_is_here_is_typed_once_and_owns_by_one_letter(sample_app: ReadinessApp) -> None:
    desk = sample_app.desk
    assert desk is not None
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "m", "p")
        await answer(pilot, names="ana, farid, Grace, grace")
        assert meeting.attendees(desk, ()) == ("ana", "farid", "Grace", "grace")
        assert "ana, farid" in read(pilot, "#clock")
        await press(pilot, "o")
        assert isinstance(sample_app.screen, FormDialog)
        await answer(pilot, owner="f")
        key = "item/reliability/REL-03"
        assert load(desk).gaps[key].owner == "farid"
        await press(pilot, "o")
        await answer(pilot, owner="g")  # two of them: the letter alone is taken as typed
        assert load(desk).gaps[key].owner == "g"


@pytest.mark.slow
async def test_the_clocks_follow_the_hour_and_the_item(sample_desk: Desk) -> None:
    now = NOW
    sample_desk.clock = lambda: now
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "m")
        now = NOW + timedelta(minutes=7, seconds=59)
        await press(pilot, "space")
        assert "item 0 min · 7 of 60 min" in read(pilot, "#clock")
        now = NOW + timedelta(minutes=9)
        await press(pilot, "1", "escape")  # scored; the question that follows is left open
        assert "item 1 min · 9 of 60 min" in read(pilot, "#clock")


async def test_a_long_item_scrolls_with_the_arrows(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "m")
        stage = sample_app.screen.query_one("#stage")
        assert stage.max_scroll_y > 0
        await press(pilot, "down", "down", "up")
        assert stage.scroll_offset.y == 1
        await press(pilot, "pagedown")
        assert stage.scroll_offset.y > 1
        await press(pilot, "space")
        assert stage.scroll_offset.y == 0
