"""A document is written whole, or what was there stays."""

from __future__ import annotations

import os
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.reports.atomic import refuse, write_lines, write_text


def test_it_replaces_the_file_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.md"
    path.write_text("old")
    path.chmod(0o640)
    write_text(path, "né\r\nw\n")
    assert path.read_bytes() == "né\r\nw\n".encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["scorecard.md"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.md", tmp_path / "link.md"
    real.write_text("old")
    link.symlink_to(real)
    write_text(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "scorecard.md"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(ReadinessError, match=r"scorecard\.md could not be written: No space left on device"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["scorecard.md"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(ReadinessError, match=r"x\.md could not be written: Permission denied"):
        write_text(tmp_path / "x.md", "new")


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match="is a directory"):
        write_text(tmp_path, "x")
    with pytest.raises(ReadinessError, match=r"folder .*missing does not exist"):
        write_text(tmp_path / "missing" / "x.md", "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReadinessError, match="does not exist"):
        write_text(tmp_path / "file" / "x.md", "x")


def test_a_dangling_link_gets_its_file_and_a_circle_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "link").symlink_to("sub/new.md")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "sub" / "new.md").read_text() == "new"
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(ReadinessError, match="could not be written"):
        write_text(tmp_path / "a", "x")
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "link", "sub"]


@pytest.mark.parametrize("linked", [False, True])
def test_a_pipe_is_written_into_and_stays_one(tmp_path: Path, linked: bool) -> None:
    pipe = path = tmp_path / "pipe"
    os.mkfifo(pipe)
    if linked:
        path = tmp_path / "link"
        path.symlink_to(pipe)
    got: list[bytes] = []
    reader = Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_text(path, "x" * 200_000)  # more than a pipe holds
    reader.join(10)
    assert got == [b"x" * 200_000]
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)
    assert [name for name in os.listdir(tmp_path) if name not in ("pipe", "link")] == []


def test_a_device_is_written_into_and_stays_one(tmp_path: Path) -> None:
    before = os.stat(os.devnull)
    write_text(Path(os.devnull), "gone")
    (tmp_path / "link").symlink_to(os.devnull)
    write_text(tmp_path / "link", "gone")
    after = os.stat(os.devnull)
    assert stat.S_ISCHR(after.st_mode)
    assert (after.st_ino, after.st_rdev) == (before.st_ino, before.st_rdev)
    with pytest.raises(ReadinessError, match=r"/dev/full could not be written: No space left on device"):
        write_text(Path("/dev/full"), "x")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as listens:
        listens.bind("socket")
        with pytest.raises(ReadinessError, match="is a socket"):
            write_text(Path("socket"), "x")
        assert stat.S_ISSOCK(os.stat("socket").st_mode)


_TO_STDOUT = """
import sys
import time
from pathlib import Path
from readiness_tui.reports.atomic import refuse, write_lines, write_text
print("before", flush=True)
write_text(Path(sys.argv[1]), "the document\\n")
print("after", flush=True)
"""


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"])
@pytest.mark.parametrize("into", ["pipe", "file"])
def test_standard_output_by_its_name_goes_where_the_shell_sent_it(tmp_path: Path, name: str, into: str) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    command = [sys.executable, "-c", _TO_STDOUT, name]
    if into == "pipe":
        got = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
    else:
        with (tmp_path / "out").open("wb") as out:
            subprocess.run(command, cwd=tmp_path, stdout=out, check=True)
        got = (tmp_path / "out").read_bytes()
    assert got == b"before\nthe document\nafter\n"


def test_a_read_only_file_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scorecard.md"
    path.write_text("old")
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    monkeypatch.setattr(os, "supports_effective_ids", {os.access})
    with pytest.raises(ReadinessError, match="is read-only, so it was not replaced"):
        write_text(path, "new")
    assert path.read_text() == "old"


def test_what_a_killed_try_left_is_not_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.md"
    path.write_text("old")
    killed = """
import os, signal, sys
from pathlib import Path
from readiness_tui.reports import atomic
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
atomic.write_text(Path(sys.argv[1]), "half")
"""
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", killed, path], check=False).returncode == -9
        assert path.read_text() == "old"
    write_text(path, "new")
    assert path.read_text() == "new"


def test_a_character_that_is_no_unicode_is_written_as_its_escape(tmp_path: Path) -> None:
    write_text(tmp_path / "x.md", "a\udcffb")
    assert (tmp_path / "x.md").read_text() == "a\\udcffb"


def _left_behind(folder: Path, name: str, hours: float) -> Path:
    path = folder / name
    path.write_text("half of it")
    then = time.time() - hours * 3600
    os.utime(path, (then, then))
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="what is open there cannot be removed, and needs no lock")
def test_what_a_killed_try_left_goes_with_the_next_try_and_nothing_else_does(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.md"
    old = _left_behind(tmp_path, ".scorecard.md.0123456789ab.tmp", 2)
    stay = [
        _left_behind(tmp_path, ".scorecard.md.0123456789ac.tmp", 0.5),  # young: its writer may be about to lock it
        _left_behind(tmp_path, ".scorecard.md.notes.tmp", 99),
        _left_behind(tmp_path, ".other.md.0123456789ab.tmp", 99),
        _left_behind(tmp_path, "scorecard.md.0123456789ab.tmp", 99),
        _left_behind(tmp_path, ".scorecardXmd.0123456789ab.tmp", 99),
    ]
    target = _left_behind(tmp_path, "target", 99)
    link, folder = tmp_path / ".scorecard.md.0123456789ad.tmp", tmp_path / ".scorecard.md.0123456789ae.tmp"
    link.symlink_to(target)
    folder.mkdir()
    os.utime(folder, (0, 0))
    held = _left_behind(tmp_path, ".scorecard.md.0123456789af.tmp", 99)
    code = f"import fcntl,sys; f=open({str(held)!r}); fcntl.flock(f, fcntl.LOCK_EX); print(1, flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        write_text(path, "new")
        assert path.read_text() == "new"
        assert not old.exists()
        assert all(one.exists() for one in (*stay, target, folder, held))
        assert link.is_symlink()
        writer.communicate(b"")
    write_text(path, "newer")
    assert not held.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="what is open there cannot be removed, and needs no lock")
def test_a_try_that_goes_on_keeps_its_file_from_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it has taken by then: the lock is what tells."""
    path = tmp_path / "scorecard.md"
    usual = os.fsync
    kept: list[str] = []

    def slowly(handle: int) -> None:
        if stat.S_ISREG(os.fstat(handle).st_mode) and not kept:
            kept.extend(one for one in os.listdir(tmp_path) if one.endswith(".tmp"))
            os.utime(tmp_path / kept[0], (0, 0))
            write_text(path, "in between")
            assert (tmp_path / kept[0]).exists()
        usual(handle)

    monkeypatch.setattr(os, "fsync", slowly)
    write_text(path, "at last")
    assert path.read_text() == "at last"
    assert len(kept) == 1
    assert os.listdir(tmp_path) == ["scorecard.md"]


@pytest.mark.parametrize("journal", ["delete", "wal"])
@pytest.mark.parametrize("way", ["itself", "a link", "a hard link", "its journal"])
def test_a_database_is_never_replaced(tmp_path: Path, way: str, journal: str) -> None:
    """`--db a.db … -o a.db` would leave a document where the review was."""
    database = tmp_path / "readiness.db"
    conn = sqlite3.connect(database, isolation_level=None)
    conn.execute(f"PRAGMA journal_mode = {journal}")
    conn.execute("CREATE TABLE t(a)")
    conn.execute("PRAGMA cache_spill = 1")
    conn.execute("PRAGMA cache_size = 1")
    conn.execute("BEGIN IMMEDIATE")
    conn.executemany("INSERT INTO t VALUES (?)", ((b"x" * 5000,) for _ in range(50)))
    to = tmp_path / "x.md"
    if way == "itself":
        to = database
    elif way == "a link":
        to.symlink_to(database)
    elif way == "a hard link":
        os.link(database, to)
    else:
        (to,) = (one for one in tmp_path.iterdir() if one.name.endswith(("-journal", "-wal")))
    before = to.read_bytes()
    for write in (lambda: write_text(to, "# A card"), lambda: write_lines(to, ["a\n"]), lambda: refuse(to)):
        with pytest.raises(
            ReadinessError,
            match=r"is a database, or a part of one, which no document replaces.*Give the name of another",
        ):
            write()
    assert to.read_bytes() == before
    conn.execute("COMMIT")
    assert conn.execute("SELECT count(*) FROM t").fetchone() == (50,)
    conn.close()


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_what_belongs_to_a_database_is_never_replaced(tmp_path: Path, end: str, there: bool) -> None:
    """Who has it open would go on saving into a file without a name; empty, it says nothing of what it is."""
    with closing(sqlite3.connect(tmp_path / "readiness.db", isolation_level=None)) as conn:
        conn.execute("CREATE TABLE t(a)")
    own, other = (tmp_path / f"{name}{end}" for name in ("readiness.db", "notes.md"))
    if there:
        own.touch()
    with pytest.raises(ReadinessError, match="a part of one, which no document replaces"):
        write_text(own, "# A card")
    with pytest.raises(ReadinessError, match="a part of one, which no document replaces"):
        refuse(own)
    assert own.exists() is there
    assert not there or not own.read_bytes()
    write_text(other, "# A card")
    (tmp_path / "notes.md").write_text("no database")
    write_text(other, "# Another")
    assert other.read_text() == "# Another"
