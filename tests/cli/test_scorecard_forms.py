"""`scorecard` in every form, and `scorecard diff`: the sample, an empty review, a frozen one, one before the reveal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.reports.html_tree import tree
from tests.reports.test_page import held
from tests.reports.test_scorecard_schema import holds


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from readiness_tui.cli.root import run

    path = tmp_path_factory.mktemp("forms") / "demo.db"
    assert run(["--db", str(path), "demo", "--no-open"]) == 0
    return path


def forms(cli: Cli, db: Path) -> dict[str, str]:
    """Each form as printed; the page and the JSON are what they should be, twice the same."""
    found = {}
    for form in ("md", "html", "json", "summary"):
        told = cli("--db", db, "scorecard", "--format", form)
        assert told.code == 0, told.err
        assert cli("--db", db, "scorecard", "--format", form).out == told.out
        found[form] = told.out
    holds(found["json"])
    held(found["html"])
    digest = json.loads(found["json"])["digest"]
    assert all(digest in text for text in found.values())
    return found


def test_the_sample(cli: Cli, sample: Path, tmp_path: Path) -> None:
    found = forms(cli, sample)
    root, _ = tree(found["html"])
    assert root.text().startswith("Readiness scorecard: Support bot 2026.11, NO-GO")
    assert found["summary"].count("\n") == 10
    for form in ("md", "html", "json"):
        (tmp_path / f"card.{form}").write_text(found[form], encoding="utf-8")
        told = cli("check", "--scorecard", tmp_path / f"card.{form}", "--as-of", "2026-11-24", "--json")
        assert (told.code, told.json["scorecard"]["intact"], told.json["problems"]) == (1, True, [])
    assert (
        "They are the same scorecard." in cli("--db", sample, "scorecard", "diff", "2026.11", tmp_path / "card.md").out
    )
    assert cli("--db", sample, "scorecard", "diff", "#1", tmp_path / "card.json", "--json").json["same"] is True


def test_an_empty_review_and_one_before_the_reveal(cli: Cli, place: Path) -> None:
    assert cli("new", "--system", "Bot", "--release", "1", "--reviewer", "ana", "--reviewer", "ben").code == 0
    assert cli("votes", "--blind").code == 0
    found = forms(cli, Path("readiness.db"))
    assert "votes blind: undecided until the reveal" in tree(found["html"])[0].text()
    assert "**votes blind**" in found["summary"]


def test_a_frozen_review_and_the_next_with_its_trend_and_difference(cli: Cli, mini: Path, place: Path) -> None:
    assert cli("score", "MIN-01", "0", "--note", "not tried").code == 0
    assert cli("scorecard", "--freeze", "--yes", "-o", "old.md").code == 0
    frozen = forms(cli, mini)
    assert (place / "old.md").read_text(encoding="utf-8") == frozen["md"]
    (place / "old.json").write_text(frozen["json"], encoding="utf-8")
    release = json.loads(frozen["json"])["release"]
    assert cli("new", "--release", "next", "--yes").code == 0
    assert cli("score", "MIN-01", "1", "--evidence", "https://example.org/drill").code == 0
    now = forms(cli, mini)
    root, _ = tree(now["html"])
    assert "Trend" in [node.text() for node in root.all("h2")]
    assert any(f"{release}, " in node.attrs["aria-label"] for node in root.all("svg"))
    for before in ("old.json", "#1", release):
        told = cli("scorecard", "diff", before, "next")
        assert told.code == 0, told.err
        assert "BY CAUSE" in told.out
        assert "MIN-01" in told.out
    told = cli("scorecard", "diff", "old.md", "next")
    assert "ITEMS  1 changed" in told.out
    assert "Why each changed is not known" in " ".join(told.out.split())
    assert forms(cli, mini) == now


def test_a_frozen_scorecards_text_is_as_it_was_frozen_whatever_the_template_is_now(
    cli: Cli, mini: Path, place: Path
) -> None:
    (place / "templates").mkdir()
    (place / "templates" / "scorecard.md.j2").write_text("# ours: {{ card.system }}\n", encoding="utf-8")
    assert cli("scorecard", "--freeze", "--yes", "-o", "old.md").code == 0
    (place / "templates" / "scorecard.md.j2").write_text("# changed\n", encoding="utf-8")
    (place / "templates" / "scorecard.html.j2").write_text(
        "<main><h1>team {{ card.system }}</h1></main>", encoding="utf-8"
    )
    assert cli("scorecard").out == (place / "old.md").read_text(encoding="utf-8")
    assert "<h1>team " in cli("scorecard", "--format", "html").out


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("gone.md", "#1", "There is no file gone.md"),
        ("sub/card", "#1", "There is no file sub/card"),
        ("notes.md", "#1", "does not end in the seal"),
        ("binary.json", "#1", "is not UTF-8 text"),
        ("folder", "#1", "There is no review folder"),
        ("#1", "9.9", "There is no review 9.9"),
        ("other.json", "#1", "They are of two systems, Support bot and"),
    ],
)
def test_what_cannot_be_compared_is_said(cli: Cli, mini: Path, place: Path, first: str, second: str, why: str) -> None:
    from readiness_tui.reports.scorecard_json import scorecard_json
    from tests.reports.sample import make_card

    (place / "notes.md").write_text("# notes\n", encoding="utf-8")
    (place / "binary.json").write_bytes(b"\xff\xfe{}")
    (place / "folder").mkdir()
    (place / "other.json").write_text(scorecard_json(make_card()), encoding="utf-8")
    told = cli("scorecard", "diff", first, second)
    assert told.code == 2
    assert told.out == ""
    assert why in told.err


def test_two_files_need_no_database_and_options_of_scorecard_are_not_swallowed(cli: Cli, place: Path) -> None:
    from readiness_tui.reports.scorecard_json import scorecard_json
    from tests.reports.sample import make_card

    (place / "a.json").write_text(scorecard_json(make_card()), encoding="utf-8")
    assert cli("scorecard", "diff", "a.json", "a.json").code == 0
    told = cli("scorecard", "--freeze", "--yes", "diff", "a.json", "a.json")
    assert told.code == 2
    assert "is not for `scorecard diff`" in told.err
    assert [path.name for path in place.iterdir()] == ["a.json"]


@pytest.mark.parametrize("name", ["x" * 5000, "a\nSPOOFED\n", "x" * 300 + "\nSPOOFED\n.md"])
def test_a_name_that_no_file_can_have_is_one_line_of_a_sentence(cli: Cli, mini: Path, name: str) -> None:
    for arguments in (
        ("scorecard", "diff", name, "#1"),
        ("check", "--scorecard", name),
        ("scorecard", "-o", name + "/x"),
    ):
        told = cli(*arguments)
        assert told.code == 2
        assert "SPOOFED" not in told.err.split("\n")
