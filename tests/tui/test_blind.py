"""Blind voting at the keys: what is mine, who reveals, and that Enter alone reveals nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from textual.pilot import Pilot

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import reviews
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.widgets.bars import ROOMS
from readiness_tui.tui.widgets.pick_list import PickList
from tests.blind_voting import OPINIONS, assert_tells_nothing, make_files
from tests.conftest import NOW
from tests.tui.driving import WIDE, answer, notices, painted, press, read


def at_the_blind_review(tmp_path: Path, who: str) -> Desk:
    path = shutil.copy(make_files(tmp_path)[OPINIONS[1]], tmp_path / "readiness.db")
    return open_desk(Path(path), who, clock=lambda: NOW)


@pytest.mark.slow
async def test_the_facilitator_reveals_after_a_question_whose_enter_is_no(tmp_path: Path) -> None:
    desk = at_the_blind_review(tmp_path, "ana")
    async with ReadinessApp(desk, here=tmp_path).run_test(size=WIDE) as pilot:
        await press(pilot, "C")
        shown = painted(pilot)
        assert "ana · blind until reveal · saved 14:02" in shown
        assert "mine 1" in read(pilot, "#item")
        assert "2 of 3 have voted" in read(pilot, "#item")
        assert "MY NOTE   what ana thinks" in read(pilot, "#item")
        await press(pilot, "n")
        assert read(pilot, "#dialog-title") == "My note on OBS-01"
        await answer(pilot, text="what ana thinks now")
        await press(pilot, "b")
        assert "Voted on: ana 2 of 16, ben 4 of 16, chloe 0 of 16" in read(pilot, "#dialog-intro")
        await press(pilot, "enter")
        assert load(desk).review.secret
        await press(pilot, "b", "down", "enter")
        assert load(desk).review.revealed
        assert notices(pilot)[-1] == "Revealed. Reviewers differ on 1 item, 0 of them by 2: m starts with those."
        shown = painted(pilot)
        assert "blind" not in shown
        assert "ana 1 · ben 2" in read(pilot, "#item")
        assert f"NOTE      ana: what ana thinks now\nben: {OPINIONS[1].words[1]}" in read(pilot, "#item")
        await press(pilot, "b")
        assert "cannot be hidden again" in notices(pilot)[-1]
    desk.close()


@pytest.mark.slow
async def test_others_are_told_who_reveals_and_an_observer_that_they_do_not_vote(tmp_path: Path) -> None:
    desk = at_the_blind_review(tmp_path, "otto")
    reviews.set_people(desk, observers=["Otto"])
    async with ReadinessApp(desk, here=tmp_path).run_test(size=WIDE) as pilot:
        await press(pilot, "C", "b")
        assert notices(pilot)[-1] == "Only the facilitator reveals the votes: ana."
        await press(pilot, "2")
        assert "observers do not vote" in " ".join(painted(pilot).split())
        assert load(desk).dossier("OBS-01").votes == ()
    desk.close()


async def all_screens(file: Path, who: str, place: Path) -> str:
    """Each room and the meeting as painted, every item and every change beside its list, and all that was said."""
    desk = open_desk(Path(shutil.copy(file, place / "readiness.db")), who, clock=lambda: NOW)
    app = ReadinessApp(desk, here=place)
    app.animation_level = "none"
    found = []
    async with app.run_test(size=WIDE) as pilot:
        for room in ROOMS:
            await press(pilot, room[0].upper())
            found += [painted(pilot), *await explained(pilot)]
            rows, detail = {"checklists": ("#items", "#item"), "history": ("#changes", "#rows")}.get(room, ("", ""))
            for _ in range(app.screen.query_one(rows, PickList).option_count if rows else 0):
                await press(pilot, "down")
                found.append(read(pilot, detail))
                if room == "checklists":
                    found += await explained(pilot)
        await press(pilot, "O", "v")
        found += [painted(pilot), *await explained(pilot)]
        await press(pilot, "escape")
        await press(pilot, "O", "m")
        found.append(painted(pilot))
        await press(pilot, "escape", "C", "b")
        found.append(painted(pilot))
        found += notices(pilot)
    desk.close()
    for left in place.glob("readiness.db*"):
        left.unlink()
    return "\n".join(found)


async def explained(pilot: Pilot[None]) -> list[str]:
    """What F1 tells here, and of the first figure that it stands in."""
    await press(pilot, "f1")
    pages = [painted(pilot)]
    await press(pilot, "right")
    pages.append(painted(pilot))
    await press(pilot, "escape")
    return pages


@pytest.mark.slow
async def test_no_screen_tells_what_ben_thinks(tmp_path: Path) -> None:
    files = make_files(tmp_path)
    one, other = [await all_screens(files[said], "ana", tmp_path) for said in OPINIONS]
    assert "blind until reveal" in one
    assert "Reveal all votes?" in one
    assert "WHAT IT IS FOR" in one  # F1 was there
    assert "voted on OBS-01, OBS-02, REL-01" in one
    assert_tells_nothing(one, other)


@pytest.mark.slow
async def test_an_observer_is_offered_no_key_that_votes_and_is_told_why(sample_desk: Desk) -> None:
    reviews.set_people(sample_desk, observers=["olga"])
    sample_desk.who = "olga"
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.2)
        assert "Accept" not in painted(pilot)
        await press(pilot, "C")
        shown = painted(pilot)
        assert "0 missing" not in shown
        assert "e Evidence" in shown
        assert read(pilot, "#consequence") == "olga observes this review: observers do not vote."
        await press(pilot, "escape", "m")
        assert "olga observes and does not vote" in read(pilot, "#who")
