"""Gaps back from a tracker, while somebody changes them here: nobody's word is overwritten unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.services.core import write
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import gap_import, gaps, settling
from readiness_tui.services.review.gap_import import FieldChange
from tests.conftest import NOW

KEY = "case/c1"
SAID = {"owner": "dora", "due": "2026-12-09", "state": "in progress"}


def tracked(folder: Path, **said: str) -> Path:
    path = folder / "back.jsonl"
    path.write_text(json.dumps({"key": KEY, **said}), encoding="utf-8")
    return path


def between(desk: Desk, monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Ben does something after the file was compared and before it is saved."""
    ben = open_desk(desk.store.path, "ben", clock=desk.clock)
    saved = write.together

    @contextmanager
    def later(*given: Any, **named: Any) -> Iterator[Any]:
        act(ben)
        ben.close()
        with saved(*given, **named) as opened:
            yield opened

    monkeypatch.setattr(gap_import, "together", later)


@pytest.mark.parametrize(
    ("field", "act", "here"),
    [
        ("owner", lambda ben: gaps.set_owner(ben, KEY, "zoe"), "zoe"),
        ("due", lambda ben: gaps.set_due(ben, KEY, date(2026, 12, 2)), "2026-12-02"),
        ("due", lambda ben: gaps.set_due(ben, KEY, None), ""),
        ("state", lambda ben: gaps.set_state(ben, KEY, GapState.CLAIMED_DONE), "claimed done"),
    ],
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_somebody_changes_meanwhile_stands_and_the_file_is_kept_beside_it(
    field: str, act: Any, here: str, overwrite: bool, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gaps.mark(desk, "case", "c1", "Refund twice")
    between(desk, monkeypatch, act)
    found = gap_import.bring_back(desk, tracked(tmp_path, **SAID), overwrite=overwrite)
    assert found.conflicts == (FieldChange(KEY, field, here, SAID[field]),)
    assert {one.field for one in found.changed} == SAID.keys() - {field}
    gap = load(desk).gaps[KEY]
    stands = {"owner": gap.owner, "due": gap.due.isoformat() if gap.due else "", "state": gap.state.value}
    assert stands == SAID | {field: here}
    (two,) = settling.waiting(replace(desk, who="ben"))
    assert (two.rival.field, two.rival.value, two.stored) == (field, SAID[field], here)


def test_what_somebody_does_to_another_field_is_no_conflict(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gaps.mark(desk, "case", "c1", "Refund twice")
    between(desk, monkeypatch, lambda ben: gaps.set_due(ben, KEY, date(2026, 12, 2)))
    found = gap_import.bring_back(desk, tracked(tmp_path, owner="dora"))
    assert (len(found.changed), found.conflicts, settling.waiting(desk)) == (1, (), ())
    gap = load(desk).gaps[KEY]
    assert (gap.owner, gap.due) == ("dora", date(2026, 12, 2))


@pytest.mark.parametrize("day", ["2026-11-23", "2025-12-09", "2062-12-09"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_day_that_is_probably_mistyped_is_left_out_and_said(
    day: str, overwrite: bool, desk: Desk, tmp_path: Path
) -> None:
    gaps.mark(desk, "case", "c1", "Refund twice")
    before = load(desk).gaps[KEY].due
    found = gap_import.bring_back(desk, tracked(tmp_path, owner="dora", due=day), overwrite=overwrite)
    assert [one.field for one in found.changed] == ["owner"]
    assert (found.conflicts, len(found.kept), load(desk).gaps[KEY].due) == ((), 1, before)
    assert day in found.kept[0]
    # The day that stands here is nothing new, although it has passed.
    desk.clock = lambda: NOW + timedelta(days=60)
    assert before is not None
    same = gap_import.bring_back(desk, tracked(tmp_path, due=before.isoformat()))
    assert (same.kept, same.same) == ((), 1)
