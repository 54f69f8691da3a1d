"""`check`, `scorecard` and `gaps`: what they print, for whom, and what their exit status says."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from readiness_tui.domain.checklists.assessment import EvidenceKind
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import assess, gaps
from tests.cli.conftest import Cli
from tests.conftest import NOW


def test_the_sample_is_no_go_for_reasons_that_are_named(cli: Cli, sample_db: Path) -> None:
    told = cli("--db", sample_db, "check", "--json")
    assert told.code == 1
    found = told.json
    assert found["verdict"] == "NO-GO"
    assert found["schema"] == 1
    assert found["as_of"] == "2026-11-24"  # the sample's own day, whatever day it is
    assert found["valid_until"] is None
    no_go = [reason["key"] for reason in found["reasons"] if reason["verdict"] == "NO-GO"]
    assert "item/reliability/REL-03" in no_go
    assert all(reason["text"] for reason in found["reasons"])


def test_check_json_has_the_keys_that_scripts_were_promised(cli: Cli, sample_db: Path) -> None:
    found = cli("--db", sample_db, "check", "--json").json
    assert {
        "schema",
        "as_of",
        "valid_until",
        "verdict",
        "reasons",
        "gate",
        "sections",
        "conditions",
        "gaps",
        "flips",
    } <= (found.keys())
    promised = {
        "conditions": {"key", "text", "owner", "due"},
        "sections": {"checklist", "percent", "assessed"},
        "gaps": {"key", "severity", "title", "owner", "due", "state"},
        "reasons": {"key", "text"},
        "flips": {"key", "text"},
    }
    for name, keys in promised.items():
        assert found[name], f"the sample has {name}"
        assert all(keys <= row.keys() for row in found[name])
    results = found["gate"]["results"]
    assert all({"metric", "rule", "value", "n", "low", "high", "result"} <= row.keys() for row in results)
    faithfulness = next(row for row in results if row["metric"] == "faithfulness")
    assert faithfulness["result"] == "PASS"
    assert faithfulness["low"] < faithfulness["value"]
    p95 = next(row for row in results if row["metric"] == "latency_p95_ms")
    assert p95["high"] > p95["value"]
    percents = {row["checklist"]: row["percent"] for row in found["sections"]}
    assert percents["observability"] == 71  # 71.4, rounded down


def test_check_for_people_says_the_same_in_80_columns(cli: Cli, sample_db: Path) -> None:
    told = cli("--db", sample_db, "check")
    assert told.code == 1
    assert told.out.startswith("✗ NO-GO  as of 24 Nov 2026")
    assert "REL-03" in told.out
    assert max(map(len, told.out.splitlines())) <= 80
    assert told.err == ""


def test_as_of_changes_what_has_expired_and_is_printed(cli: Cli, sample_db: Path) -> None:
    later = cli("--db", sample_db, "check", "--json", "--as-of", "2027-03-01")
    assert later.code == 1
    assert later.json["as_of"] == "2027-03-01"
    passed = {c["key"] for c in later.json["conditions"] if c["due"] < "2027-03-01"}
    assert passed  # every date of the sample is over by then, and each of these stops the release
    assert passed <= {reason["key"].removeprefix("condition/") for reason in later.json["reasons"]}
    assert "as of 24 Nov 2026" in cli("--db", sample_db, "check").out  # asking changed nothing


@pytest.mark.parametrize("typed", ["yesterday", "2026-13-01", "9999-12-31", "0001-01-01", "", "\x1b[31m"])
def test_a_date_that_is_none_is_refused(cli: Cli, mini: Path, typed: str) -> None:
    told = cli("check", "--as-of", typed)
    assert told.code == 2
    assert told.out == ""
    assert "--as-of" in told.err
    assert "\x1b" not in told.err


def test_exit_status_follows_the_verdict(cli: Cli, mini: Path) -> None:
    assert cli("check").code == 1  # an undecided blocker
    desk = open_desk(mini, "ana", clock=lambda: NOW)
    assess.attach(desk, ["MIN-01"], EvidenceKind.DRILL, "drill of the rollback", dated=date(2026, 11, 20))
    assess.score(desk, ["MIN-01"], 2)
    # No gate: that alone makes it GO WITH CONDITIONS.
    told = cli("check", "--as-of", "2026-11-24", "--json")
    assert (told.code, told.json["verdict"]) == (3, "GO WITH CONDITIONS")
    assert told.json["valid_until"] == min(c["due"] for c in told.json["conditions"])
    assert cli("check", "--as-of", "2026-11-24", "--allow", "conditions").code == 0
    # The option does not let a NO-GO pass: the condition's own date has passed.
    assert cli("check", "--as-of", "2027-03-01", "--allow", "conditions").code == 1
    desk.close()


def test_a_go_is_zero(cli: Cli, mini: Path, place: Path) -> None:
    desk = open_desk(mini, "ana", clock=lambda: NOW)
    assess.attach(desk, ["MIN-01"], EvidenceKind.URL, "https://example.com/drill")
    assess.score(desk, ["MIN-01"], 2)
    desk.close()
    digest = "ab" * 32
    (place / "gate.yaml").write_text(
        f'name: g\nthresholds:\n  faithfulness: ">= 0.85"\ndataset_digest: {digest}\njudge_digest: {digest}\n',
        encoding="utf-8",
    )
    assert cli("import", "gate.yaml").code == 0
    assert cli("gate", "lock").code == 0
    run = {"id": "r", "version": "v1", "started_at": datetime.now(UTC).isoformat()}
    lines = [{"run": {**run, "dataset_digest": digest, "judge_digest": digest}}]
    lines += [{"case_id": f"c{n}", "status": "pass", "scores": {"faithfulness": 0.9}} for n in range(40)]
    (place / "run.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    assert cli("import", "run.jsonl", "--as", "candidate").code == 0
    told = cli("check", "--json", "--as-of", "2026-11-24")
    assert (told.code, told.json["verdict"]) == (0, "GO"), told.out
    assert told.json["valid_until"] == "2027-02-22"  # 90 days
    assert told.json["conditions"] == told.json["reasons"] == []


def test_the_scorecard_is_the_same_bytes_each_time(cli: Cli, sample_db: Path, tmp_path: Path) -> None:
    first = cli("--db", sample_db, "scorecard")
    again = cli("--db", sample_db, "scorecard")
    assert first.code == 0
    assert first.out == again.out
    assert first.out.startswith("# Day-21 readiness scorecard: Support bot, release 2026.11, 24 Nov 2026\n")
    target = tmp_path / "card.md"
    told = cli("--db", sample_db, "scorecard", "-o", target)
    assert (told.code, told.out) == (0, "")
    assert target.read_bytes() == first.out.encode()
    as_json = cli("--db", sample_db, "scorecard", "--format", "json").json
    assert as_json["verdict"] == "NO-GO"


def test_an_export_replaces_a_file_as_a_whole_or_not_at_all(
    cli: Cli, sample_db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "card.md"
    target.write_text("the last one", encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    told = cli("--db", sample_db, "scorecard", "-o", target)
    assert told.code == 2
    assert "card.md" in told.err
    assert "No space left on device" in told.err
    assert target.read_text(encoding="utf-8") == "the last one"
    assert [path.name for path in tmp_path.glob(".card*")] == []


def test_freezing_keeps_the_scorecard_as_it_was(cli: Cli, mini: Path) -> None:
    frozen = cli("scorecard", "--freeze", "--yes")
    assert frozen.code == 0
    again = cli("scorecard", "--freeze", "--yes")
    assert again.code == 2
    assert "frozen" in again.err
    assert cli("scorecard").out == frozen.out
    gap = cli("gaps", "--json").json["gaps"]
    assert [g["key"] for g in gap] == ["item/mini/MIN-01"]  # undecided items are gaps from the freeze on


@pytest.mark.slow
def test_gaps_in_each_form(cli: Cli, sample_db: Path) -> None:
    listed = cli("--db", sample_db, "gaps", "--json").json
    keys = {gap["key"] for gap in listed["gaps"]}
    assert listed["schema"] == 1
    assert {"item/reliability/REL-03", "case/case-33", "incident/1/1"} <= keys
    for form in ("text", "md", "csv", "jsonl"):
        told = cli("--db", sample_db, "gaps", "--format", form)
        assert told.code == 0
        assert all(key in told.out for key in keys), form
    desk = open_desk(sample_db, "ana", clock=lambda: NOW)
    gaps.unmark(desk, "case/case-33")
    desk.close()
    assert "case/case-33" not in cli("--db", sample_db, "gaps").out


def test_incidents_from_opening_to_note(cli: Cli, mini: Path, place: Path) -> None:
    assert cli("incident", "list").out == "No incident is recorded.\n"
    assert cli("incident", "new", "--title", "Refunds paid twice", "--severity", "sev1").code == 0
    found = cli("incident", "list", "--json").json["incidents"]
    assert [(i["name"], i["severity"], i["open"]) for i in found] == [("INC-1", "sev1", True)]
    assert "INC-1" in cli("incident", "list").out
    assert "incident/1" in {reason["key"] for reason in cli("check", "--json").json["reasons"]}
    note = cli("incident", "export", "inc-1")
    assert note.code == 0
    assert note.out.startswith("# Incident review INC-1: Refunds paid twice\n")
    assert cli("incident", "export", "INC-1", "-o", "note.md").code == 0
    assert (place / "note.md").read_text(encoding="utf-8") == note.out
    for wrong in ("INC-9", "INC-", "-1x", "INC-²", "INC-" + 20 * "9", "\x1b[31m"):
        told = cli("incident", "export", "--", wrong)
        assert told.code == 2, wrong
        assert told.err.strip()
    empty = cli("incident", "new", "--title", " ")
    assert empty.code == 2
    desk = open_desk(mini, "ana", clock=lambda: NOW)
    assert len(edit.listed(desk)) == 1
    desk.close()
