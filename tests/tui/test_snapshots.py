"""Every screen at both sizes, as it is painted. Look at each one that changes before it is updated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.widgets.bars import ROOMS
from tests.tui.driving import settle

SIZES = {"80x24": (80, 24), "120x40": (120, 40)}
SCREENS = {
    "overview": (),
    "why": ("v",),
    "checklists": ("C",),
    "checklists-conflict": ("C", "space", "space"),
    "checklists-evidence": ("C", "e"),
    "evals": ("E",),
    "review": ("R",),
    "review-said": ("R", "f"),
    "compare": ("E", "right_square_bracket"),
    "compare-case": ("E", "right_square_bracket", "down", "down", "enter", "enter", "space", "space"),
    "plot": ("E", "p"),
    "all-cases": ("E", "z", "s", "down", "enter"),
    "traces": ("T",),
    "traces-counts": ("T", "f"),
    "traces-filter": ("T", "slash", *"latency>3000 status:"),
    "traces-spread": ("T", "h"),
    "incidents": ("I",),
    "incidents-around": ("I", "down", "b"),
    "incidents-writing": ("I", "w"),
    "incidents-live": ("I", "l", "slash"),
    "incidents-trends": ("I", "r"),
    "gaps": ("G",),
    "scorecard": ("S",),
    "history": ("H",),
    "meeting": ("m",),
    "help": ("C", "question_mark"),
    "import": ("i",),
}


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.fixture(autouse=True)
def _steady_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing ever takes a cursor away: a picture must not hang on the half second in which it was taken.

    Switching `cursor_blink` off on the widgets does not do: a line that was painted while the cursor was away is kept
    by TextArea, and painted again without it.
    """
    monkeypatch.setattr(TextArea, "_toggle_cursor_blink_visible", lambda area: None)
    monkeypatch.setattr(Input, "_toggle_cursor", lambda field: None)


def pressing(*keys: str) -> Callable[[Pilot[None]], object]:
    """Press the keys, and wait for all work to end."""

    async def run(pilot: Pilot[None]) -> None:
        for key in ("", *keys):
            if key:
                await pilot.press(key)
            await settle(pilot)
        await pilot.pause()

    return run


#: The rooms as they are entered, narrow, and the Overview wide; all other pictures are left to the slow run.
QUICK = {*((room, "80x24") for room in (*ROOMS, "meeting")), ("overview", "120x40")}


@pytest.mark.parametrize(
    ("screen", "size"),
    [
        pytest.param(screen, size, marks=() if (screen, size) in QUICK else pytest.mark.slow)
        for screen in SCREENS
        for size in SIZES
    ],
)
def test_screen(sample_app: ReadinessApp, screen: str, size: str, snap_compare) -> None:
    sample_app.here = Path("/reviews")  # shown in forms; nothing is written
    assert snap_compare(sample_app, terminal_size=SIZES[size], run_before=pressing(*SCREENS[screen]))


@pytest.mark.parametrize("size", SIZES)
def test_greeting(size: str, snap_compare) -> None:
    app = ReadinessApp(who="ana", here=Path("/reviews"))
    assert snap_compare(app, terminal_size=SIZES[size], run_before=pressing())


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_lab(size: str, snap_compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The step in which one decides; its folder is shown, so it is a relative one."""
    monkeypatch.chdir(tmp_path)
    app = ReadinessApp(who="ana", here=tmp_path, lab=Path("quick-lab"))
    keys = ("enter", "enter", "enter", "enter", "p", "p")
    assert snap_compare(app, terminal_size=SIZES[size], run_before=pressing(*keys))
