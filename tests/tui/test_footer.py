"""The footer holds as many keys as fit, each whole, and always the help."""

from __future__ import annotations

import pytest

from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.widgets.key_footer import KeyFooter
from tests.tui.driving import fill, painted, press, settle


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_a_narrowed_list_still_names_the_help(sample_app: ReadinessApp, width: int) -> None:
    async with sample_app.run_test(size=(width, 24)) as pilot:
        for room in "CETIGSH":
            await press(pilot, room)
            assert painted(pilot).rstrip().endswith("? Help"), room
        await press(pilot, "T", "slash")
        await fill(pilot, "status:error")
        await press(pilot, "enter")
        last = painted(pilot).rstrip().split("\n")[-1]
        assert "Esc Back" in last
        assert last.endswith("? Help")


async def test_it_follows_the_width(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(120, 24)) as pilot:
        await press(pilot, "E")
        footer = sample_app.screen.query_one(KeyFooter)
        wide = len(footer.children)
        await pilot.resize_terminal(60, 24)
        await settle(pilot)
        narrow = len(footer.children)
        assert all(key.region.right <= 60 for key in footer.children)
        await pilot.resize_terminal(120, 24)
        await settle(pilot)
        assert narrow < len(footer.children) == wide
