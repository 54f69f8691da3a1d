"""A notice that runs out while it is being shown does not stop the app, and a long one begins on the screen."""

from __future__ import annotations

import asyncio
import re
from time import time

from textual.geometry import Size
from textual.notifications import Notify
from textual.widgets._toast import Toast

from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.notice import Notice, on_screen
from tests.tui.driving import painted, settle


class _JustInTime(Notice):
    """Still valid when it is looked at, out of time when its toast is made: the moment that a busy machine can hit."""

    @property
    def has_expired(self) -> bool:
        return False


async def test_a_notice_that_ran_out_goes_away(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(notifications=True) as pilot:
        sample_app.post_message(Notify(_JustInTime("late", timeout=1, raised_at=time() - 3)))
        await asyncio.wait_for(pilot.pause(0.3), 10)
        for _ in range(100):  # a notice that stops the app never lets a pause end
            await asyncio.wait_for(pilot.pause(0.1), 10)
            if not sample_app.screen.query(Toast):
                break
        assert not sample_app.screen.query(Toast)


async def test_every_notice_of_the_app_is_such(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(notifications=True) as pilot:
        for say in (sample_app.tell, sample_app.complain, sample_app.notify, sample_app.screen.notify):
            say("[b]seen[/b]")
        await pilot.pause()
        kept = list(sample_app._notifications)
        assert len(kept) == 4
        assert {type(notice) for notice in kept} == {Notice}


async def test_ctrl_c_names_the_key_that_leaves_as_a_person_reads_it(sample_app: ReadinessApp) -> None:
    """Textual says it in markup, which notices here show as it is."""
    async with sample_app.run_test(notifications=True) as pilot:
        await pilot.press("ctrl+c")
        await pilot.pause()
        said = [notice.message for notice in sample_app._notifications]
        assert said == ["^q leaves the app."]
        sample_app.set_keymap({"app.quit": "ctrl+x"})
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert [notice.message for notice in sample_app._notifications][-1] == "^x leaves the app."


def test_its_time_never_runs_backwards() -> None:
    over = Notice("x", timeout=1, raised_at=time() - 60)
    assert over.has_expired
    assert over.time_left > 0
    assert not Notice("x", timeout=1).has_expired


async def test_a_long_notice_begins_on_the_screen(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(80, 24), notifications=True) as pilot:
        sample_app.complain("\n".join(f"line {n}: {'much is said here, ' * 3}" for n in range(40)))
        await settle(pilot)
        toast = sample_app.screen.query_one(Toast)
        assert toast.region.y >= 0
        assert toast.region.bottom <= 24
        assert "line 0:" in painted(pilot)
        assert re.search(r"… and \d+ more lines", painted(pilot))
    assert on_screen("a short one", Size(80, 24)) == "a short one"
    fits = "\n".join("x" for _ in range(10))
    assert on_screen(fits, Size(80, 24)) == fits
