"""MLflow's own output (3.17): its database, the server's answers, exported traces, search_runs() and log_table().

Two runs over ten cases. In each, one request failed (its scorers could not score it) and one judge timed out: MLflow's
own means are over 9 or 8 of the 10.
"""

from __future__ import annotations

import copy
import gzip
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.metrics.observe import RunData, observe
from readiness_tui.domain.runs.model import (
    Aggregate,
    CaseStatus,
    Chunk,
    Completeness,
    HumanVerdict,
    Outcome,
    Score,
    ScoreState,
    SpanKind,
    ToolCall,
)
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import CaseRecord, RunChecked
from readiness_tui.sources.kit.declared import checked
from readiness_tui.sources.kit.fields import Notes
from readiness_tui.sources.mlflow.trace_info import read_assessment, read_info

DATA = Path(__file__).parents[2] / "data" / "mlflow"
BASELINE, CANDIDATE = "1bb75b4dda2849818d4e9285d693e6ec", "040d1dae0190468e8a51b0c742f4798b"


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    path.write_bytes(gzip.decompress((DATA / "mlflow.db.gz").read_bytes()))
    return path


@pytest.fixture
def changed(database, tmp_path):
    """changed(sql, …): a copy of the database after these statements."""

    def go(*statements):
        path = tmp_path / "mlflow.db"
        path.write_bytes(database.read_bytes())
        conn = sqlite3.connect(path)
        for statement in statements:
            conn.execute(statement)
        conn.commit()
        conn.close()
        return path

    return go


@pytest.fixture
def lines():
    return [json.loads(line) for line in gzip.decompress((DATA / "traces.jsonl.gz").read_bytes()).splitlines()]


def of(found, run_id):
    return [r.case for r in found.records if isinstance(r, CaseRecord) and r.run_id == run_id]


# The database


def test_what_the_database_brings(read, database):
    found = read(database)
    assert (found.format, len(found.runs), len(found.cases), len(found.traces)) == ("mlflow", 2, 20, 20)
    assert not found.rejects
    runs = {run.id: run for run in found.runs}
    run = runs[BASELINE]
    assert (run.name, run.prompt_version, run.model, run.dataset_name) == (
        "eval-baseline",
        "v12",
        "gpt-x-mini",
        "dataset",
    )
    assert runs[CANDIDATE].prompt_version == "v13"
    assert run.started_at == datetime(2026, 11, 23, 11, 51, 56, 400000, UTC)
    assert (run.finished_at - run.started_at).total_seconds() == pytest.approx(8.748)
    assert run.completeness is Completeness.COMPLETE
    assert run.extra["params"]["top_k"] == "5"
    assert run.judge_digest == "7f88f6afb475410d082527cdecfd9ee2a28b273062b1753bc63dd0024c33a530"
    # MLflow's eight hex digits are no digest of a golden set: taken as one, every locked gate would have "changed".
    assert run.dataset_digest is None
    assert run.extra["dataset_digest_by_mlflow"] == "b155b1b2"


def test_nan_and_infinity_are_missing_not_zero_or_huge(read, database):
    run = next(run for run in read(database).runs if run.id == CANDIDATE)
    assert run.aggregates["loss_nan"] == Aggregate(None)
    assert run.aggregates["inf"] == Aggregate(None)
    assert run.aggregates["latency_p95_ms"] == Aggregate(910.0)
    assert any("inf, loss_nan: NaN or infinite" in warning for warning in run.warnings)
    assert any("acc_over_steps was logged at several steps" in warning for warning in run.warnings)


@pytest.mark.parametrize("run_id", [BASELINE, CANDIDATE])
def test_our_means_are_mlflows_over_the_same_cases_and_the_difference_in_n_is_said(read, database, run_id):
    found = read(database)
    run = next(run for run in found.runs if run.id == run_id)
    for name, n in (("faithfulness", 8), ("correctness", 9), ("citation_accuracy", 9)):
        theirs = run.aggregates[name]
        ours = observe(name, RunData(run, tuple(of(found, run_id))))
        assert ours.estimate.value == pytest.approx(theirs.value, abs=1e-12)
        assert ours.used == theirs.n == n
        errors = "2 scorer errors" if n == 8 else "1 scorer error"
        assert any(f"{name}/mean is the mean of {n} of 10 cases: {errors}." in warning for warning in run.warnings)


def test_a_case_is_what_its_trace_and_its_assessments_say(read, database):
    cases = {case.id: case for case in of(read(database), CANDIDATE)}
    assert sorted(cases) == [f"SB-{n:03d}" for n in range(1, 11)]
    case = cases["SB-010"]
    assert (case.id_from, case.question) == ("metadata", "How do I handle reset password? (10)")
    assert case.output == "Answer about reset password [kb-10]"
    assert case.scores["faithfulness"] == Score(0.92)
    assert case.scores["correctness"] == Score(1.0, label="true")
    assert case.scores["tone"] == Score(None, label="neutral")
    assert "expected_response" not in case.scores  # ground truth, given by a person, is no score
    assert case.extra["expected"] == {"expected_response": "Answer about reset password"}
    assert case.human is None
    assert case.chunks == (Chunk("kb-10#0", rank=1, text="Policy 10", source="kb-10"),)
    assert case.tool_calls == (ToolCall("lookup_order", '{"order_id":10}', '"shipped"'),)
    assert (case.tokens_in, case.tokens_out, case.cost.value) == (310, 50, None)
    assert case.latency_ms.value == pytest.approx(186.694471)
    assert {case.id for case in cases.values() if "high_risk" in case.tags} == {"SB-006"}


def test_a_system_error_is_not_a_grader_error(read, database):
    cases = {case.id: case for case in of(read(database), BASELINE)}
    assert (cases["SB-007"].status, cases["SB-007"].error) == (CaseStatus.ERROR, "RuntimeError: 503 overloaded")
    assert cases["SB-007"].output is None
    assert cases["SB-009"].status is CaseStatus.UNKNOWN
    assert cases["SB-009"].scores["faithfulness"].state is ScoreState.JUDGE_ERROR
    assert cases["SB-008"].tokens_in is None  # its model call recorded no usage: not 0


def test_a_trace_has_its_steps(read, database):
    traces = {trace.extra["case_id"]: trace for trace in read(database).traces if CANDIDATE in trace.extra["runs"]}
    trace = traces["SB-004"]
    assert [span.kind for span in trace.spans] == [
        SpanKind.AGENT, SpanKind.RETRIEVAL, SpanKind.TOOL, SpanKind.TOOL, SpanKind.MODEL,
    ]  # fmt: skip
    assert trace.spans[0].parent is None
    assert {span.parent for span in trace.spans[1:]} == {trace.spans[0].id}
    assert [(call.arguments, call.error) for call in trace.tool_calls] == [
        ('{"order_id":4}', "TimeoutError: order service timeout"),
        ('{"order_id":104}', None),
    ]
    assert (trace.outcome, trace.model) == (Outcome.SUCCESS, "gpt-x-mini")
    assert traces["SB-007"].outcome is Outcome.ERROR


def test_a_start_up_in_the_latency_is_said_and_left_out_only_where_the_team_says_so(read, database, changed):
    warning = next(w for w in read(database).warnings if "after its last step" in w)
    assert "(8 records)" in warning
    cold = changed(
        "INSERT INTO trace_tags(key, value, request_id) SELECT 'cold_start', 'true', request_id FROM trace_info"
        f" WHERE request_id IN (SELECT request_id FROM trace_request_metadata WHERE value = '{BASELINE}')"
    )
    found = read(cold)
    assert all(case.extra["cold"] for case in of(found, BASELINE))
    assert sum(trace.cold for trace in found.traces) == 10


def test_a_deleted_run_and_an_unfinished_one(read, changed):
    path = changed(
        f"UPDATE runs SET lifecycle_stage = 'deleted' WHERE run_uuid = '{BASELINE}'",
        f"UPDATE runs SET status = 'RUNNING', end_time = NULL WHERE run_uuid = '{CANDIDATE}'",
    )
    found = read(path)
    (run,) = found.runs
    assert (run.id, run.completeness, run.finished_at) == (CANDIDATE, Completeness.PARTIAL, None)
    assert (len(found.cases), len(found.traces)) == (10, 20)
    assert any("1 deleted run was left out" in warning for warning in found.warnings)


def test_a_killed_run_is_errored(read, changed):
    found = read(changed("UPDATE runs SET status = 'KILLED'"))
    assert {run.completeness for run in found.runs} == {Completeness.ERRORED}


def test_an_assessment_that_was_corrected_does_not_count(read, changed):
    path = changed("UPDATE assessments SET valid = 0 WHERE name = 'faithfulness'")
    assert not any("faithfulness" in case.scores for case in read(path).cases)


def test_a_persons_verdict_is_a_human_label_and_ground_truth_is_not(read, changed):
    path = changed(
        "UPDATE assessments SET source_type = 'HUMAN', source_id = 'chloe', rationale = 'checked' WHERE name = 'correctness'"
    )
    cases = {case.id: case for case in of(read(path), CANDIDATE)}
    label = cases["SB-003"].human
    assert (label.verdict, label.reviewer, label.note) == (HumanVerdict.FAIL, "chloe", "correctness: checked")
    assert label.at.isoformat()[:10] == "2026-11-23"
    assert cases["SB-010"].human.verdict is HumanVerdict.PASS
    assert cases["SB-007"].human is None  # the person's entry is an error, no verdict


def test_an_older_schema_without_traces_is_read(read, changed):
    path = changed("DROP TABLE assessments", "DROP TABLE spans", "DROP TABLE entity_associations")
    found = read(path)
    assert (len(found.runs), len(found.cases), len(found.traces)) == (2, 20, 20)
    assert {trace.spans for trace in found.traces} == {None}
    assert any("has no spans here" in warning for warning in found.warnings)
    path = changed("DROP TABLE trace_info", "DROP TABLE trace_tags", "DROP TABLE trace_request_metadata")
    found = read(path)
    assert (len(found.runs), len(found.traces)) == (2, 0)


def test_secrets_in_parameters_and_tags_are_masked(read, changed):
    key = "sk-" + "a1B2" * 12
    path = changed(
        f"UPDATE params SET value = '{key}' WHERE key = 'top_k'",
        f"UPDATE tags SET value = '{key}' WHERE key = 'git_sha'",
        f"UPDATE trace_tags SET value = '{key}' WHERE key = 'risk'",
    )
    found = read(path)
    stored = repr(found.runs) + repr([trace.extra for trace in found.traces])
    assert key not in stored
    assert key not in "".join(record.raw for record in found.records if hasattr(record, "raw"))
    assert found.runs[0].extra["params"]["top_k"] == "[masked sk-key]"


# Files of the client and the server


def test_exported_traces_make_the_cases_of_runs_that_nothing_describes(read, make, lines):
    found = read(make("traces.jsonl", lines))
    assert (len(found.traces), len(found.cases)) == (12, 12)
    assert [run.id for run in found.runs] == [f"{CANDIDATE}/traces", f"{BASELINE}/traces"]
    # Never mistaken for the run itself: a part of its traces, of unknown version.
    assert {run.completeness for run in found.runs} == {Completeness.PARTIAL}
    assert {run.version for run in found.runs} == {"unknown"}
    assert all("do not describe it" in run.warnings[0] for run in found.runs)


def test_exported_traces_are_the_databases(read, make, lines, database):
    stored = {trace.id: trace for trace in read(database).traces}
    for trace in read(make("traces.jsonl", lines)).traces:
        assert trace == stored[trace.id]


def test_the_servers_answers(read, make):
    found = read(DATA / "rest_runs_search.json")
    assert [run.name for run in found.runs] == ["eval-candidate", "eval-baseline"]
    assert found.runs[0].aggregates["loss_nan"] == Aggregate(None)  # "NaN" as text
    assert found.runs[0].aggregates["faithfulness"] == Aggregate(0.8487500000000001)
    found = read(make("traces.json", gzip.decompress((DATA / "rest_traces_search.json.gz").read_bytes())))
    assert (len(found.traces), len(found.cases)) == (6, 6)
    assert found.traces[0].latency_ms == 186.0  # "0.186s"
    assert found.traces[0].answer == "Answer about reset password [kb-10]"
    assert found.traces[0].tool_calls is found.traces[0].chunks is found.traces[0].spans is None
    assert any("the server had more than this page" in warning for warning in found.warnings)


def test_search_runs_as_csv(read, database):
    found = read(DATA / "search_runs.csv")
    whole = {run.id: run for run in read(database).runs}
    for run in found.runs:
        assert (run.name, run.version, run.started_at) == (
            whole[run.id].name, whole[run.id].version, whole[run.id].started_at,
        )  # fmt: skip
        figures = {name: figure.value for name, figure in whole[run.id].aggregates.items() if name != "loss_nan"}
        assert {name: figure.value for name, figure in run.aggregates.items()} == figures


def test_version_2_wrote_other_names(read, make):
    span = {
        "name": "answer", "context": {"span_id": "0x00f067aa0ba902b7", "trace_id": "0x4bf9"}, "parent_id": None,
        "start_time": 1795434725280799022, "end_time": 1795434725467493505, "status_code": "OK", "status_message": "",
        "attributes": {"mlflow.spanType": '"LLM"', "mlflow.spanInputs": '{"question": "why?"}',
                       "mlflow.spanOutputs": '"because"'}, "events": [],
    }  # fmt: skip
    trace = {
        "info": {"request_id": "4bf9", "timestamp_ms": 1795434725280, "execution_time_ms": 187, "status": "OK",
                 "request_metadata": {"mlflow.trace_schema.version": "2"}, "tags": {}, "assessments": []},
        "data": {"spans": [span], "request": '{"question": "why?"}', "response": '"because"'},
    }  # fmt: skip
    (found,) = read(make("t.jsonl", [trace, {**trace, "info": {**trace["info"], "request_id": "4bfa"}}])).traces[:1]
    assert (found.id, found.question, found.answer, found.outcome) == ("4bf9", "why?", "because", Outcome.SUCCESS)
    assert found.spans[0].id == "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("value", "score"),
    [("yes", Score(1.0, label="yes")), ("No", Score(0.0, label="No")), ("partly", Score(None, label="partly"))],
)
def test_judges_words_count_as_mlflow_counts_them(read, make, lines, value, score):
    line = copy.deepcopy(lines[0])
    line["info"]["assessments"][0]["feedback"]["value"] = value
    (case,) = read(make("t.jsonl", [line, {**line, "info": {**line["info"], "trace_id": ""}}])).cases
    assert case.scores["citation_accuracy"] == score


def test_one_bad_trace_is_a_reject_with_its_line(read, make, lines):
    bad = copy.deepcopy(lines[1])
    bad["info"]["execution_duration_ms"] = "soon"
    found = read(make("t.jsonl", [lines[0], bad, lines[2]]))
    assert len(found.traces) == 2
    (reject,) = found.rejects
    assert reject.line == 2
    assert 'execution_duration_ms is "soon"' in reject.reason


def test_a_prompt_that_is_linked_gives_the_version(lines):
    info = lines[0]["info"]
    info["tags"]["mlflow.linkedPrompts"] = '[{"name": "answer", "version": "3"}]'
    from readiness_tui.sources.mlflow.trace import read_trace
    from readiness_tui.sources.tracing.attributes import names
    from readiness_tui.sources.tracing.span_reader import Reader

    trace, _ = read_trace(read_info(info, Notes()), lines[0]["data"]["spans"], Reader(names(""), Notes()))
    assert trace.prompt_version == "answer/3"


def test_an_assessment_without_feedback_or_expectation_says_nothing():
    assert read_assessment({"assessment_name": "x"}, Notes()) is None


# Tables


def test_a_table_could_be_weights_and_biases_too_and_asks(read, tmp_path):
    path = tmp_path / "eval_results_table.json"
    path.write_bytes((DATA / "eval_results_table.json").read_bytes())
    with pytest.raises(ReadinessError, match=r"--format mlflow .*; --format wandb "):
        registry.recognise(path)
    found = read(path, "mlflow")
    assert len(found.cases) == 10
    assert found.case["SB-001"].scores == {"faithfulness": Score(0.9)}
    assert "describes no run" in found.runs[0].warnings[0]


def test_a_table_among_a_runs_artifacts_is_mlflows_and_names_the_run(read, tmp_path):
    folder = tmp_path / "mlruns" / "1" / CANDIDATE / "artifacts"
    folder.mkdir(parents=True)
    path = folder / "eval_results_table.json"
    path.write_bytes((DATA / "eval_results_table.json").read_bytes())
    found = read(path)
    assert found.format == "mlflow"
    assert found.runs[0].id == f"{CANDIDATE}/eval_results_table"


def test_the_columns_of_mlflow_evaluate(read, make):
    table = {
        "columns": ["inputs", "outputs", "latency", "token_count", "faithfulness/v1/score", "exact_match/v1"],
        "data": [["why?", "because", 1.25, 7, 4, True], ["how?", "so", None, 2, None, False]],
    }
    found = read(make("t.json", table), "mlflow")
    first, second = found.cases
    assert (first.question, first.output, first.id_from) == ("why?", "because", "input")
    assert first.latency_ms.value == 1250.0  # mlflow.metrics.latency() is in seconds
    assert first.scores == {"faithfulness": Score(4.0), "exact_match": Score(1.0)}
    assert second.scores == {"exact_match": Score(0.0), "faithfulness": Score(None, ScoreState.MISSING)}


def test_a_table_that_names_no_case_goes_by_position_and_says_so(read, make):
    found = read(make("t.json", {"columns": ["score", "note"], "data": [[1, "a"], [0, "b"], [1]]}), "mlflow")
    assert [(case.id, case.id_from) for case in found.cases] == [("row-1", "position"), ("row-2", "position")]
    assert any("by their position in the table (1 record)" in warning for warning in found.warnings)
    assert found.rejects[0].reason.startswith("row 3 of the table")


def test_what_belongs_to_a_deleted_experiment_is_left_out_and_said(read, changed):
    found = read(changed("UPDATE experiments SET lifecycle_stage = 'deleted' WHERE name = 'support-bot'"))
    assert (found.runs, found.traces, found.cases) == ([], [], [])
    assert any("traces of deleted experiments left out" in warning for warning in found.warnings)
    assert any("deleted runs were left out" in warning for warning in found.warnings)


def test_a_mean_that_is_not_that_of_the_cases_is_disputed(changed):
    path = changed(
        f"UPDATE latest_metrics SET value = 0.99 WHERE key = 'faithfulness/mean' AND run_uuid = '{CANDIDATE}'"
    )
    source, _ = registry.recognise(path)
    after = [record.run for record in checked(source.read(path)) if isinstance(record, RunChecked)]
    assert [(run.id, run.disputed[0].metric, run.disputed[0].declared) for run in after] == [
        (CANDIDATE, "faithfulness", 0.99)
    ]


@pytest.mark.parametrize("columns", ["1.5", "null", '{"a": 1}', '"faithfulness/v1/score"'])
def test_columns_that_are_no_list_are_refused(make, columns):
    path = make("t.json", '{"columns": ["case_id"], "data": [["a"]], "columns": ' + columns + "}")
    with pytest.raises(ReadinessError):
        list(registry.recognise(path, "mlflow")[0].read(path))
