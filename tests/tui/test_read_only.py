"""The app on a file that can only be read: it opens, shows every room, and says that nothing can be saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.services.core.desk import open_desk
from readiness_tui.store.opening import look
from readiness_tui.tui.app import ReadinessApp
from tests.conftest import NOW
from tests.tui.driving import NARROW, notices, painted, press


@pytest.mark.slow
async def test_it_opens_and_says_that_nothing_can_be_saved(sample_db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sample_db.read_bytes()
    monkeypatch.setattr(look, "why_not", lambda path: "its disk is mounted read-only")
    desk = open_desk(sample_db, "ana", clock=lambda: NOW)
    async with ReadinessApp(desk, here=sample_db.parent).run_test(size=NARROW) as pilot:
        await press(pilot)
        assert "ana · read only" in painted(pilot).splitlines()[0]
        assert notices(pilot) == [desk.store.read_only]
        for key in "CETIGSH":
            await press(pilot, key)
            assert "ana · read only" in painted(pilot).splitlines()[0]
        assert notices(pilot) == [desk.store.read_only]  # looking at things is nothing to complain of
        await press(pilot, "C", "2")
        assert notices(pilot)[1:] == [desk.store.read_only]
    desk.close()
    assert sample_db.read_bytes() == before
