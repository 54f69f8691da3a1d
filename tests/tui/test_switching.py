"""From one system and review of a file to another, by one key, with nothing of the old one left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.services.core import target
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.reviews import ReviewDialog
from tests.conftest import NOW
from tests.tui.driving import NARROW, painted, press


def opened(path: Path, who: str = "ana") -> Desk:
    return open_desk(path, who, clock=lambda: NOW)


@pytest.mark.slow
async def test_a_file_of_several_systems_asks_once_and_one_key_leads_to_any_review_of_it(two_db: Path) -> None:
    app = ReadinessApp(opened(two_db), here=two_db.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot)
        assert isinstance(app.screen, ReviewDialog)
        shown = painted(pilot)
        for said in (
            "Support bot",
            "2026.11          20 Nov 2026  open",
            "2026.10          1 Nov 2026   frozen: NO-GO",
        ):
            assert said in shown
        await press(pilot, "down", "down", "enter")  # past the other system's two
        assert "Search · release 2026.12" in painted(pilot)

        await press(pilot, "T")
        assert "Search" in painted(pilot)
        began = app.desk
        await press(pilot, "W", "slash", *"bot 10")
        assert "2026.12" not in painted(pilot).split("Work on which")[1]
        await press(pilot, "enter")
        shown = painted(pilot)
        assert "Support bot · release 2026.10" in shown
        assert "frozen" in shown.splitlines()[0]
        assert app.screen is app.get_screen("traces")  # the same room …
        assert "Search" not in shown  # … with nothing of the other system in it
        assert began is not None
        assert load(began).review.system == "Search"  # what was begun there still goes there

        await press(pilot, "m", "W", "down", "enter")  # a meeting ends with its review
        assert app.screen is app.get_screen("traces")
        assert "Search · release 2026.12" in painted(pilot)
        await press(pilot, "W", "up", "enter")

        await press(pilot, "H", "r", "escape", "W", "slash", *"nowhere")
        assert "No review here is called that." in painted(pilot)
        await press(pilot, "enter", "escape", "escape")
        assert "Support bot · release 2026.10" in painted(pilot)

    again = opened(two_db)
    assert target.resume(again) == ()  # this person's place is remembered, without an entry in the history
    assert load(again).review.release == "2026.10"
    again.close()
    other = opened(two_db, "ben")
    assert [one.id for one in target.resume(other)] == [2, 1, 4, 3]
    other.close()


async def test_without_an_answer_the_app_leaves_and_nothing_is_opened(two_db: Path) -> None:
    app = ReadinessApp(opened(two_db), here=two_db.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "C", "escape")
    assert app.view is None
