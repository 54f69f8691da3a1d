"""What every change brings up to date with it: gaps, and the conditions that follow them until a person takes one over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.verdict.model import Condition
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, gaps, reviews
from tests.conftest import NOW

TODAY = NOW.date()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = open_desk(tmp_path / "readiness.db", "ana", create=True, clock=lambda: NOW)
    reviews.new_review(made, system="bot", release="1")
    yield made
    made.close()


def partial_major(desk: Desk) -> str:
    """The key of a major item that is partly met: a gap and a condition."""
    view = load(desk)
    item = next(item for item in view.items if item.severity is Severity.MAJOR and not item.same_as)
    assess.attach(desk, [item.id], EvidenceKind.URL, "https://example.org/doc")
    assess.score(desk, [item.id], 1)
    return f"item/{view.dossier(item.id).checklist_id}/{item.id}"


def condition(desk: Desk, key: str) -> Condition:
    return next(one for one in load(desk).judgement.conditions if one.key == key)


def test_a_condition_follows_its_gap_until_somebody_gives_it_a_date(desk: Desk) -> None:
    key = partial_major(desk)
    assert condition(desk, key).due == load(desk).gaps[key].due
    for days in (30, 10):
        moved = TODAY + timedelta(days=days)
        gaps.set_due(desk, key, moved)
        gaps.set_owner(desk, key, f"owner-{days}")
        assert (condition(desk, key).due, condition(desk, key).owner) == (moved, f"owner-{days}")
    promised = date(2026, 12, 24)
    gaps.set_condition(desk, key, owner="chloe", due=promised)
    gaps.set_due(desk, key, TODAY)
    assert (condition(desk, key).owner, condition(desk, key).due) == ("chloe", promised)


def test_the_date_of_a_condition_without_a_gap_stands_still(desk: Desk) -> None:
    due = condition(desk, "gate/none").due
    assert due == TODAY + timedelta(days=21)
    desk.clock = lambda: NOW + timedelta(days=5)
    assert condition(desk, "gate/none").due == due
