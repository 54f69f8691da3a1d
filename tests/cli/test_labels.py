"""`labels`, and `gate check --labels`: what people said travels as a file and counts for the answers it was given to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.runs.model import HumanVerdict
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.labels import queue
from tests.cli.conftest import Cli, Result
from tests.cli.test_gate_check import run_file
from tests.conftest import NOW

GATE = "name: small\nthresholds: {faithfulness: '>= 0.85'}\n"
GOLD = [{"id": f"gold-{n}", "question": f"Question number {n}?", "must_include": ["x"]} for n in range(40)]


@pytest.fixture
def labelled(mini: Path, place: Path, cli: Cli) -> Path:
    """A run of 40 high-risk cases, in the database with its golden set, of which ana has labelled two."""
    (place / "gate.yaml").write_text(GATE, encoding="utf-8")
    (place / "gold.jsonl").write_text("".join(json.dumps(gold) + "\n" for gold in GOLD), encoding="utf-8")
    run_file(place / "run.jsonl", tags=["high_risk"], output="yes")
    assert cli("import", "gate.yaml", "gold.jsonl").code == 0
    assert cli("import", "run.jsonl", "--as", "candidate").code == 0
    desk = open_desk(mini, "ana", clock=lambda: NOW)
    queue.label(desk, "r2", "gold-0", HumanVerdict.PASS)
    queue.label(desk, "r2", "gold-1", HumanVerdict.FAIL, "wrong\nlaw")
    desk.close()
    return place


def unreviewed(told: Result) -> int:
    return len(told.json["gate"]["unreviewed"])


def test_labels_survive_a_new_import_and_a_new_golden_set(labelled: Path, cli: Cli) -> None:
    assert unreviewed(cli("gate", "check", "--json")) == 38
    again = [gold | {"id": f"g{n}", "tags": ["new"]} for n, gold in enumerate(GOLD)]
    (labelled / "gold.jsonl").write_text("".join(json.dumps(gold) + "\n" for gold in again), encoding="utf-8")
    run_file(labelled / "run.jsonl", tags=["high_risk"], output="yes", scores={"faithfulness": 0.95})
    assert cli("import", "gold.jsonl", "run.jsonl", "--as", "candidate").code == 0
    told = cli("gate", "check", "--json")
    assert unreviewed(told) == 38
    assert {"g0", "g1"}.isdisjoint(told.json["gate"]["unreviewed"])
    # Another answer under the same id is another matter: nobody has looked at it.
    run_file(labelled / "run.jsonl", tags=["high_risk"], output="no")
    assert cli("import", "run.jsonl", "--as", "candidate").code == 0
    assert unreviewed(cli("gate", "check", "--json")) == 40
    assert [entry["holds"] for entry in cli("labels", "--json").json["labels"]] == [False, False]
    assert "of another answer" in cli("labels").out


@pytest.mark.slow
def test_out_of_one_database_into_another(labelled: Path, cli: Cli) -> None:
    listed = cli("labels", "--json").json["labels"]
    assert [(entry["case"], entry["verdict"], entry["reviewer"]) for entry in listed] == [
        ("c0", "pass", "ana"),
        ("c1", "fail", "ana"),
    ]
    assert cli("labels", "export", "labels.jsonl").code == 0
    lines = (labelled / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[1])["note"] == "wrong\nlaw"

    told = cli("labels", "import", "labels.jsonl")
    assert "0 labels stored, 2 were there already, 0 refused" in told.out
    other: dict[str, Any] = {**json.loads(lines[0]), "reviewer": "ben", "case": "gold-2", "blind": True}
    bad = {**other, "answer": "0" * 64}
    (labelled / "labels.jsonl").write_text(
        "\n".join(
            [*lines, json.dumps(other), json.dumps(bad | {"case": "c3"}), json.dumps(other | {"run": "zz"}), "{"]
        ),
        encoding="utf-8",
    )
    told = cli("labels", "import", "labels.jsonl")
    assert (told.code, told.out) == (0, "1 label stored, 2 were there already, 3 refused.\n")
    assert "line 4: the run gives another answer to case c3 now" in told.err
    assert "line 5: no run zz was imported" in told.err
    assert "line 6: " in told.err
    assert unreviewed(cli("gate", "check", "--json")) == 37
    (labelled / "labels.jsonl").write_text("{\n", encoding="utf-8")
    assert cli("labels", "import", "labels.jsonl").code == 2


def test_ci_counts_a_committed_file_for_the_same_answers_in_another_run(labelled: Path, cli: Cli) -> None:
    assert cli("labels", "export", "labels.jsonl").code == 0
    with (labelled / "labels.jsonl").open("a", encoding="utf-8") as file:
        file.write("not json\n")

    def check(*more: str) -> Result:
        return cli(
            "gate", "check", "--gate", "gate.yaml", "--run", "ci.jsonl", "--eval-set", "gold.jsonl", *more, "--json"
        )

    run_file(labelled / "ci.jsonl", run={"id": "ci-77"}, tags=["high_risk"], output="yes")
    assert unreviewed(check()) == 40
    told = check("--labels", "labels.jsonl")
    assert unreviewed(told) == 38
    assert any("1 line rejected: line 3" in remark for remark in told.json["remarks"])
    assert told.json["gate"]["agreement"][0]["not_blind"] == 2

    run_file(labelled / "ci.jsonl", run={"id": "ci-78"}, tags=["high_risk"], output="no")
    told = check("--labels", "labels.jsonl")
    assert unreviewed(told) == 40
    assert any(
        "2 labels not counted, of an answer that no run here gives: c0 (line 1)" in r for r in told.json["remarks"]
    )
    assert cli("gate", "check", "--labels", "labels.jsonl").code == 2  # of files alone
