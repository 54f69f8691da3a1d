"""A file that cannot be written is read all the same: as it lies, or from a private copy, whatever lies beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import Store, migrations, reviews, sqlite
from readiness_tui.store.opening import reading
from tests.store.conftest import REVIEW
from tests.store.old_files import unpacked
from tests.store.test_processes import start
from tests.store.workers import NOW, SYSTEM

ROOT = Path(__file__).parents[3]

_READ = """
import json, os, sys, tempfile
from datetime import UTC, datetime
from pathlib import Path
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import Store, reviews
from tests import rights
path, temporary = Path(sys.argv[1]), sys.argv[2]
rights.give_up()
tempfile.tempdir = temporary
try:
    store = Store.open(path)
    with store.read() as conn:
        names = [one.system for one in reviews.all(conn)]
        version = conn.execute("PRAGMA user_version").fetchone()[0]
    kept = store.keep(lambda conn: None)
    try:
        with store.write("ana", "x", now=datetime.now(UTC)) as tx:
            refused = ""
    except ReadinessError as error:
        refused = str(error)
    print(json.dumps(dict(names=names, version=version, kept=kept, refused=refused, why=store.read_only, copied=store.copied,
                          sound=store.integrity(), copies=os.listdir(temporary))))
    store.close()
except ReadinessError as error:
    print(json.dumps(dict(error=str(error))))
print(json.dumps(os.listdir(temporary)))
"""


@pytest.fixture
def locked() -> Iterator[Path]:
    """A folder that everybody may enter, and nobody may write to once `close` was called on it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder that everybody may write to."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def close(folder: Path) -> dict[str, bytes]:
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def read(path: Path, temporary: Path) -> dict[str, Any]:
    """What a process sees that may not write there; the folder is as it was, and no copy is left."""
    before = close(path.parent)
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path), str(temporary)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    found, left = (json.loads(line) for line in done.stdout.splitlines())
    assert left == []
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before
    return dict(found)


def made(folder: Path) -> Path:
    path = folder / "readiness.db"
    with Store.open(path, create=True) as store, store.write("ana", "started a review", now=NOW) as tx:
        reviews.put(tx, REVIEW)
    return path


def test_as_it_lies(locked: Path, temporary: Path) -> None:
    found = read(made(locked), temporary)
    assert found["names"] == [SYSTEM]
    assert (
        bool(found["copied"]) is sqlite.wal_is_safe()
    )  # the newer library keeps it in WAL, whose index cannot be made there
    assert bool(found["copies"]) is sqlite.wal_is_safe()
    assert found["kept"] is False
    assert "can only be read: you have no permission to write to the file" in found["refused"] == found["why"]
    assert found["sound"] == []


def test_a_file_that_may_be_written_in_a_folder_that_may_not(locked: Path, temporary: Path) -> None:
    path = made(locked)
    locked.chmod(0o555)
    path.chmod(0o666)
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path), str(temporary)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    found = json.loads(done.stdout.splitlines()[0])
    assert found["names"] == [SYSTEM]
    assert "no permission to write to its folder" in found["refused"]


def test_left_in_wal_with_nothing_beside_it(locked: Path, temporary: Path) -> None:
    path = made(locked)
    conn = sqlite.sqlite3.connect(path)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.close()
    assert os.listdir(locked) == ["readiness.db"]
    found = read(path, temporary)
    assert found["names"] == [SYSTEM]
    assert "journal" in found["copied"]
    assert len(found["copies"]) == 1
    assert "can only be read" in found["refused"]


@pytest.mark.parametrize("without", [(), ("-shm",)], ids=["wal and shm", "wal alone"])
def test_what_is_only_in_the_wal_is_read(locked: Path, temporary: Path, without: tuple[str, ...]) -> None:
    path = made(locked)
    assert start("leave_journal", path, "wal").wait() == -9
    for ending in without:
        (locked / f"readiness.db{ending}").unlink()
    assert (locked / "readiness.db-wal").stat().st_size > 0
    assert read(path, temporary)["names"] == ["In the journal"]


def test_what_a_killed_program_had_not_committed_is_not_read(locked: Path, temporary: Path) -> None:
    path = made(locked)
    assert start("leave_journal", path, "delete").wait() == -9
    assert (locked / "readiness.db-journal").stat().st_size > 0
    assert b"filler" in path.read_bytes(), "nothing of the transaction is in the file, so there is nothing to take back"
    found = read(path, temporary)
    assert found["names"] == [SYSTEM]
    assert found["sound"] == []


@pytest.mark.parametrize("name", ["version-1", "version-4-1", "version-9"])
def test_an_earlier_version_is_upgraded_in_a_copy(locked: Path, temporary: Path, name: str) -> None:
    path = unpacked(name, locked / "readiness.db")
    before = sqlite.sqlite3.connect(path).execute("PRAGMA user_version").fetchone()[0]
    found = read(path, temporary)
    assert found["version"] == len(migrations.MIGRATIONS)
    assert found["copied"] == f"upgraded from database version {before} to {len(migrations.MIGRATIONS)}"
    assert len(found["names"]) >= 1


def test_no_room_for_the_copy_is_said(locked: Path, temporary: Path) -> None:
    temporary.chmod(0o555)
    path = unpacked("version-9", locked / "readiness.db")
    told = read(path, temporary)["error"]
    assert (
        "can only be read from a private copy, and none could be made in the temporary folder: Permission denied"
        in told
    )
    assert "TMPDIR" in told


def test_what_is_not_ours_is_refused_here_too(locked: Path, temporary: Path) -> None:
    path = locked / "readiness.db"
    conn = sqlite.sqlite3.connect(path)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("CREATE TABLE theirs(x)")
    conn.close()
    assert "not one of readiness-tui" in read(path, temporary)["error"]
    locked.chmod(0o755)
    path.unlink()
    path.touch()
    assert "is empty" in read(path, temporary)["error"]


def test_a_file_that_may_not_even_be_read(locked: Path, temporary: Path) -> None:
    path = made(locked)
    path.chmod(0o000)
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path), str(temporary)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "cannot be read: Permission denied" in json.loads(done.stdout.splitlines()[0])["error"]


def test_a_file_that_changes_while_it_is_copied_is_not_read_half(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look finds another time: somebody writes there all the while."""
    made(path.parent)
    times = iter(range(1, 100))
    seen = reading._seen
    monkeypatch.setattr(reading, "_seen", lambda real: {**seen(real), "": (0, 0, next(times))})
    monkeypatch.setattr(reading.time, "sleep", lambda _: None)
    with pytest.raises(ReadinessError, match="being written by another program"):
        reading._copy_files(path, path.with_name("copy"))


def _on_a_mount(script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script that may mount: in a namespace of its own, so that nothing of it stays."""
    unshare = ["unshare", "-m"] if os.getuid() == 0 else ["unshare", "-rm"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("this system lets nobody mount in a namespace of their own")
    return subprocess.run(
        [*unshare, "sh", "-ec", script, "sh", *words], capture_output=True, text=True, cwd=ROOT, check=False
    )


@pytest.mark.parametrize("name", ["current", "version-9"])
def test_a_read_only_mount(tmp_path: Path, temporary: Path, name: str) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    path = made(folder) if name == "current" else unpacked(name, folder / "readiness.db")
    script = _READ.replace("os.getuid() == 0", "False")
    done = _on_a_mount(
        'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; exec "$2" -c "$3" "$1/readiness.db" "$4"',
        str(folder), sys.executable, script, str(temporary),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[0])
    assert found["why"].startswith(f"{path} can only be read: its disk is mounted read-only.")
    assert found["version"] == len(migrations.MIGRATIONS)
    assert found["names"]
    assert bool(found["copied"]) is (name != "current" or sqlite.wal_is_safe())


@pytest.mark.parametrize("name", ["current", "left in WAL", "version-9"])
def test_a_full_disk(tmp_path: Path, temporary: Path, name: str) -> None:
    """What needs no room is opened as ever; what would have to be written first is read from a copy elsewhere."""
    source, folder = tmp_path / "source.db", tmp_path / "disk"
    folder.mkdir()
    if name == "version-9":
        unpacked(name, source)
    else:
        shutil.move(made(tmp_path), source)
    if name == "left in WAL":
        conn = sqlite.sqlite3.connect(source)
        conn.execute("PRAGMA journal_mode = WAL")
        conn.close()
    script = _READ.replace("os.getuid() == 0", "False")
    done = _on_a_mount(
        'mount -t tmpfs -o size=2m tmpfs "$1"; cp "$5" "$1/readiness.db";'
        ' dd if=/dev/zero of="$1/fills" bs=4k 2>/dev/null || true; exec "$2" -c "$3" "$1/readiness.db" "$4"',
        str(folder), sys.executable, script, str(temporary), str(source),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[0])
    assert found["names"]
    assert found["version"] == len(migrations.MIGRATIONS)
    if name == "current" and not sqlite.wal_is_safe():
        assert found["why"] == ""
    else:
        assert "its disk is full" in found["why"]
        assert found["refused"] == found["why"]
