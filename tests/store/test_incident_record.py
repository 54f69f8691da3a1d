"""A file of the first version gets the record of incidents with all that stands in it."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.incidents.model import (
    Action,
    ActionKind,
    ActionState,
    Incident,
    NoteStatus,
    Sev,
    TimelineEntry,
)
from readiness_tui.store import Store, audit, db, incidents, migrations, reviews
from tests.store.workers import NOW

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A closed file of version 1 with an incident, written by that version's columns."""
    path = tmp_path / "old.db"
    monkeypatch.setattr(db, "MIGRATIONS", migrations.MIGRATIONS[:1])
    with Store.open(path, create=True) as store:
        with store.write("ana", "started a review", now=NOW) as tx:
            reviews.put(tx, Review(0, "Support bot", "2026.11", NOW.date(), "ana"))
        with store.write("ana", "new incident", now=NOW) as tx:
            tx.put(
                "incident",
                {
                    "number": None, "system": "Support bot", "title": "Wrong refund", "severity": "sev2",
                    "status": "in review", "started": NOW.isoformat(timespec="microseconds"), "detected": None,
                    "acknowledged": None, "mitigated": None, "resolved": None, "closed": None, "failure_class": None,
                    "breached": "", "no_eval_reason": "", "eval_cases": "[]", "traces": '["t1"]',
                    "fields": '{"summary":"short"}',
                },
            )  # fmt: skip
            tx.put("incident_event", {"id": None, "number": 1, "at": NOW.isoformat(timespec="microseconds"),
                                      "text": "noticed", "source": "log", "person": "ana"})  # fmt: skip
        with store.write("ben", "action", now=LATER) as tx:
            tx.put("incident_action", {"id": None, "number": 1, "text": "alert", "kind": "detect", "owner": "ben",
                                       "due": "2026-12-01", "done": None})  # fmt: skip
        with store.write("ben", "renamed", now=LATER) as tx:
            tx.put("incident", {"number": 1, "title": "Refund booked twice"})
    monkeypatch.undo()
    return path


def test_an_old_file_keeps_all_that_stands_in_it(old: Path) -> None:
    with Store.open(old) as store:
        assert store.migration_backup is not None
        assert store.integrity() == []
        with store.read() as conn:
            found = incidents.get(conn, 1)
    (entry,), (action,) = found.timeline, found.actions
    assert found == Incident(
        1, "Support bot", "Refund booked twice", Sev.SEV2, NoteStatus.IN_REVIEW, started=NOW, traces=("t1",),
        fields={"summary": "short"}, timeline=(entry,), actions=(action,), uid=found.uid, created=NOW, updated=LATER,
    )  # fmt: skip
    assert entry == TimelineEntry(1, NOW, "noticed", "log", "ana", uid=entry.uid, created=NOW, updated=NOW)
    assert action == Action(
        1, "alert", ActionKind.DETECT, "ben", action.due, uid=action.uid, created=LATER, updated=LATER
    )
    assert (str(action.due), action.state) == ("2026-12-01", ActionState.OPEN)
    assert len({found.uid, entry.uid, action.uid}) == 3


def test_copies_of_an_old_file_agree_on_who_is_who(old: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(old, tmp_path / "copy.db"))
    with Store.open(old) as one, Store.open(copy) as other, one.read() as here, other.read() as there:
        assert incidents.all(here) == incidents.all(there)


def test_what_the_old_version_did_can_still_be_undone(old: Path) -> None:
    with Store.open(old) as store:
        with store.read() as conn:
            renamed, acted, *_ = audit.log(conn)
        audit.undo(store, renamed.id, "ana", LATER)
        audit.undo(store, acted.id, "ana", LATER)
        with store.read() as conn:
            found = incidents.get(conn, 1)
        assert (found.title, found.actions) == ("Wrong refund", ())
        assert found.uid


def test_a_save_is_stamped_and_a_merge_brings_its_own_stamp(old: Path) -> None:
    with Store.open(old) as store:
        with store.read() as conn:
            before = incidents.get(conn, 1).timeline[0]
        now = LATER + timedelta(hours=1)
        for at, text, updated, expected in (
            (now, "noticed", before.updated, before.updated),  # nothing is different
            (now, "noticed by mail", before.updated, now),
            (now + timedelta(hours=1), "merged", LATER, LATER),
        ):
            with store.write("ana", "x", now=at) as tx:
                incidents.put_event(
                    tx, 1, TimelineEntry(before.id, before.at, text, "log", "ana", uid=before.uid, updated=updated)
                )
            with store.read() as conn:
                after = incidents.get(conn, 1).timeline[0]
            assert (after.text, after.uid, after.created, after.updated) == (text, before.uid, NOW, expected)
