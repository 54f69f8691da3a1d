"""Files of evaluation tools through the command line: what a gate makes of a file that says more than it holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, Result

FILES = Path(__file__).parents[1] / "shapes" / "files"
KNOWN = ("task_success_rate", "error_rate", "faithfulness")
DAY = ("--as-of", "2026-11-24")


def rows(told: Result) -> dict[str, dict[str, Any]]:
    return {row["metric"]: row for row in told.json["gate"]["results"]}


def check(cli: Cli, place: Path, run: Path, *rules: str, json_out: bool = True) -> Result:
    """Holds a gate of these rules against a file: `name >= 0.9`, with a direction and a unit where it is our own."""
    entries = []
    for rule in rules:
        metric, sign, limit = rule.rsplit(" ", 2)
        own = "" if metric in KNOWN else f", direction: {'higher' if sign == '>=' else 'lower'}, unit: x"
        entries.append(f'  - {{metric: "{metric}", threshold: "{sign} {limit}"{own}}}\n')
    (place / "gate.yaml").write_text("name: g\nmetrics:\n" + "".join(entries), encoding="utf-8")
    return cli("gate", "check", "--gate", "gate.yaml", "--run", run, *DAY, *(["--json"] if json_out else []))


def test_forty_of_two_hundred_samples_are_no_go(cli: Cli, place: Path) -> None:
    told = check(cli, place, FILES / "inspect_ai/40_of_200.json", "task_success_rate >= 0.9", "error_rate <= 0.01")
    assert (told.code, told.json["verdict"]) == (1, "NO-GO")
    shown = check(cli, place, FILES / "inspect_ai/40_of_200.json", "task_success_rate >= 0.9", json_out=False)
    assert "40 of 200" in shown.out


def test_a_figure_across_the_threshold_from_the_cases_is_a_condition(cli: Cli, place: Path) -> None:
    log = json.loads((FILES / "inspect_ai/40_of_200.json").read_text(encoding="utf-8"))
    log["eval"]["dataset"] |= {"samples": 40, "sample_ids": list(range(1, 41))}
    log["results"] |= {"total_samples": 40, "completed_samples": 40}
    log["results"]["scores"][0]["scored_samples"] = 40
    (place / "log.json").write_text(json.dumps(log), encoding="utf-8")
    told = check(cli, place, place / "log.json", "match >= 0.9")
    assert rows(told)["match"]["result"] == "PASS"
    shown = check(cli, place, place / "log.json", "match >= 0.9", json_out=False)
    assert "The tool's own figure differs" in " ".join(shown.out.split())


def test_an_invalidated_sample_is_no_evidence(cli: Cli, place: Path) -> None:
    told = check(cli, place, FILES / "inspect_ai/invalidated.json", "task_success_rate >= 0.9", json_out=False)
    assert "n 1/1" in told.out
    assert "1 of 2 samples were invalidated" in " ".join(told.out.split())


def test_a_filter_is_asked_for_by_its_name(cli: Cli, place: Path) -> None:
    samples = next((FILES / "lm_eval/filters").glob("samples_gsm_*"))
    strict, flexible = "exact_match (strict-match)", "exact_match (flexible-extract)"
    told = check(cli, place, samples, "exact_match >= 0.5", f"{strict} >= 0.5", f"{flexible} >= 0.5")
    assert {name: row["result"] for name, row in rows(told).items()} == {
        "exact_match": "MISSING",
        strict: "FAIL",
        flexible: "PASS",
    }
    shown = " ".join(check(cli, place, samples, "exact_match >= 0.5", json_out=False).out.split())
    assert f"name the one that is meant: {strict}, {flexible}" in shown


def test_a_folder_of_lm_eval_names_the_short_task(cli: Cli, mini: Path) -> None:
    told = cli("import", FILES / "lm_eval/filters")
    assert "it counts 4 cases, and 2 are in the file" in told.out + told.err
    listed = cli("runs", "--json").json if "--json" in cli("runs", "--help").out else None
    assert listed is None or "partial" in json.dumps(listed)


def test_a_metric_measured_twice_does_not_pass(cli: Cli, place: Path) -> None:
    told = check(cli, place, FILES / "deepeval/two_same_metric.json", "Correctness [GEval] >= 0.7")
    (row,) = rows(told).values()
    assert (row["result"], row["value"]) == ("FAIL", 0.65)
    assert check(cli, place, FILES / "deepeval/two_same_metric.json", "task_success_rate >= 0.5").code == 1


@pytest.mark.parametrize(
    ("file", "metric", "value", "n", "of"),
    [
        ("openai_evals/invalid_choice.jsonl", "score", 1.0, 1, 2),
        ("deepeval/latest_test_run.json", "faithfulness", 0.55, 2, 4),
        ("ragas/nan_rows.jsonl", "faithfulness", 1.0, 1, 2),
        ("ragas/dict_of_lists.json", "faithfulness", 1.0, 1, 2),
    ],
)
def test_a_judges_error_leaves_the_mean_and_is_counted(
    cli: Cli, place: Path, file: str, metric: str, value: float, n: int, of: int
) -> None:
    told = check(cli, place, FILES / file, f"{metric} >= 0.5")
    (row,) = rows(told).values()
    assert (row["value"], row["n"]) == (pytest.approx(value), n)
    assert row["reason"].startswith(f"{n} of {of} cases carry it")


def test_bad_ids_refuse_their_samples_alone(cli: Cli, mini: Path) -> None:
    told = cli("import", FILES / "inspect_ai/bad_ids.json")
    assert told.code == 0, told.err
    said = told.out + told.err
    assert "2 cases (inspect_ai), 5 lines rejected" in said
    assert "sample 3: it has no id" in said
    assert "fault" not in said


def test_golden_sets_come_in_and_a_doubtful_one_asks(cli: Cli, mini: Path) -> None:
    for name in ("question_answer.jsonl", "input_target.jsonl", "deepeval.json"):
        told = cli("import", FILES / "golden" / name)
        assert "3 golden cases (eval_set)" in told.out, told.err
    asked = cli("import", FILES / "golden/answer_beside_a_number.csv")
    assert asked.code == 2
    assert "--format eval_set" in asked.err
    assert "--format case_record" in asked.err
    assert "2 golden cases" in cli("import", "--format", "eval_set", FILES / "golden/answer_beside_a_number.csv").out


def test_a_gate_in_min_and_max_is_read_and_says_what_it_leaves_out(cli: Cli, mini: Path) -> None:
    text = "gates:\n  faithfulness: {min: 0.85}\n  latency_p95_ms: {max: 3000}\nbaseline: main\n"
    (mini.parent / "gate.yaml").write_text(text, encoding="utf-8")
    told = cli("import", "gate.yaml")
    assert told.code == 0, told.err
    assert 'baseline "main" is left out' in told.out + told.err
    run = FILES / "ragas/nan_rows.jsonl"
    shown = " ".join(cli("gate", "check", "--gate", "gate.yaml", "--run", run, *DAY).out.split())
    assert "faithfulness ≥ 0.85" in shown
    assert "latency_p95_ms ≤ 3,000" in shown
    assert 'baseline "main" is left out' in shown
