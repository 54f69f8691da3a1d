"""A file of the first version gets the record of incidents with all that stands in it."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.incidents.model import (
    Action,
    ActionKind,
    ActionState,
    Incident,
    NoteStatus,
    Sev,
    TimelineEntry,
)
from readiness_tui.store import Store, audit, incidents
from tests.store.old_files import unpacked
from tests.store.workers import NOW, SYSTEM

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A closed file that version 1 wrote: an incident with a line and an action, renamed later."""
    return unpacked("version-1", tmp_path / "old.db")


def test_an_old_file_keeps_all_that_stands_in_it(old: Path) -> None:
    with Store.open(old) as store:
        assert store.migration_backup is not None
        assert store.integrity() == []
        with store.read() as conn:
            found = incidents.get(conn, SYSTEM, 1)
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
        assert incidents.all(here, SYSTEM) == incidents.all(there, SYSTEM)


def test_what_the_old_version_did_can_still_be_undone(old: Path) -> None:
    with Store.open(old) as store:
        with store.read() as conn:
            renamed, acted, *_ = audit.log(conn)
        audit.undo(store, renamed.id, "ana", LATER)
        audit.undo(store, acted.id, "ana", LATER)
        with store.read() as conn:
            found = incidents.get(conn, SYSTEM, 1)
        assert (found.title, found.actions) == ("Wrong refund", ())
        assert found.uid


def test_a_save_is_stamped_and_a_merge_brings_its_own_stamp(old: Path) -> None:
    with Store.open(old) as store:
        with store.read() as conn:
            before = incidents.get(conn, SYSTEM, 1).timeline[0]
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
                after = incidents.get(conn, SYSTEM, 1).timeline[0]
            assert (after.text, after.uid, after.created, after.updated) == (text, before.uid, NOW, expected)
