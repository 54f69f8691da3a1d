"""What the real processes of the tests run: `python -m tests.store.workers JOB PATH …`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from readiness_tui.domain.checklists.assessment import Vote
from readiness_tui.domain.runs.model import Trace
from readiness_tui.store import Store, assessments, imports, staging

NOW = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
SYSTEM = "Support bot"


def vote(path: Path, name: str, count: str) -> None:
    """Save one score after the other; print each that was acknowledged."""
    store = Store.open(path)
    for number in range(int(count)):
        with store.write(name, "scored", now=NOW) as tx:
            assessments.put_vote(tx, 1, Vote(f"{name}-{number}", name, number % 3))
        print(number, flush=True)
    store.close()


def increment(path: Path, name: str, count: str) -> None:
    """Read a value and write it back one higher, in one transaction: the classic way to lose updates."""
    store = Store.open(path)
    for _ in range(int(count)):
        with store.write(name, "counted", now=NOW) as tx:
            row = tx.get("item_note", (1, "COUNT"))
            assessments.put_note(tx, 1, "COUNT", str(int(row["text"] if row else "0") + 1))
    store.close()


def traces(path: Path, name: str, count: str) -> None:
    """Import this many traces under the digest `name`, in small batches, then publish; print when that is done."""
    staging.BATCH = 50
    store = Store.open(path)
    import_id = imports.begin(store, SYSTEM, name, "test", name, "ana", NOW)
    print("begun", flush=True)
    imports.add_traces(
        store,
        import_id,
        ((Trace(f"{name}-{i}", NOW + timedelta(seconds=i)), f'{{"n": {i}}}') for i in range(int(count))),
    )
    imports.publish(store, import_id, "ana", NOW)
    print("published", flush=True)
    store.close()


def compact(path: Path, name: str) -> None:
    """Pack anew and give pages back, saying where it is."""
    from readiness_tui.store.raw import compact

    store = Store.open(path)
    print("open", flush=True)
    compact.prepare(store, NOW)
    compact.repack(store, lambda done, total: None)
    print("packed", flush=True)
    store.close()
    compact.give_back(path)
    print("done", flush=True)


def upgrade(path: Path, name: str) -> None:
    """Open an old database with one more migration than it has had."""
    from readiness_tui.store import db, migrations

    def second(utils: object) -> None:
        utils.executescript("CREATE TABLE extra(id INTEGER PRIMARY KEY) STRICT; INSERT INTO extra VALUES (1)")  # type: ignore[attr-defined]

    migrations.MIGRATIONS = db.MIGRATIONS = (*migrations.MIGRATIONS, second)
    sys.stdin.readline()  # all start together
    store = Store.open(path)
    with store.read() as conn:
        print(
            conn.execute("SELECT count(*) FROM extra").fetchone()[0], store.version, store.migration_backup, flush=True
        )
    store.close()


def create(path: Path, name: str) -> None:
    sys.stdin.readline()
    Store.open(path, create=True).close()
    print("ok", flush=True)


def open_without_rights(path: Path, name: str) -> None:
    """Try to read, then to write, as a user without rights; print what the person is told."""
    from readiness_tui.domain.errors import ReadinessError
    from tests import rights

    rights.give_up()
    try:
        store = Store.open(path)
        with store.read() as conn:
            print("read", conn.execute("SELECT count(*) FROM review").fetchone()[0], flush=True)
        with store.write("ana", "scored", now=NOW) as tx:
            assessments.put_note(tx, 1, "A", "text")
        print("wrote", flush=True)
    except ReadinessError as error:
        print("told:", error, flush=True)


def hold_wal(path: Path, name: str) -> None:
    """Be connected in WAL mode, as a program with a newer SQLite is, until a line comes in."""
    from readiness_tui.store import sqlite

    conn = sqlite.sqlite3.connect(path)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("SELECT count(*) FROM review").fetchone()
    print("connected", flush=True)
    sys.stdin.readline()
    conn.close()


def leave_journal(path: Path, name: str) -> None:
    """Die in the middle of a transaction in this journal, so that what belongs to the file lies beside it."""
    import os
    import signal

    from readiness_tui.store import sqlite

    conn = sqlite.sqlite3.connect(path, isolation_level=None)
    conn.execute(f"PRAGMA journal_mode = {name}")
    if name == "wal":
        conn.execute("UPDATE review SET system = 'In the journal'")  # committed, and not yet in the file itself
    else:
        conn.execute("PRAGMA cache_spill = 1")
        conn.execute("PRAGMA cache_size = 1")
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("UPDATE review SET system = 'Never committed'")
        conn.execute("CREATE TABLE filler(x)")
        for _ in range(200):  # more than the cache holds: it is written into the file, and has to be taken back
            conn.execute("INSERT INTO filler VALUES (zeroblob(4000))")
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
