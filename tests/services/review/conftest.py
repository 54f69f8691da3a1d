"""A review to change: nothing is imported, nobody has voted, and nothing is measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.review import reviews
from tests.conftest import NOW


@pytest.fixture
def empty_desk(tmp_path: Path) -> Iterator[Desk]:
    """ana at a file without any review."""
    desk = open_desk(tmp_path / "readiness.db", "ana", create=True, clock=lambda: NOW)
    yield desk
    desk.close()


@pytest.fixture
def desk(empty_desk: Desk) -> Desk:
    """ana at a new review that she and ben hold."""
    reviews.new_review(empty_desk, system="bot", release="1", reviewers=("ana", "ben"))
    return empty_desk
