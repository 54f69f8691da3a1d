"""The course's metrics mapping: aggregates without cases."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Aggregate

COURSE = {"faithfulness": 0.88, "retrieval_hit_rate": 0.82, "latency_p95_ms": 3100, "cost_per_success": 0.06}


def test_the_course_mapping_becomes_a_run_with_n_unknown(make, read):
    (run,) = read(make("metrics.json", COURSE)).runs
    assert run.aggregates == {name: Aggregate(float(value)) for name, value in COURSE.items()}
    assert (run.name, run.tool, run.started_at) == ("metrics", "metrics_mapping", None)
    assert all(figure.n is None for figure in run.aggregates.values())


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(COURSE, indent=2),
        ",".join(COURSE) + "\n" + ",".join(map(str, COURSE.values())) + "\n",
        "metric,value\n" + "".join(f"{name},{value}\n" for name, value in COURSE.items()),
        json.dumps({"metrics": COURSE}),
    ],
)
def test_every_shape_says_the_same(make, read, content):
    (run,) = read(make("metrics.txt", content)).runs
    assert run.aggregates == {name: Aggregate(float(value)) for name, value in COURSE.items()}


def test_n_where_it_is_given(make, read):
    assert read(make("a.json", {**COURSE, "n": 40})).runs[0].aggregates["faithfulness"] == Aggregate(0.88, 40)
    one = {"faithfulness": {"value": 0.88, "n": 50}, "mrr": 0.7}
    assert read(make("b.json", one)).runs[0].aggregates == {"faithfulness": Aggregate(0.88, 50), "mrr": Aggregate(0.7)}
    (run,) = read(make("c.csv", "metric,value,n\nfaithfulness,0.88,40\nmrr,0.7,\n")).runs
    assert run.aggregates == {"faithfulness": Aggregate(0.88, 40), "mrr": Aggregate(0.7)}


def test_fields_of_the_run_beside_the_figures(make, read):
    row = {**COURSE, "run": "rag v4", "prompt_version": "v4", "timestamp": "2026-11-23T11:20:00Z"}
    (run,) = read(make("a.json", row)).runs
    assert (run.name, run.prompt_version, run.started_at) == (
        "rag v4",
        "v4",
        datetime(2026, 11, 23, 11, 20, tzinfo=UTC),
    )
    assert set(run.aggregates) == set(COURSE)


def test_a_line_is_a_run(make, read):
    runs = read(make("history.jsonl", [{"name": "a", **COURSE}, {"version": "v2", **COURSE, "faithfulness": 0.5}])).runs
    assert [run.aggregates["faithfulness"].value for run in runs] == [0.88, 0.5]
    assert len({run.id for run in runs}) == 2


@pytest.mark.parametrize(
    "content",
    [
        json.dumps([{"faithfulness": 0.9, "answer_relevancy": 0.8}, {"faithfulness": 0.7, "answer_relevancy": None}]),
        '{"mrr": 0.9}\n{"mrr": 0.1}\n',
        "faithfulness,mrr\n0.9,0.95\n0.1,0.2\n",
    ],
)
def test_rows_of_figures_that_name_nothing_may_be_samples_and_are_no_runs(make, read, content):
    with pytest.raises(ReadinessError, match="a run cannot be told from one sample of a run"):
        read(make("scores.txt", content))


def test_a_figure_that_is_no_number_refuses_its_line(make, read):
    lines = [
        '{"name": "a", "faithfulness": 0.88}',
        *(f'{{"name": "b", "faithfulness": {v}}}' for v in ("NaN", '"high"', "null")),
    ]
    found = read(make("a.jsonl", "\n".join(lines)))
    assert len(found.runs) == 1
    assert [reject.line for reject in found.rejects] == [2, 3, 4]


def test_a_missing_figure_stays_a_metric_without_a_value(make, read):
    (run,) = read(make("a.json", {**COURSE, "mrr": None})).runs
    assert run.aggregates["mrr"] == Aggregate(None)


@pytest.mark.parametrize(
    "content", ['{"bad": 1}', "bad,worse\n1,2\n", '{"bad": 1}\n{"bad": 2}\n', "metric,value\nbad,1\n"]
)
def test_numbers_under_no_metrics_name_are_no_run_and_the_refusal_says_what_to_do(make, read, content):
    with pytest.raises(ReadinessError, match=r"what they measure is not known\. Name one of them so"):
        read(make("numbers.json", content))


def test_a_file_that_says_that_they_are_metrics_is_believed(make, read):
    (run,) = read(make("numbers.json", {"metrics": {"bad": 1}})).runs
    assert run.aggregates["bad"].value == 1
    (run,) = read(make("numbers.json", {"faithfulness": 0.9, "bad": 1})).runs
    assert run.aggregates["bad"].value == 1
