"""The first screen: what was kept where it still holds, else that it is being judged; never what no longer holds."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.core import opening
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.review import assess
from readiness_tui.tui import app as app_module
from readiness_tui.tui import glyphs
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.overview.glance import from_plain, to_plain
from readiness_tui.tui.screens.overview.look import glance_of
from readiness_tui.tui.screens.start.screen import GreetingScreen
from tests.test_import_hygiene import PLAIN
from tests.tui.driving import painted, press, settle


class Held:
    """Holds the judging of the review up until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def load(self, desk: Desk) -> ReviewView:
        assert self.go.wait(30)
        return load(desk)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    one = Held()
    monkeypatch.setattr(app_module, "_load", one.load)
    return one


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, what is kept at the end is waited for."""
    monkeypatch.setattr(app_module, "GLANCE", 60.0)


async def left_once(desk: Desk) -> str:
    """The Overview as it is painted by a first start, which keeps it."""
    app = ReadinessApp(desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        return painted(pilot)


@pytest.mark.slow
async def test_what_was_kept_is_painted_at_once_and_is_what_judging_finds(sample_desk: Desk, held: Held) -> None:
    held.go.set()
    whole = await left_once(sample_desk)
    held.go.clear()
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.pause()
        assert app.view is None
        assert painted(pilot) == whole
        held.go.set()
        await settle(pilot)
        assert app.view is not None
        assert painted(pilot) == whole


async def test_where_nothing_was_kept_no_verdict_is_shown(sample_desk: Desk, held: Held) -> None:
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.pause()
        seen = painted(pilot)
        held.go.set()
        await settle(pilot)
        assert "judging…" not in painted(pilot)
    assert "judging…" in seen
    assert "Support bot" in seen
    assert not any(word in seen for word in ("GO", "all met", "none open"))


async def test_what_was_kept_before_a_change_is_not_shown_after_it(sample_desk: Desk, held: Held) -> None:
    held.go.set()
    await left_once(sample_desk)
    assess.note(sample_desk, next(iter(load(sample_desk).judgement.standings)), "another word")
    held.go.clear()
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "judging…" in painted(pilot)
        held.go.set()
        await settle(pilot)


@pytest.mark.slow
async def test_leaving_keeps_what_was_changed_in_between(sample_desk: Desk) -> None:
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "C", "0", "escape")
    begun = opening.begin(sample_desk)
    assert begun is not None
    assert from_plain(begun.glance) == glance_of(load(sample_desk))


@pytest.mark.slow
async def test_keys_that_come_early_are_kept_in_their_order(sample_desk: Desk, held: Held) -> None:
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("C", "down", "question_mark")
        assert type(app.screen).__name__ == "OverviewScreen"
        held.go.set()
        await settle(pilot)
        assert [type(screen).__name__ for screen in app.screen_stack[-2:]] == ["ChecklistsScreen", "HelpScreen"]
        assert app.screen_stack[-2].query_one("#items").highlighted == 2  # type: ignore[attr-defined]


async def test_one_can_leave_before_it_is_judged(sample_desk: Desk, held: Held) -> None:
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("ctrl+q")
        assert app._exit
        held.go.set()


async def test_a_file_that_cannot_be_judged_says_why(sample_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Desk) -> ReviewView:
        raise ReadinessError("The disk is gone. Bring it back.")

    monkeypatch.setattr(app_module, "_load", refuse)
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, GreetingScreen)
        assert vars(app)["said"] == ["The disk is gone. Bring it back."]


def test_a_glance_comes_back_as_it_was(sample_desk: Desk) -> None:
    glance = glance_of(load(sample_desk))
    plain = to_plain(glance)
    assert from_plain(json.loads(json.dumps(plain))) == glance
    for other in (None, [], {}, "x", plain[:-1], [*plain, 1], [[], *plain[1:]]):
        assert from_plain(other) is None


def test_the_words_of_the_glyphs_are_those_of_the_rules() -> None:
    assert set(glyphs.RESULT) == set(Result)
    assert set(glyphs.HUMAN) == set(HumanVerdict)
    assert set(glyphs.VERDICT_STYLE) == set(Verdict)


FIRST = """
import gc, sys, threading
from pathlib import Path
from readiness_tui.services.core.desk import open_desk
from readiness_tui.tui import app as module
held = threading.Event()
module._load = lambda desk: held.wait()
app = module.ReadinessApp(open_desk(Path(sys.argv[1]), "ana"))
async def look(pilot):
    await pilot.pause()
    await pilot.pause()
    screen = "".join(s.text for strip in app.screen._compositor.render_strips() for s in strip)
    print(*sorted(sys.modules), sep="\\n", file=sys.stdout)
    print("judging" in screen, "FIX" in screen, gc.isenabled())
    sys.stdout.flush()
    import os
    os._exit(0)
gc.disable()
app.run(headless=True, size=(120, 40), auto_pilot=look)
"""


@pytest.mark.parametrize("kept", [True, False])
def test_the_first_paint_loads_nothing_of_the_rules(sample_db: Path, tmp_path: Path, kept: bool) -> None:
    if kept:
        desk = open_desk(sample_db, "ana")
        begun = opening.begin(desk)
        assert begun is not None
        assert opening.keep(desk, begun, to_plain(glance_of(load(desk))))
        desk.close()
    (tmp_path / "first.py").write_text(FIRST, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, tmp_path / "first.py", sample_db], capture_output=True, text=True, timeout=60, check=False
    )
    *modules, said = told.stdout.splitlines()
    assert said == f"{not kept} {kept} True", told.stderr
    heavy = {"scipy", "numpy", "pydantic", "sqlite_utils", "yaml", "jinja2", "msgspec", "markdown_it"}
    assert not heavy & set(modules)
    ours = {name for name in modules if name.startswith("readiness_tui.")}
    rules = {name for name in ours if name.startswith("readiness_tui.domain.")}
    # Whatever is painted is masked before: that needs the formats of credentials, as text, but none of the rules.
    assert {name for name in rules if not name.startswith("readiness_tui.domain.text.secret")} <= PLAIN
    screens = {name for name in ours if name.startswith("readiness_tui.tui.screens.")}
    assert {name.split(".")[3] for name in screens} == {"overview", "room"}
    assert not [name for name in ours if name.startswith(("readiness_tui.tui.dialogs.", "readiness_tui.sources."))]
