"""Spans a row each: what a duration, a status, a lost row and a row that comes twice make of their trace."""

from __future__ import annotations

import json

import pytest

from readiness_tui.domain.runs.model import Outcome
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import TraceRecord
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.otel import cells
from readiness_tui.sources.otel.logfire import SOURCE

A = "ab" * 16


def _row(ident, parent=None, start=0, took=1000, **more):
    return {
        "trace_id": A,
        "span_id": ident,
        "parent_span_id": parent,
        "span_name": ident,
        "start_timestamp": f"2026-11-20T10:00:{start / 1000:06.3f}Z",
        "end_timestamp": f"2026-11-20T10:00:{(start + took) / 1000:06.3f}Z",
        "duration": took / 1000,
        "kind": "span",
        "otel_status_code": "OK",
        "attributes": {"gen_ai.operation.name": "chat", "gen_ai.response.finish_reasons": ["stop"]},
        **more,
    }


def _jaeger(ident, parent, start, took, **more):
    references = [{"refType": "CHILD_OF", "traceID": A, "spanID": parent}] if parent else []
    return {
        "traceID": A, "spanID": ident, "operationName": ident, "references": references, "tags": [],
        "startTime": 1795168800_000000 + start, "duration": took, **more,
    }  # fmt: skip


@pytest.fixture
def trace(make, read):
    def read_rows(*rows):
        found = read(make("rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows)))
        assert len(found.traces) <= 1
        return (found.traces[0] if found.traces else None), found

    return read_rows


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        (1.0, None),
        (1.0004, None),
        (1000.0, "off by 1,000 "),
        (0.001, "off by 1,000 "),
        (1e6, "off by 1,000,000 "),
        (1e-9, "off by 1,000,000,000 "),
        (7.0, "is not what lies between"),
        (None, None),
    ],
)
def test_a_duration_is_held_against_the_rows_own_times(trace, stated, said):
    found, result = trace(_row("aa", duration=stated))
    assert found.latency_ms == pytest.approx(1000, abs=1)
    assert any(said in warning for warning in result.warnings) if said else result.warnings == []


def test_a_duration_finer_than_the_times_is_kept(trace):
    found, result = trace(
        _row("aa", duration=0.25, start_timestamp="2026-11-20T10:00:01Z", end_timestamp="2026-11-20T10:00:01Z")
    )
    assert found.latency_ms == 250
    assert result.warnings == []


def test_a_span_that_ends_before_it_starts_has_no_duration(trace):
    found, result = trace(_row("aa", end_timestamp="2026-11-20T09:00:00Z"))
    assert found.latency_ms is None
    assert "ends before it starts" in result.warnings[0]


def test_spans_that_begin_after_the_one_above_ended_have_another_unit(trace):
    """A root of 2,000 in a format of microseconds, whose children begin half a second later."""
    children = [_jaeger(f"b{n}", "aa", n * 500_000, 400) for n in (1, 2, 3)]
    found, result = trace(_jaeger("aa", None, 0, 2000), *children)
    assert found.latency_ms is None
    assert any("in another unit" in warning for warning in result.warnings)
    found, result = trace(_jaeger("aa", None, 0, 2_000_000), *children)
    assert found.latency_ms == 2000
    assert not any("unit" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("OK", Outcome.SUCCESS), ("STATUS_CODE_OK", Outcome.SUCCESS), ("StatusCode.ERROR", Outcome.ERROR),
        ("error", Outcome.ERROR), (2, Outcome.ERROR), (2.0, Outcome.ERROR), ("1", Outcome.SUCCESS),
        ("UNSET", Outcome.SUCCESS), ("", Outcome.SUCCESS), ("FINE", None), (7, None), (True, None),
    ],
)  # fmt: skip
def test_a_status_in_any_spelling_and_an_unknown_one_is_not_known(trace, word, outcome):
    found, result = trace(_row("aa", otel_status_code=word))
    assert found.outcome is outcome
    assert any("none of OpenTelemetry's" in warning for warning in result.warnings) is (outcome is None)


@pytest.mark.parametrize(
    "broken", [{"span_id": None}, {"span_id": []}, {"start_timestamp": "yesterday"}, {"attributes": 7}]
)
def test_a_lost_row_makes_the_rest_of_its_trace_unknown(trace, broken):
    child = _row("bb", "aa", attributes={**_row("bb")["attributes"], "gen_ai.usage.input_tokens": 5})
    whole, _ = trace(_row("aa"), child)
    assert (whole.tool_calls, whole.tokens_in) == ((), 5)
    found, result = trace(_row("aa"), child, _row("cc", "aa") | broken)
    assert [reject.line for reject in result.rejects] == [3]
    assert (found.tool_calls, found.tokens_in, found.chunks, found.retrieval) == (None, None, None, None)
    assert found.latency_ms == 1000
    assert any("a span is lost" in warning for warning in result.warnings)


def test_the_same_row_twice_is_one_span_and_other_content_is_said(trace):
    found, result = trace(_row("aa"), _row("bb", "aa"), _row("bb", "aa"))
    assert (len(found.spans), result.warnings) == (2, [])
    found, result = trace(_row("aa"), _row("bb", "aa"), _row("bb", "aa", span_name="another"))
    assert found.tool_calls is None
    assert any("stands twice with different content" in warning for warning in result.warnings)


@pytest.mark.parametrize("own", [True, False])
def test_a_pending_span_is_no_second_span(trace, own):
    """Announced as a child with an id of its own, or in the span's own place."""
    pending = (
        _row("ee", "aa", took=0, kind="pending_span", attributes={"logfire.pending_parent_id": "0" * 16})
        if own
        else _row("aa", took=0, kind="pending_span")
    )
    for rows in ((pending, _row("aa")), (_row("aa"), pending)):
        found, result = trace(*rows)
        assert (len(found.spans), found.latency_ms, found.outcome) == (1, 1000, Outcome.SUCCESS)
        assert result.warnings == []
    found, result = trace(pending)
    assert (found.spans[0].id, found.latency_ms, found.outcome, found.tool_calls) == ("aa", None, None, None)
    assert any("begun and not ended" in warning for warning in result.warnings)
    assert not any("is not in the file" in warning for warning in result.warnings)


def test_log_messages_are_no_spans_and_alone_no_request(trace):
    found, _ = trace(_row("aa"), _row("bb", "aa", took=0, kind="log"))
    assert len(found.spans) == 1
    found, result = trace(_row("bb", took=0, kind="log"))
    assert found is None
    assert any("log messages alone" in warning for warning in result.warnings)


def test_a_trace_without_its_first_span_has_no_latency_unless_a_caller_is_elsewhere(trace):
    found, result = trace(_row("bb", "aa"))
    assert (found.latency_ms, found.outcome) == (None, None)
    assert any("is not in the file" in warning for warning in result.warnings)
    server = _jaeger("bb", "aa", 0, 2_000_000, tags=[{"key": "span.kind", "type": "string", "value": "server"}])
    found, result = trace(server)
    assert found.latency_ms == 2000
    assert not any("is not in the file" in warning for warning in result.warnings)


def test_a_lost_span_stays_lost_when_parts_are_put_together_until_it_comes(make, read):

    broken = read(
        make("one.jsonl", "".join(json.dumps(r) + "\n" for r in (_row("aa"), _row("cc", "aa", attributes=7))))
    )
    again = read(make("two.jsonl", json.dumps(_row("bb", "aa")) + "\n"))
    raws = [record.raw for found in (broken, again) for record in found.records if isinstance(record, TraceRecord)]
    assert SOURCE.assemble(A, raws).trace.tool_calls is None
    mended = read(make("three.jsonl", json.dumps(_row("cc", "aa")) + "\n"))
    (last,) = (record.raw for record in mended.records if isinstance(record, TraceRecord))
    assert SOURCE.assemble(A, [*raws, last]).trace.tool_calls == ()


def test_an_answer_that_is_not_the_whole_says_so(make, read):
    answer = {"data": [{"traceID": A, "spans": [_jaeger("aa", None, 0, 2000)], "processes": {}}]}
    assert not any("whole" in warning or "page" in warning for warning in read(make("a.json", answer)).warnings)
    found = read(make("b.json", {**answer, "errors": [{"code": 500, "msg": "a shard is down"}]}))
    assert any("may not be the whole" in warning for warning in found.warnings)
    found = read(make("c.json", {"data": [_row("aa")], "next_cursor": "x"}))
    assert any("one page of several" in warning for warning in found.warnings)


def test_spans_without_parents_are_said(trace):
    found, result = trace(_row("aa"), _row("bb", start=100, took=200))
    assert found.latency_ms == 1000
    assert any("names the one above it" in warning for warning in result.warnings)


@pytest.mark.parametrize("value", ["9" * 400, "9" * 5000, 10**400, float("inf")])
def test_a_time_of_hundreds_of_digits_is_refused_in_a_sentence(value):
    with pytest.raises(RecordError, match="is no time"):
        cells.when({"start": value}, ("start",), fields.Notes())
