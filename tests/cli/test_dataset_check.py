"""`dataset check`, `doctor`, `compact` and `backup`."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from readiness_tui.sources import registry
from tests.cli.conftest import Cli

GOLDEN = Path(__file__).parents[2] / "sample_data" / "golden_set.jsonl"


def write(path: Path, *records: object) -> None:
    path.write_text("".join(f"{r if isinstance(r, str) else json.dumps(r)}\n" for r in records), encoding="utf-8")


def test_the_sample_set_is_fine_and_its_digest_does_not_depend_on_the_order(cli: Cli, place: Path) -> None:
    told = cli("dataset", "check", GOLDEN, "--json")
    assert told.code == 0, told.out
    (found,) = told.json["datasets"]
    assert (found["cases"], found["high_risk"], found["fine"], found["prompts"]) == (72, 12, True, None)
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    (place / "turned.jsonl").write_text("\n".join(reversed(lines)), encoding="utf-8")
    turned = cli("dataset", "check", "turned.jsonl", "--against", GOLDEN, "--json").json["datasets"][0]
    assert turned["digest"] == found["digest"] == turned["difference"]["before"]
    assert turned["difference"]["added"] == turned["difference"]["removed"] == turned["difference"]["changed"] == []


def test_problems_are_named_and_give_1(cli: Cli, place: Path) -> None:
    write(
        place / "set.jsonl",
        {"id": "a", "question": "How do I reset an expired API key?", "must_include": ["rotate"]},
        {"id": "b", "question": "how do I reset an expired  API key?", "must_include": ["rotate"]},
        {"id": "c", "question": "How do I reset an expired API key??", "must_include": ["rotate"]},
        {"id": "d\x1b[31m", "question": "What is the limit of the orders endpoint?", "must_include": []},
        "{broken",
    )
    write(
        place / "log.jsonl",
        {"trace_id": "t1", "status": "ok", "latency_ms": 3, "model": "m", "question": "Hello, is anybody there?",
         "prompt": "Q: What is the limit of the orders endpoint? A: 600"},
    )  # fmt: skip
    told = cli("dataset", "check", "set.jsonl", "--traces", "log.jsonl")
    assert told.code == 1
    for words in ("asked more than once: 1", "a, b", "near-duplicate: 1", "a, c: 96% alike", "expects nothing: 1",
                  "found in logged prompts: 1", "rejected line: 1", "line 5"):  # fmt: skip
        assert words in told.out, told.out
    assert "\x1b" not in told.out
    found = cli("dataset", "check", "set.jsonl", "--traces", "log.jsonl", "--json").json["datasets"][0]
    assert found["leaks"] == [{"case": "d\x1b[31m", "traces": ["t1"], "runs": []}]
    assert found["fine"] is False
    changed = cli("dataset", "check", "set.jsonl", "--against", GOLDEN)
    assert "4 added, 72 removed, 0 changed" in changed.out


@pytest.mark.slow
def test_the_database_gives_the_prompts_the_version_before_and_the_set_itself(
    cli: Cli, sample_db: Path, place: Path
) -> None:
    told = cli("--db", sample_db, "dataset", "check", GOLDEN, "--json")
    (found,) = told.json["datasets"]
    assert found["prompts"] > 1_000
    assert found["run_prompts"] > 200
    assert found["difference"] is None  # it is the version that was imported
    assert str(sample_db) in told.json["remarks"][0]
    (imported,) = cli("--db", sample_db, "dataset", "check", "--json").json["datasets"]
    assert {**imported, "path": found["path"]} == found
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    hard = next(json.loads(line)["id"] for line in lines if "failure" in line)
    (place / "next.jsonl").write_text("\n".join(line for line in lines if f'"{hard}"' not in line), encoding="utf-8")
    (changed,) = cli("--db", sample_db, "dataset", "check", "next.jsonl", "--json").json["datasets"]
    assert changed["difference"]["before"] == found["digest"]
    assert changed["difference"]["removed"] == changed["difference"]["eased"] == [hard]


def test_examples_in_the_prompts_of_a_run_are_found(cli: Cli, place: Path) -> None:
    write(
        place / "set.jsonl", {"id": "a", "question": "What is the limit of the orders endpoint?", "must_include": ["6"]}
    )
    write(
        place / "run.jsonl",
        {"run_id": "r", "case_id": "z", "question": "Who are you?", "status": "pass",
         "prompt": "Q: What is the limit of the orders endpoint? A: 600. Q: Who are you?"},
    )  # fmt: skip
    told = cli("dataset", "check", "set.jsonl", "--run", "run.jsonl", "--json")
    assert told.code == 1
    (leak,) = told.json["datasets"][0]["leaks"]
    assert (leak["case"], leak["traces"], len(leak["runs"])) == ("a", [], 1)
    assert leak["runs"][0].endswith("/z")


def test_thousands_of_cases_that_ask_the_same_are_one_line(cli: Cli, place: Path) -> None:
    write(place / "set.jsonl", *({"id": f"c{n}", "question": "Why?", "must_include": ["x"]} for n in range(2_000)))
    told = cli("dataset", "check", "set.jsonl")
    assert told.code == 1
    assert "      c0, c1, c2, c3, c4 and 1,995 more\n" in told.out


@pytest.mark.parametrize("content", [b"", b"{}", b'{"trace_id": "t", "status": "ok", "latency_ms": 3}\n', b"\x00\xff"])
def test_what_is_no_eval_set_is_unusable(cli: Cli, place: Path, content: bytes) -> None:
    (place / "set.jsonl").write_bytes(content)
    for arguments in (
        ["set.jsonl"],
        ["none"],
        [],
        [GOLDEN, "--against", "set.jsonl"],
        [GOLDEN, GOLDEN, "--against", GOLDEN],
    ):
        told = cli("dataset", "check", *arguments)
        assert (told.code, told.out) == (2, ""), told


def test_doctor(cli: Cli, mini: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = cli("doctor", "--json")
    assert (told.code, told.json["problems"]) == (0, [])
    assert told.json["database"]["path"] == str(mini)
    assert told.json["database"]["journal"] in ("wal", "delete")
    assert "all is well" in cli("doctor").out
    monkeypatch.setattr(registry, "problems", lambda: ("The plugin x could not be loaded.",))
    broken = cli("doctor")
    assert broken.code == 1
    assert "✗ The plugin x could not be loaded." in broken.out


def test_doctor_without_a_database_says_so(cli: Cli, place: Path) -> None:
    told = cli("doctor", "--json")
    assert (told.code, told.json["database"]) == (0, None)


def test_doctor_finds_a_reference_to_nothing(cli: Cli, mini: Path) -> None:
    with sqlite3.connect(mini) as conn:
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("DELETE FROM review")
    told = cli("doctor")
    assert told.code == 1
    assert "refers to nothing" in told.out


def test_backup_is_a_whole_copy_and_overwrites_nothing(cli: Cli, mini: Path, place: Path) -> None:
    assert cli("backup", "copy.db").code == 0
    assert cli("--db", "copy.db", "check", "--json").json == cli("check", "--json").json
    shutil.copy(place / "copy.db", place / "kept.db")
    assert cli("backup", "copy.db").code == 2
    assert (place / "copy.db").read_bytes() == (place / "kept.db").read_bytes()
    assert cli("backup", "nowhere/copy.db").code == 2


def test_compact_says_before_and_after_and_changes_nothing(cli: Cli, mini: Path) -> None:
    with sqlite3.connect(mini) as conn:  # pages that nobody uses
        conn.execute("CREATE TABLE waste(x)")
        conn.executemany("INSERT INTO waste VALUES (?)", [("w" * 1000,)] * 500)
        conn.execute("DROP TABLE waste")
    conn.close()
    verdict = cli("check", "--json").json
    told = cli("compact", "--json").json
    assert (told["path"], told["repacked_blocks"]) == (str(mini), 0)
    assert told["systems"]
    assert told["before"] > told["after"] + 400_000
    assert told["after"] == mini.stat().st_size
    assert cli("check", "--json").json == verdict
    assert f"{told['after']:,} bytes before, {told['after']:,} after" in cli("compact").out
