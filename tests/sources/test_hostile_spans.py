"""OTLP and Phoenix files cut, flipped, in other encodings and with any value anywhere: a sentence or rejects."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import Record, Reject, TraceRecord
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.otel import batch, protobuf
from readiness_tui.sources.otel import trace as otel_trace
from readiness_tui.sources.tracing.attributes import NAMES, names
from readiness_tui.sources.tracing.span_reader import Logged, Reader
from readiness_tui.sources.tracing.span_tree import trace_from_spans
from readiness_tui.store import packing

DATA = Path(__file__).parent.parent / "data"
quietly = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _lines(tool: str, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress((DATA / tool / f"{name}.gz").read_bytes()).splitlines()]


def _traces() -> bytes:
    """The sample, a span a line, so that a cut goes through one."""
    (document,) = _lines("otel", "baseline.traces.jsonl")
    (outer,) = document["resourceSpans"]
    spans = outer["scopeSpans"][0]["spans"][:12]
    made = [{"resourceSpans": [{"resource": outer["resource"], "scopeSpans": [{"spans": [each]}]}]} for each in spans]
    return "".join(json.dumps(line) + "\n" for line in made).encode()


def _of(tool: str, name: str) -> Callable[[], bytes]:
    return lambda: "".join(json.dumps(line) + "\n" for line in _lines(tool, name)[:12]).encode()


FILES: dict[str, Callable[[], bytes]] = {
    "spans.otlp.jsonl": _traces,
    "evaluations.jsonl": _of("otel", "baseline.logs.jsonl"),
    "document.json": lambda: json.dumps(_lines("otel", "baseline.logs.jsonl")[0], indent=1).encode(),
    "phoenix.jsonl": _of("phoenix", "spans.jsonl"),
}


def read_all(path: Path, forced: str | None = None) -> list[Record] | None:
    """Everything in the file, or None where it was refused with a sentence. Any other exception fails the test."""
    try:
        source, _ = registry.recognise(path, forced)
        registry.digest_of(source, path)
        records = list(source.read(path))
    except ReadinessError as error:
        said = str(error)
    else:
        packing.trace_rows([r.trace for r in records if isinstance(r, TraceRecord)])  # what came out can be stored
        return records
    assert str(path) in said
    assert "\x1b" not in said
    assert said.rstrip().endswith((".", ")"))
    return None


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_at_every_64th_is_refused_or_read_up_to_the_cut(name, tmp_path):
    content = FILES[name]()
    path = tmp_path / name
    path.write_bytes(content)
    whole = {step for r in read_all(path) or [] if isinstance(r, TraceRecord) for step in r.raw.split('"spanId":')}
    assert whole
    for part in range(64):
        path.write_bytes(content[: len(content) * part // 64])
        records = read_all(path)
        if name.endswith(".json"):
            assert records is None, f"a document cut at {part}/64 was not refused"
        assert sum(isinstance(r, Reject) for r in records or []) <= 1


@pytest.mark.parametrize("name", FILES)
@quietly
@given(data=st.data())
def test_flipped_bytes_never_crash(name, data, tmp_path):
    content = bytearray(FILES[name]())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / name
    path.write_bytes(bytes(content))
    read_all(path)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1", "utf-8-sig"])
def test_other_encodings_are_refused_or_said(name, encoding, tmp_path):
    path = tmp_path / name
    path.write_bytes(FILES[name]().decode().encode(encoding, "replace"))
    records = read_all(path)
    assert (records is None) == encoding.startswith("utf-") or encoding == "utf-8-sig"


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


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
@settings(quietly, max_examples=60)
@given(data=st.data())
def test_a_value_of_any_type_anywhere_never_crashes(name, data, tmp_path):
    rows = (
        [json.loads(line) for line in FILES[name]().splitlines()] if name.endswith("l") else [json.loads(FILES[name]())]
    )
    for _ in range(data.draw(st.integers(1, 4))):
        node: Any = data.draw(st.sampled_from(rows))
        while True:  # walk down to some place
            keys = sorted(node) if isinstance(node, dict) else range(len(node))
            key = data.draw(st.sampled_from(keys))
            if not (isinstance(node[key], (dict, list)) and node[key]) or data.draw(st.integers(0, 9)) == 0:
                break
            node = node[key]
        node[key] = data.draw(_json)
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    read_all(path, "phoenix" if name.startswith("phoenix") else "otlp")


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
    logged = Logged("a", None if rooted else "b", "step", None, None, code, "", attributes)
    trace = trace_from_spans("t", [reader.span(logged)], reader.judgements(attributes))
    packing.trace_rows([trace])


@pytest.mark.parametrize("forced", ["otlp", "phoenix"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"null",
        b"[]",
        b"{}",
        b"[" * 200_000,
        b'{"resourceSpans":' * 50_000,
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": ' + b"[" * 90 + b"]" * 90 + b"}]}]}]}",
        b'{"resourceSpans": 3}\n{"resourceLogs": [3]}\n',
        b'{"context": {"trace_id": "t", "span_id": 1}, "span_kind": 3, "parent_id": [], "status_code": {}}\n',
        b'{"annotator_kind": 1, "span_id": 2, "result": 3, "name": 4}\n',
        b"\x00" * 100,
        b"\x0a\x7f" + b"\xff" * 200,
        b"\x00\x00\x00\x08" + b"\x0a\x06\x12\x04\x12\x02\x0a\x00" * 3,
        b"PK\x03\x04" + b"\0" * 100,
    ],
    ids=lambda content: repr(content[:24]),
)
def test_strange_content_forced_into_a_format(content, forced, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(content)
    read_all(path, forced)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_told_from_otlp_in_protobuf_or_read_as_it(data):
    protobuf.signal(data)
    try:
        messages = list(protobuf.messages(data))
        for message in messages:
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
    (reject,) = [r for r in read_all(path) or [] if isinstance(r, Reject)]
    assert "deep" in reject.reason


def test_escape_sequences_stay_raw_in_records_and_visible_in_messages(tmp_path):
    hostile = "\x1b]52;c;aGk=\x07\x9b2J\u202e[@click=app.quit]x[/]"
    step = {"traceId": "1" * 32, "spanId": "2" * 16, "name": hostile, "attributes": [{"key": "input.value", "value": {"stringValue": hostile}}]}  # fmt: skip
    bad = {**step, "spanId": hostile}
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [step, bad]}]}]}))
    records = read_all(path) or []
    (record,) = [r for r in records if isinstance(r, TraceRecord)]
    assert (record.trace.question, record.trace.spans[0].name) == (hostile, hostile)
    (reject,) = [r for r in records if isinstance(r, Reject)]
    assert "\x1b" not in reject.reason


@settings(max_examples=60, deadline=None)
@given(st.lists(_json, max_size=3))
def test_records_of_anything_are_no_parts(raws):
    reader = Reader(names(""), fields.Notes())
    otel_trace.assemble("t", [json.dumps(raw) for raw in raws], reader)
