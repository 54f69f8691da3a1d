"""LangSmith, on what its SDK 0.15 wrote: 8 traces of 33 runs, and two experiments of 10 cases as rows and as tables."""

from __future__ import annotations

import copy
import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import (
    CaseStatus,
    Chunk,
    Completeness,
    Measure,
    Outcome,
    Provenance,
    Score,
    ScoreState,
    SpanKind,
    ToolCall,
)
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import ReadAlongError, RunChecked, TraceRecord
from readiness_tui.sources.kit.declared import checked
from readiness_tui.sources.kit.grouping import PART

DATA = Path(__file__).parents[2] / "data" / "langsmith"


def content(name):
    return gzip.decompress((DATA / f"{name}.gz").read_bytes())


def rows(name):
    return [json.loads(line) for line in content(name).splitlines()]


@pytest.fixture
def runs(make, read):
    return read(make("runs.jsonl", content("runs.jsonl")))


@pytest.fixture
def candidate(make, read):
    return read(make("candidate.jsonl", content("candidate.experiment_rows.jsonl")))


def by_case(found):
    return {trace.extra["metadata"]["case_id"]: trace for trace in found.traces}


# Runs


def test_every_run_is_a_step_of_its_trace(runs):
    assert (len(runs.traces), len(runs.runs), runs.rejects, runs.warnings) == (8, 0, [], [])
    assert sum(len(trace.spans) for trace in runs.traces) == len(rows("runs.jsonl")) == 33
    assert Counter(trace.outcome for trace in runs.traces) == {Outcome.SUCCESS: 7, Outcome.ERROR: 1}


def test_a_trace(runs):
    trace = by_case(runs)["SB-001"]
    assert trace.started_at == datetime(2026, 11, 23, 11, 50, 32, 551209, tzinfo=UTC)
    assert trace.latency_ms == pytest.approx(15.321)  # end_time - start_time of the root
    assert (trace.prompt_version, trace.model, trace.session) == ("v12", "gpt-x-mini", "t0")
    assert (trace.question, trace.answer) == ("How do I handle cancel order? (1)", "Answer about cancel order [kb-1]")
    assert trace.chunks == (Chunk("kb-1", rank=1, text="Policy 1"),)  # the id stands in the document's metadata
    assert trace.tool_calls == (ToolCall("lookup_order", '{"order_id":1}', '"shipped"'),)
    assert (trace.tokens_in, trace.tokens_out) == (301, 41)
    assert trace.cost == 0.000912  # the file has it as a text
    assert (trace.feedback, trace.scores) == ("user_score: 1.0", {"user_score": 1.0})
    assert [span.kind for span in trace.spans] == [
        SpanKind.OTHER,
        SpanKind.RETRIEVAL,
        SpanKind.TOOL,
        SpanKind.MODEL,
    ]


def test_a_failed_tool_that_was_called_again_is_no_error_of_the_request(runs):
    trace = by_case(runs)["SB-004"]
    assert trace.outcome is Outcome.SUCCESS
    first, second = trace.tool_calls
    assert (first.result, second.result, second.error) == (None, '"shipped"', None)
    assert first.error is not None
    assert first.error.startswith("TimeoutError")


def test_a_failed_request_has_an_error_and_no_answer(runs):
    trace = by_case(runs)["SB-007"]
    assert trace.error is not None
    assert "503 overloaded" in trace.error
    assert (trace.answer, trace.cost, trace.tokens_in) == (None, None, None)


@pytest.mark.parametrize("zero", [None, 0])
def test_a_call_without_usage_has_no_tokens_and_no_cost(make, read, zero):
    changed = rows("runs.jsonl")
    for run in changed:
        if run["run_type"] == "llm" and run["extra"]["metadata"]["case_id"] == "SB-008":
            run |= {"prompt_tokens": zero, "completion_tokens": zero, "total_tokens": zero, "total_cost": zero}
    trace = by_case(read(make("r.jsonl", changed)))["SB-008"]
    assert (trace.tokens_in, trace.tokens_out, trace.cost) == (None, None, None)


def test_environment_values_and_credentials_in_metadata_are_masked_everywhere(make, read):
    changed = rows("runs.jsonl")
    key = "lsv2_pt_0123456789abcdef0123456789abcdef_0123456789"
    for run in changed:
        run["extra"]["metadata"] |= {"LANGSMITH_API_KEY": "plain words", "api_key": "hunter2hunter2", "note": key}
    found = read(make("r.jsonl", changed))
    kept = repr([(r.trace, r.raw) for r in found.records if isinstance(r, TraceRecord)])
    for secret in ("127.0.0.1", "plain words", "hunter2hunter2", key):
        assert secret not in kept
    assert "SB-001" in kept  # the rest of the metadata stays


def test_the_order_of_runs_does_not_matter_and_a_large_file_is_put_together_from_parts(make, read, monkeypatch):
    expected = {trace.id: trace for trace in read(make("a.jsonl", rows("runs.jsonl"))).traces}
    monkeypatch.setattr("readiness_tui.sources.kit.grouping.PART", PART // 4096)  # 8 KiB: seven parts
    backwards = read(make("b.jsonl", rows("runs.jsonl")[::-1]))
    assert {trace.id: trace for trace in backwards.traces} == expected


def test_nested_child_runs_are_steps_too(make, read):
    flat = rows("runs.jsonl")
    nested = copy.deepcopy(flat)
    by_id = {run["id"]: run for run in nested}
    for run in nested:
        if run["parent_run_id"]:
            parent = by_id[run["parent_run_id"]]
            parent["child_runs"] = [*(parent["child_runs"] or []), run]
    roots = [run for run in nested if not run["parent_run_id"]]
    assert read(make("n.jsonl", roots)).traces == read(make("f.jsonl", flat)).traces


def test_runs_over_examples_are_an_experiment_as_well(make, read):
    changed = rows("runs.jsonl")
    for run in changed:
        if run["parent_run_id"] is None:
            run["reference_example_id"] = "example-" + run["extra"]["metadata"]["case_id"][-1]
            run["feedback_stats"] = {
                "correct": {"n": 2, "avg": 0.5, "values": {}},
                "tone": {"n": 1, "avg": None, "values": {"warm": 1}},
            }
    found = read(make("r.jsonl", changed))
    (run,) = found.runs
    assert (run.id, run.prompt_version, run.model) == ("00000000-0000-0000-0000-000000000009", "v12", "gpt-x-mini")
    assert (len(found.cases), len(found.traces)) == (8, 8)
    case = found.cases[0]
    assert (case.id, case.extra["example_id"]) == ("SB-001", "example-1")
    assert case.scores == {"correct": Score(0.5), "tone": Score(None, label="warm")}
    assert (case.chunks, case.cost) == (
        (Chunk("kb-1", rank=1, text="Policy 1"),),
        Measure(0.000912, Provenance.MEASURED),
    )
    assert all(trace.feedback is None for trace in found.traces)  # evaluators are no users


def test_a_run_that_cannot_be_read_is_rejected_with_its_line_and_its_trace_goes_on(make, read):
    changed = rows("runs.jsonl")
    changed[2]["start_time"] = "yesterday"
    changed[5] = {k: v for k, v in changed[5].items() if k != "id"}
    found = read(make("r.jsonl", changed))
    assert sorted(reject.line for reject in found.rejects) == [3, 6]
    assert len(found.traces) == 8


@pytest.mark.parametrize("gone", [("trace_id",), ("dotted_order",), ("trace_id", "dotted_order")])
def test_the_trace_of_a_run_follows_from_its_id_its_order_or_its_parents(make, read, gone):
    expected = {trace.id: trace for trace in read(make("a.jsonl", rows("runs.jsonl"))).traces}
    changed = [{k: v for k, v in run.items() if k not in gone} for run in rows("runs.jsonl")]
    found = read(make("b.jsonl", changed[::-1]))
    assert (found.rejects, {trace.id: trace for trace in found.traces}) == ([], expected)


# Experiment rows


def test_the_run_of_an_experiment(candidate):
    (run,) = candidate.runs
    assert (run.id, run.tool, run.prompt_version, run.model) == ("earnest-smoke-83", "LangSmith", "v13", "gpt-x-mini")
    assert run.dataset_name == "00000000-0000-0000-0000-000000000007"
    assert run.started_at == datetime(2026, 11, 23, 11, 50, 32, 537188, tzinfo=UTC)
    assert (run.completeness, run.warnings) == (Completeness.COMPLETE, ())
    assert run.dataset_digest is None  # the tool has none, and ours would not be the golden set's


def test_means_of_feedback_are_those_of_the_tools_own_table(make, read):
    for version in ("baseline", "candidate"):
        table = rows(f"{version}.experiment.jsonl")
        found = read(make(f"{version}.rows.jsonl", content(f"{version}.experiment_rows.jsonl")))
        theirs = [row["feedback.correctness"] for row in table if row["feedback.correctness"] is not None]
        ours = [case.scores["correctness"].value for case in found.cases]
        used = [value for value in ours if value is not None]
        assert (fmean(used), len(used)) == (fmean(theirs), 9)  # 9 of 10: the run that failed was not judged
        assert [case.latency_ms.value for case in found.cases] == pytest.approx(
            [r["execution_time"] * 1e3 for r in table]
        )


def test_a_case(candidate):
    case = candidate.case["SB-001"]
    assert (case.id_from, case.question) == ("metadata", "How do I handle cancel order? (1)")
    assert case.output == "Answer about cancel order [kb-1]"
    assert case.latency_ms == Measure(pytest.approx(0.444), Provenance.MEASURED)
    assert (case.cost, case.tokens_in) == (Measure(), None)  # the row does not say, and that is not 0
    assert case.chunks == (Chunk("kb-1"),)  # the output lists them as its contexts
    assert case.extra["reference"] == {"answer": "Answer about cancel order"}
    assert [case.id for case in candidate.cases if "high_risk" in case.tags] == ["SB-006"]


def test_a_crashed_evaluator_is_a_judge_error_and_a_category_a_label(candidate):
    scores = candidate.case["SB-001"].scores
    assert scores["boom"] == Score(None, ScoreState.JUDGE_ERROR)
    assert scores["tone"] == Score(None, label="neutral")
    assert scores["correctness"] == Score(1.0)


def test_a_run_that_failed_is_an_error_of_the_system_and_its_score_is_missing(candidate):
    case = candidate.case["SB-007"]
    assert (case.status, case.output) == (CaseStatus.ERROR, None)
    assert case.error is not None
    assert case.error.startswith("RuntimeError('503 overloaded')")
    assert case.scores["correctness"] == Score(None, ScoreState.MISSING)


def test_repetitions_are_repeats_and_missing_ones_make_the_run_partial(make, read):
    twice = rows("candidate.experiment_rows.jsonl") * 2
    for row in twice:
        row["run"]["extra"]["metadata"]["num_repetitions"] = 2
    found = read(make("r.jsonl", twice))
    assert Counter(case.repeat for case in found.cases) == {0: 10, 1: 10}
    assert found.runs[0].completeness is Completeness.COMPLETE
    held = list(checked(read(make("s.jsonl", twice[:-1])).records))
    (short,) = [record.run for record in held if isinstance(record, RunChecked)]
    assert (short.completeness, short.declared_cases) == (Completeness.PARTIAL, 20)


def test_two_experiments_in_a_file_are_two_runs(make, read):
    both = rows("baseline.experiment_rows.jsonl") + rows("candidate.experiment_rows.jsonl")
    found = read(make("r.jsonl", both))
    assert [(run.id, run.prompt_version) for run in found.runs] == [("new-heat-44", "v12"), ("earnest-smoke-83", "v13")]
    assert len(found.cases) == 20


def test_runs_that_name_several_versions_name_none(make, read):
    mixed = rows("candidate.experiment_rows.jsonl")
    mixed[3]["run"]["extra"]["metadata"]["prompt_version"] = "v14"
    (run,) = read(make("r.jsonl", mixed)).runs
    assert run.prompt_version is None
    assert "several prompt versions (v13, v14)" in run.warnings[0]


def test_usage_of_nested_runs_is_the_cases(make, read):
    changed = rows("candidate.experiment_rows.jsonl")
    root = changed[0]["run"]
    root["child_runs"] = [
        {
            "id": f"c{n}", "trace_id": root["trace_id"], "parent_run_id": root["id"], "run_type": "llm", "name": "m",
            "start_time": root["start_time"], "end_time": root["end_time"], "inputs": {}, "outputs": {},
            "prompt_tokens": 10, "completion_tokens": 5, "total_cost": "0.25",
        }
        for n in range(2)
    ]  # fmt: skip
    case = read(make("r.jsonl", changed)).case["SB-001"]
    assert (case.tokens_in, case.tokens_out, case.cost.value) == (20, 10, 0.5)


# The table


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_the_table_says_what_the_rows_say_except_for_the_run(make, read, candidate, form, tmp_path):
    (tmp_path / "candidate.jsonl").unlink()
    found = read(make(f"t.{form}", content(f"candidate.experiment.{form}")))
    (run,) = found.runs
    assert (run.name, run.prompt_version, run.started_at) == ("t", None, None)
    assert "names no experiment, version, start or dataset" in run.warnings[0]
    assert len(found.cases) == 10
    assert not found.rejects
    for ours, theirs in zip(found.cases, candidate.cases, strict=True):
        assert ours.id == theirs.extra["example_id"]
        assert (ours.question, ours.output, ours.status) == (theirs.question, theirs.output, theirs.status)
        assert ours.chunks == theirs.chunks  # `['kb-1']` in CSV, as Python writes a list
        assert ours.latency_ms.value == pytest.approx(theirs.latency_ms.value)
        assert ours.scores["correctness"] == theirs.scores["correctness"]
        assert ours.scores["tone"] == Score(None, label="neutral")
        assert ours.scores["boom"] == Score(None, ScoreState.MISSING)  # a table cannot tell that the evaluator crashed


def test_a_table_beside_its_rows_is_left_to_them(make, read):
    rows_file = make("a.rows.jsonl", content("candidate.experiment_rows.jsonl"))
    other = make("b.rows.jsonl", content("baseline.experiment_rows.jsonl"))
    table = make("a.csv", content("candidate.experiment.csv"))
    with pytest.raises(ReadAlongError, match=r"the table of the runs in a\.rows\.jsonl"):
        read(table)
    rows_file.unlink()
    assert len(read(table).cases) == 10
    assert other.exists()


# Recognition and refusal


def test_recognised_by_content(make):
    for name in (
        "runs.jsonl",
        "candidate.experiment_rows.jsonl",
        "candidate.experiment.jsonl",
        "candidate.experiment.csv",
    ):
        assert registry.recognise(make("x.bin", content(name)))[1].format == "langsmith"


@pytest.mark.parametrize("text", ["{}", '{"run": 1, "example": 2, "evaluation_results": 3}', "a,b\n1,2\n"])
def test_anything_else_is_refused_with_a_sentence(make, read, text):
    with pytest.raises(ReadinessError, match="Export"):
        read(make("x", text), "langsmith")


# What real exports have


def test_credentials_in_what_a_run_was_made_of_are_masked(make, read):
    key = "sk-abcdefghijklmnopqrstuvwxyz0123456789abcdefghijkl"
    changed = rows("runs.jsonl")
    changed[0]["serialized"] = {"kwargs": {"openai_api_key": key}}
    found = read(make("r.jsonl", changed))
    assert key not in "".join(record.raw for record in found.records if isinstance(record, TraceRecord))


def test_a_column_a_field_is_put_together_again(make, read):
    header = (
        "run_id,name,run_type,start_time,end_time,trace_id,inputs.question,outputs.answer,extra.metadata.prompt_version"
    )
    line = "r1,agent,chain,2026-11-20T10:00:00,2026-11-20T10:00:01,r1,Is it open?,Yes.,v3"
    text = f"{header},error,feedback_stats.helpful.avg,feedback_stats.helpful.n\n{line},nan,1.0,1\n"
    (trace,) = read(make("r.csv", text)).traces
    assert (trace.question, trace.answer, trace.prompt_version) == ("Is it open?", "Yes.", "v3")
    assert (trace.outcome, trace.scores, trace.latency_ms) == (Outcome.SUCCESS, {"helpful": 1.0}, 1000.0)


def test_model_calls_alone_say_nothing_of_the_requests_time_and_end(make, read):
    calls = [run for run in rows("runs.jsonl") if run["run_type"] == "llm"]
    found = read(make("llm.jsonl", calls))
    assert {(trace.latency_ms, trace.outcome) for trace in found.traces} == {(None, None)}
    assert sum(trace.tokens_in or 0 for trace in found.traces) == sum(run["prompt_tokens"] or 0 for run in calls)


def test_feedback_of_one_key_given_twice_is_averaged_and_said(make, read):
    (row, *_) = rows("candidate.experiment_rows.jsonl")
    row["evaluation_results"]["results"] = [
        {"key": "good", "score": 1},
        {"key": "good", "score": 0},
        {"key": "tone", "value": "kind"},
        {"key": "tone", "value": "rude"},
    ]
    found = read(make("r.jsonl", [row]))
    assert found.cases[0].scores == {"good": Score(0.5), "tone": Score(None, ScoreState.MISSING)}
    said = "\n".join(found.warnings)
    assert "several values of the feedback good for one run differ" in said
    assert "several categories of the feedback tone for one run differ" in said


def test_a_page_with_a_next_one_says_so(make, read):
    whole = {"runs": rows("runs.jsonl"), "cursors": {"next": "abc"}}
    assert "one page of several" in read(make("r.json", whole)).warnings[0]
    assert not read(make("r.json", {**whole, "cursors": {"next": None}})).warnings


def test_a_tool_asked_for_by_a_node_is_the_call_that_the_model_asked_for(make, read):
    run = {"start_time": "2026-11-20T10:00:00", "end_time": "2026-11-20T10:00:01", "trace_id": "a", "status": "success"}
    asked = {"type": "ai", "content": "", "tool_calls": [{"name": "visitors", "args": {"day": "today"}, "id": "c1"}]}
    answer = {"type": "tool", "content": "120", "name": "visitors", "tool_call_id": "c1"}
    steps = [
        {
            **run,
            "id": "a",
            "name": "graph",
            "run_type": "chain",
            "inputs": {"input": "Busy?"},
            "outputs": {"output": "Quiet."},
        },
        {**run, "id": "b", "parent_run_id": "a", "name": "model", "run_type": "llm", "inputs": {}, "outputs": asked},
        {**run, "id": "c", "parent_run_id": "a", "name": "visitors", "run_type": "chain", "outputs": {"output": answer}}
        | {"inputs": {"name": "visitors", "args": {"day": "today"}, "id": "c1", "type": "tool_call"}},
    ]
    (trace,) = read(make("r.jsonl", steps)).traces
    assert [(call.name, call.arguments) for call in trace.tool_calls] == [("visitors", '{"day":"today"}')]
