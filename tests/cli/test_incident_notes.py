"""Incidents from the shell: opened, logged to from any folder, listed and summed up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Cli


@pytest.fixture
def place_with_review(cli: Cli, place: Path) -> Path:
    assert cli("new", "--system", "Support bot").code == 0
    return place / "readiness.db"


def test_notes_go_to_the_open_incident_from_a_folder_below(
    cli: Cli, place_with_review: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = cli("incident", "log", "lost?")
    assert (nothing.code, nothing.out) == (2, "")
    assert "incident start" in nothing.err

    below = place_with_review.parent / "src" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    monkeypatch.setenv("TZ", "Asia/Tokyo")  # nine hours before UTC, all year
    started = cli("incident", "start", "2026-01-02 09:00 Refunds paid twice", "--sev", "2")
    assert started.out == "INC-1 sev2 opened: Refunds paid twice\n"
    assert re.fullmatch(rf"Saved: Support bot \S+ in {re.escape(str(place_with_review))}\n", started.err)
    logged = cli("incident", "log", "2026-01-02 09:30", "log:", "the \x1b[31malert fires", "@zed")
    assert logged.out == "INC-1  2026-01-02 00:30 UTC (09:30 here)  the ␛[31malert fires @zed (log, ana)\n"
    assert logged.err.splitlines()[0].startswith("@zed is no trace, run, item or person")
    assert str(place_with_review) in logged.err
    acted = cli("incident", "log", "-i", "inc-1", "/action Page on errors @ben due 2026-01-05")
    assert acted.out == "INC-1  ✗ overdue     Page on errors (prevent · ben · due 5 Jan)\n"
    assert list(below.iterdir()) == []

    shown = cli("incident", "show", "1").out
    for said in ("started       2026-01-02 00:00 UTC (09:00 here)", "the ␛[31malert fires", "Page on errors"):
        assert said in shown

    assert cli("incident", "start", "Another one").code == 0
    told = cli("incident", "log", "which?")
    assert told.code == 2
    assert "2 incidents are open: INC-1 (sev2 Refunds paid twice), INC-2 (sev3 Another one). Say which" in told.err
    assert cli("incident", "log", "-i", "INC-9", "which?").code == 2
    assert cli("incident", "start", "x", "--sev", "5").code == 2
    assert cli("incident", "log", "-i", "2", "2099-01-01 10:00 x").err.count("in the future") == 1
    # Written down, and the time that it asks for is not set: a script may not take that for done.
    early = cli("incident", "log", "-i", "1", "/detected 2026-01-02 08:00")
    assert (early.code, "Detected" in early.out, "detected was not set" in early.err) == (2, True, True)
    assert cli("incident", "log", "-i", "1", "/detected 2026-01-02 09:10").code == 0


def test_the_list_is_narrowed_and_all_are_summed_up(cli: Cli, place_with_review: Path) -> None:
    for title, severity in (("Refunds paid twice", "sev1"), ("Index stale", "sev3")):
        assert cli("incident", "new", "--title", title, "--severity", severity).code == 0
    cli("incident", "log", "-i", "2", "/action Test the refund @ben due 2026-01-05")

    def names(*options: str) -> list[str]:
        found = cli("incident", "list", "--json", *options).json
        return [incident["name"] for incident in found["incidents"]]

    assert names() == ["INC-1", "INC-2"]
    assert names("--severity", "sev3") == names("--overdue") == ["INC-2"]
    assert names("--text", "REFUND") == ["INC-1", "INC-2"]
    assert names("--open", "--class", "tool") == []
    assert "action: Test the «refund»" in cli("incident", "list", "--text", "refund").out
    assert cli("incident", "list", "--text", "zzz").out == "No incident is like that.\n"

    together = cli("incident", "trends")
    assert together.out.startswith("2 incidents, 2 open\n")
    assert "INC-2   5 Jan 2026   ben       Test the refund" in together.out
    assert cli("incident", "trends", "--json").json["overdue_actions"][0]["owner"] == "ben"


def test_a_secret_is_printed_and_found_masked(cli: Cli, place_with_review: Path) -> None:
    cli("incident", "start", "The key AKIAIOSFODNN7EXAMPLE leaked")
    for command in (("list",), ("list", "--json"), ("show", "1"), ("list", "--text", "leaked")):
        told = cli("incident", *command)
        assert "AKIAIOSFODNN7EXAMPLE" not in told.out
        assert "masked aws-access-key" in told.out
    assert cli("incident", "list", "--text", "AKIAIOSFODNN7EXAMPLE").out == "No incident is like that.\n"


def test_a_text_that_may_be_no_incident_is_refused_with_what_to_do(cli: Cli, place_with_review: Path) -> None:
    file = place_with_review.parent / "lunch.txt"
    file.write_text("Lunch is on Thursday. Bring the slides.\n", encoding="utf-8")
    asked = cli("incident", "import", str(file))
    assert (asked.code, asked.out) == (2, "")
    assert "nothing of an incident was recognised" in asked.err
    assert "--format postmortem" in asked.err
    assert cli("incident", "list").out.count("INC-") == 0
    explained = cli("incident", "import", "--explain", str(file))
    assert explained.code == 0
    assert "Nothing of an incident was recognised" in explained.out
    assert cli("incident", "import", "--format", "postmortem", str(file)).code == 0
    assert "INC-1" in cli("incident", "list").out
