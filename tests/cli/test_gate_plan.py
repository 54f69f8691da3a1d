"""`gate plan`: on a database, and from files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli

SAMPLE = Path(__file__).parents[2] / "sample_data"
GATE = ("--gate", SAMPLE / "gate.yaml")
SET = ("--eval-set", SAMPLE / "golden_set.jsonl")
DAY = ("--as-of", "2026-11-24")


@pytest.mark.slow
def test_files_alone_and_the_database_give_the_same_plan(cli: Cli, sample_db: Path) -> None:
    stored = cli("--db", sample_db, "gate", "plan", *DAY, "--json")
    alone = cli(
        "gate", "plan", *GATE, *SET, *DAY, "--json",
        *("--run", SAMPLE / "runs/candidate.cases.jsonl", "--run", SAMPLE / "runs/candidate.promptfoo.json"),
        *("--baseline", SAMPLE / "runs/baseline.cases.jsonl", "--baseline", SAMPLE / "runs/baseline.promptfoo.json"),
        *("--traces", SAMPLE / "structured_log.jsonl"),
    )  # fmt: skip
    assert (stored.code, alone.code) == (0, 0)
    assert alone.json["rules"] == stored.json["rules"]
    hits = next(row for row in alone.json["rules"] if row["metric"] == "retrieval_hit_rate")
    assert (hits["n"], hits["passes"], hits["holds"]) == (69, {"at_least": 56}, {"at_least": 61})
    assert (hits["decisive_n"], hits["now"]["more"], hits["sees"]["flips"]) == (143, 74, 6)
    traced = next(row for row in alone.json["rules"] if row["metric"] == "latency_p95_ms")
    assert traced["worst_case"]["decided_by_missing"] is False
    # The gate says of the run what the plan repeats.
    checked = cli("--db", sample_db, "gate", "check", *DAY, "--json").json["gate"]["results"]
    assert {row["metric"]: row["result"] for row in checked} == {
        row["metric"]: row["now"]["result"] for row in stored.json["rules"]
    }
    shown = cli("--db", sample_db, "gate", "plan", *DAY).out
    assert max(map(len, shown.splitlines())) <= 80


def test_a_gate_alone_says_what_it_would_need(cli: Cli, place: Path) -> None:
    told = cli("gate", "plan", *GATE)
    assert told.code == 0
    assert "a bound needs 16 cases\n" in told.out
    assert "of 100 cases 91 right hold at 95 %\n" in told.out
    assert "a bound needs 59 traces" in told.out
    assert [*place.iterdir()] == []
    with_set = cli("gate", "plan", *GATE, *SET, "--json").json
    assert with_set["ran"] is False
    assert {row["n"] for row in with_set["rules"]} == {69, 72, None}
    assert with_set["slices"][0]["tag"] == "failure"


@pytest.mark.parametrize(
    "arguments",
    [SET, ("--gate", "none.yaml"), (*GATE, "--eval-set", SAMPLE / "gate.yaml"), (*GATE, "--run", SAMPLE / "gate.yaml")],
)
def test_what_cannot_be_planned_for_is_refused(cli: Cli, place: Path, arguments: tuple[object, ...]) -> None:
    told = cli("gate", "plan", *arguments)
    assert (told.code, told.out) == (2, ""), told
    assert told.err.strip()


def test_a_review_without_a_gate_is_told_how_to_get_one(cli: Cli, mini: Path) -> None:
    told = cli("gate", "plan")
    assert (told.code, "readiness import gate.yaml" in told.err) == (2, True)
