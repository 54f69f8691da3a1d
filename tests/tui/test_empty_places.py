"""Every place of the app with nothing in it: it says what it is for, and names the key that does something about it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from textual.screen import Screen

from readiness_tui.services.start.start import start_review
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.texts.named_keys import with_keys
from readiness_tui.tui.texts.places import PLACES
from tests.tui.driving import NARROW, WIDE, Size, press


@pytest.fixture
def bare(tmp_path: Path) -> ReadinessApp:
    """A review of a new system, with nothing imported and nothing scored."""
    desk = start_review(
        tmp_path, "ana", system="bot", release="1", held_on=date(2026, 11, 24), owner="ana", reviewers=["ana"]
    )
    app = ReadinessApp(desk, here=tmp_path)
    app.animation_level = "none"
    return app


#: The keys that lead to each place where nothing is in it, and the place.
WALKS: dict[str, tuple[str, ...]] = {
    "overview": ("O",),
    "evals": ("E",),
    "compare": ("E", "right_square_bracket"),
    "runs": ("E", "right_square_bracket"),
    "traces": ("T",),
    "incidents": ("I",),
    "incidents filtered": ("I", "z"),
    "gaps": ("G",),
    "scorecard": ("S",),
    "history": ("H",),
    "labelling": ("R",),
    "found": ("C", "slash", *"qqq", "enter"),
    "words": ("f1", "w", *"qqq"),
}


#: Where the place is one of several panes: its widget.
PANES = {"found": "#items"}


def seen(app: ReadinessApp, pane: str) -> str:
    """What is painted of the screen, or of one widget of it."""
    region = app.screen.query_one(pane).region if pane else app.screen.region
    rows = app.screen._compositor.render_strips()[region.y : region.bottom]
    return "\n".join(strip.crop(region.x, region.right).text for strip in rows)


def words(text: str) -> str:
    """Without the line breaks and frames that a screen puts between words."""
    return re.sub(r"[\s│▏▁▂▃▄▅▆▇█▔]+", " ", text)


def says(shown: str, name: str, screen: Screen[object]) -> None:
    """The place says all of its three parts, with the keys that work there."""
    place = PLACES[name]
    for said in (place.empty, place.purpose, with_keys(place.act, screen)):
        assert words(said) in words(shown), f"{name}: {said!r} is not on the screen:\n{shown}"


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
async def test_every_place_with_nothing_in_it_says_what_for_and_what_to_do(bare: ReadinessApp, size: Size) -> None:
    async with bare.run_test(size=size) as pilot:
        await press(pilot)
        for name, keys in WALKS.items():
            await press(pilot, *keys)
            says(seen(bare, PANES.get(name, "")), name, bare.screen)
            while len(bare.screen_stack) > 2:
                await bare.pop_screen()
            await press(pilot)


async def test_a_key_that_its_owner_changed_is_named_as_it_is_now(bare: ReadinessApp) -> None:
    async with bare.run_test(size=NARROW) as pilot:
        bare.set_keymap({"app.import": "ctrl+o"})
        await press(pilot, "T")
        shown = words(seen(bare, ""))
        assert "Press ^o and name a log" in shown
        assert "Press i and" not in shown
