"""The app walked on hostile data, at random and by a chart: `python -m tests.walk` goes on for longer, on more, and to the end."""

from __future__ import annotations

import math
import random
import time
from pathlib import Path

import pytest

from tests.walk import chart, charted, outside
from tests.walk.inside import Found, walk
from tests.walk.stages import Stage
from tests.walk.terminal import Terminal

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("stage", ["hostile", "sample", "no-review"])
async def test_inside(stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = Found()
    await walk(Stage(stage, tmp_path), 1, found, until=time.monotonic() + 20)
    assert found.faults == {}
    assert found.steps > 5


def test_by_a_chart_each_key_once_and_on_from_where_it_was(tmp_path: Path) -> None:
    stage, faults, one = Stage("hostile", tmp_path), charted.Faults(), chart.Chart()
    charted.walk(stage, 1, (24, 80), one, faults, until=math.inf, length=50)
    assert faults.found == {}
    places, done, there_are = one.counts
    assert 0 < done < there_are
    assert one.keys > 0
    assert any(one.bindings.values())
    chart.keep(tmp_path / "chart.json", {"hostile": one})
    again = chart.read(tmp_path / "chart.json")["hostile"]
    assert again.as_json() == one.as_json()
    charted.walk(stage, 2, (24, 80), again, faults, until=math.inf, length=50)
    assert faults.found == {}
    assert again.counts[1] > done
    assert again.counts[0] >= places
    assert all(len(deeds) == len(set(deeds)) for deeds in again.done.values())
    said = chart.told({"hostile": again})
    assert said[0].startswith(f"hostile: {again.counts[0]} places, {again.counts[1]} of ")
    assert "LabScreen" in said[-1].partition("never: ")[2]


@pytest.mark.parametrize("put_in", ["raise RuntimeError('put in')", "os._exit(3)"])
def test_a_fault_is_met_and_told_with_the_keys_before_it(put_in: str, tmp_path: Path) -> None:
    faults = charted.Faults()
    before = f"import os; from readiness_tui.tui.screens.help.screen import HelpScreen\ndef on_mount(self): {put_in}\nHelpScreen.on_mount = on_mount"
    app = charted.App(Stage("no-review", tmp_path), (24, 80), faults, before=before)
    faults.began("here")
    faults.did(app.place, "key f1")
    try:
        with pytest.raises(charted.EndedError):
            app.do("key question_mark")
        app.status()
    finally:
        app.end()
    (what,) = faults.found
    assert what.startswith("it ended with ")
    assert "key f1" in faults.found[what]


def test_in_a_terminal(tmp_path: Path) -> None:
    walked = outside.walk(Stage("hostile", tmp_path), 5, 25)
    assert walked.wrong == ""
    assert walked.presses > 20


def test_whether_it_answers_is_asked_by_a_size_that_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody in a terminal is told of the size that it has already, and so nobody would answer."""
    monkeypatch.setattr(outside, "SILENT", 5.0)
    app = "from signal import *; sizes = {SIGWINCH}; pthread_sigmask(SIG_BLOCK, sizes); print('here', flush=True)"
    app += "\nwhile sigwait(sizes): print('painted', flush=True)"
    terminal = Terminal(before=app, size=(22, 80))
    try:
        terminal.until("here")
        before = terminal.size
        for seed in range(12):
            assert outside._answers(terminal, random.Random(seed))
            assert terminal.size != before
            before = terminal.size
    finally:
        terminal.close()


def test_it_is_left_also_where_the_first_key_comes_before_it_has_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "LOST", 2.0)
    stage = Stage("no-review", tmp_path)
    path = stage.fresh()
    terminal = Terminal(*stage.opens(path), folder=path.parent, before="import time; time.sleep(1)")
    try:
        assert outside._left(terminal) == 0
    finally:
        terminal.close()


def test_what_nobody_reads_any_more_is_not_waited_for() -> None:
    """A terminal holds a few thousand bytes; who wrote more to a program that ended meanwhile waited for ever."""
    terminal = Terminal(
        before="import time, tty; tty.setraw(0); print('raw', flush=True); time.sleep(1); raise SystemExit(0)"
    )
    try:
        terminal.until("raw")
        terminal.type("p" * 100_000)
        assert terminal.ended() == 0
    finally:
        terminal.close()
