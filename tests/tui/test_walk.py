"""The app walked at random on hostile data: `python -m tests.walk --minutes 30` goes on for longer, and on more."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.walk import outside
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


def test_in_a_terminal(tmp_path: Path) -> None:
    walked = outside.walk(Stage("hostile", tmp_path), 5, 25)
    assert walked.wrong == ""
    assert walked.presses > 20
