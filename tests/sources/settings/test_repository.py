"""A path in a repository's last commit: real repositories, as people and CI have them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.assessment import LookUp
from readiness_tui.sources.settings import git as git_module
from readiness_tui.sources.settings.repository import Repository, repository


def git(folder: Path, *arguments: str) -> str:
    names = {f"GIT_{who}_{what}": "ana" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    told = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments],
        cwd=folder, env=os.environ | names, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return told.stdout.strip()


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository with docs/a.md and Makefile committed, docs/new.md and a folder of reviews not."""
    folder = tmp_path / "repo"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "a.md").write_text("a")
    (folder / "docs" / "größe [1].md").write_text("b")
    (folder / "Makefile").write_text("all:")
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")
    (folder / "docs" / "new.md").write_text("new")
    (folder / "reviews").mkdir()
    return folder


def here(folder: Path) -> Repository:
    found = repository(folder)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("ref", "lookup"),
    [
        ("docs/a.md", LookUp.FOUND),
        ("./docs/a.md", LookUp.FOUND),
        ("docs", LookUp.FOUND),
        ("docs/", LookUp.FOUND),
        ("docs/a.md#budget", LookUp.FOUND),
        ("docs/a.md:3-9", LookUp.FOUND),
        (r"docs\a.md", LookUp.FOUND),
        ("docs/größe [1].md", LookUp.FOUND),
        ("Makefile", LookUp.FOUND),
        ("docs/new.md", LookUp.UNCOMMITTED),
        ("docs/A.md", LookUp.ABSENT),
        ("docs/*.md", LookUp.ABSENT),
        ("docs/no.md", LookUp.ABSENT),
        ("../other/docs/a.md", LookUp.ABSENT),
        ("/etc/passwd", LookUp.ABSENT),
        ("-x/--help", LookUp.ABSENT),
        ("asdf", LookUp.WORD),
        (".", LookUp.WORD),
        ("a\0/b", LookUp.WORD),
        ("\ud800/x.md", LookUp.ABSENT),
        ("x" * 9000 + "/y.md", LookUp.ABSENT),
    ],
)
def test_what_the_last_commit_has(top: Path, ref: str, lookup: LookUp) -> None:
    found = here(top).look_up(ref)
    assert found.lookup is lookup
    assert found.commit == (git(top, "rev-parse", "HEAD") if lookup is LookUp.FOUND else "")


def test_from_a_folder_inside_and_by_the_whole_path(top: Path) -> None:
    (top / "reviews" / "notes.md").write_text("n")
    git(top, "add", ".")
    git(top, "commit", "-m", "second")
    for ref in ("notes.md", "reviews/notes.md", "../docs/a.md", "docs/a.md", str(top / "docs" / "a.md")):
        assert here(top / "reviews").look_up(ref).lookup is LookUp.FOUND, ref


def test_what_was_deleted_is_gone_and_what_is_only_staged_is_not_committed(top: Path) -> None:
    git(top, "rm", "docs/a.md")
    git(top, "commit", "-m", "gone")
    git(top, "add", "docs/new.md")
    assert here(top).look_up("docs/a.md").lookup is LookUp.ABSENT
    assert here(top).look_up("docs/new.md").lookup is LookUp.UNCOMMITTED


def test_before_the_first_commit(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / "a.md").write_text("a")
    assert (here(tmp_path).commit, here(tmp_path).look_up("a.md").lookup) == ("", LookUp.UNCOMMITTED)
    assert here(tmp_path).look_up("b.md").lookup is LookUp.ABSENT


def test_a_shallow_clone_without_blobs_knows_its_last_commit(top: Path, tmp_path: Path) -> None:
    git(top, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "--depth=1", "--filter=blob:none", "--no-checkout", f"file://{top}", "ci")
    assert here(tmp_path / "ci").look_up("docs/a.md").lookup is LookUp.FOUND
    assert here(tmp_path / "ci").look_up("docs/no.md").lookup is LookUp.ABSENT


def test_no_repository_no_git_and_a_git_that_fails(top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert repository(tmp_path) is None
    assert repository(tmp_path / "nowhere") is None
    known = here(top)
    assert (known.knows(known.commit), known.knows("0" * 40)) == (True, False)
    with monkeypatch.context() as patch:
        patch.setattr(git_module.shutil, "which", lambda _: None)
        assert repository(top) is None
        found = known.look_up("docs/a.md")
        assert (found.lookup, found.why) == (LookUp.ELSEWHERE, "git is not installed")
