"""Case results whose rows say themselves which run, version or model they are of."""

from __future__ import annotations

import pytest


def _rows(*about, cases=2):
    return [
        {"case_id": f"c{n}", "output": "x", "status": "pass", "tone": 1.0, **one} for one in about for n in range(cases)
    ]


@pytest.mark.parametrize(
    ("about", "split"),
    [
        (({"run_id": "a"}, {"run_id": "b"}), "run_id"),
        (({"pipeline_version": "v3"}, {"pipeline_version": "v4"}), "pipeline_version"),
        (({"prompt_version": "p1"}, {"prompt_version": "p2"}), "prompt_version"),
        (({"model": "m1"}, {"model": "m2"}), "model"),
        (({"run_id": "a", "pipeline_version": "v3"}, {"run_id": "a", "pipeline_version": "v4"}), "pipeline_version"),
        (({"run_id": 1, "model": "m1"}, {"run_id": 2, "model": "m2"}), "run_id and model"),
    ],
)
def test_rows_of_two_versions_are_two_runs_and_no_repeats(make, read, about, split):
    found = read(make("runs.jsonl", _rows(*about)))
    assert len(found.runs) == 2
    assert len({run.id for run in found.runs}) == 2
    assert [case.repeat for case in found.cases] == [0] * 4
    assert any(f"told apart by their {split}." in warning for warning in found.warnings)
    for run, one in zip(found.runs, about, strict=True):
        for name in ("pipeline_version", "prompt_version", "model"):
            assert getattr(run, name) == one.get(name)


def test_what_all_rows_say_is_said_of_the_run(make, read):
    found = read(make("runs.jsonl", _rows({"run_id": "nightly-7", "pipeline_version": "rag-v4", "model": "birch-2"})))
    (run,) = found.runs
    assert (run.id, run.pipeline_version, run.model) == ("nightly-7", "rag-v4", "birch-2")
    assert "its start and dataset are unknown" in run.warnings[0]


def test_a_router_answers_the_cases_of_one_run_with_several_models(make, read):
    rows = [{"case_id": f"c{n}", "output": "x", "tone": 1.0, "model": f"m{n % 2}"} for n in range(4)]
    found = read(make("runs.jsonl", rows))
    assert len(found.runs) == 1
    assert found.runs[0].model is None


def test_repeats_stay_repeats(make, read):
    found = read(make("runs.jsonl", _rows({"run_id": "a"}, {"run_id": "a"})))
    assert len(found.runs) == 1
    assert [case.repeat for case in found.cases] == [0, 0, 1, 1]


def test_a_table_and_odd_values(make, read):
    text = "case_id,status,run_id,tone\nc0,pass,a,1\nc0,fail,b,0\nc1,pass,,1\n"
    found = read(make("runs.csv", text))
    assert len(found.runs) == 3
    odd = [{"case_id": "c", "tone": 1.0, "run_id": value} for value in ([1], {"a": 1}, True, None)]
    assert len(read(make("odd.jsonl", odd)).runs) == 1
