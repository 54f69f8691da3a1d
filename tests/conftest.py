"""Shared by all tests: nobody's own files, environment or clock are touched."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness_tui.services.desk import Desk, open_desk
from readiness_tui.services.start import open_sample

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """State and configuration go to a folder of the test's own, and no database is named from outside."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.delenv("READINESS_DB", raising=False)
    monkeypatch.setenv("READINESS_WHO", "ana")
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture(scope="session")
def filled_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, filled once a session. Read-only: take `sample_db` to change it."""
    path = tmp_path_factory.mktemp("sample") / "sample.db"
    open_sample(path.parent, "ana", path=path, clock=lambda: NOW).close()
    return path


@pytest.fixture
def sample_db(filled_sample: Path, tmp_path: Path) -> Path:
    """A copy of the filled sample for this test alone."""
    return Path(shutil.copy(filled_sample, tmp_path / "readiness.db"))


@pytest.fixture
def sample_desk(sample_db: Path):
    """ana at the sample, at a fixed time."""
    desk: Desk = open_desk(sample_db, "ana", clock=lambda: NOW)
    yield desk
    desk.close()
