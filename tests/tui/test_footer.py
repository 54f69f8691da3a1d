"""The footer holds as many keys as fit, each whole, and always the help."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.widgets.key_footer import KeyFooter
from tests.tui.driving import fill, painted, press, settle


async def last_line(pilot: Pilot[None], ends: str = "? Help") -> str:
    """The footer once it is filled: it is, one refresh after its screen, and never where nothing works it out."""
    last = ""
    for _ in range(40):
        last = painted(pilot).split("\n")[-1].rstrip()
        if last.endswith(ends):
            break
        await settle(pilot)
    return last


@pytest.mark.parametrize("width", [80, *(pytest.param(one, marks=pytest.mark.slow) for one in (60, 120))])
async def test_a_narrowed_list_still_names_the_help(sample_app: ReadinessApp, width: int) -> None:
    async with sample_app.run_test(size=(width, 24)) as pilot:
        for room in "ETH":
            await press(pilot, room)
            assert (await last_line(pilot)).endswith("? Help"), room
        await press(pilot, "T", "slash")
        await fill(pilot, "status:error")
        await press(pilot, "enter")
        last = await last_line(pilot)
        assert last.endswith("? Help")
        assert "Esc Back" in last


@pytest.mark.slow
async def test_it_follows_the_width(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(120, 24)) as pilot:
        await press(pilot, "E")
        wide = await last_line(pilot)
        await pilot.resize_terminal(60, 24)
        await settle(pilot)
        narrow = await last_line(pilot)
        assert narrow.endswith("? Help")
        assert all(key.region.right <= 60 for key in sample_app.screen.query_one(KeyFooter).children)
        await pilot.resize_terminal(120, 24)
        await settle(pilot)
        assert len(narrow) < len(await last_line(pilot, wide[-20:])) == len(wide)
