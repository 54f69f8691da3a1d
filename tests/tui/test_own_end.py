"""Whoever has a screen go in its own work does not wait for its end: both would wait for ever, and no key be heard any more."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen

from readiness_tui.services.core.desk import Desk
from readiness_tui.services.review import reviews
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.gaps.screen import GapsScreen
from readiness_tui.tui.screens.overview.screen import OverviewScreen
from readiness_tui.tui.screens.overview.why import WhyScreen
from readiness_tui.tui.switching import move_to
from tests.tui.driving import settle
from tests.walk.terminal import Terminal


@pytest.mark.slow
def test_the_greeting_makes_way_for_what_is_chosen_in_it(tmp_path: Path) -> None:
    """By Enter on the row of the sample: once opened so, it heard no key, not even Ctrl+Q."""
    home = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    terminal = Terminal("--who", "zoe", folder=tmp_path, env=home)
    try:
        terminal.until("Quick lab")
        terminal.read(1)
        terminal.type("j\r")
        terminal.until("verview")  # the tabs of the rooms
        terminal.type("G")
        terminal.read(2)
        terminal.type("\x11")
        assert terminal.ended(30) == 0
    finally:
        terminal.close()


@pytest.mark.slow
async def test_another_review_is_gone_to_by_a_screen_that_goes_with_the_old_one(sample_desk: Desk) -> None:
    other = reviews.new_review(sample_desk, system="Search", release="2")
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        why = WhyScreen()
        await app.push_screen(why)
        why.call_later(lambda: move_to(app, replace(sample_desk, review_id=other.id)))
        async with asyncio.timeout(30):
            while app.view is None or app.view.review.id != other.id:
                await asyncio.sleep(0.01)
        await _stands(app, OverviewScreen)
        await pilot.press("G")
        await _stands(app, GapsScreen)
        app.exit()


async def _stands(app: ReadinessApp, kind: type[Screen[Any]]) -> None:
    """It is on top, and the app hears."""
    async with asyncio.timeout(30):
        while not isinstance(app.screen, kind):
            await asyncio.sleep(0.01)
        heard = asyncio.Event()
        app.call_later(heard.set)
        await heard.wait()
