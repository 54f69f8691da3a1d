"""A system has one name in a file, however it is typed the next time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.review.reviews import new_review


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(tmp_path / "readiness.db", "ana", create=True)
    yield opened
    opened.close()


@pytest.mark.parametrize("typed", ["support bot", "  Support  Bot ", "SUPPORT\tBOT"])
def test_a_known_system_keeps_its_name(desk: Desk, typed: str) -> None:
    assert new_review(desk, system=" Support Bot", release="1").system == "Support Bot"
    assert new_review(desk, system=typed, release="2").system == "Support Bot"
    assert new_review(desk, system="Support Bots", release="1").system == "Support Bots"


def test_a_new_name_is_kept_as_it_is_typed(desk: Desk) -> None:
    assert new_review(desk, system=" Search  service ", release="1").system == "Search  service"
