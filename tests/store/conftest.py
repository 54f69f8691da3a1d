"""A fresh store with one review in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.review import Review
from readiness_tui.store import Store, reviews
from tests.store.workers import NOW, SYSTEM

REVIEW = Review(0, SYSTEM, "2026.11", NOW.date(), "ana")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "readiness.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, create=True) as opened:
        with opened.write("ana", "started a review", now=NOW) as tx:
            assert reviews.put(tx, REVIEW) == 1
        yield opened
