"""An application's log: a line is a request, whatever it is called and however often a question is asked."""

from __future__ import annotations

import json

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Outcome
from readiness_tui.services.importing.explain import explain

CALL = {
    "timestamp": "2026-11-20T10:00:00Z", "level": "INFO", "request_id": "r1", "model": "birch", "latency_ms": 900,
    "input_tokens": 100, "output_tokens": 10, "cost_usd": 0.001, "status": "ok", "question": "Where?", "answer": "Leeds",
}  # fmt: skip


def other(ident, **more):
    return {**CALL, "request_id": ident, **more}


@pytest.mark.parametrize("name", ["request_id", "requestId", "RequestID", "correlation_id", "correlationId", "req_id"])
def test_a_request_by_any_of_its_names_is_a_trace_and_no_repeat_of_an_example(make, read, name):
    rows = [{name if key == "request_id" else key: value for key, value in row.items()} for row in (CALL, other("r2"))]
    found = read(make("app.jsonl", rows))
    assert found.format == "app_log"
    assert [trace.id for trace in found.traces] == ["r1", "r2"]
    assert not found.cases
    assert (found.traces[0].latency_ms, found.traces[0].cost, found.traces[0].tokens_in) == (900, 0.001, 100)


@pytest.mark.parametrize("outer", ["fields", "extra", "context", "jsonPayload"])
def test_what_a_logger_puts_into_an_object_of_its_own(make, read, outer):
    rows = [
        {"timestamp": row["timestamp"], "severity": "INFO", outer: {k: v for k, v in row.items() if k != "timestamp"}}
        for row in (CALL, other("r2"))
    ]
    assert [trace.id for trace in read(make("app.jsonl", rows)).traces] == ["r1", "r2"]


def test_no_number_of_a_log_is_a_score_by_accident(make, read):
    row = {**CALL, "temperature": 0.3, "top_p": 1, "retries": 2, "queue": 0.25, "scores": {"faithfulness": 0.9}}
    (trace,) = read(make("app.jsonl", [row])).traces
    assert trace.scores == {"faithfulness": 0.9}
    assert trace.extra["queue"] == 0.25


def test_a_session_is_no_request_and_its_questions_no_repeats(make, read):
    row = {key: value for key, value in CALL.items() if key not in ("request_id", "level")}
    rows = [{**row, "session_id": "s1", "timestamp": f"2026-11-20T10:00:0{n}Z"} for n in range(3)]
    found = read(make("app.jsonl", rows))
    assert [trace.session for trace in found.traces] == ["s1"] * 3
    assert len({trace.id for trace in found.traces}) == 3
    assert any("known by its content" in said for said in found.warnings)


def test_a_line_that_stands_twice_is_said_and_counted_once(make, read):
    found = read(make("app.jsonl", [CALL, CALL, other("r2")]))
    assert len(found.traces) == 2
    assert "stands in the file already, on line 1" in found.rejects[0].reason


def test_lines_around_the_calls_are_left_out_and_said(make, read):
    started = {"timestamp": CALL["timestamp"], "level": "INFO", "request_id": "r1", "msg": "started"}
    found = read(make("app.jsonl", [started, CALL, {"level": "INFO", "msg": "flushed"}, other("r2")]))
    assert [trace.id for trace in found.traces] == ["r1", "r2"]
    assert any("no request; left out (2 records)" in said for said in found.warnings)
    assert not found.rejects


def test_steps_of_a_request_late_in_the_file_refuse_it_and_a_mapping_is_proposed(make):
    path = make("app.jsonl", [*(other(f"r{n}") for n in range(50)), other("r7", model="oak")])
    found = explain(path)
    assert 'line 51: the request "r7" stands on line 8 too' in found.refused
    assert "group_by: request_id" in found.proposal


def test_an_http_status_says_how_a_request_ended(make, read):
    rows = [other("r1", status=200), other("r2", status="503"), other("r3", status=404)]
    outcomes = [trace.outcome for trace in read(make("app.jsonl", rows)).traces]
    assert outcomes == [Outcome.SUCCESS, Outcome.ERROR, Outcome.ERROR]


def test_a_latency_is_held_against_its_own_times(make, read):
    times = {"started_at": "2026-11-20T10:00:00Z", "finished_at": "2026-11-20T10:00:01.500Z"}
    rows = [
        other("r1", **times, latency_ms=1.5),
        other("r2", **times, latency_ms=1500),
        other("r3", **times, latency_ms=None),
    ]
    rows += [other("r4", **times, latency_ms=700)]  # of something else: not ours to correct
    found = read(make("app.jsonl", rows))
    assert [trace.latency_ms for trace in found.traces] == [1500, 1500, 1500, 700]
    assert any("1,000 times off" in said and "(1 record)" in said for said in found.warnings)


@pytest.mark.parametrize("ident", [None, [], {}, True, 7, 1.5, "", "é" * 300, "\x1b[31m"])
def test_ids_of_any_type_reject_their_line_alone(make, read, ident):
    found = read(make("app.jsonl", [CALL, other(ident), other("r3")]))
    assert {"r1", "r3"} <= {trace.id for trace in found.traces}


def test_cases_of_an_evaluation_stay_cases(make, read):
    row = {
        "case_id": "c1",
        "question": "Where?",
        "output": "Leeds",
        "request_id": "r1",
        "timestamp": "2026-11-20",
        "level": "x",
    }
    assert read(make("run.jsonl", [row])).format == "case_record"
    scored = {"question": "Where?", "output": "Leeds", "scores": {"faithfulness": 1}, "request_id": "r1"}
    assert read(make("run.jsonl", [scored])).format == "case_record"


def test_a_file_of_several_lines_of_one_request_is_refused_with_what_to_do(make, read):
    rows = [CALL, {**CALL, "model": "oak"}, other("r2"), other("r2", model="oak")]
    with pytest.raises(ReadinessError) as refused:
        read(make("app.jsonl", rows))
    assert "a mapping (--map)" in refused.value.on_command_line
    found = explain(make("app.jsonl", rows))
    assert "# takes 4 of the first 4 rows" in found.proposal
    assert json.loads(json.dumps(found.proposal)).count("group_by: request_id") == 1


@pytest.mark.parametrize("status", ["²", "5" * 5000, 10**18])
def test_a_status_of_digits_that_is_no_code_of_http_is_a_word(make, read, status):
    (trace,) = read(make("app.jsonl", [{**CALL, "status": status}])).traces
    assert trace.outcome is None


@pytest.mark.parametrize(
    ("more", "cost"),
    [({}, None), ({"input_tokens": 0, "output_tokens": 0, "total_tokens": 9}, None), ({"cache_hit": True}, 0)],
)
def test_a_cost_of_0_beside_tokens_is_missing_and_said(make, read, more, cost):
    found = read(make("app.jsonl", [{**CALL, "cost_usd": 0, **more}]))
    assert found.traces[0].cost == cost
    assert any("cost of 0 beside tokens" in warning for warning in found.warnings) is (cost is None)


@pytest.mark.parametrize(
    "beside",
    [
        {"error": "KeyError: branch"},
        {"level": "error"},
        {"severity": "CRITICAL"},
        {"finish_reason": "content_filter"},
        {"stop_reason": "refusal"},
        {"status": "ok", "http_status": 502},
        {"error": {"type": "timeout"}},
    ],
)
def test_a_success_beside_an_error_is_no_success_and_said(make, read, beside):
    found = read(make("app.jsonl", [CALL, other("r2", **beside)]))
    assert [trace.outcome for trace in found.traces] == [Outcome.SUCCESS, None]
    assert any("an error stands beside it" in said for said in found.warnings)


@pytest.mark.parametrize("word", ["none", "", None, False, 0, "No error", {}, "n/a"])
def test_a_word_for_no_error_is_none(make, read, word):
    (trace,) = read(make("app.jsonl", [other("r1", error=word)])).traces
    assert (trace.outcome, trace.error) == (Outcome.SUCCESS, None)
