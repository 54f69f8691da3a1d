"""Saving: all or nothing, once, audited; and a clear word when it cannot be done."""

from __future__ import annotations

import os
import shutil
import sqlite3  # Python's own names all codes
import threading
from itertools import groupby
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.assessment import Vote
from readiness_tui.domain.errors import AlreadySaved, ReadinessError
from readiness_tui.store import Store, assessments, audit, db, reviews, settings, sqlite
from readiness_tui.store.faults import explain
from tests.store.conftest import REVIEW
from tests.store.workers import NOW, SYSTEM


def note(store: Store, text: str, **options) -> None:
    with store.write("ana", "noted", now=NOW, **options) as tx:
        assessments.put_note(tx, 1, "OBS-01", text)


def fail(store: Store, **options) -> None:
    """A block that raises after it has put something."""

    def block() -> None:
        with store.write("ana", "failed", now=NOW, **options) as tx:
            assessments.put_note(tx, 1, "OBS-01", "text")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        block()


def notes(store: Store) -> dict[str, str]:
    with store.read() as conn:
        return assessments.dossier_parts(conn, 1).notes


def test_an_exception_rolls_everything_back(store: Store) -> None:
    fail(store)
    assert notes(store) == {}
    with store.read() as conn:
        assert [change.what for change in audit.log(conn)] == ["started a review"]
    note(store, "after")
    assert notes(store) == {"OBS-01": "after"}


def test_the_same_key_is_saved_once(store: Store, path: Path) -> None:
    note(store, "one", key="abc")
    note(store, "two")
    with pytest.raises(AlreadySaved) as caught:
        note(store, "one", key="abc")
    assert notes(store) == {"OBS-01": "two"}
    with Store.open(path) as again, again.read() as conn:  # what a restart after a crash finds
        assert audit.get(conn, caught.value.change_id).what == "noted"


def test_a_key_is_remembered_where_nothing_was_different(store: Store) -> None:
    note(store, "one")
    note(store, "one", key="abc")
    with pytest.raises(AlreadySaved):
        note(store, "one", key="abc")


def test_a_block_that_failed_may_use_its_key_again(store: Store) -> None:
    fail(store, key="abc")
    note(store, "again", key="abc")
    assert notes(store) == {"OBS-01": "again"}


def test_threads_write_one_after_the_other(store: Store) -> None:
    def save(name: str) -> None:
        for number in range(25):
            with store.write(name, "scored", now=NOW) as tx:
                assessments.put_vote(tx, 1, Vote(f"I-{number}", name, 1))

    threads = [threading.Thread(target=save, args=(f"p{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as conn:
        assert len(assessments.votes(conn, 1)) == 100


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(ReadinessError, match="read-only"), store.read() as conn:
        conn.execute("DELETE FROM review")


def test_a_snapshot_sees_one_moment(store: Store) -> None:
    monkey = threading.Thread(target=note, args=(store, "later"))
    with store.read(snapshot=True) as conn:
        before = assessments.dossier_parts(conn, 1).notes
        monkey.start()  # waits for us in the rollback journal, goes on in WAL
        monkey.join(0.2)
        assert assessments.dossier_parts(conn, 1).notes == before == {}
    monkey.join()
    assert notes(store) == {"OBS-01": "later"}


def test_nested_use_that_would_wait_for_itself_is_a_bug(store: Store) -> None:
    with store.read(snapshot=True), pytest.raises(RuntimeError):
        note(store, "x")
    with store.write("ana", "x", now=NOW), pytest.raises(RuntimeError):
        note(store, "x")


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(ReadinessError, match="refers to"), store.write("ana", "noted", now=NOW) as tx:
        assessments.put_note(tx, 99, "OBS-01", "text")


def test_text_that_is_not_unicode_is_refused_in_words(store: Store) -> None:
    with pytest.raises(ReadinessError, match="not valid Unicode"):
        note(store, "a\ud800b")
    assert notes(store) == {}


@pytest.mark.parametrize("where", ["who", "what", "why", "key", "item", "in an update"])
def test_such_text_is_refused_wherever_it_stands(store: Store, where: str) -> None:
    bad, said = "a\ud800b", {"who": "ana", "what": "noted", "why": "", "key": None, "item": "OBS-01", "text": "new"}
    note(store, "old")
    said["text" if where == "in an update" else where] = bad
    with (
        pytest.raises(ReadinessError, match=r"“a.*b” holds a character that is not valid Unicode"),
        store.write(str(said["who"]), str(said["what"]), str(said["why"]), now=NOW, key=said["key"]) as tx,
    ):
        assessments.put_note(tx, 1, str(said["item"]), str(said["text"]))
    assert notes(store) == {"OBS-01": "old"}


def test_hostile_text_comes_back_as_it_was(store: Store) -> None:
    hostile = "\x1b]52;c;aGk=\x07 [@click=app.quit]x[/] \u202e \x00 '; DROP TABLE vote; --"
    note(store, hostile)
    assert notes(store) == {"OBS-01": hostile}


# Trouble


def test_disk_full_stores_nothing_and_the_app_goes_on(store: Store) -> None:
    (pages,) = store._writer.execute("PRAGMA page_count").fetchone()
    store._writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(ReadinessError, match=r"disk .* is full"):
        note(store, "long " * 10_000)
    assert notes(store) == {}
    store._writer.execute("PRAGMA max_page_count = 1000000")
    note(store, "short")
    assert notes(store) == {"OBS-01": "short"}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("SQLITE_FULL", "is full"),
        ("SQLITE_IOERR", "the disk is full or failing"),
        ("SQLITE_READONLY", "is read-only"),
        ("SQLITE_BUSY", "is locked by another program"),
        ("SQLITE_NOTADB", "not a SQLite database"),
        ("SQLITE_CORRUPT", "is damaged"),
        ("SQLITE_CONSTRAINT_FOREIGNKEY", "refers to"),
        ("SQLITE_LOCKED", "is locked by another program"),
        ("SQLITE_BUSY_SNAPSHOT", "is locked by another program"),
        ("SQLITE_READONLY_DBMOVED", "is read-only"),
        ("SQLITE_NOMEM", "in words of a later SQLite"),
    ],
)
def test_every_trouble_has_its_sentence_by_its_code_whatever_the_words(code: str, told: str, path: Path) -> None:
    trouble = sqlite.sqlite3.OperationalError("in words of a later SQLite")
    trouble.sqlite_errorcode = getattr(sqlite3, code)
    error = str(explain(trouble, path))
    assert told in error
    assert str(path) in error
    assert error.endswith(".")


@pytest.mark.parametrize("code", ["SQLITE_FULL", "SQLITE_IOERR"])
def test_another_disk_for_temporary_files_is_named_since_it_may_be_the_one_that_is_full(
    code: str, path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trouble = sqlite.sqlite3.OperationalError("database or disk is full")
    trouble.sqlite_errorcode = getattr(sqlite3, code)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert "temporary" not in str(explain(trouble, path))
    monkeypatch.setenv("TMPDIR", "/dev/shm")  # a disk of its own
    assert "disk" in (told := str(explain(trouble, path)))
    assert ("temporary files, /dev/shm," in told) is (os.stat("/dev/shm").st_dev != path.parent.stat().st_dev)


def test_locked_by_another_program(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "PATIENCE", 0.05)
    other = sqlite.sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ReadinessError, match="locked by another program"):
        note(store, "text")
    other.execute("ROLLBACK")
    other.close()
    note(store, "text")
    assert notes(store) == {"OBS-01": "text"}


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_went_away_takes_no_writes(store: Store, path: Path, replaced: bool) -> None:
    """SQLite would go on writing to the deleted file, and the row would be gone with it."""
    away = path.with_name("away.db")
    path.rename(away)
    if replaced:
        shutil.copy(away, path)
    with pytest.raises(ReadinessError, match="moved, deleted or replaced"):
        note(store, "text")
    away.replace(path)
    note(store, "text")
    assert notes(store) == {"OBS-01": "text"}


def test_a_backup_is_whole_and_never_overwrites(store: Store, tmp_path: Path) -> None:
    note(store, "text")
    copy = tmp_path / "copy.db"
    store.backup(copy)
    with Store.open(copy) as opened:
        assert notes(opened) == {"OBS-01": "text"}
    with pytest.raises(ReadinessError, match="exists already"):
        store.backup(copy)


# Frozen reviews


def test_a_frozen_review_refuses_every_write(store: Store) -> None:
    from dataclasses import replace

    note(store, "before")
    with store.write("ana", "froze", now=NOW, undoable=False) as tx:
        reviews.put(tx, replace(REVIEW, id=1, frozen_at=NOW))
        assessments.put_note(tx, 1, "REL-01", "in the same breath")  # the freezing transaction itself may
    with store.read() as conn:
        changes = {change.what: change.id for change in audit.log(conn)}
    for attempt in (
        lambda: note(store, "after"),
        lambda: note(store, ""),
        lambda: audit.undo(store, changes["noted"], "ana", NOW),
    ):
        with pytest.raises(ReadinessError, match="was frozen at 2026-11-23 14:02 UTC"):
            attempt()
    with pytest.raises(ReadinessError, match="cannot be undone"):
        audit.undo(store, changes["froze"], "ana", NOW)
    with pytest.raises(ReadinessError, match="frozen"), store.write("ana", "thawed", now=NOW) as tx:
        reviews.put(tx, replace(REVIEW, id=1, frozen_at=None))
    assert notes(store) == {"OBS-01": "before", "REL-01": "in the same breath"}


# Settings and drafts


def test_settings_and_drafts(store: Store) -> None:
    with store.write("ana", "x", now=NOW) as tx:
        settings.put(tx, "theme", {"dark": True})
        settings.put_attendees(tx, SYSTEM, ("ana", "ben"))
        settings.put_draft(tx, "note/OBS-01", "half a sen")
        settings.put_draft(tx, "note/OBS-01", "half a sentence")
        settings.put_draft(tx, "note/OBS-02", "x")
        settings.clear_draft(tx, "note/OBS-02")
    with store.read() as conn:
        assert settings.get(conn, "theme") == {"dark": True}
        assert settings.get(conn, "nothing", 7) == 7
        assert settings.attendees(conn, SYSTEM) == ("ana", "ben")
        assert settings.attendees(conn, "another") == ()
        assert settings.get_draft(conn, "note/OBS-01") == settings.UnsavedText("half a sentence", NOW)
        assert settings.get_draft(conn, "note/OBS-02") is None
        assert [change.what for change in audit.log(conn)] == ["started a review"]  # neither is audited


# What a save costs


def test_a_vote_asks_sqlite_for_little(store: Store) -> None:
    """Each statement costs some of the time in which nobody else can save. The two that read before the vote is written
    are what it replaces, and whether its review is frozen."""
    asked: list[str] = []

    def vote(item: str) -> None:
        with store.write("ana", "scored", now=NOW, review_id=1) as tx:
            assessments.put_vote(tx, 1, Vote(item, "ana", 1, at=NOW))

    vote("OBS-01")  # which columns the table has is asked once
    store._writer.set_trace_callback(asked.append)
    vote("OBS-02")
    store._writer.set_trace_callback(None)
    kinds = [sql.split("(")[0].split(" WHERE ")[0].split(" = ")[0] for sql in asked if not sql.startswith("--")]
    assert [kind for kind, _ in groupby(kinds)] == [  # a statement is told of again when its trigger has run
        "BEGIN IMMEDIATE",
        "PRAGMA user_version",
        "SELECT * FROM vote",
        "SELECT system, release, frozen_at FROM review",
        "INSERT INTO vote",
        "INSERT INTO change",
        "INSERT INTO change_row",
        "SELECT hash, ",
        "UPDATE change SET hash",
        "UPDATE chain SET entries",
        "COMMIT",
    ]


def test_whoever_waits_asks_often_and_most_often_in_the_end() -> None:
    """So that the disk is never idle while somebody waits, and nobody waits for ever."""
    first, at_last = (db._pause(waited, commits=False) for waited in (0.0, db.PATIENCE / 2))
    assert at_last < first
    tenths = [step / 10 for step in range(100)]
    assert all(0 < db._pause(waited, commits=False) <= 0.005 for waited in tenths)
    # Who commits holds the lock for which the others wait.
    assert all(db._pause(waited, commits=True) <= 0.004 for waited in tenths)
    assert db._pause(0, commits=True) < first
