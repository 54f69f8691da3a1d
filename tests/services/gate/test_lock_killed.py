"""A `gate lock` that is killed leaves file and database saying the same, once anybody looks at the database again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.reports import atomic
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.locate import pending_lock
from readiness_tui.services.core.view import load
from readiness_tui.services.gate import lock_writing, versions
from readiness_tui.sources.settings.lock import lock_text, read_lock, remarks
from readiness_tui.store import gates

ROOT = Path(__file__).parents[3]


def stored(desk: Desk) -> list[Lock]:
    with desk.store.read() as conn:
        return gates.locks(conn, "Support bot")


def agree(desk: Desk, folder: Path) -> bool:
    """Whether the file in `folder` is the database's last lock."""
    return replace(read_lock(folder / "gate.lock"), sets=()) == stored(desk)[-1]


@pytest.fixture
def desk(sample_desk: Desk) -> Desk:
    """A desk whose clock goes on a second at each look, so that no two locks are the same."""
    at = sample_desk.now()
    seconds = iter(range(1, 10_000))
    return replace(sample_desk, clock=lambda: at + timedelta(seconds=next(seconds)))


def test_a_lock_leaves_its_file_and_nothing_else(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "evals"
    folder.mkdir()
    made, path = versions.lock(desk, folder=folder)
    assert path == folder / "gate.lock"
    assert os.listdir(folder) == ["gate.lock"]
    assert agree(desk, folder)
    again, _ = versions.lock(desk, folder=folder)
    assert agree(desk, folder)
    assert made != again == stored(desk)[-1]


@pytest.mark.slow
def test_killed_after_the_commit_it_is_finished_by_whoever_comes_next(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, path = versions.lock(desk, folder=tmp_path)
    assert path is not None
    monkeypatch.setattr(lock_writing, "finish", lambda *_: False)  # as if the process were gone
    second, _ = versions.lock(desk, folder=tmp_path)
    monkeypatch.undo()
    assert replace(read_lock(path), sets=()) == first
    assert any("was interrupted" in line for line in remarks(path))
    assert lock_writing.finish(desk, tmp_path)
    assert replace(read_lock(path), sets=()) == second
    assert not pending_lock(tmp_path, desk.store.path).exists()
    assert not lock_writing.finish(desk, tmp_path)
    assert remarks(path) == ()


def test_killed_before_the_commit_it_never_was(desk: Desk, tmp_path: Path) -> None:
    first, path = versions.lock(desk, folder=tmp_path)
    assert path is not None
    pending = pending_lock(tmp_path, desk.store.path)
    text = path.read_text(encoding="utf-8")
    # The pending file of a lock that no transaction has stored.
    never = lock_text(_gate(desk), replace(first, at=first.at + timedelta(hours=1)))
    pending.write_text(never, encoding="utf-8")
    assert not lock_writing.finish(desk, tmp_path)
    assert path.read_text(encoding="utf-8") == text
    assert not pending.exists()


def test_a_later_lock_from_a_checkout_is_not_replaced_by_what_was_left(desk: Desk, tmp_path: Path) -> None:
    made, path = versions.lock(desk, folder=tmp_path)
    assert path is not None
    pending = pending_lock(tmp_path, desk.store.path)
    pending.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    later = replace(made, by="ben", at=made.at + timedelta(days=1))
    lock_writing.write_lock(path, _gate(desk), later)
    assert not lock_writing.finish(desk, tmp_path)
    assert read_lock(path) == later
    assert not pending.exists()


def test_the_pending_file_of_another_database_is_left_alone(desk: Desk, tmp_path: Path) -> None:
    _, path = versions.lock(desk, folder=tmp_path)
    assert path is not None
    other = pending_lock(tmp_path, tmp_path / "other.db")
    other.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    assert not lock_writing.finish(desk, tmp_path)
    versions.lock(desk, folder=tmp_path)
    assert other.exists()


def test_where_the_file_cannot_be_written_nothing_is_locked(desk: Desk, tmp_path: Path) -> None:
    before = stored(desk)
    (tmp_path / "gate.lock").mkdir()
    with pytest.raises(ReadinessError, match="is a directory"):
        versions.lock(desk, folder=tmp_path)
    with pytest.raises(ReadinessError, match="does not exist"):
        versions.lock(desk, folder=tmp_path / "absent")
    assert stored(desk) == before


@pytest.mark.slow
def test_where_it_fails_after_the_commit_the_next_try_finishes_it(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = versions.lock(desk, folder=tmp_path)
    assert path is not None
    real = atomic.write_text

    def full(to: Path, text: str) -> None:
        if to == path:
            raise ReadinessError(f"{to} could not be written: No space left on device. Choose another folder.")
        real(to, text)

    monkeypatch.setattr(atomic, "write_text", full)
    with pytest.raises(ReadinessError, match=r"The gate is locked in .* but .*No space left on device"):
        versions.lock(desk, folder=tmp_path)
    monkeypatch.undo()
    assert lock_writing.finish(desk, tmp_path)
    assert replace(read_lock(path), sets=()) == stored(desk)[-1]


def _gate(desk: Desk) -> Gate:
    gate = load(desk).gate.gate
    assert gate is not None
    return gate


_LOCKS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.gate import versions
desk = open_desk(Path(sys.argv[1]), "ana")
print("open", flush=True)
while True:
    versions.lock(desk, folder=Path(sys.argv[2]))
    print("locked", flush=True)
"""


@pytest.mark.slow
def test_kills_leave_file_and_database_agreeing(sample_db: Path, tmp_path: Path) -> None:
    folder, chance = tmp_path / "evals", random.Random(7)
    folder.mkdir()
    with_lock = [sys.executable, "-c", _LOCKS, str(sample_db), str(folder)]
    left = 0
    for kill in range(60):
        if kill >= 30 and left:
            break
        process = subprocess.Popen(with_lock, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        assert process.stdout.readline() == "locked\n"
        time.sleep(chance.uniform(0, 0.25))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        left += pending_lock(folder, sample_db).exists()
        desk = open_desk(sample_db, "ben")
        lock_writing.finish(desk, folder)
        assert agree(desk, folder)
        desk.close()
    assert not pending_lock(folder, sample_db).exists()
    assert left, "no kill fell between the two writes: the test proves nothing"
