"""OTLP JSON in every envelope and spelling is what it is in its own."""

from __future__ import annotations

import base64
import json
import re

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import ReadAlongError

A, B = "0a" * 16, "0b" * 16
LONG = "word " * 40_000  # more than the head of a file


def _span(trace, ident, parent=None, **attributes):
    span = {
        "traceId": trace, "spanId": ident, "name": "step", "kind": 1,
        "startTimeUnixNano": "1795168800000000000", "endTimeUnixNano": "1795168802500000000",
        "attributes": [{"key": key, "value": value} for key, value in attributes.items()],
        "events": [{"name": "note", "timeUnixNano": "1795168801000000000", "attributes": []}],
        "status": {"code": 1},
    }  # fmt: skip
    return span | ({"parentSpanId": parent} if parent else {})


def _batch(trace):
    root = _span(
        trace, trace[:16],
        **{
            "gen_ai.operation.name": {"stringValue": "invoke_agent"},
            "input.value": {"stringValue": "Where?"},
            "tag.tags": {"arrayValue": {"values": [{"stringValue": "a"}, {"stringValue": "b"}]}},
            "metadata": {"kvlistValue": {"values": [{"key": "plan", "value": {"boolValue": True}}]}},
        },
    )  # fmt: skip
    call = _span(
        trace, trace[2:16] + "ff", trace[:16],
        **{
            "gen_ai.operation.name": {"stringValue": "chat"},
            "gen_ai.usage.input_tokens": {"intValue": "120"},
            "llm.cost.total": {"doubleValue": 0.25},
        },
    )  # fmt: skip
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "svc"}}]}
    return {
        "resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "app"}, "spans": [root, call]}]}]
    }


BATCHES = [_batch(A), _batch(B)]
PLAIN = "".join(json.dumps(batch) + "\n" for batch in BATCHES)


def _snake(text):
    names = r'"(resourceSpans|scopeSpans|traceId|spanId|parentSpanId|\w+UnixNano|\w+Value)":'
    return re.sub(names, lambda m: '"' + re.sub("[A-Z]", lambda c: f"_{c[0].lower()}", m[1]) + '":', text)


def _spans(change=lambda span: span):
    return [
        change(span)
        for batch in BATCHES
        for scope in batch["resourceSpans"][0]["scopeSpans"]
        for span in scope["spans"]
    ]


def _numbers(text):
    return re.sub(r'"(\d{3,19})"', r"\1", text)


def _base64(text):
    hexed = r'"(traceId|spanId|parentSpanId)": "([0-9a-f]+)"'
    return re.sub(hexed, lambda m: f'"{m[1]}": "{base64.b64encode(bytes.fromhex(m[2])).decode()}"', text)


ENVELOPES = {
    "a list": json.dumps(BATCHES),
    "a list over lines": json.dumps(BATCHES, indent=1),
    "documents over lines": "\n".join(json.dumps(batch, indent=2) for batch in BATCHES),
    "one document": json.dumps({"resourceSpans": [batch["resourceSpans"][0] for batch in BATCHES]}, indent=4),
    "batches": json.dumps({"batches": [batch["resourceSpans"][0] for batch in BATCHES]}),
    "trace": "".join(json.dumps({"trace": batch}) + "\n" for batch in BATCHES),
    "traces": json.dumps({"traces": BATCHES}),
    "traces of batches": json.dumps({"traces": [{"batches": batch["resourceSpans"]} for batch in BATCHES]}),
    "result": json.dumps({"result": {"resourceSpans": [batch["resourceSpans"][0] for batch in BATCHES]}}),
    "data": json.dumps({"data": BATCHES}),
    "resources": "".join(json.dumps(batch["resourceSpans"][0]) + "\n" for batch in BATCHES),
    "snake case": _snake(PLAIN),
    "snake case in batches": _snake(json.dumps({"batches": [batch["resourceSpans"][0] for batch in BATCHES]})),
    "library spans": PLAIN.replace("scopeSpans", "instrumentationLibrarySpans").replace('"scope"', '"instrumentationLibrary"'),
    "library spans in snake case": _snake(PLAIN).replace("scope_spans", "instrumentation_library_spans"),
    "ilSpans": PLAIN.replace("scopeSpans", "ilSpans"),
    "upper case ids": PLAIN.replace(A, A.upper()).replace(B, B.upper()).replace(A[:16], A[:16].upper()),
    "base64 ids": _base64(PLAIN),
    "numbers": _numbers(PLAIN),
    "words": PLAIN.replace('"kind": 1', '"kind": "SPAN_KIND_INTERNAL"').replace('"code": 1', '"code": "STATUS_CODE_OK"'),
    "texts of a broker": "".join(json.dumps({"topic": "t", "value": json.dumps(batch)}) + "\n" for batch in BATCHES),
    "log lines": "".join(json.dumps({"level": "info", "message": json.dumps(batch)}) + "\n" for batch in BATCHES),
    "a span a line": "".join(json.dumps(span) + "\n" for span in _spans()),
    "a list of spans": json.dumps(_spans()),
    "data around spans": json.dumps({"data": [json.loads(_snake(json.dumps(span))) for span in _spans()], "next_cursor": None}),
    "Go's own JSON": re.sub(r'\{"(string|int|bool|double)Value": ("[^"]*"|[\w.]+)\}', lambda m: f'{{"Value": {{"{m[1].title()}Value": {m[2]}}}}}', PLAIN),
}  # fmt: skip


def _told(found):
    keep = ("id", "question", "latency_ms", "tokens_in", "cost", "outcome", "tool_calls", "started_at")
    return [
        {name: getattr(trace, name) for name in keep}
        | {
            "tags": trace.extra.get("tags"),
            "plan": trace.extra.get("plan"),
            "spans": [(s.id, s.parent, s.name) for s in trace.spans],
        }
        for trace in sorted(found.traces, key=lambda trace: trace.id)
    ]


@pytest.fixture
def plain(make, read):
    found = _told(read(make("plain.jsonl", PLAIN)))
    assert [(one["tokens_in"], one["cost"], one["tags"], one["plan"]) for one in found] == [
        (120, 0.25, ["a", "b"], True)
    ] * 2
    return found


@pytest.mark.parametrize("name", ENVELOPES)
def test_an_envelope_changes_nothing(make, read, plain, name):
    assert ENVELOPES[name] != PLAIN
    found = read(make("wrapped.json", ENVELOPES[name]))
    assert (found.format, found.rejects) == ("otlp", [])
    assert _told(found) == plain


@pytest.mark.parametrize("name", ENVELOPES)
def test_and_is_seen_where_the_head_is_cut(make, read, plain, name):
    if name in ("texts of a broker", "log lines"):
        content = ENVELOPES[name].replace("Where?", f"Where? {LONG}")
    else:  # before what tells the format, too
        content = (
            ENVELOPES[name]
            .replace('"attributes"', f'"extra": "{LONG}", "attributes"', 1)
            .replace("Where?", f"Where? {LONG}")
        )
    found = read(make("wrapped.json", content))
    assert found.format == "otlp"
    assert [(one["id"], one["tokens_in"], one["spans"]) for one in _told(found)] == [
        (one["id"], one["tokens_in"], one["spans"]) for one in plain
    ]


def test_attributes_as_a_plain_object(make, read, plain):
    def flat(span):
        values = {part["key"]: next(iter(part["value"].values())) for part in span["attributes"]}
        if "tag.tags" in values:
            values |= {"tag.tags": ["a", "b"], "metadata": {"plan": True}}
        return {**span, "attributes": values}

    for made in (flat, lambda span: {**flat(span), "attributes": json.dumps(flat(span)["attributes"])}):
        found = read(make("flat.jsonl", "".join(json.dumps(span) + "\n" for span in _spans(made))))
        assert _told(found) == plain


def test_one_bad_span_in_an_envelope_is_refused_with_its_place(make, read):
    wrapped = {"batches": [batch["resourceSpans"][0] for batch in json.loads(json.dumps(BATCHES))]}
    wrapped["batches"][1]["scopeSpans"][0]["spans"][1]["spanId"] = 7
    found = read(make("wrapped.json", wrapped))
    (reject,) = found.rejects
    assert "scopeSpans[0].spans[1]: spanId is" in reject.reason
    assert [trace.tokens_in for trace in found.traces] == [120, None]
    assert [trace.tool_calls is None for trace in found.traces][1]


def test_nan_in_otlp_is_missing_and_said(make, read):
    found = read(make("nan.jsonl", PLAIN.replace("0.25", "NaN")))
    assert [trace.cost for trace in found.traces] == [None, None]
    assert any("NaN or Infinity stands in 2 places" in warning for warning in found.warnings)


def test_logs_in_an_envelope_are_read_along(make, read):
    make("x.traces.jsonl", PLAIN)
    attributes = {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": 0.5}
    record = {"trace_id": A, "span_id": A[:16], "attributes": attributes, "event_name": "gen_ai.evaluation.result"}
    logs = make("x.logs.jsonl", json.dumps({"resource_logs": [{"scope_logs": [{"log_records": [record]}]}]}) + "\n")
    found = read(logs.with_name("x.traces.jsonl"))
    assert [trace.scores for trace in sorted(found.traces, key=lambda trace: trace.id)] == [{"tone": 0.5}, {}]
    with pytest.raises(ReadAlongError):
        read(logs)


@pytest.mark.parametrize(
    "content",
    [
        {
            "spans": [
                {"trace_id": A, "span_id": "1", "start_time_unix_nano": 1, "attributes": {"mlflow.spanType": "LLM"}}
            ]
        },
        {"resourceMetrics": [{"scopeMetrics": []}]},
        {"a": {"b": [{"spans": "none"}]}},
    ],
)
def test_what_is_no_otlp_is_not_taken_for_it(make, content):
    with pytest.raises(ReadinessError):
        registry.recognise(make("other.json", content))
