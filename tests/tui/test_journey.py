"""One team's hour, with keys only: from a first start to a frozen GO WITH CONDITIONS and an exported scorecard."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.core.view import load
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.gaps.screen import GapsScreen
from readiness_tui.tui.screens.start.screen import GreetingScreen
from tests.conftest import NOW
from tests.tui.driving import fill, settle


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await settle(pilot)


async def write(pilot: Pilot[None], text: str) -> None:
    """Type into the focused field, as one paste."""
    await fill(pilot, text)


def verdict(app: ReadinessApp) -> Verdict:
    assert app.view is not None
    return app.view.judgement.verdict


@pytest.mark.slow
async def test_from_first_start_to_a_frozen_scorecard(tmp_path: Path, filled_sample: Path) -> None:
    # The greeting fills its copy itself; the filled one is put in place to keep the test short.
    (tmp_path / "readiness-sample.db").write_bytes(filled_sample.read_bytes())
    app = ReadinessApp(who="ana", here=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, GreetingScreen)
        await press(pilot, "s")
        assert app.desk is not None
        app.desk.clock = lambda: NOW
        assert verdict(app) is Verdict.NO_GO
        assert app.view is not None
        assert {i for i, s in app.view.judgement.standings.items() if not s.decided} == {"OBS-06", "DEP-01", "DEP-03"}
        assert [i for i, s in app.view.judgement.standings.items() if s.conflict] == ["REL-03"]

        # Space finds what needs a person: OBS-06 first.
        await press(pilot, "C", "space")
        assert app.screen.item_id == "OBS-06"  # type: ignore[attr-defined]
        await press(pilot, "1")

        await press(pilot, "space")
        assert app.screen.item_id == "REL-03"  # type: ignore[attr-defined]
        await press(pilot, "k")  # the proof refutes: its one hit is dismissed with a reason
        await press(pilot, "enter")
        await write(pilot, "a customer pasted a revoked test key")
        await press(pilot, "enter")
        assert not app.view.judgement.standings["REL-03"].conflict
        assert app.view.judgement.standings["REL-03"].points == 2

        await press(pilot, "space")
        assert app.screen.item_id == "DEP-01"  # type: ignore[attr-defined]
        await press(pilot, "2")  # a claim counts 1; the app asks for evidence
        await write(pilot, "docs/roles.md")
        await press(pilot, "ctrl+s")
        assert app.view.judgement.standings["DEP-01"].points == 2

        await press(pilot, "space")
        assert app.screen.item_id == "DEP-03"  # type: ignore[attr-defined]
        await press(pilot, "2")  # the log is evidence: its prompt changed under one version of the application
        assert app.view.judgement.standings["DEP-03"].points == 2
        assert verdict(app) is Verdict.CONDITIONS

        await press(pilot, "G")
        assert isinstance(app.screen, GapsScreen)
        await press(pilot, "o")
        await write(pilot, "c")  # of the reviewers only chloe
        await press(pilot, "enter")
        await press(pilot, "d")
        await write(pilot, "2026-12-18")
        await press(pilot, "enter")
        first = app.view.judgement.conditions[0]
        assert (first.owner, str(first.due)) == ("chloe", "2026-12-18")
        assert verdict(app) is Verdict.CONDITIONS

        await press(pilot, "S", "f", "enter")  # the focus is on No
        assert app.view.review.frozen_at is None
        await press(pilot, "f", "y")
        assert app.view.review.frozen_at == NOW
        await press(pilot, "x", "enter")
        exported = (tmp_path / "readiness-2026.11.md").read_text(encoding="utf-8")
        assert exported.splitlines()[2].startswith("**GO WITH CONDITIONS**")
        assert "chloe — 18 Dec 2026" in exported

        # A frozen review takes no score any more.
        await press(pilot, "C", "0")
        assert load(app.desk).judgement.verdict is Verdict.CONDITIONS
        assert app.view.judgement.standings["OBS-01"].points == 2
    app.desk.close()


@pytest.mark.slow
async def test_a_new_review_from_the_greeting(tmp_path: Path) -> None:
    """Enter accepts what the form proposes; then the Overview says what to do next."""
    app = ReadinessApp(who="zoe", here=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        assert not (tmp_path / "readiness.db").exists()  # nothing is created unasked
        await press(pilot, *["enter"] * 5)
        assert (tmp_path / "readiness.db").exists()
        assert app.view is not None
        assert app.screen.__class__.__name__ == "OverviewScreen"
        assert (app.view.review.owner, app.view.review.system) == (
            "zoe",
            tmp_path.name.replace("-", " ").replace("_", " "),
        )
        assert verdict(app) is Verdict.NO_GO
    assert app.desk is not None
    app.desk.close()
