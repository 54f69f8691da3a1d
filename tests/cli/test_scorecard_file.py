"""`check --scorecard`: what a committed file may still be relied on for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from readiness_tui.domain.scorecard.digest import scorecard_digest
from readiness_tui.domain.scorecard.model import Scorecard
from readiness_tui.domain.text.plain import plain
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.reports.scorecard_json import scorecard_json
from readiness_tui.reports.scorecard_md import scorecard_markdown
from tests.cli.conftest import Cli
from tests.reports.sample import make_card


def card(verdict: Verdict, until: date | None) -> Scorecard:
    made = replace(make_card(), verdict=verdict, valid_until=until)
    return replace(made, digest=scorecard_digest(plain(made)))


@pytest.mark.parametrize("form", [scorecard_markdown, scorecard_json])
@pytest.mark.parametrize(
    ("verdict", "until", "on", "code"),
    [
        (Verdict.GO, date(2027, 2, 22), "2027-02-22", 0),  # the last day counts
        (Verdict.GO, date(2027, 2, 22), "2027-02-23", 1),
        (Verdict.GO, date(2027, 2, 22), "2026-11-23", 1),  # judged as of 24 November, which is to come
        (Verdict.GO, None, "2026-11-24", 1),  # it does not say until when
        (Verdict.CONDITIONS, date(2026, 12, 1), "2026-12-01", 3),
        (Verdict.CONDITIONS, date(2026, 12, 1), "2026-12-02", 1),
        (Verdict.NO_GO, None, "2026-11-24", 1),
    ],
)
def test_exit_status(
    cli: Cli, place: Path, form: object, verdict: Verdict, until: date | None, on: str, code: int
) -> None:
    (place / "card").write_text(form(card(verdict, until)), encoding="utf-8")  # type: ignore[operator]
    told = cli("check", "--scorecard", "card", "--as-of", on, "--json")
    assert told.code == code, told.out
    assert told.json["scorecard"]["verdict"] == verdict.value
    assert told.json["scorecard"]["intact"] is True
    assert bool(told.json["problems"]) == (code == 1 and verdict is not Verdict.NO_GO)
    assert cli("check", "--scorecard", "card", "--as-of", on, "--allow", "conditions").code == (
        0 if code == 3 else code
    )


@pytest.mark.parametrize("form", [scorecard_markdown, scorecard_json])
def test_a_changed_file_is_a_no_go_with_the_reason(cli: Cli, place: Path, form: object) -> None:
    text = form(card(Verdict.GO, date(2027, 2, 22)))  # type: ignore[operator]
    (place / "card").write_text(text.replace("2027-02-22", "2028-02-22"), encoding="utf-8")
    told = cli("check", "--scorecard", "card", "--as-of", "2027-03-01")
    assert told.code == 1
    assert told.out.startswith("✗ NO-GO  card, looked at on 1 Mar 2027\n")
    assert "the digest does not match" in told.out


@pytest.mark.parametrize(
    "content", [b"", b"# a page\n", b"{}", b"{", b"\xff\xfe\x00", b'{"schema": 999, "verdict": "GO"}']
)
def test_what_is_no_scorecard_is_unusable(cli: Cli, place: Path, content: bytes) -> None:
    (place / "card").write_bytes(content)
    for path in ("card", "none", "."):
        told = cli("check", "--scorecard", path)
        assert (told.code, told.out) == (2, ""), told
    assert cli("check", "--scorecard", "card", "--junit", "x.xml").code == 2


def test_a_shared_gap_shows_the_evidence_of_the_item_that_it_names(sample_db, cli):
    """The gap of a group of items that mean the same has one key; what it names is the member that stands worst."""
    card = cli("--db", sample_db, "scorecard", "--format", "json").json
    items = {f"{item['id']} {item['title']}": item for section in card["sections"] for item in section["items"]}
    shared = [gap for gap in card["gaps"] if gap["title"] in items and gap["title"].split()[0] not in gap["key"]]
    assert shared
    for gap in shared:
        assert gap["evidence"] == "; ".join(items[gap["title"]]["evidence"])
