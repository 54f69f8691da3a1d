"""What only OTLP has: attributes of any name and value, protobuf, values within values. The rest: `sources/hostile`."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Reject, TraceRecord
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.otel import batch, protobuf
from readiness_tui.sources.otel import trace as otel_trace
from readiness_tui.sources.tracing.attributes import NAMES, names
from readiness_tui.sources.tracing.span_reader import LoggedSpan, Reader
from readiness_tui.sources.tracing.span_tree import trace_from_spans
from readiness_tui.store import packing
from tests.sources.hostile.reading import read_all

_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["0", "NaN", "[]", "{}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)

_names = st.sampled_from(
    [
        *sorted({name for meant in NAMES.values() for name in meant}),
        "openinference.span.kind",
        "gen_ai.operation.name",
        "traceloop.span.kind",
        "langfuse.observation.type",
        "llm.input_messages.0.message.role",
        "llm.input_messages.0.message.content",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name",
        "gen_ai.prompt.0.content",
        "retrieval.documents.0.document.id",
        "retrieval.documents.0",
        "retrieval.documents.99999999999999999999.x",
        "evaluations.0.evaluation.name",
        "evaluations.x",
    ]
)
_words = st.sampled_from(
    ["LLM", "tool", "RETRIEVER", "chat", "execute_tool", "guardrail", '{"messages": [{"role": 1}]}']
)
_held = st.text(max_size=6) | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | _words
_structured = st.recursive(
    _held, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.dictionaries(_names, _structured, max_size=8), st.sampled_from([0, 1, 2]), st.booleans())
def test_any_attributes_under_any_known_name_make_a_trace_that_can_be_stored(attributes, code, rooted):
    reader = Reader(names(""), fields.Notes())
    logged = LoggedSpan("a", None if rooted else "b", "step", None, None, code, "", attributes)
    trace = trace_from_spans("t", [reader.span(logged)], reader.judgements(attributes))
    packing.trace_rows([trace])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_told_from_otlp_in_protobuf_or_read_as_it(data):
    protobuf.signal(data)
    try:
        for message in protobuf.messages(data):
            for kind in ("traces", "logs"):
                list(batch.pieces(protobuf.decode(message, kind), fields.Notes()))
    except RecordError:
        pass


def test_deep_values_are_refused_not_followed(tmp_path):
    deep = {"stringValue": "x"}
    for _ in range(60):
        deep = {"arrayValue": {"values": [deep]}}
    step = {"traceId": "1" * 32, "spanId": "2" * 16, "attributes": [{"key": "a", "value": deep}]}
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [step]}]}]}))
    (reject,) = [r for r in read_all(path, "otlp") or [] if isinstance(r, Reject)]
    assert "deep" in reject.reason


def test_escape_sequences_stay_raw_in_records_and_visible_in_messages(tmp_path):
    hostile = "\x1b]52;c;aGk=\x07\x9b2J\u202e[@click=app.quit]x[/]"
    step = {"traceId": "1" * 32, "spanId": "2" * 16, "name": hostile, "attributes": [{"key": "input.value", "value": {"stringValue": hostile}}]}  # fmt: skip
    bad = {**step, "spanId": hostile}
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [step, bad]}]}]}))
    records = read_all(path, "otlp") or []
    (record,) = [r for r in records if isinstance(r, TraceRecord)]
    assert (record.trace.question, record.trace.spans[0].name) == (hostile, hostile)
    (reject,) = [r for r in records if isinstance(r, Reject)]
    assert "\x1b" not in reject.reason


@settings(max_examples=60, deadline=None)
@given(st.lists(_json, max_size=3))
def test_records_of_anything_are_no_parts(raws):
    reader = Reader(names(""), fields.Notes())
    otel_trace.assemble("t", [json.dumps(raw) for raw in raws], reader)
