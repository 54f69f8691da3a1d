"""A reviewer's copy on the screens: their scores, and no verdict anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.verdict.preview import preview_vote
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import conditions
from readiness_tui.services.share import giving, taking
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.checklists.item_text import consequence
from readiness_tui.tui.screens.overview.look import glance_of
from tests.conftest import NOW
from tests.tui import driving


def taken(sample_desk: Desk, folder: Path) -> Desk:
    giving.write(folder / "b.json", giving.bundle(sample_desk, "chloe"))
    (folder / "apart").mkdir()
    return taking.take(
        folder / "apart" / "readiness.db", taking.bundle_in(folder / "b.json"), "chloe", clock=lambda: NOW
    )


def test_the_overview_tells_scores_and_no_verdict(sample_desk: Desk, tmp_path: Path) -> None:
    view = load(taken(sample_desk, tmp_path))
    glance = glance_of(view)
    assert glance.verdict.words == "NO VERDICT HERE"
    assert (glance.flips, glance.flips_to, glance.conditions, glance.handed_in) == ((), None, (), ())
    assert {fact.words for fact in glance.facts} == {"not in a copy"}
    assert len(glance.sections) == len(view.facts.checklists)
    results = [preview_vote(view.workings, "chloe", "OBS-01", points, ()) for points in (0, 1, 2)]
    assert "verdict" in consequence(results).plain
    assert "verdict" not in consequence(results, copy=True).plain


async def test_no_screen_of_it_says_one(sample_desk: Desk, tmp_path: Path) -> None:
    app = ReadinessApp(taken(sample_desk, tmp_path))
    async with app.run_test(size=(120, 40)) as pilot:
        await driving.settle(pilot)
        for key in "OCSM":
            await pilot.press(key)
            await driving.settle(pilot)
            shown = driving.painted(pilot)
            assert "NO-GO" not in shown, key
            assert "GO WITH" not in shown, key
            if key in "OS":
                assert "copy to score" in shown
            assert "No change is asked for" not in shown, key
            assert "freeze it" not in shown, key
        for keys in (("O", "v"), ("f1",), ("right",)):
            for key in keys:
                await pilot.press(key)
                await driving.settle(pilot)
            shown = driving.painted(pilot)
            assert "NO-GO" not in shown, keys
            assert "GO WITH" not in shown, keys


@pytest.mark.slow
async def test_rooms_of_what_it_does_not_have_say_so_and_nothing_is_refused(sample_desk: Desk, tmp_path: Path) -> None:
    app = ReadinessApp(taken(sample_desk, tmp_path))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await driving.settle(pilot)
        assert "to import runs" not in driving.painted(pilot)
        for key in "ETIGH":
            await driving.press(pilot, key)
            shown = driving.painted(pilot)
            assert "Not done" not in shown, key
            assert "gate is declared" not in shown, key
            assert ("This is a copy to score" in shown) is (key != "H"), key
        assert "not judged here" in shown
        await driving.press(pilot, "T", "f1")
        assert "This is" not in driving.read(pilot, "#dialog-title")
        assert "A copy holds the items" in driving.read(pilot, "#dialog-text")


def test_its_conditions_are_not_listed(sample_desk: Desk, tmp_path: Path) -> None:
    copy = taken(sample_desk, tmp_path)
    assert copy.review_id is not None
    with pytest.raises(ReadinessError, match="copy to score"):
        conditions.listed(copy, [copy.review_id])
