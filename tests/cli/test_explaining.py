"""`import --explain` and `sources`: printed, as JSON, and without a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_explain_says_it_all_and_stores_nothing(cli: Cli, tmp_path: Path) -> None:
    told = cli("import", "--explain", DATA / "deepeval" / "baseline.json")
    assert told.code == 0
    for words in (
        "recognised as deepeval",
        "brings 1 run, 12 cases",
        "latency_ms in 11 of 12  ←  completionTime",
        "faithfulness  0.816",
        "not computable: retrieval_hit_rate",
        "The format lacks",
        "only because its judge failed",
    ):
        assert words in told.out
    assert list(tmp_path.iterdir()) == []


def test_explain_as_json(cli: Cli) -> None:
    told = cli("import", "--explain", "--json", DATA / "junit" / "pytest.xml").json
    (one,) = told["files"]
    assert (one["format"], one["cases"], one["refused"]) == ("junit", 5, None)
    assert {"key", "value", "reason"} <= one["runs"][0]["metrics"][0].keys()


def test_explain_what_cannot_be_imported(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("\x1b]0;owned\x07")
    told = cli("import", "--explain", tmp_path / "x", DATA / "junit" / "pytest.xml")
    assert told.code == 2
    assert "cannot be imported" in told.out
    assert "recognised as junit" in told.out
    assert "\x1b" not in told.out


def test_hostile_names_are_shown_not_sent(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text('<testsuite name="a&#x202e;b"><testcase name="[@click=app.quit]x[/]"/></testsuite>')
    told = cli("import", "--explain", tmp_path / "x.xml")
    assert told.code == 0
    assert "\u202e" not in told.out


def test_sources(cli: Cli) -> None:
    told = cli("sources")
    assert told.code == 0
    assert "inspect_ai: Inspect AI logs" in told.out
    assert "  + cases with epochs as repeats" in told.out
    assert "  - cost, and a digest of the dataset" in told.out
    assert {one["name"] for one in cli("sources", "--json").json["formats"]} >= {"gate", "junit", "otlp"}
