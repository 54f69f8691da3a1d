"""A file that a newer SQLite left in WAL mode, opened by libraries that must not write in it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import Store, assessments, db, sqlite
from tests.store.test_processes import finish, start

ROOT = Path(__file__).parents[3]


def mode(path: Path) -> str:
    conn = sqlite.sqlite3.connect(path)
    found = conn.execute("PRAGMA journal_mode").fetchone()[0]
    conn.close()
    return str(found)


def left_in_wal(path: Path) -> None:
    conn = sqlite.sqlite3.connect(path)
    assert conn.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    conn.close()


@pytest.mark.skipif(sqlite.wal_is_safe(), reason="this library stays in WAL mode, so nobody has to leave it")
@pytest.mark.parametrize(
    ("processes", "rounds"), [(6, 1), pytest.param(12, 5, marks=pytest.mark.slow)], ids=["small", "full"]
)
def test_all_who_come_at_once_get_in(store: Store, path: Path, processes: int, rounds: int) -> None:
    store.close()
    for number in range(rounds):
        left_in_wal(path)
        for running in [start("vote", path, f"r{number}p{n}", "5") for n in range(processes)]:
            finish(running)
        assert mode(path) == "delete"
    with Store.open(path) as again, again.read() as conn:
        assert len(assessments.votes(conn, 1)) == rounds * processes * 5


@pytest.mark.slow
@pytest.mark.skipif(sqlite.wal_is_safe(), reason="this library may write in WAL mode")
def test_refused_only_while_somebody_is_connected_in_wal(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.close()
    monkeypatch.setattr(db, "PATIENCE", 0.3)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.workers", "hold_wal", str(path), "x"],
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as holds:  # fmt: skip
        assert holds.stdout is not None
        assert holds.stdin is not None
        assert holds.stdout.readline() == "connected\n"
        with pytest.raises(ReadinessError, match="is open in another program in WAL mode"):
            Store.open(path)
        waits = start("vote", path, "ana", "1")  # with its own patience: it gets in as soon as the other is gone
        time.sleep(1)
        assert waits.poll() is None
        holds.stdin.write("\n")
        holds.stdin.close()
    finish(waits)
    assert mode(path) == "delete"
