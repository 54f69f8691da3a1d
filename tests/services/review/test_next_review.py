"""From one review to the next: what `n` and `readiness new` carry alike, and what neither does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.model import Depth, Severity
from readiness_tui.domain.scorecard.model import ChangeCause
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.gate import versions
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review import assess, conditions, gaps, history, reviews, scorecard, trend
from readiness_tui.services.review.supersede import supersede
from readiness_tui.services.start.start import start_review
from tests.conftest import NOW

GATE = "name: bot\nmetrics:\n  - {metric: task_success_rate, threshold: '>= 0.5'}\n"
LATER = NOW + timedelta(days=14)


def _run(folder: Path, name: str, status: str = "success") -> Path:
    path = folder / f"{name}.jsonl"
    path.write_text(
        f'{{"run": {{"id": "{name}", "pipeline_version": "{name}", "started_at": "2026-11-24T20:00:00Z"}}}}\n'
        f'{{"case_id": "c1", "output": "x", "status": "{status}"}}\n',
        encoding="utf-8",
    )
    return path


def _by_n(desk: Desk) -> None:
    history.next_review(desk, "2", date(2026, 12, 8))


def _by_new(desk: Desk) -> None:
    opened = start_review(
        desk.store.path.parent, "ben", system=" BOT", release="2", held_on=date(2026, 12, 8), clock=lambda: LATER
    )
    desk.review_id = opened.review_id
    opened.close()


@pytest.mark.parametrize("start", [_by_n, _by_new])
def test_the_next_review_carries_all_but_votes_and_candidate(
    desk: Desk, tmp_path: Path, start: Callable[[Desk], None]
) -> None:
    gate = tmp_path / "gate.yaml"
    gate.write_text(GATE, encoding="utf-8")
    import_path(desk, gate)
    versions.lock(desk)
    import_path(desk, _run(tmp_path, "v1"))
    reviews.set_people(desk, add=["chloe"], owner="ben", facilitator="chloe")
    reviews.set_depth(desk, Depth.FULL)
    desk.who = "chloe"
    reviews.set_blind(desk, True)
    reviews.reveal(desk)
    desk.who = "ana"
    reviews.declare(desk, "step_cap", "12")
    items = [item.id for item in load(desk).items]
    assess.score(desk, items[:6], 1)
    waived, lapsed = items[:2]
    assess.waive(desk, waived, "accepted", "chloe", LATER.date())
    assess.waive(desk, lapsed, "accepted", "chloe", NOW.date() + timedelta(days=3))
    gap = next(key for key in load(desk).gaps if key.endswith(items[2]))
    gaps.set_owner(desk, gap, "dan")
    gaps.set_due(desk, gap, date(2026, 12, 20))
    condition = next(one for one in load(desk).judgement.conditions if one.key.startswith("item/"))
    gaps.set_condition(desk, condition.key, owner="eve", due=date(2026, 12, 19))
    closed = next(
        one.key for one in load(desk).judgement.conditions if one.key.startswith("item/") and one.key != condition.key
    )
    gaps.set_condition(desk, closed, owner="fay", due=date(2026, 12, 19))
    scorecard.freeze(desk)
    conditions.close(desk, closed, ["https://example.org/done"])
    desk.clock = lambda: LATER
    import_path(desk, _run(tmp_path, "slips"))  # after the freeze, before the next review is opened: at the same clock

    start(desk)
    now = load(desk)
    review = now.review
    assert (review.system, review.reviewers, review.owner, review.facilitator) == (
        "bot", ("ana", "ben", "chloe"), "ben", "chloe",
    )  # fmt: skip
    assert (review.depth, review.declared, review.checklists) == (
        Depth.FULL, {"step_cap": "12"}, ("observability", "reliability", "deployment"),
    )  # fmt: skip
    assert (review.blind, review.revealed, review.follows) == (True, False, 1)
    assert now.gate.gate is not None
    assert now.gate.lock is not None
    assert (now.gate.ran, review.candidate, review.baseline) == (False, (), ("v1",))
    assert any(cause.key == "gate/not-run" for cause in now.judgement.causes)
    assert (now.gaps[gap].owner, now.gaps[gap].due, now.gaps[gap].state) == ("dan", date(2026, 12, 20), GapState.OPEN)
    assert not any(now.dossier(item).votes for item in items)
    assert [now.dossier(item).waiver is not None for item in (waived, lapsed)] == [True, False]

    # An open condition has the owner and the day it had, once the item is what it was.
    desk.who = "ana"
    assess.score(desk, [closed.rpartition("/")[2]], 1)
    assess.score(desk, [condition.key.rpartition("/")[2]], 1)
    desk.who = "chloe"
    reviews.reveal(desk)
    again = next(one for one in load(desk).judgement.conditions if one.key == condition.key)
    assert (again.owner, again.due) == ("eve", date(2026, 12, 19))
    assert (
        next(one.owner for one in load(desk).judgement.conditions if one.key == closed) != "fay"
    )  # that one was closed
    import_path(desk, _run(tmp_path, "v2"))
    assert [run.id for run in load(desk).measured.candidate_runs] == ["v2"]


@pytest.mark.parametrize("when", ["not at all", "before it", "after it", "twice"])
def test_a_condition_that_was_closed_stays_closed_and_its_gap_has_a_new_day(when: str, desk: Desk) -> None:
    """`when`: its scorecard is superseded, seen from the next review."""
    item = next(one for one in load(desk).items if one.severity is Severity.MAJOR)
    assess.score(desk, [one.id for one in load(desk).items], 2)
    assess.score(desk, [item.id], 1)
    key = next(one.key for one in load(desk).judgement.conditions if one.key.endswith(item.id))
    gaps.set_condition(desk, key, owner="fay", due=date(2026, 12, 5))
    gaps.set_due(desk, key, date(2026, 12, 5))
    scorecard.freeze(desk)
    conditions.close(desk, key, ["https://example.org/done"])
    assert load(desk).gaps[key].state is GapState.CLOSED
    for _ in range(("not at all", "before it", "twice").index(when) if when != "after it" else 0):
        supersede(desk, "a typing error in the release notes")
        scorecard.freeze(desk)
    history.next_review(desk, "2", date(2026, 12, 8))
    if when == "after it":
        here, desk.review_id = desk.review_id, 1
        supersede(desk, "a typing error in the release notes")
        desk.review_id = here
    desk.clock = lambda: LATER
    assess.score(desk, [item.id], 1)
    (again,) = (one for one in load(desk).judgement.conditions if one.key == key)
    assert again.owner != "fay"
    if when == "not at all":
        gap = load(desk).gaps[key]
        assert (gap.state, gap.due_changes[-1]) == (GapState.REOPENED, "2026-12-05 -> 2027-02-06 by reopening")
        assert again.due is not None
        assert again.due > LATER.date()


def test_what_is_not_voted_yet_did_not_get_worse(desk: Desk) -> None:
    items = [item.id for item in load(desk).items][:3]
    assess.score(desk, items, 1)
    scorecard.freeze(desk)
    history.next_review(desk, "2", date(2026, 12, 8))
    assess.score(desk, items[:1], 0)
    view = load(desk)
    found = trend.difference(desk, view)
    assert {(change.cause, change.text.split()[0]) for change in found.changes} == {
        (ChangeCause.JUDGEMENT, items[0]),
        (ChangeCause.NOT_VOTED, items[1]),
        (ChangeCause.NOT_VOTED, items[2]),
    }
    card = scorecard.current_card(desk)
    assert card.sections[0].not_voted == 2
    assert "3 changes, 2 not voted yet" in scorecard.text(desk)
    assert [(line.release, line.point and line.point.headline) for line in trend.review_lines(desk, view)] == [
        ("2", card.headline),
        ("1", card.previous.headline if card.previous else None),
    ]
    desk.review_id = 1
    assert "first review" in trend.difference(desk, load(desk)).why_not
