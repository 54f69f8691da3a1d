"""A file of an earlier version is open at once, and says how far the measuring of its requests is."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.unmeasured import unmeasured
from readiness_tui.store import staging
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.overview.screen import OverviewScreen
from tests.store.old_files import unpacked
from tests.tui.driving import settle


async def test_an_old_file_is_measured_while_it_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH", 100)
    said: list[str] = []
    shown = OverviewScreen.show_waiting
    monkeypatch.setattr(
        OverviewScreen, "show_waiting", lambda screen, words: (said.append(words), shown(screen, words))
    )
    desk = open_desk(unpacked("version-9", tmp_path / "readiness.db"), "ana")
    assert unmeasured(desk)
    app = ReadinessApp(desk, here=tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app.view is not None
        assert unmeasured(desk) is None
    shares = [words for words in said if "measured once" in words]
    assert len(shares) > 2
    assert "100 % of" in shares[-1]
    desk.close()
