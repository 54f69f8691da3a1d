"""The course's trace record, in its three shapes; what is absent, empty, wrong or extra."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from readiness_tui.domain.runs.model import Chunk, Outcome, ToolCall

COURSE = {
    "trace_id": "t1",
    "prompt_version": "v12",
    "model": "birch",
    "retrieved_chunks": [{"id": "kb-1", "rank": 1, "score": 0.9, "text": "Policy", "source": "refunds"}, "kb-2"],
    "tool_calls": [{"name": "lookup", "arguments": {"id": 3}, "result": {"ok": True}, "attempt": 2}],
    "faithfulness": 0.91,
    "latency_ms": 1200,
    "status": "success",
}


def test_the_course_record(make, read):
    found = read(make("log.jsonl", [COURSE]))
    (trace,) = found.traces
    assert (trace.id, trace.prompt_version, trace.model, trace.latency_ms) == ("t1", "v12", "birch", 1200.0)
    assert (trace.status, trace.outcome, trace.scores) == ("success", Outcome.SUCCESS, {"faithfulness": 0.91})
    assert trace.chunks == (Chunk("kb-1", 1, 0.9, "Policy", "refunds"), Chunk("kb-2"))
    assert trace.tool_calls == (ToolCall("lookup", '{"id":3}', '{"ok":true}', None, 2),)
    assert trace.retrieval is True
    assert not found.rejects
    assert not found.warnings


def test_the_raw_record_is_kept_as_written(make):
    from readiness_tui.sources import registry
    from readiness_tui.sources.kit.base import TraceRecord

    written = json.dumps(COURSE, separators=(" , ", ": "))
    path = make("log.jsonl", written + "\n" + written.replace("t1", "t2") + "\n")
    raws = [record.raw for record in registry.recognise(path)[0].read(path) if isinstance(record, TraceRecord)]
    assert raws == [written, written.replace("t1", "t2")]


def test_lines_list_object_and_table_say_the_same(make, read):
    rows = [COURSE, {**COURSE, "trace_id": "t2", "status": "fail", "tool_calls": []}]
    header = list(COURSE)
    cells = [
        [row[key] if isinstance(row[key], (str, int, float)) else json.dumps(row[key]) for key in header]
        for row in rows
    ]
    table = "\n".join([",".join(header), *(",".join(_quote(cell) for cell in row) for row in cells)]) + "\n"
    lines = read(make("a.jsonl", rows)).traces
    assert len(lines) == 2
    assert read(make("b.json", json.dumps(rows, indent=1))).traces == lines
    assert read(make("d.csv", table)).traces == lines
    assert read(make("e.csv", table.encode().replace(b"\n", b"\r\n"))).traces == lines


def _quote(cell: object) -> str:
    return '"' + str(cell).replace('"', '""') + '"'


def test_absent_is_not_logged_and_empty_is_logged_as_none(make, read):
    rows = [
        {"trace_id": "absent", "model": "m", "status": "ok"},
        {"trace_id": "null", "model": "m", "status": "ok", "tool_calls": None, "retrieved_chunks": None},
        {"trace_id": "empty", "model": "m", "status": "ok", "tool_calls": [], "retrieved_chunks": []},
    ]
    absent, null, empty = read(make("log.jsonl", rows)).traces
    assert (absent.chunks, absent.tool_calls, absent.latency_ms, absent.cost, absent.tokens_in) == (None,) * 5
    assert (null.chunks, null.tool_calls) == (None, None)
    assert (empty.chunks, empty.tool_calls, empty.retrieval) == ((), (), None)


def test_an_empty_argument_object_is_logged_arguments(make, read):
    calls = [
        {"name": "a", "arguments": {}, "result": ""},
        {"name": "b"},
        {"name": "c", "args": {"x": 1}, "error": "timeout"},
    ]
    (trace,) = read(make("log.jsonl", [{**COURSE, "tool_calls": calls}])).traces
    first, second, third = trace.tool_calls or ()
    assert (first.arguments, first.result, first.complete) == ("{}", '""', True)
    assert (second.arguments, second.complete) == (None, False)
    assert (third.arguments, third.error, third.complete) == ('{"x":1}', "timeout", True)


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("success", Outcome.SUCCESS),
        ("OK", Outcome.SUCCESS),
        ("completed", Outcome.SUCCESS),
        ("fail", Outcome.FAIL),
        ("Failed", Outcome.FAIL),
        ("error", Outcome.ERROR),
        ("exception", Outcome.ERROR),
        ("timeout", Outcome.ERROR),
        ("timed out", Outcome.ERROR),
        ("abstain", Outcome.ABSTAIN),
        ("refused", Outcome.ABSTAIN),
        ("no-answer", Outcome.ABSTAIN),
    ],
)
def test_status_words(make, read, word, outcome):
    (trace,) = read(make("log.jsonl", [{**COURSE, "status": word}])).traces
    assert (trace.status, trace.outcome) == (word, outcome)


def test_an_unknown_status_has_no_outcome_and_is_said(make, read):
    found = read(make("log.jsonl", [{**COURSE, "status": "purple"}, {**COURSE, "trace_id": "t2", "status": "purple"}]))
    assert [trace.outcome for trace in found.traces] == [None, None]
    assert [warning for warning in found.warnings if '"purple" is not known' in warning and "2 records" in warning]


def test_without_a_status_success_or_an_error_decide(make, read):
    rest = {key: value for key, value in COURSE.items() if key != "status"}
    rows = [rest, {**rest, "success": False}, {**rest, "error": "503 from upstream"}, {**rest, "success": True}]
    rows = [{**row, "trace_id": f"t{n}"} for n, row in enumerate(rows)]
    outcomes = [trace.outcome for trace in read(make("log.jsonl", rows)).traces]
    assert outcomes == [None, Outcome.FAIL, Outcome.ERROR, Outcome.SUCCESS]


def test_a_trace_that_stands_twice_is_rejected_and_not_the_last_one_taken(make, read):
    found = read(make("log.jsonl", [COURSE, {**COURSE, "status": "error"}, {**COURSE, "trace_id": "other"}]))
    assert [trace.outcome for trace in found.traces] == [Outcome.SUCCESS, Outcome.SUCCESS]
    (reject,) = found.rejects
    assert reject.line == 2
    assert "stands in the file already, on line 1" in reject.reason
    assert "group_by" in reject.reason


def test_optional_fields_and_their_other_names(make, read):
    row = {
        "trace_id": 17,
        "model": "m",
        "status": "ok",
        "timestamp": "2026-11-20T10:00:00+02:00",
        "input": [{"role": "user", "content": "hi"}],
        "output": "hello",
        "cost_usd": 0.02,
        "input_tokens": 300,
        "output_tokens": 40,
        "latency_s": 1.5,
        "feedback": {"thumb": "up"},
        "index_version": "kb-2",
        "app_version": "2.4",
        "cached": True,
        "cold_start": False,
        "answer_relevance": 0.5,
        "scores": {"toxicity": 0, "grounded": True},
        "user_id": 4711,
        "conversation_id": "c-9",
        "tenant": "acme",
        "retried": False,
    }
    (trace,) = read(make("log.jsonl", [row])).traces
    assert (trace.id, trace.started_at) == ("17", datetime(2026, 11, 20, 8, tzinfo=UTC))
    assert trace.question == '[{"role":"user","content":"hi"}]'
    assert (trace.answer, trace.cost, trace.tokens_in, trace.tokens_out) == ("hello", 0.02, 300, 40)
    assert (trace.latency_ms, trace.feedback) == (1500.0, '{"thumb":"up"}')
    assert (trace.index_version, trace.app_version, trace.cached, trace.cold) == ("kb-2", "2.4", True, False)
    assert trace.scores == {"toxicity": 0.0, "grounded": 1.0, "answer_relevance": 0.5}
    assert (trace.user, trace.session) == ("4711", "c-9")
    assert trace.extra == {"tenant": "acme", "retried": False}  # an id is no score


@pytest.mark.parametrize("value", [1763632800, 1763632800.0, 1763632800000, 1763632800000000000, "1763632800"])
def test_times_as_numbers_in_any_unit(make, read, value):
    (trace,) = read(make("log.jsonl", [{**COURSE, "started_at": value}])).traces
    assert trace.started_at == datetime(2025, 11, 20, 10, tzinfo=UTC)


def test_a_time_without_a_zone_is_utc_and_said(make, read):
    found = read(make("log.jsonl", [{**COURSE, "started_at": "2026-11-20 10:00:00"}]))
    assert found.traces[0].started_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert "names no time zone; taken as UTC" in found.warnings[0]


def test_a_latency_without_a_unit_is_not_guessed(make, read):
    row = {key: value for key, value in COURSE.items() if key != "latency_ms"} | {"latency": 1.2}
    found = read(make("log.jsonl", [row]))
    assert found.traces[0].latency_ms is None
    assert found.traces[0].extra == {"latency": 1.2}
    assert "write it as latency_ms" in found.warnings[0]


def test_a_second_spelling_of_a_field_is_kept(make, read):
    (trace,) = read(make("log.jsonl", [{**COURSE, "cost": 0.01, "cost_usd": 0.02}])).traces
    assert trace.cost == 0.01
    assert {**trace.extra, **trace.scores}["cost_usd"] == 0.02


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"latency_ms": "fast"}, 'latency_ms is "fast", and a number is needed'),
        ({"latency_ms": -1}, "cannot be below 0"),
        ({"latency_ms": True}, "latency_ms is true"),
        ({"latency_ms": [1]}, "latency_ms is a list"),
        ({"faithfulness": "good"}, 'faithfulness is "good"'),
        ({"cost": "NaN"}, "a finite number"),
        ({"tokens_in": 1.5}, "a whole number is needed"),
        ({"retrieved_chunks": "kb-1"}, "a list of chunks is needed"),
        ({"retrieved_chunks": [[1]]}, "a chunk is a text or an object"),
        ({"retrieved_chunks": [{"rank": 1}]}, "a chunk without id, source or text"),
        ({"tool_calls": {"name": "x"}}, "a list of tool calls is needed"),
        ({"tool_calls": [{"arguments": {}}]}, "a tool call without a name"),
        ({"started_at": "yesterday"}, "an ISO 8601 time is needed"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "outside the calendar"),
        ({"started_at": -5}, "cannot be below 0"),
        ({"started_at": 1e300}, None),
        ({"cached": "perhaps"}, "true or false is needed"),
        ({"scores": [1]}, "scores is not an object"),
        ({"trace_id": ""}, "trace_id is empty"),
        ({"trace_id": None}, "trace_id is empty"),
        ({"trace_id": {}}, "trace_id is an object"),
    ],
)
def test_a_wrong_value_refuses_its_record_only(make, read, change, reason):
    found = read(make("log.jsonl", [COURSE, {**COURSE, **change}, {**COURSE, "trace_id": "t3"}]))
    if reason is None:  # whatever it is taken for, it is no crash
        return
    assert [trace.id for trace in found.traces] == ["t1", "t3"]
    (reject,) = found.rejects
    assert reject.line == 2
    assert reason in reject.reason


def test_a_record_without_a_trace_id_is_a_reject(make, read):
    found = read(make("log.jsonl", [COURSE, {"model": "m"}]))
    assert [(reject.line, reject.reason) for reject in found.rejects] == [(2, "no trace_id")]


def test_not_a_number_in_a_table_or_json_lines_is_missing_and_said(make, read):
    found = read(
        make("log.csv", "trace_id,model,status,faithfulness,latency_ms\na,m,ok,nan,5\nb,m,ok,0.5,inf\nc,m,ok,,7\n")
    )
    assert [trace.scores for trace in found.traces] == [{}, {"faithfulness": 0.5}, {}]
    assert [trace.latency_ms for trace in found.traces] == [5.0, None, 7.0]
    assert len(found.warnings) == 2
    assert "faithfulness is NaN or infinite; taken as missing (1 record)" in found.warnings[0]
    lines = '{"trace_id":"a","model":"m","faithfulness":NaN}\n{"trace_id":"b","model":"m","faithfulness":1}\n'
    found = read(make("log.jsonl", lines))
    assert [trace.scores for trace in found.traces] == [{}, {"faithfulness": 1.0}]
    assert found.warnings == ["log.jsonl: NaN or Infinity stands in 1 place; taken as missing."]


def test_escape_sequences_stay_raw_in_the_record(make, read):
    hostile = "\x1b]52;c;aGk=\x07 \u202e [@click=app.quit]x[/] \x9b31m"
    (trace,) = read(make("log.jsonl", [{**COURSE, "question": hostile, "error": hostile}])).traces
    assert trace.question == trace.error == hostile
    found = read(make("log2.jsonl", [COURSE, {**COURSE, "latency_ms": hostile}]))
    assert "\x1b" not in found.rejects[0].reason
    assert "\x9b" not in found.rejects[0].reason


def test_many_different_notes_do_not_grow_without_end(make, read):
    rows = [{**COURSE, "trace_id": f"t{n}", "status": f"odd-{n}"} for n in range(200)]
    found = read(make("log.jsonl", rows))
    assert len(found.warnings) <= 21
    assert "further notes" in found.warnings[-1]


def test_the_samples_log_is_read_without_a_reject(read):
    from pathlib import Path

    found = read(Path(__file__).parents[3] / "sample_data" / "structured_log.jsonl")
    assert len(found.traces) > 1000
    assert not found.rejects
    assert not found.warnings


@pytest.mark.parametrize(("more", "cost"), [({}, None), ({"cached": True}, 0.0), ({"model": "birch:free"}, 0.0)])
def test_a_cost_of_0_beside_tokens_is_missing(make, read, more, cost):
    found = read(make("log.jsonl", [{**COURSE, "cost": 0, "tokens_in": 5, **more}]))
    assert found.traces[0].cost == cost
    assert any("cost of 0 beside tokens" in warning for warning in found.warnings) is (cost is None)


def test_a_flat_number_that_is_no_metric_stays_with_the_record_and_is_named(make, read):
    row = {
        **COURSE,
        "status_code": 200,
        "num_chunks": 7,
        "created": 1767225600,
        "helpfulness": 4,
        "scores": {"size": 3},
    }
    found = read(make("log.jsonl", [row]))
    assert found.traces[0].scores == {"faithfulness": 0.91, "helpfulness": 4.0, "size": 3.0}
    assert found.traces[0].extra == {"status_code": 200, "num_chunks": 7, "created": 1767225600}
    assert any("status_code, num_chunks, created: stays with the record" in warning for warning in found.warnings)


def test_a_trace_twice_in_a_list_on_one_line_is_refused_by_its_number(make, read):
    found = read(make("log.json", json.dumps([COURSE, {**COURSE, "latency_ms": 7}])))
    assert len(found.traces) == 1
    (reject,) = found.rejects
    assert reject.reason.startswith("record 2 of the list: ")
    assert "on line 1 (record 1 of the list)" in reject.reason


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        ({"status": 200}, Outcome.SUCCESS),
        ({"status": "503"}, Outcome.ERROR),
        ({"status": None, "status_code": 429}, Outcome.ERROR),
        ({"status": 0}, None),
        ({"status": True}, None),
        ({"status": "ok", "error": "ValueError: no branch"}, None),
        ({"status": "ok", "success": False}, None),
        ({"status": "ok", "statusCode": 500}, None),
        ({"status": None, "success": True, "error": "boom"}, None),
        ({"status": None, "success": False, "error": "boom"}, Outcome.ERROR),
        ({"status": None, "error": "none"}, None),
        ({"status": "ok", "error": "none"}, Outcome.SUCCESS),
    ],
)
def test_http_codes_are_statuses_and_a_contradiction_is_no_success(make, read, record, outcome):
    (trace,) = read(make("log.jsonl", [{**COURSE, **record}])).traces
    assert trace.outcome is outcome
    assert trace.scores.keys() == {"faithfulness"}


@pytest.mark.parametrize(("number", "calls"), [(3, None), ("2", None), (0, ()), ("0", ())])
def test_a_number_of_tool_calls_says_how_many_and_not_which(make, read, number, calls):
    found = read(make("log.jsonl", [{**COURSE, "tool_calls": number}]))
    (trace,) = found.traces
    assert (trace.tool_calls, trace.extra["tool_call_count"], "tool_calls" in trace.scores) == (
        calls,
        int(number),
        False,
    )
    assert any("which tools a request called is not known" in said for said in found.warnings) is (calls is None)
