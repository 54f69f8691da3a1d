"""`evidence verify` as CI runs it: what it prints, what it keeps, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess
from tests.cli.conftest import Cli
from tests.conftest import NOW
from tests.sources.settings.test_repository import git


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "drill.md").write_text("rolled back in 6 minutes")
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")
    return folder


def attach(database: Path, *refs: str) -> None:
    desk = open_desk(database, "ana", clock=lambda: NOW)
    for ref in refs:
        assess.attach(desk, ["MIN-01"], None, ref)
    assess.score(desk, ["MIN-01"], 2)
    desk.close()


def test_found_makes_the_condition_go(cli: Cli, mini: Path, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(mini, "docs/drill.md")
    keys = {one["key"] for one in cli("--db", mini, "check", "--json", "--as-of", "2026-11-24").json["conditions"]}
    assert "evidence" in keys
    monkeypatch.chdir(repo)
    told = cli("--db", mini, "evidence", "verify")
    commit = git(repo, "rev-parse", "HEAD")
    assert told.code == 0
    assert told.out.splitlines() == [
        f"Looked up in {repo}, commit {commit[:10]}",
        f"✓ MIN-01   path     docs/drill.md · found in commit {commit[:10]} (was: not checked here)",
        "1 piece of evidence · all found",
    ]
    after = {one["key"] for one in cli("--db", mini, "check", "--json", "--as-of", "2026-11-24").json["conditions"]}
    assert after == keys - {"evidence"}


def test_absent_is_one_and_a_claim(cli: Cli, mini: Path, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(mini, "docs/gone.md")
    monkeypatch.chdir(repo)
    told = cli("--db", mini, "evidence", "verify", "--json")
    assert told.code == 1
    assert (told.json["schema"], told.json["review"], told.json["claims"], told.json["open"]) == (1, 1, 1, 0)
    assert told.json["evidence"] == [
        {
            "item": "MIN-01", "kind": "path", "ref": "docs/gone.md", "found": "absent", "before": "not checked here",
            "commit": None, "counts": "claim", "why": None,
        }
    ]  # fmt: skip
    desk = open_desk(mini, "ana", clock=lambda: NOW)
    assert load(desk).judgement.standings["MIN-01"].points == 1
    desk.close()


def test_outside_a_repository_it_says_where_to_run(
    cli: Cli, mini: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(mini, "docs/drill.md", "https://wiki.example.com/drill")
    monkeypatch.chdir(tmp_path)
    told = cli("--db", mini, "evidence", "verify")
    assert told.code == 3
    assert "○ MIN-01   path     docs/drill.md · no git repository is at hand; stays: not checked here" in told.out
    assert "✓ MIN-01   url      https://wiki.example.com/drill · an address, by its form" in told.out
    assert "1 could not be looked up here" in told.out
    assert "Run it in the one that the paths lie in." in told.err


def test_another_review_by_its_number_and_one_that_is_not_there(cli: Cli, mini: Path) -> None:
    assert cli("evidence", "verify", "--review", "1").out.strip() == "This review has no evidence to look up."
    missing = cli("evidence", "verify", "--review", "9")
    assert missing.code == 2
    assert "There is no review 9" in missing.err


def test_a_long_text_is_printed_short(cli: Cli, mini: Path, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(mini, "x" * 5000)
    monkeypatch.chdir(repo)
    told = cli("--db", str(mini), "evidence", "verify")
    assert (told.code, len(told.out) < 1000) == (1, True)
