"""What a gate proves, through the command line: `tolerate`, `pass_all_k`, a loss without a bound, a thin baseline."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli, Result

Check = Callable[..., Result]
DAY = ("--as-of", "2026-11-24")


@pytest.fixture
def check(place: Path, cli: Cli) -> Check:
    """`gate check` of a gate on a candidate and a baseline, each a list of cases."""

    def run(gate: str, now: Iterable[dict[str, Any]], before: Iterable[dict[str, Any]] = (), *more: object) -> Result:
        (place / "gate.yaml").write_text(f"name: g\n{gate}", encoding="utf-8")
        files: list[object] = []
        for option, id_, cases in (("--run", "now", [*now]), ("--baseline", "old", [*before])):
            if cases:
                header = {"run": {"id": id_, "prompt_version": id_, "started_at": "2026-11-23T10:00:00Z"}}
                lines = "".join(json.dumps(line) + "\n" for line in (header, *cases))
                (place / f"{id_}.jsonl").write_text(lines, encoding="utf-8")
                files += [option, f"{id_}.jsonl"]
        return cli("gate", "check", "--gate", "gate.yaml", *files, *DAY, *more)

    return run


def scored(values: Iterable[float | None], name: str = "faithfulness") -> list[dict[str, Any]]:
    return [
        {"case_id": f"c{i}", "question": f"Question {i}?", "status": "pass", "scores": {} if v is None else {name: v}}
        for i, v in enumerate(values)
    ]


def passing(k: int, n: int) -> list[dict[str, Any]]:
    return [{"case_id": f"c{i}", "question": f"Question {i}?", "status": "pass" if i < k else "fail"} for i in range(n)]


def row(told: Result) -> dict[str, Any]:
    (found,) = told.json["gate"]["results"]
    return dict(found)


def test_what_is_tolerated_has_to_be_shown(check: Check) -> None:
    gate = 'metrics: [{metric: task_success_rate, threshold: ">= 0.85", tolerate: 0.80}]\n'
    shown = row(check(gate, passing(87, 100), (), "--json"))
    assert (shown["result"], shown["rule"]) == ("PASS", "≥ 0.85, surely ≥ 0.80")
    assert shown["sure"].startswith("surely ≥ 0.80; could be luck; ")
    told = check(gate, passing(86, 100))
    assert "not enough to tell: surely only ≥ 0.793, and ≥ 0.80 is tolerated" in " ".join(told.out.split())
    assert "◐ unclear\n" in told.out
    assert max(map(len, told.out.splitlines())) <= 80
    held = check(gate, passing(86, 100), (), "--json")
    assert (held.json["verdict"], row(held)["result"]) == ("GO WITH CONDITIONS", "INCONCLUSIVE")
    assert "Task success rate, not enough to tell: surely only ≥ 0.793" in next(
        reason["text"] for reason in held.json["reasons"] if reason["key"] == "gate/task_success_rate"
    )
    assert check(gate, passing(84, 100), (), "--json").json["verdict"] == "NO-GO"


def test_a_certain_loss_without_a_bound_is_no_luck(check: Check) -> None:
    """Each of 20 cases lost a tenth: too few for a bound, and every difference alike."""
    gate = "metrics: [{metric: faithfulness, max_regression: 0, min_effect: 0.02}]\n"
    told = check(gate, scored([0.8] * 20), scored([0.9] * 20), "--json")
    assert (told.json["verdict"], row(told)["result"]) == ("NO-GO", "FAIL")


@pytest.mark.parametrize("lacks", [98, 20])
def test_a_baseline_without_the_metric_is_missing(check: Check, lacks: int) -> None:
    gate = "metrics: [{metric: faithfulness, max_regression: 0.02}]\n"
    before: list[float | None] = [0.9] * 100
    before[100 - lacks :] = [None] * lacks
    told = check(gate, scored([0.9] * 100), scored(before), "--json")
    assert (told.json["verdict"], row(told)["result"]) == ("NO-GO", "MISSING")


def test_missing_cases_that_decide_are_a_condition(check: Check) -> None:
    gate = 'thresholds: {faithfulness: ">= 0.85"}\n'
    values: list[float | None] = [*[0.86, 0.87] * 48, None, None, None, None]
    told = check(gate, scored(values), (), "--json")
    assert (told.json["verdict"], row(told)["result"]) == ("GO WITH CONDITIONS", "INCONCLUSIVE")
    assert row(told)["reason"].startswith("decided by missing cases: 0.830 at their worst")


def test_right_three_times_out_of_three(check: Check) -> None:
    gate = 'metrics: [{metric: pass_all_k, k: 3, threshold: ">= 0.80"}]\n'

    def tries(*signs: str, **more: Any) -> list[dict[str, Any]]:
        return [
            {"case_id": f"c{i}", "repeat": n, "status": "pass" if sign == "+" else "fail", **more}
            for i, case in enumerate(signs)
            for n, sign in enumerate(case)
        ]

    found = row(check(gate, tries(*["+++"] * 33, *["+-+"] * 7), (), "--json"))
    assert (found["metric"], found["result"], found["value"]) == ("pass_all_k^3", "PASS", 33 / 40)
    assert row(check(gate, tries(*["+++"] * 31, *["+-+"] * 9), (), "--json"))["result"] == "FAIL"
    assert row(check(gate, tries(*["++"] * 40), (), "--json"))["result"] == "MISSING"
    same = row(check(gate, tries(*["+++"] * 40, seed=7), (), "--json"))
    assert same["result"] == "MISSING"
    assert "the same seed" in same["reason"]


def test_the_plan_warns_of_luck_and_tells_power(cli: Cli, place: Path) -> None:
    names = "task_success_rate citation_accuracy must_include_pass_rate retrieval_hit_rate tool_call_accuracy retries"
    rules = [
        f'{{metric: {name}, threshold: ">= 0.85", confidence: required, unit: share, direction: higher, judged: false}}'
        for name in names.split()
    ]
    (place / "gate.yaml").write_text(f"name: six\nmetrics: [{', '.join(rules)}]\n", encoding="utf-8")
    cases = [
        {"id": f"c{i}", "question": f"Question {i}?", "expected_sources": ["kb"], "must_include": ["x"],
         "expected_tools": ["t"]}
        for i in range(72)
    ]  # fmt: skip
    (place / "set.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    told = cli("gate", "plan", "--gate", "gate.yaml", "--eval-set", "set.jsonl")
    said = " ".join(told.out.split())
    assert "pass together in 0.03 % of releases, if the system is truly 5 points better" in said, told
    assert "against 0.85: a true loss of 7 points is noticed in 53 of 100 releases, of 11 points in 81;" in said
    assert max(map(len, told.out.splitlines())) <= 80
    plan = cli("gate", "plan", "--gate", "gate.yaml", "--eval-set", "set.jsonl", "--json").json
    assert plan["proofs_together"] == pytest.approx(0.000323, abs=1e-6)
    first = plan["rules"][0]
    assert (first["passes"], first["holds"]) == ({"at_least": 67}, {"at_least": 67})
    assert [round(100 * one["loss"]) for one in first["noticed"]] == [7, 11]
    assert first["passes_if_five_points_above"] == pytest.approx(0.262, abs=0.001)
