"""Frames of MLflow's client in any file: what a cell may hold, and what of it is not known."""

from __future__ import annotations

import csv
import io
import json

import pytest

from readiness_tui.domain.runs.model import CaseStatus, Outcome, ScoreState
from tests.shapes.shape import FILES
from tests.sources.hostile.reading import check

TRACES = [json.loads(line) for line in (FILES / "mlflow" / "search_traces-2.22.jsonl").read_text().splitlines()]
RESULTS = [json.loads(line) for line in (FILES / "mlflow" / "genai-result-3.17.jsonl").read_text().splitlines()]


def _csv(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_a_time_and_a_duration_that_pandas_made_a_float(read, make):
    row = {**TRACES[0], "timestamp_ms": "1795979941685.0", "execution_time_ms": "12.0", "spans": "[]"}
    found = read(make("t.csv", _csv([row, {**row, "request_id": "b", "timestamp_ms": "1.795979941685e+12"}])))
    assert [trace.started_at for trace in found.traces] == [found.traces[0].started_at] * 2
    assert [trace.latency_ms for trace in found.traces] == [12.0, 12.0]
    assert found.traces[0].started_at.year == 2026


def test_spans_written_as_objects_names_are_not_known(read, make):
    found = read(make("t.jsonl", [{**TRACES[0], "spans": ["Span(name='x')"]}, {**TRACES[1], "spans": None}]))
    assert [(trace.spans, trace.tool_calls, trace.chunks) for trace in found.traces] == [(None, None, None)] * 2
    assert any("hold nothing of them" in warning for warning in found.warnings)


@pytest.mark.parametrize("state", ["IN_PROGRESS", "TraceStatus.IN_PROGRESS", "STATE_UNSPECIFIED"])
def test_a_trace_that_had_not_ended_has_no_outcome_and_no_latency(read, make, state):
    found = read(make("t.jsonl", [{**TRACES[1], "status": state}, TRACES[1] | {"request_id": "b"}]))
    assert (found.traces[0].outcome, found.traces[0].latency_ms) == (None, None)
    assert found.traces[1].outcome is Outcome.SUCCESS


def test_mlflows_own_word_for_a_failure_stands_over_spans_that_say_nothing(read, make):
    spans = [{**span, "status_code": "UNSET"} for span in TRACES[0]["spans"]]
    found = read(make("t.jsonl", [{**TRACES[0], "status": "ERROR", "spans": spans}, TRACES[1]]))
    assert found.traces[0].outcome is Outcome.ERROR


def test_only_part_of_the_spans_is_no_proof_that_nothing_was_called(read, make):
    whole = json.loads(RESULTS[0]["trace"])
    whole["data"]["spans"] = [span for span in whole["data"]["spans"] if span["parent_span_id"] is None]
    found = read(make("t.jsonl", [{**RESULTS[0], "trace": json.dumps(whole)}, RESULTS[1]]))
    assert [trace.tool_calls for trace in found.traces] == [None, ()]
    assert any("more spans than are here" in warning for warning in found.warnings)


@pytest.mark.parametrize(("unit", "scale"), [("ns", 1), ("us", 1_000), ("ms", 1_000_000)])
def test_times_of_spans_in_another_unit_are_told_by_their_size(read, make, unit, scale):
    spans = [
        {**s, "start_time": 1795168800 * 10**9 // scale, "end_time": 1795168802 * 10**9 // scale}
        for s in TRACES[0]["spans"]
    ]
    found = read(make("t.jsonl", [{**TRACES[0], "spans": spans}, TRACES[1]]))
    assert found.traces[0].latency_ms == pytest.approx(2000)


def test_a_partial_sum_of_tokens_is_not_taken_for_the_requests(read, make):
    """One model call logged its tokens, the other did not: MLflow's own sum is that of the first."""
    chat = {**TRACES[1]["spans"][-1], "context": {"span_id": "0x1111111111111111"}}
    silent = {**chat, "context": {"span_id": "0x2222222222222222"}}
    silent["attributes"] = {k: v for k, v in chat["attributes"].items() if k != "mlflow.chat.tokenUsage"}
    about = {**TRACES[1]["request_metadata"], "mlflow.trace.tokenUsage": '{"input_tokens": 100, "output_tokens": 10}'}
    row = {**TRACES[1], "request_metadata": about}
    rows = [{**row, "spans": [*row["spans"][:1], chat, silent]}, {**row, "request_id": "b", "spans": None}]
    found = read(make("t.jsonl", rows))
    assert [(trace.tokens_in, trace.tokens_out) for trace in found.traces] == [(None, None), (100, 10)]


def test_two_judges_of_one_name_are_two_scores_and_one_judges_two_words_their_mean(read, make):
    whole = json.loads(RESULTS[0]["trace"])
    first = next(one for one in whole["info"]["assessments"] if one["assessment_name"] == "grounded")
    whole["info"]["assessments"] += [
        {**first, "assessment_id": "b", "feedback": {"value": 0.5}},
        {**first, "assessment_id": "c", "feedback": {"value": 0.1}, "source": {"source_type": "LLM_JUDGE", "source_id": "other"}},
        {**first, "assessment_id": "d", "feedback": {"value": False}, "source": {"source_type": "HUMAN", "source_id": "ann"}},
    ]  # fmt: skip
    found = read(make("traces.jsonl", [whole, {**whole, "info": {**whole["info"], "trace_id": "tr-b"}}]))
    scores = found.cases[0].scores
    assert scores["grounded"].value == pytest.approx(0.7)
    assert (scores["grounded (other)"].value, scores["grounded (human)"].value) == (0.1, 0.0)


def test_an_evaluations_row_without_a_trace_is_a_case_of_its_own(read, make):
    row = {"inputs": {"question": "Open?"}, "outputs": "Yes", "tags": {"case_id": "c1"}, "expectations": {"hours": "9"}}
    row |= {
        "hours/value": "9",
        "kind/value": 1.0,
        "kind/rationale": "warm",
        "ok/value": None,
        "ok/error_message": "timeout",
    }
    failed = {**row, "tags": {"case_id": "c2"}, "error_message": "503", "kind/value": None, "kind/rationale": None}
    found = read(make("r.jsonl", [row, failed]))
    assert {name: score.state for name, score in found.case["c1"].scores.items()} == {
        "kind": ScoreState.OK,
        "ok": ScoreState.JUDGE_ERROR,
    }
    assert (found.case["c2"].status, found.case["c2"].error) == (CaseStatus.ERROR, "503")
    assert found.case["c2"].scores["kind"].state is ScoreState.MISSING


@pytest.mark.slow
@pytest.mark.parametrize("rows", [TRACES, RESULTS], ids=["traces", "results"])
def test_a_value_of_any_type_in_any_column_rejects_its_row_alone(read, make, rows):
    odd = (None, 1, -1.5, True, [], {}, [1], {"a": None}, "x", "[", "nan", 10**30, "\x1b[2J")
    for name in rows[0]:
        for value in odd:
            for file in ("t.jsonl", "t.csv"):
                broken = [rows[0], {**rows[1], name: value}, rows[2]]
                found = read(make(file, broken if file.endswith("l") else _csv(broken)), "mlflow")
                check(found.records)
                assert {rows[0][key] for key in ("request_id", "trace_id") if key in rows[0]} <= {
                    t.id for t in found.traces
                }


def test_the_unit_of_a_latency_is_not_guessed_from_columns_that_anybody_may_have(read, make):
    table = {"columns": ["inputs", "outputs", "latency", "token_count"], "data": [["why?", "so", 900, 7]]}
    (case,) = read(make("t.json", table), "mlflow").cases
    assert (case.latency_ms.value, case.extra["latency"]) == (None, 900)


def test_a_step_of_no_type_inside_of_a_request_is_counted_and_named(read, make):
    """MLflow's default type is UNKNOWN. Around a request it says nothing; inside of one it may stand on a tool."""
    bot = TRACES[1]["spans"]
    keep = [span for span in bot if json.loads(span["attributes"]["mlflow.spanType"]) in ("AGENT", "CHAT_MODEL")]
    untyped = {**keep[0], "attributes": {**keep[0]["attributes"], "mlflow.spanType": '"UNKNOWN"'}}
    inner = {
        **untyped,
        "name": "look_up",
        "context": {"span_id": "0x1111111111111111"},
        "parent_id": keep[0]["context"]["span_id"],
    }
    rows = [
        {**TRACES[1], "spans": spans, "request_id": str(n)}
        for n, spans in enumerate([[untyped, *keep[1:]], [*keep, inner]])
    ]
    found = read(make("t.jsonl", rows))
    assert [trace.tool_calls for trace in found.traces] == [(), None]
    assert any("look_up" in warning for warning in found.warnings)


@pytest.mark.parametrize(("response", "answer"), [('"2"', "2"), ("7", "7"), (None, None)])
def test_an_answer_that_stands_in_no_span_is_the_requests_own(read, make, response, answer):
    row = {"trace_id": "tr-1", "trace": "{}", "state": "OK", "request_time": 1795168800000, "execution_duration": 5,
           "request": '{"question": "Where?"}', "response": response, "trace_metadata": {}, "tags": {}, "spans": [],
           "assessments": []}  # fmt: skip
    (trace,) = read(make("t.jsonl", [row])).traces
    assert trace.answer == answer
