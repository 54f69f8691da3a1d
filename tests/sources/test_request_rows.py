"""Gateways and tracers that export rows: a call a row, or a span a row; what is missing is not 0, what repeats is joined."""

from __future__ import annotations

import json

import pytest

from readiness_tui.domain.runs.model import Outcome
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review.reviews import new_review
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import TraceRecord
from readiness_tui.store import traces
from tests.conftest import NOW

LITELLM = {
    "id": "c1", "trace_id": "s1", "call_type": "acompletion", "status": "success", "response_cost": 0.002,
    "prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12, "startTime": 1795168800.0, "endTime": 1795168801.5,
    "model": "birch", "cache_hit": None, "metadata": {"user_api_key_hash": "88dc28d0f030c55e", "user_api_key_alias": "shop"},
    "messages": [{"role": "user", "content": "Why?"}], "response": {"choices": [{"message": {"content": "So."}}]},
}  # fmt: skip


def test_keys_of_litellms_callers_are_masked_where_the_record_is_kept(make):
    row = {**LITELLM, "api_key": "sk-1234", "hidden_params": {"additional_headers": {"authorization": "Bearer abc"}}}
    path = make("log.jsonl", [row])
    (record,) = (one for one in registry.recognise(path)[0].read(path) if isinstance(one, TraceRecord))
    for secret in ("88dc28d0f030c55e", "sk-1234", "Bearer abc"):
        assert secret not in record.raw
        assert secret not in json.dumps(record.trace.extra)
    assert record.trace.extra["metadata"]["user_api_key_alias"] == "shop"


def test_what_litellm_was_told_not_to_log_is_not_an_answer(make, read):
    row = {
        **LITELLM,
        "messages": [{"role": "user", "content": "redacted-by-litellm"}],
        "response": {"text": "redacted-by-litellm"},
    }
    (trace,) = read(make("log.jsonl", [row])).traces
    assert (trace.question, trace.answer, trace.tool_calls) == (None, None, None)


def test_one_id_for_two_calls_keeps_both_and_a_double_is_said(make, read):
    again = {**LITELLM, "litellm_call_id": "k2", "status": "failure", "error_str": "slow"}
    found = read(make("log.jsonl", [LITELLM, again, LITELLM]))
    assert [(trace.id, trace.outcome) for trace in found.traces] == [("c1", Outcome.SUCCESS), ("k2", Outcome.ERROR)]
    assert found.rejects[0].reason == 'the call "c1" stands in the file already, on line 1'


@pytest.mark.parametrize(
    ("spend", "hit", "cost"), [(0, "None", None), (0, "True", 0.0), (0.5, "False", 0.5), (None, "", None)]
)
def test_a_price_of_nothing_is_unknown_unless_the_cache_gave_the_answer(make, read, spend, hit, cost):
    row = {"request_id": "r", "call_type": "completion", "spend": spend, "cache_hit": hit, "prompt_tokens": 5,
           "completion_tokens": 1, "total_tokens": 6, "startTime": "2026-11-20T10:00:00", "endTime": "2026-11-20T10:00:01"}  # fmt: skip
    (trace,) = read(make("spend.jsonl", [row])).traces
    assert (trace.cost, trace.latency_ms, trace.outcome) == (cost, 1000, None)


def test_helicones_request_as_its_app_maps_it(make, read):
    about = {"requestId": "q1", "createdAt": "2026-11-20T10:00:00Z", "latency": 900, "promptTokens": 50, "completionTokens": 5,
             "cost": 0.001, "status": {"code": 200, "statusType": "success"}, "customProperties": {"Helicone-Session-Id": "s"},
             "user": "u1", "feedback": {"rating": False}, "scores": {}}  # fmt: skip
    row = {"id": "q1", "model": "birch", "heliconeMetadata": about,
           "raw": {"request": {"messages": [{"role": "user", "content": "Why?"}]}, "response": {"choices": [{"message": {"role": "assistant", "content": "So."}}]}}}  # fmt: skip
    (trace,) = read(make("requests.json", json.dumps([row]))).traces
    assert (trace.id, trace.latency_ms, trace.tokens_in, trace.cost, trace.session) == ("q1", 900, 50, 0.001, "s")
    assert (trace.outcome, trace.question, trace.answer, trace.feedback) == (Outcome.SUCCESS, "Why?", "So.", "negative")


def test_helicones_latency_without_a_unit_is_not_taken_in_silence(make, read):
    row = {
        "request_id": "q",
        "request_created_at": "2026-11-20T10:00:00Z",
        "status": "success",
        "latency": 1.2,
        "cost": 0.1,
    }
    found = read(make("requests.csv", ",".join(row) + "\n" + ",".join(map(str, row.values())) + "\n"))
    assert (found.traces[0].latency_ms, found.traces[0].outcome) == (None, Outcome.SUCCESS)
    assert any('"latency" names no unit' in said for said in found.warnings)


def opik(ident, parent, tokens, **more):
    return {"id": ident, "project_id": "p", "trace_id": "t1", "parent_span_id": parent, "type": "llm", "name": "chat",
            "start_time": "2026-11-20T10:00:00Z", "end_time": "2026-11-20T10:00:01Z", "input": {}, "output": {},
            "usage": {"prompt_tokens": tokens, "completion_tokens": 1}, "total_estimated_cost": 0.5, **more}  # fmt: skip


def test_the_spans_of_a_trace_over_two_files_are_one_trace(make, tmp_path):
    root = opik("a", None, None, type="general", usage=None, total_estimated_cost=None)
    first = make("page-1.json", {"page": 1, "size": 2, "total": 3, "content": [root, opik("b", "a", 10)]})
    second = make("page-2.json", {"page": 2, "size": 2, "total": 3, "content": [opik("c", "a", 20)]})
    desk = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: NOW)
    new_review(desk, system="bot", release="1")
    for path in (first, second, first):
        import_path(desk, path)
    with desk.store.read() as conn:
        trace = traces.get(conn, "bot", "t1")
    assert (trace.tokens_in, trace.cost) == (30, 1.0)
    assert len(trace.spans) == 3


@pytest.mark.parametrize("odd", [None, 7, 1.5, True, [], {}, "", "x" * 70_000, "\x1b[31m"])
@pytest.mark.parametrize("key", ["id", "trace_id", "parent_span_id", "type", "usage", "duration", "feedback_scores"])
def test_outside_values_in_one_span_leave_the_other_trace_alone(make, read, key, odd):
    good = opik("z", None, 5, trace_id="t2")
    found = read(make("spans.jsonl", [good, opik("a", None, 10, **{key: odd})]))
    assert "t2" in {trace.id for trace in found.traces}
    assert all(one.line == 2 for one in found.rejects)


def test_a_model_whose_name_has_a_dot_keeps_its_tokens_in_a_flat_table(make, read):
    columns = {"id": "c", "trace_id": "t", "parent_id": "", "op_name": "weave:///a/b/op/chat:1", "started_at": "2026-11-20T10:00:00Z",
               "ended_at": "2026-11-20T10:00:01Z", "inputs.question": "Why?", "summary.usage.gpt-4.1.prompt_tokens": "7",
               "summary.usage.gpt-4.1.completion_tokens": "2"}  # fmt: skip
    table = ",".join(columns) + "\n" + ",".join(columns.values()) + "\n"
    (trace,) = read(make("calls.csv", table)).traces
    assert (trace.tokens_in, trace.tokens_out, trace.question) == (7, 2, "Why?")
    assert trace.tool_calls is None  # a call of no known kind may have been anything


def test_a_weave_evaluation_that_never_ended_is_partial(make, read):
    root = {"id": "e", "trace_id": "t", "parent_id": None, "op_name": "weave:///a/b/op/Evaluation.evaluate:1",
            "started_at": "2026-11-20T10:00:00Z", "ended_at": None, "inputs": {}, "output": None, "summary": {}}  # fmt: skip
    case = {**root, "id": "p", "parent_id": "e", "op_name": "weave:///a/b/op/Evaluation.predict_and_score:1",
            "inputs": {"example": {"question": "Why?"}}, "output": {"output": "So.", "scores": {"ok": True}, "model_latency": 1}}  # fmt: skip
    found = read(make("calls.jsonl", [root, case]))
    assert (found.runs[0].completeness, found.cases[0].latency_ms.value) == ("partial", 1000)
    assert found.cases[0].scores["ok"].value == 1.0


def test_braintrusts_scores_of_one_name_are_averaged_and_said(make, read):
    row = {"id": "1", "span_id": "a", "root_span_id": "a", "span_parents": None, "is_root": True, "experiment_id": "x",
           "span_attributes": {"type": "eval"}, "input": "Why?", "output": "So.", "scores": {"judge": 1.0, "none": None},
           "metrics": {"start": 1795168800, "end": 1795168809}}  # fmt: skip
    scorer = {**row, "id": "2", "span_id": "b", "span_parents": ["a"], "is_root": False, "scores": {"judge": 0.5},
              "span_attributes": {"type": "score"}}  # fmt: skip
    found = read(make("rows.jsonl", [row, scorer]))
    (case,) = found.cases
    assert (case.scores["judge"].value, case.scores["none"].state, case.latency_ms.value) == (0.75, "missing", None)
    assert any("averaged, as Braintrust does" in said for said in found.warnings)
    assert any("the root's includes the scorers" in said for said in found.warnings)


def test_a_gateways_success_beside_an_error_is_no_success(make, read):
    found = read(make("log.jsonl", [{**LITELLM, "error_str": "APIError: overloaded"}]))
    assert [trace.outcome for trace in found.traces] == [None]
    assert any("an error stands beside it" in said for said in found.warnings)
    row = {"request_id": "q", "request_created_at": "2026-11-20T10:00:00Z", "response_status": 200, "delay_ms": 5,
           "prompt_tokens": 9, "completion_tokens": 1, "cost": 0, "costUSD": 0.004, "request_body": {"model": "birch"},
           "response_body": {"error": {"type": "overloaded", "message": "later"}}}  # fmt: skip
    (trace,) = read(make("requests.jsonl", [row])).traces
    assert (trace.outcome, trace.cost) == (None, 0.004)
