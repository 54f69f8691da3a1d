"""The app walked at random on hostile data: `python -m tests.walk --minutes 30` goes on for longer, and on more."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.walk import chart, outside
from tests.walk.inside import Found, walk
from tests.walk.stages import Stage

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("stage", ["hostile", "sample", "no-review"])
async def test_inside(stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = Found()
    await walk(Stage(stage, tmp_path), 1, found, until=time.monotonic() + 20)
    assert found.faults == {}
    assert found.steps > 5


async def test_by_a_chart_each_key_once_and_on_from_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stage, found, one = Stage("hostile", tmp_path), Found(), chart.Chart()
    await walk(stage, 1, found, until=time.monotonic() + 15, chart=one)
    assert found.faults == {}
    places, tried, there_are = one.counts
    assert 0 < tried < there_are
    assert sum(len(led) for led in one.leads.values()) == tried
    chart.keep(tmp_path / "chart.json", {"hostile": one})
    again = chart.read(tmp_path / "chart.json")["hostile"]
    assert again.as_json() == one.as_json()
    await walk(stage, 2, found, until=time.monotonic() + 15, chart=again)
    assert again.counts[1] > tried
    assert again.counts[0] >= places
    said = chart.told({"hostile": again})
    assert said[0].startswith(f"hostile: {again.counts[0]} places, {again.counts[1]} of ")
    assert "LabScreen" in said[-1].partition("never: ")[2]


def test_in_a_terminal(tmp_path: Path) -> None:
    walked = outside.walk(Stage("hostile", tmp_path), 5, 25)
    assert walked.wrong == ""
    assert walked.presses > 20
