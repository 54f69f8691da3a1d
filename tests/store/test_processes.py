"""The same promises with real processes: at once, and killed at any moment."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from readiness_tui.domain.runs.model import Trace
from readiness_tui.store import Store, assessments, imports, migrations, sqlite, traces
from tests.store.measured.same import both
from tests.store.workers import NOW, SYSTEM

ROOT = Path(__file__).parents[2]
NOW_AT = len(migrations.MIGRATIONS)


def start(job: str, path: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.workers", job, str(path), *words],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[str], word: str = "") -> str:
    out, err = process.communicate(word)
    assert process.returncode == 0, err
    return out


def rest(killed: subprocess.Popen[str]) -> str:
    """What it still said. (`communicate` would pass over what `readline` has buffered.)"""
    assert killed.stdout is not None
    said = killed.stdout.read()
    killed.wait()
    return said


@pytest.mark.parametrize(
    ("processes", "writes"), [(3, 50), pytest.param(8, 500, marks=pytest.mark.slow)], ids=["small", "full"]
)
def test_no_write_of_several_processes_is_lost(store: Store, path: Path, processes: int, writes: int) -> None:
    for running in [start("vote", path, f"p{n}", str(writes)) for n in range(processes)]:
        finish(running)
    with store.read() as conn:
        assert len(assessments.votes(conn, 1)) == processes * writes
        assert conn.execute("SELECT count(*) FROM change").fetchone()[0] == 1 + processes * writes
    assert store.integrity() == []


@pytest.mark.parametrize(
    ("processes", "writes"), [(3, 30), pytest.param(8, 200, marks=pytest.mark.slow)], ids=["small", "full"]
)
def test_no_update_overwrites_another(store: Store, path: Path, processes: int, writes: int) -> None:
    for running in [start("increment", path, f"p{n}", str(writes)) for n in range(processes)]:
        finish(running)
    with store.read() as conn:
        assert assessments.dossier_parts(conn, 1).notes == {"COUNT": str(processes * writes)}


@pytest.mark.parametrize("rounds", [2, pytest.param(50, marks=pytest.mark.slow)], ids=["small", "full"])
def test_killed_while_writing(store: Store, path: Path, rounds: int) -> None:
    """What was acknowledged is there; at most one more, which was being acknowledged."""
    chance = random.Random(rounds)
    for number in range(rounds):
        name = f"p{number}"
        process = start("vote", path, name, "100000")
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
        time.sleep(chance.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        acknowledged = 1 + len(rest(process).split())
        with store.read() as conn:
            kept = [v.item_id for v in assessments.votes(conn, 1) if v.reviewer == name]
        assert acknowledged <= len(kept) <= acknowledged + 1
    assert store.integrity() == []


@pytest.mark.parametrize("rounds", [2, pytest.param(50, marks=pytest.mark.slow)], ids=["small", "full"])
def test_killed_while_importing(store: Store, path: Path, rounds: int) -> None:
    """The import is there as a whole or not at all, and the next one clears what it left."""
    chance = random.Random(rounds)
    whole = 0
    for number in range(rounds):
        process = start("traces", path, f"d{number}", "2000")
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(chance.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        published = "published" in rest(process)
        with store.read() as conn:
            found = imports.find(conn, SYSTEM, f"d{number}")
            whole += found is not None
            assert found is not None or not published
            assert traces.count(conn, SYSTEM) == whole * 2000
        both(store, SYSTEM)
    last = imports.begin(store, SYSTEM, "last", "test", "last", "ana", NOW)
    imports.add_traces(store, last, [(Trace("last", NOW), "{}")])
    imports.publish(store, last, "ana", NOW)
    with store.read() as conn:
        assert conn.execute("SELECT count(*) FROM import").fetchone()[0] == whole + 1
        assert conn.execute("SELECT count(*) FROM trace").fetchone()[0] == whole * 2000 + 1
    assert store.integrity() == []


@pytest.mark.slow
def test_killed_while_migrating(store: Store, path: Path) -> None:
    store.close()
    chance = random.Random(0)
    for _ in range(30):
        process = start("upgrade", path, "x")
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        time.sleep(chance.uniform(0.1, 0.6))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        conn = sqlite.sqlite3.connect(path)
        version = conn.execute("PRAGMA user_version").fetchone()[0]
        tables = conn.execute("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").fetchone()[0]
        assert (version, tables) in ((NOW_AT, 0), (NOW_AT + 1, 1))
        assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        conn.close()


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [8])
def test_four_processes_open_an_old_database_at_once(tmp_path: Path, rounds: int) -> None:
    for number in range(rounds):
        path = tmp_path / f"{number}.db"
        Store.open(path, create=True).close()
        running = [start("upgrade", path, "x") for _ in range(4)]
        outs = together(running)
        assert all(out.startswith(f"1 {NOW_AT + 1} ") for out in outs)  # upgraded once, and all see it
        backups = sorted(path.parent.glob(f"{path.name}.v{NOW_AT}-*.backup"))
        assert [len(backups), sum(str(backup) in out for backup in backups for out in outs)] == [1, 1]


@pytest.mark.slow
@pytest.mark.parametrize("processes", [8])
def test_several_processes_create_a_database_at_once(path: Path, processes: int) -> None:
    assert together([start("create", path, "x") for _ in range(processes)]) == ["ok\n"] * processes
    with Store.open(path) as store:
        assert store.version == len(migrations.MIGRATIONS)


def together(running: list[subprocess.Popen[str]]) -> list[str]:
    """Let all go at the same moment, once every one of them waits for it."""
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    return [finish(process) for process in running]
