"""What git says of a gate.lock: real repositories, real clones, and no git at all."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from readiness_tui.domain.gate.lock_history import Kept, LockHistory
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.services.gate.lock_writing import write_lock
from readiness_tui.sources.settings import git as git_module
from readiness_tui.sources.settings.git_history import lock_history

LOCKED = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
COMMITTED = LOCKED + timedelta(minutes=5)
GATE = Gate("g", ())
LOCK = Lock("ana", LOCKED, "d" * 64)


def git(folder: Path, *arguments: str, at: datetime = COMMITTED, authored: datetime | None = None) -> None:
    dates = {"GIT_COMMITTER_DATE": at.isoformat(), "GIT_AUTHOR_DATE": (authored or at).isoformat()}
    who = {f"GIT_{role}_{part}": "x@y" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    env = {**os.environ, **dates, **who, "GIT_CONFIG_GLOBAL": os.devnull}
    subprocess.run(["git", *arguments], cwd=folder, env=env, check=True, capture_output=True)


def commit(folder: Path, lock: Lock | None, at: datetime = COMMITTED, authored: datetime | None = None) -> None:
    if lock is not None:
        write_lock(folder / "gate.lock", GATE, lock)
    git(folder, "add", "-A")
    git(folder, "commit", "--allow-empty", "-qm", "c", at=at, authored=authored)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "repo")
    folder = tmp_path / "repo" / "evals"
    folder.mkdir()
    return folder


def test_the_first_commit_of_the_lock_as_it_is(repo: Path) -> None:
    commit(repo, LOCK, authored=COMMITTED - timedelta(minutes=1))
    commit(repo, None, at=COMMITTED + timedelta(days=3))
    (repo / "gate.lock").write_bytes((repo / "gate.lock").read_bytes().replace(b"\n", b"\r\n"))  # an editor's line ends
    found = lock_history(repo / "gate.lock")
    assert (found.kept, found.committed, found.authored) == (
        Kept.COMMITTED, COMMITTED, COMMITTED - timedelta(minutes=1),
    )  # fmt: skip
    assert (found.replaced, found.complete, len(found.commit)) == (False, True, 40)


def test_a_lock_that_was_replaced_moved_and_put_back(repo: Path) -> None:
    later = replace(LOCK, at=LOCKED + timedelta(days=2))
    days = [COMMITTED + timedelta(days=n) for n in range(4)]
    commit(repo, LOCK, days[0])
    commit(repo, later, days[1])
    commit(repo, LOCK, days[2])
    found = lock_history(repo / "gate.lock")
    assert (found.committed, found.replaced) == (days[2], True)  # in between it was another
    git(repo, "mv", "gate.lock", "moved.lock")
    commit(repo, None, days[3])
    assert lock_history(repo / "moved.lock").committed == days[2]


def test_what_is_not_committed(repo: Path, tmp_path: Path) -> None:
    write_lock(repo / "gate.lock", GATE, LOCK)
    assert lock_history(repo / "gate.lock").kept is Kept.UNTRACKED  # not even a first commit
    commit(repo, LOCK)
    write_lock(repo / "gate.lock", GATE, replace(LOCK, by="ben"))
    assert lock_history(repo / "gate.lock").kept is Kept.CHANGED
    write_lock(repo / "other.lock", GATE, LOCK)
    assert lock_history(repo / "other.lock").kept is Kept.UNTRACKED
    write_lock(tmp_path / "gate.lock", GATE, LOCK)
    assert lock_history(tmp_path / "gate.lock") == LockHistory(Kept.NOWHERE, why="its folder is in no git repository")


def test_a_shallow_clone_says_that_it_is(repo: Path, tmp_path: Path) -> None:
    commit(repo, LOCK)
    commit(repo, None, at=COMMITTED + timedelta(days=3))
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repo.parent}", "shallow")
    found = lock_history(tmp_path / "shallow" / "evals" / "gate.lock")
    assert (found.kept, found.complete, found.committed) == (Kept.COMMITTED, False, COMMITTED + timedelta(days=3))


def test_no_git_a_slow_git_and_a_broken_repository(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repo, LOCK)
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "git"
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(folder))
        assert lock_history(repo / "gate.lock").why == "git is not installed"
        script.write_text("#!/bin/sh\nexec /bin/sleep 5\n")
        script.chmod(0o755)
        patch.setattr(git_module, "SECONDS", 0.2)
        assert "did not answer within 0.2 seconds" in lock_history(repo / "gate.lock").why
    (repo.parent / ".git" / "HEAD").write_text("nonsense\n")
    assert lock_history(repo / "gate.lock").kept is Kept.NOWHERE


def test_nothing_of_the_repositorys_configuration_runs(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clone from anywhere: its settings name programs that git would run for a person."""
    commit(repo, LOCK)
    trap = repo.parent / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {repo.parent}/sprung\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand", "gpg.program", "filter.x.clean",
                 "filter.x.smudge", "diff.x.textconv"):  # fmt: skip
        git(repo, "config", name, str(trap))
    git(repo, "config", "log.showSignature", "true")
    (repo / ".gitattributes").write_text("*.lock filter=x diff=x\n")
    monkeypatch.setenv("GIT_DIR", str(repo / "elsewhere"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trap))
    assert lock_history(repo / "gate.lock").committed == COMMITTED
    assert not (repo.parent / "sprung").exists()
