"""`explain`: what a file would bring, found by reading it, with nothing stored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from readiness_tui.domain.runs.model import Case, CaseStatus, Completeness, Measure, Provenance, Score
from readiness_tui.services.importing.explain import explain, explain_path
from readiness_tui.services.importing.field_origins import OriginTracker
from readiness_tui.services.importing.formats import formats

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def promptfoo():
    return explain(DATA / "promptfoo" / "baseline.json")


def test_what_was_recognised_and_why(promptfoo):
    assert (promptfoo.format, promptfoo.cases, len(promptfoo.runs)) == ("promptfoo", 17, 1)
    assert "evalId" in promptfoo.why
    assert promptfoo.lacks


def test_what_each_part_became(promptfoo):
    use = {use.name: use for use in promptfoo.tracked.fields}
    assert "testCase.metadata.case_id" in use["id"].paths
    assert use["output"].paths[0] == "response.output"
    assert use["latency_ms"].paths[0] == "latencyMs"
    assert use["status"].paths == ("failureReason",)
    # citation_accuracy and answer_relevance agree in every case: only the one of its own name is meant.
    assert all("citation_accuracy" in path for path in use["scores.citation_accuracy"].paths)
    assert (use["output"].filled, promptfoo.tracked.sampled) == (15, 17)
    assert "testCase.metadata.risk" in promptfoo.tracked.unused


def test_which_metrics_it_gives_and_why_not_the_others(promptfoo):
    figure = {figure.key: figure for figure in promptfoo.runs[0].figures}
    assert (figure["task_success_rate"].value, figure["task_success_rate"].used) == (11 / 17, 17)
    assert figure["mrr"].value is None
    assert "gold data" in figure["mrr"].reason
    assert "imported, not computed" in figure["faithfulness"].reason


def test_rejected_lines_are_sampled_and_counted(tmp_path):
    path = tmp_path / "t.jsonl"
    good = [{"trace_id": f"t{n}", "model": "m", "latency_ms": n + 0.5, "status": "ok"} for n in range(9)]
    path.write_text("".join(json.dumps(row) + "\n" for row in good) + "{broken\n" * 7)
    found = explain(path)
    assert (found.format, found.traces, found.rejected, len(found.rejects)) == ("trace_record", 9, 7, 5)
    assert found.rejects[0].line == 10
    assert next(figure.value for figure in found.trace_figures if figure.key == "latency_p50_ms") == 4.5


def test_what_cannot_be_imported_is_said(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("hello")
    (found,) = explain_path(path)
    assert "neither JSON" in found.refused
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "r.xml").write_text('<testsuite name="s"><testcase name="a"/></testsuite>')
    assert [(one.format, bool(one.refused)) for one in explain_path(tmp_path)] == [("junit", False), ("", True)]


def test_a_mapping_is_proposed_only_where_no_format_fits(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("id,prompt\n1,why?\n")
    assert "question: prompt" in explain(path).proposal
    assert explain(path, "trace_record").proposal == ""
    path.write_text('{"trace_id": "", "model": "m", "status": "ok", "question": "why?"}\n')
    broken = explain(path)
    assert (broken.format, broken.proposal) == ("trace_record", "")
    assert broken.refused


def test_a_gate_is_explained(tmp_path):
    (tmp_path / "gate.yaml").write_text("name: g\nthresholds:\n  faithfulness: '>= 0.8'\n")
    found = explain(tmp_path / "gate.yaml")
    assert (found.format, found.refused) == ("gate", "")
    assert "1 metric" in found.why


def test_a_time_in_seconds_is_traced_to_milliseconds_and_a_constant_is_not_guessed():
    tracker = OriginTracker()
    for n in range(4):
        case = Case(
            id=f"c{n}",
            status=CaseStatus.PASS if n % 2 else CaseStatus.FAIL,
            latency_ms=Measure(1500.0 + n, Provenance.MEASURED),
            scores={"tone": Score(1.0)},
        )
        tracker.add(case, json.dumps({"name": f"c{n}", "took": 1.5 + n / 1000, "success": bool(n % 2), "version": 1}))
    use = {use.name: use.paths for use in tracker.result().fields}
    assert use == {"id": ("name",), "status": ("success",), "latency_ms": ("took",), "scores.tone": ()}
    assert tracker.result().unused == ("version",)


def test_every_format_is_listed_with_the_gate_last():
    known = formats()
    assert {"promptfoo", "inspect_ai", "junit", "otlp", "langsmith"} <= {one.name for one in known}
    assert known[-1].name == "gate"


def test_a_run_that_lost_lines_is_partial_as_an_import_has_it(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("case_id,output,status,faithfulness\na,x,pass,0.9\nb,y,pass,85%\nc,z,fail,0.2\n")
    (one,) = explain(path).runs
    assert one.run.completeness is Completeness.PARTIAL
    path.write_text("case_id,output,status,faithfulness\na,x,pass,0.9\nb,y,pass,0.8\n")
    (one,) = explain(path).runs
    assert one.run.completeness is Completeness.COMPLETE
