"""Inspect's own figures: its rules for epochs, and what a header says of samples that are not there."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from readiness_tui.domain.runs.model import CaseStatus, Completeness
from readiness_tui.sources.inspect_ai.reported import Seen, _reduced, aggregates, planned, reported
from readiness_tui.sources.inspect_ai.sample import read_sample
from readiness_tui.sources.kit.fields import Notes
from readiness_tui.sources.kit.jsonio import RecordError

SHAPES = Path(__file__).parents[2] / "shapes" / "files" / "inspect_ai"


@pytest.mark.parametrize(
    ("reducer", "values", "made"),
    [
        ("mean", [1, 0, 0, 1], 0.5),
        ("median", [0, 0.2, 1], 0.2),
        ("max", [0, 0.5], 0.5),
        ("mode", [0.0, 1.0, 1.0], 1.0),
        ("at_least_2", [1, 1, 0], 1.0),
        ("at_least_2", [1, 0.9, 0], 0.0),
        ("pass_at_2", [1, 0, 0], 2 / 3),  # 1 − C(2,2)/C(3,2)
        ("pass_at_2", [1, 1, 0], 1.0),
        ("pass_k_2", [1, 1, 0], 1 / 3),  # C(2,2)/C(3,2)
        ("pass_at_4", [1, 1, 0], None),
        ("of_my_own", [1, 1], None),
    ],
)
def test_epochs_are_reduced_as_inspect_does(reducer, values, made):
    found = _reduced(reducer, values)
    assert found == made if made is None else math.isclose(found, made)


def test_what_was_to_be_run(make):
    about = {"dataset": {"samples": 9, "sample_ids": [1, 2, 3]}, "config": {"epochs": 2}}
    assert planned({"eval": about}) == 6
    assert planned({"eval": about, "results": {"total_samples": 18}}) == 18
    assert planned({"eval": about, "results": {"total_samples": 18, "early_stopping": {"manager": "x"}}}) is None
    del about["dataset"]["sample_ids"]
    assert planned({"eval": about}) == 18
    about["config"]["limit"] = 4
    assert planned({"eval": about}) is None


def test_figures_by_several_reducers_are_measurements_of_their_own():
    figures = [
        {"name": "match", "scorer": "match", "reducer": r, "metrics": {"accuracy": {"value": v}}, "scored_samples": 2}
        for r, v in (("mean", 0.5), ("max", 0.9))
    ]
    made = aggregates(reported({"scores": figures}))
    assert {name: one.value for name, one in made.items()} == {"match (mean)": 0.5, "match (max)": 0.9}
    assert list(aggregates(reported({"scores": figures[:1]}))) == ["match"]


def test_a_figure_that_no_rule_gives_is_disputed(read, make):
    log = json.loads((SHAPES / "reducers.json").read_text())
    log["results"]["scores"][2]["metrics"]["accuracy"]["value"] = 0.99
    found = read(make("x.json", log))
    (one,) = found.runs[0].disputed
    assert (one.metric, one.declared, one.found) == ("match", 0.99, 0.5)
    assert any("by its rule, the mean after the epochs" in text for text in found.warnings)
    assert read(SHAPES / "reducers.json").runs[0].disputed == ()


def test_an_invalidated_sample_explains_the_tools_mean(read, make):
    log = json.loads((SHAPES / "invalidated.json").read_text())
    log["samples"][1]["scores"]["match"]["value"] = "I"
    log["results"]["scores"][0]["metrics"]["accuracy"]["value"] = 0.5
    found = read(make("x.json", log))
    assert any("The tool's is the mean with the invalidated samples" in text for text in found.warnings)
    assert (found.runs[0].disputed, found.runs[0].completeness) == ((), Completeness.COMPLETE)


def test_a_log_of_invalidated_samples_only_gives_no_figures(read, make):
    log = json.loads((SHAPES / "invalidated.json").read_text())
    log["samples"] = log["samples"][1:]
    found = read(make("x.json", log))
    assert (found.cases, found.runs[0].aggregates) == ([], {})


def test_fewer_scored_samples_than_the_tool_counts_are_said(read, make):
    log = json.loads((SHAPES / "invalidated.json").read_text())
    del log["samples"][1]["invalidation"]
    log["samples"][1]["scores"] = None
    assert any("scored 2 samples by match; 1 carry it here" in text for text in read(make("x.json", log)).warnings)


@pytest.mark.parametrize("ident", [1.5, None, "", " ", ["a"], {"a": 1}, True, "x" * 1001])
def test_an_id_of_another_type_refuses_its_sample_in_words(ident):
    with pytest.raises(RecordError, match="id"):
        read_sample({"id": ident}, None, Notes())


def test_events_with_odd_ids_are_no_harm():
    events = [
        {"event": "span_begin", "id": ["x"], "type": "solvers", "working_start": 1.0},
        {"event": "span_end", "id": ["x"], "working_start": 3.0},
    ]
    assert read_sample({"id": 1, "events": events}, None, Notes()).latency_ms.value == 2000.0


def test_a_boolean_is_a_verdict():
    case = read_sample({"id": 1, "scores": {"a": {"value": True}, "b": {"value": False}}}, None, Notes())
    assert (case.status, case.scores["a"].value, case.scores["b"].passed) == (CaseStatus.FAIL, 1.0, False)


def test_what_went_by_is_kept_by_sample():
    seen = Seen()
    for epoch, value in ((1, 1), (2, 0)):
        seen.add(read_sample({"id": "a", "epoch": epoch, "scores": {"m": {"value": value}}}, None, Notes()))
    assert seen.values == {"m": {"a": [1.0, 0.0]}}
