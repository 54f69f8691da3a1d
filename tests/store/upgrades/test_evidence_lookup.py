"""Evidence of an older version is not judged by the upgrade: it says that nobody looked it up."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.domain.checklists.assessment import LookUp
from readiness_tui.store import Store, assessments, audit
from readiness_tui.store.sqlite import sqlite3
from tests.store.old_files import unpacked
from tests.store.workers import NOW


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of version 4 with a path, a word, a drill and what was shown."""
    path = unpacked("version-4-1", tmp_path / "old.db")
    conn = sqlite3.connect(path)
    conn.executemany(
        "INSERT INTO evidence(review_id, item_id, kind, ref, person, witness, dated, at) VALUES (1, 'X', ?, ?, 'ana', ?, ?, NULL)",
        [("path", "docs/a.md", "", None), ("path", "asdf", "", None), ("drill", "x", "", "2026-11-02"),
         ("shown", "y", "ben", None)],
    )  # fmt: skip
    conn.commit()
    conn.close()
    return path


def test_it_is_not_looked_up_and_people_stand_for_their_own(old: Path) -> None:
    with Store.open(old) as store, store.read() as conn:
        pieces = [piece for piece in assessments.evidence(conn, 1) if piece.item_id == "X"]
        assert [piece.lookup for piece in pieces] == [LookUp.BEFORE, LookUp.BEFORE, LookUp.VOUCHED, LookUp.VOUCHED]
        assert {(piece.commit, piece.looked) for piece in pieces} == {("", None)}


def test_a_removal_of_before_can_be_undone(old: Path) -> None:
    """The trail of a row that an older version wrote knows nothing of the new columns."""
    with Store.open(old) as store:
        with store.read() as conn:
            piece = next(piece for piece in assessments.evidence(conn, 1) if piece.ref == "asdf")
        with store.write("ana", "removed", now=NOW, review_id=1) as tx:
            assessments.remove_evidence(tx, piece.id)
            change = tx.change_id
        audit.undo(store, change, "ana", NOW)
        with store.read() as conn:
            assert piece in assessments.evidence(conn, 1)
