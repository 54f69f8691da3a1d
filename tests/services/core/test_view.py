"""What a review is held against: the incidents since the one before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.incidents.model import NoteStatus, Sev, TimelineEntry
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import assess, history, reviews
from readiness_tui.store import incidents
from tests.conftest import NOW

HELD_ON = NOW.date()


@pytest.fixture
def desk(tmp_path: Path):
    desk = open_desk(tmp_path / "readiness.db", "ana", create=True, clock=lambda: NOW)
    reviews.new_review(desk, system="bot", release="1", held_on=HELD_ON)
    yield desk
    desk.close()


@pytest.mark.parametrize(("days", "in_scope"), [(-1, False), (0, True), (1, True), (None, True)])
def test_an_incident_closed_on_the_day_of_the_last_review_may_have_come_after_it(
    desk: Desk, days: int | None, in_scope: bool
) -> None:
    made = edit.create(desk, "Refund booked twice", Sev.SEV3)
    closed = None if days is None else HELD_ON + timedelta(days=days)
    with desk.store.write("ana", "closed", now=desk.now()) as tx:
        found = incidents.get(tx.conn, made.system, made.number)
        incidents.put(tx, replace(found, status=NoteStatus.CLOSED, resolved=NOW, closed=closed))
    assert [incident.number for incident in load(desk).facts.incidents] == [made.number]  # there was no review before
    history.next_review(desk, "2", HELD_ON + timedelta(days=14))
    assert [incident.number for incident in load(desk).facts.incidents] == [made.number] * in_scope


def test_a_review_that_is_pinned_to_a_day_is_judged_as_of_it(desk: Desk) -> None:
    assert load(desk).as_of == HELD_ON
    pinned = HELD_ON - timedelta(days=20)
    reviews.new_review(desk, system="bot", release="2", as_of=pinned)
    assert (load(desk).as_of, load(desk).judgement.as_of) == (pinned, pinned)
    assert load(desk, as_of=HELD_ON).as_of == HELD_ON  # what is asked for goes before


def test_a_checklist_is_handed_in_by_half_once_somebody_has_begun_it(desk: Desk) -> None:
    def safety() -> tuple[str, str]:
        return next((one.state, one.why) for one in load(desk).handed_in if one.day == 18)

    reviews.set_checklists(desk, ["safety"])
    items = [item.id for item in load(desk).items if item.weight]
    assert safety() == ("no", f"0 of {len(items)} items decided")
    assess.score(desk, items[:1], 0)
    assert safety() == ("part", f"1 of {len(items)} items decided")
    assess.score(desk, items, 1)
    assert safety() == ("yes", "")
    reviews.set_checklists(desk, ["deployment"])
    assert safety() == ("no", "the safety checklist is not part of this review")


@pytest.mark.parametrize("written", ["line", "section"])
def test_a_note_is_handed_in_with_its_first_line_or_section(desk: Desk, written: str) -> None:
    made = edit.create(desk, "Refund booked twice", Sev.SEV3)
    assert [one.state for one in load(desk).handed_in if one.day == 20] == ["no"]
    if written == "line":
        edit.put_entry(desk, made.number, TimelineEntry(0, NOW, "A customer calls", edit.SOURCES[0]))
    else:
        edit.set_field(desk, made.number, "summary", "Booked twice")
    assert [one.state for one in load(desk).handed_in if one.day == 20] == ["yes"]
