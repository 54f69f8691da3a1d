"""What is no regular file is refused in a sentence, at once; a name that is no Unicode is a name like any other."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import Store, migrations, reviews
from tests.store.conftest import REVIEW
from tests.store.workers import NOW


@pytest.mark.parametrize("create", [False, True])
def test_a_pipe_does_not_hang(path: Path, create: bool) -> None:
    os.mkfifo(path)
    with pytest.raises(ReadinessError, match="is a pipe, and a database cannot be read from one"):
        Store.open(path, create=create)
    link = path.with_name("link.db")
    link.symlink_to(path)
    with pytest.raises(ReadinessError, match="is a pipe"):
        Store.open(link, create=create)


@pytest.mark.parametrize("create", [False, True])
def test_a_device_a_socket_and_a_circle_of_links(tmp_path: Path, create: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ReadinessError, match="is a device, and no database"):
        Store.open(Path(os.devnull), create=create)
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listens:
        listens.bind("socket")
        with pytest.raises(ReadinessError, match="is a socket, and no database"):
            Store.open(Path("socket"), create=create)
    Path("a").symlink_to("b")
    Path("b").symlink_to("a")
    with pytest.raises(ReadinessError, match="cannot be looked at: Too many levels of symbolic links"):
        Store.open(Path("a"), create=create)
    with pytest.raises(ReadinessError, match="cannot be looked at: File name too long"):
        Store.open(Path("n" * 300), create=create)


@pytest.mark.parametrize("name", [b"caf\xe9.db", b"a?b#c%41.db", b"\xff\xfe"])
def test_any_name_that_the_system_takes(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    with Store.open(path, create=True) as store:
        with store.write("ana", "started a review", now=NOW) as tx:
            reviews.put(tx, REVIEW)
        store.backup(tmp_path / os.fsdecode(b"copy-" + name))
    assert sorted(os.listdir(os.fsencode(tmp_path))) == sorted([name, b"copy-" + name])
    with Store.open(tmp_path / os.fsdecode(b"copy-" + name)) as again, again.read() as conn:
        assert reviews.get(conn, 1).system == REVIEW.system


@pytest.mark.parametrize("taken", ["file", "link"])
def test_a_backup_replaces_nothing(store: Store, tmp_path: Path, taken: str) -> None:
    to = tmp_path / "copy.db"
    if taken == "file":
        to.write_text("mine")
    else:
        to.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ReadinessError, match="exists already"):
        store.backup(to)
    assert os.path.lexists(to)
    assert not (tmp_path / "elsewhere").exists()


def test_a_backup_that_fails_leaves_nothing_and_can_be_tried_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    before = sorted(os.listdir(tmp_path))
    with pytest.raises(
        ReadinessError, match=r"no-such-folder/copy\.db could not be written: No such file or directory"
    ):
        store.backup(tmp_path / "no-such-folder" / "copy.db")
    monkeypatch.setattr(migrations, "_flush", full)
    with pytest.raises(
        ReadinessError, match=r"could not be written: No space left on device\. Nothing was left of it\."
    ):
        store.backup(tmp_path / "copy.db")
    monkeypatch.undo()
    assert sorted(os.listdir(tmp_path)) == before
    store.backup(tmp_path / "copy.db")
    with Store.open(tmp_path / "copy.db") as copy, copy.read() as conn:
        assert reviews.get(conn, 1).system == REVIEW.system


def test_a_backup_that_was_killed_is_not_in_the_way(store: Store, path: Path, tmp_path: Path) -> None:
    killed = """
import os, signal, sys
from pathlib import Path
from readiness_tui.store import Store, migrations
migrations._flush = lambda _: os.kill(os.getpid(), signal.SIGKILL)
Store.open(Path(sys.argv[1])).backup(Path(sys.argv[2]))
"""
    to = tmp_path / "copy.db"
    assert subprocess.run([sys.executable, "-c", killed, str(path), str(to)], check=False).returncode == -9
    assert not to.exists()
    store.backup(to)
    assert to.exists()


def test_a_backup_on_a_full_disk_leaves_nothing(store: Store, tmp_path: Path) -> None:
    """SQLite's own failure, in the middle of copying: the file may not grow beyond some pages."""
    script = """
import resource, signal, sys
from pathlib import Path
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store.open(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    store.backup(Path(sys.argv[2]))
except ReadinessError as error:
    print(error)
"""
    before = sorted(os.listdir(tmp_path))
    told = subprocess.run(
        [sys.executable, "-c", script, str(store.path), str(tmp_path / "copy.db")],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "copy.db could not be written: " in told
    assert sorted(os.listdir(tmp_path)) == before
