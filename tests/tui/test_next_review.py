"""The way from one review to the next by keys: freeze, start the next one, confirm last time, see what changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.pick import PickDialog
from readiness_tui.tui.dialogs.reading import ReadingDialog
from tests.conftest import NOW
from tests.tui.driving import NARROW, answer, notices, painted, press, read


@pytest.mark.slow
async def test_freeze_next_review_confirm_last_time_and_what_changed(sample_desk: Desk) -> None:
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "S", "f", "y")
        sample_desk.clock = lambda: NOW + timedelta(days=14)
        await press(pilot, "H", "n")
        assert "beside last time's vote, and the gate waits for a run" in read(pilot, "#dialog-intro").replace(
            "\n", " "
        )
        await answer(pilot, release="2026.12")
        view = load(sample_desk)
        assert (view.review.release, view.judgement.undecided) == ("2026.12", len(view.items))
        assert "not run" in read(pilot, "#summary")

        await press(pilot, "O")
        assert "votes of last time wait: press C; c confirms one, Y a section" in painted(pilot)
        # Beside each item, counting for nothing.
        await press(pilot, "C")
        shown = painted(pilot)
        assert "· last: 2   OBS-01" in shown
        assert "LAST TIME 2 met" in " ".join(str(app.screen.query_one("#item").content).split())
        assert "Y As last time" in shown
        await press(pilot, "Y")
        assert "confirm 3 items as last time?" in painted(pilot)
        assert load(sample_desk).judgement.undecided == len(view.items)  # not before it is answered
        await press(pilot, "enter")
        assert isinstance(app.screen, PickDialog)
        assert "OBS-01  it is a blocker" in painted(pilot)
        await press(pilot, "enter", "c")  # one by one: to the first of them, and confirmed
        now = load(sample_desk)
        assert {item: now.judgement.standings[item].points for item in ("OBS-01", "OBS-03", "OBS-04", "OBS-05")} == {
            "OBS-01": 2, "OBS-03": 1, "OBS-04": 1, "OBS-05": 2,
        }  # fmt: skip
        assert not now.judgement.standings["OBS-02"].decided
        await app.go_to("item/observability/OBS-05")
        await press(pilot)
        assert "carried, confirmed together by ana" in " ".join(str(app.screen.query_one("#item").content).split())

        await press(pilot, "H", "d")
        assert isinstance(app.screen, ReadingDialog)
        said = str(app.screen.query("Static").last().content)
        assert "NOT VOTED YET" in said
        assert "OBS-02 Model version logged: last time met" in said
        assert "OBS-05" not in said
        await press(pilot, "escape")

        # What was typed wrong: the release, and a frozen scorecard, which stays to be read.
        await press(pilot, "e")
        await answer(pilot, release="2026.12.1")
        assert "2026.12.1" in read(pilot, "#summary")
        await press(pilot, "r", "down", "enter")
        assert "▸ 1 2026.11 " in read(pilot, "#summary")
        await press(pilot, "e")
        assert "p supersedes" in notices(pilot)[-1]
        await press(pilot, "p")
        await answer(pilot, reason="OBS-05 was a slip")
        assert "superseded by review 3" in read(pilot, "#summary")
        await press(pilot, "r", "down", "enter", "S")
        assert "was superseded by ana" in painted(pilot)


@pytest.mark.slow
async def test_n_asks_before_a_review_that_is_probably_not_meant(sample_desk: Desk) -> None:
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "H", "n")
        for typed, said in (
            ({"release": "2026.11"}, "is open already"),
            ({"release": "2026.12", "held_on": "2026-11-01"}, "is before it"),
            ({"held_on": "2062-12-08"}, "36 years ahead"),
        ):
            await answer(pilot, **typed)
            assert said in painted(pilot).replace("\n", " ")
            assert load(sample_desk).review.id == 1
        await press(pilot, "ctrl+s")  # it is meant
        assert load(sample_desk).review.release == "2026.12"
