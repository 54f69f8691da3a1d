"""Two journeys by keys: a blind vote through to the freeze, and a first review of one's own, counted."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, reviews
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.confirm import ConfirmDialog
from readiness_tui.tui.screens.meeting.screen import MeetingScreen
from tests.cli.conftest import Cli, cli, place  # noqa: F401
from tests.conftest import NOW
from tests.tui.driving import NARROW, answer, fill, press, read, settle

SAMPLE = Path(__file__).parents[2] / "sample_data"


@pytest.mark.slow
async def test_a_blind_vote_is_revealed_agreed_on_decided_and_frozen(tmp_path: Path) -> None:
    desk = open_desk(tmp_path / "readiness.db", "ana", create=True, clock=lambda: NOW)
    reviews.new_review(desk, system="bot", release="1", reviewers=("ana", "ben", "chloe"), blind=True)
    alone = {who: Desk(desk.store, who, desk.clock) for who in ("ben", "chloe")}
    for who, points in (("ben", 2), ("chloe", 0)):
        assess.attach(alone[who], ["OBS-01"], None, f"https://example.org/{who}")
        assess.score(alone[who], ["OBS-01"], points)
        assess.score(alone[who], ["OBS-02"], 1)
    app = ReadinessApp(desk, here=tmp_path)
    app.animation_level = "none"
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        # Before the reveal ana votes alone, nothing of the others' votes is seen, and no freeze is offered.
        await press(pilot, "m")
        screen = app.screen
        assert isinstance(screen, MeetingScreen)
        assert "blind until the reveal: you vote alone, as ana" in read(pilot, "#who")
        while screen.item_id != "OBS-01":
            await press(pilot, "space")
        assert "ben" not in read(pilot, "#item").replace("https://example.org/ben (ben)", "")
        await press(pilot, "2")
        assert "VOTES     mine 2" in read(pilot, "#item")
        await press(pilot, "escape", "S", "f")
        assert not isinstance(app.screen, ConfirmDialog)

        # The reveal; disagreements two points apart come first.
        await press(pilot, "C", "b", "down", "enter")  # asked once, beginning at "No"
        assert load(desk).review.revealed
        await press(pilot, "m")
        screen = app.screen
        assert isinstance(screen, MeetingScreen)
        assert screen.item_id == "OBS-01"
        assert "On the agenda: reviewers are two points apart" in read(pilot, "#item")
        assert "ana 2 · ben 2 · chloe 0" in read(pilot, "#item")
        await press(pilot, "c")
        await answer(pilot, points="1", reason="half of the calls log it")
        assert load(desk).judgement.standings["OBS-01"].points == 1
        assert "✓ settled" in read(pilot, "#item")

        # What nobody can decide today is put off, with owner and date: Enter takes both as proposed.
        await press(pilot, "space")
        put_off = screen.item_id
        assert put_off is not None
        await press(pilot, "d", "enter", "enter")
        await press(pilot, "end")
        said = read(pilot, "#item")
        assert "CONSENSUS\n  OBS-01 1, by ana: half of the calls log it · no owner, by 1 Dec 2026\n\nPUT OFF" in said
        assert said.split("PUT OFF")[1].split("\n")[1].endswith(" · ana by 15 Dec 2026"), said

        # The freeze says who signs, and begins at "no".
        await press(pilot, "S", "f")
        asked = " ".join(str(one.content) for one in app.screen.query(".confirm-line").results(Static))
        assert "Signed by who voted: ana, ben, chloe." in asked
        assert "undecided items become gaps" in asked
        await press(pilot, "enter")
        assert load(desk).review.frozen_at is None
        await press(pilot, "f", "y")
        view = load(desk)
        assert view.review.frozen_at == NOW
        gap = view.gaps[view.workings.gap_keys[put_off]]
        assert (gap.owner, gap.due, gap.state) == ("ana", NOW.date() + timedelta(days=21), GapState.OPEN)
    desk.close()


class Hand:
    """Counts every key that is pressed. Text is pasted, and not counted."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.keys = 0

    async def press(self, *keys: str) -> None:
        self.keys += len(keys)
        await press(self.pilot, *keys)

    async def type(self, text: str) -> None:
        await fill(self.pilot, text)


@pytest.mark.slow
async def test_a_first_review_of_ones_own_takes_few_keys(cli: Cli, place: Path) -> None:  # noqa: F811
    """Sixteen items, each with evidence, owner and date: at most 6 commands to a gated review, then at most 60 keys."""
    for name in ("gate.yaml", "golden_set.jsonl"):
        shutil.copy(SAMPLE / name, place)
    run = SAMPLE / "runs" / "candidate.cases.jsonl"
    shutil.copy(run, place / "run.jsonl")
    commands = [
        ("new", "--system", "Support bot", "--release", "2026.12", "--reviewer", "ana", "--reviewer", "ben"),
        ("import", "golden_set.jsonl", "gate.yaml"),
        ("gate", "lock"),
        ("import", "run.jsonl", "--as", "candidate"),
        # and `readiness`, which opens what follows
    ]
    assert len(commands) + 1 <= 6
    for command in commands:
        done = cli(*command)
        assert done.code == 0, done.err
    desk = open_desk(place / "readiness.db", "ana")
    assert load(desk).gate.ran
    app = ReadinessApp(desk, here=place)
    app.animation_level = "none"
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        hand = Hand(pilot)
        await hand.press("m")
        screen = app.screen
        assert isinstance(screen, MeetingScreen)
        items = [item.id for item in load(desk).items]
        assert len(items) == 16
        for _ in items:
            item = screen.item_id
            assert item is not None
            await hand.press("1")
            await hand.type(f"https://wiki.example.com/{item} @b +14")
            await hand.press("enter", "space")
        assert screen.item_id is None  # the page of decisions: it is all there to be read out
        assert "16" not in str(load(desk).judgement.undecided)
    view = load(desk)
    for item in items:
        gap = view.gaps[view.workings.gap_keys[item]]
        assert view.dossier(item).evidence
        assert [vote.points for vote in view.dossier(item).votes] == [1]
        assert (gap.owner, gap.due) == ("ben", view.as_of + timedelta(days=14))
    assert hand.keys <= 60
    desk.close()
