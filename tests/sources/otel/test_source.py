"""OTLP: real files, each trap of the format, and every dialect of attributes."""

from __future__ import annotations

import gzip
import json
import random
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus, Outcome, SpanKind
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import ReadAlongError, TraceRecord
from readiness_tui.sources.otel import protobuf
from readiness_tui.sources.otel import source as otlp
from readiness_tui.sources.tracing import attributes as otel_attributes

DATA = Path(__file__).parents[2] / "data" / "otel"
TRACE = "5b8efff798038103d269b633813fc60c"
START = 1_795_000_000_000_000_000


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The folder of the sample as the file exporter wrote it."""
    for file in DATA.glob("*.gz"):
        (tmp_path / file.stem).write_bytes(gzip.decompress(file.read_bytes()))
    return tmp_path


def value(plain: Any) -> dict[str, Any]:
    if isinstance(plain, bool):
        return {"boolValue": plain}
    if isinstance(plain, int):
        return {"intValue": str(plain)}
    if isinstance(plain, float):
        return {"doubleValue": plain}
    if isinstance(plain, list):
        return {"arrayValue": {"values": [value(part) for part in plain]}}
    if isinstance(plain, dict):
        return {"kvlistValue": {"values": [{"key": k, "value": value(v)} for k, v in plain.items()]}}
    return {"stringValue": plain}


def span(ident: int, parent: int | None = None, at: int = 0, ms: int = 10, **more: Any) -> dict[str, Any]:
    attributes = more.pop("attributes", {})
    return {
        "traceId": TRACE,
        "spanId": f"{ident:016x}",
        **({"parentSpanId": f"{parent:016x}"} if parent else {}),
        "name": "step",
        "startTimeUnixNano": str(START + at * 1_000_000),
        "endTimeUnixNano": str(START + (at + ms) * 1_000_000),
        "attributes": [{"key": key, "value": value(held)} for key, held in attributes.items()],
        "status": {},
        **more,
    }


def batch(*spans: dict[str, Any], resource: dict[str, Any] | None = None) -> dict[str, Any]:
    named = {"attributes": [{"key": key, "value": value(held)} for key, held in (resource or {}).items()]}
    return {"resourceSpans": [{"resource": named, "scopeSpans": [{"scope": {"name": "x"}, "spans": list(spans)}]}]}


def log(name: str, attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    record = {
        "timeUnixNano": str(START),
        "eventName": name,
        "traceId": TRACE,
        "attributes": [{"key": key, "value": value(held)} for key, held in attributes.items()],
        **more,
    }
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}


@pytest.fixture
def one(make, read):
    """The one trace that these spans make."""

    def go(*spans: dict[str, Any], resource: dict[str, Any] | None = None, logs: tuple[dict[str, Any], ...] = ()):
        found = read(make("x.jsonl", [batch(*spans, resource=resource), *logs]))
        assert found.rejects == []
        (trace,) = found.traces
        return trace

    return go


# The sample


@pytest.mark.parametrize(
    ("name", "late", "version"), [("baseline", 3807.0, "2.4.0"), ("candidate", 4378.0, "2.5.0-rc1")]
)
def test_the_sample_with_its_evaluations(sample, read, name, late, version):
    found = read(sample / f"{name}.traces.jsonl")
    assert (found.format, len(found.traces), found.runs, found.cases) == ("otlp", 14, [], [])
    assert found.rejects == []
    (assumed,) = found.warnings
    assert "status unset" in assumed
    assert "(13 records)" in assumed
    assert [trace.outcome for trace in found.traces].count(Outcome.SUCCESS) == 13
    assert sum(len(trace.spans) for trace in found.traces) == 59
    assert {trace.app_version for trace in found.traces} == {version}
    assert {trace.model for trace in found.traces} == {"gpt-x-mini-2026-05"}
    # 14 requests: one failed and was not judged, one judged 0.35; one lost its usage; three retried a tool
    scores = [trace.scores.get("faithfulness") for trace in found.traces]
    assert (scores.count(None), scores.count(0.35), scores.count(0.92)) == (1, 1, 12)
    assert [trace.extra["case_id"] for trace in found.traces if trace.outcome is Outcome.ERROR] == ["SB-007"]
    assert [trace.error for trace in found.traces if trace.error] == ["503: upstream 503"]
    assert [trace.extra["case_id"] for trace in found.traces if trace.tokens_in is None] == ["SB-010"]
    assert sum(trace.tokens_in or 0 for trace in found.traces) == sum(900 + n for n in range(1, 15) if n != 10)
    assert sum(trace.tokens_out or 0 for trace in found.traces) == sum(80 + n for n in range(1, 15) if n != 10)
    failed = [call for trace in found.traces for call in trace.tool_calls if call.error]
    assert [call.error for call in failed] == ["RuntimeError: order service timeout"] * 3
    assert sum(len(trace.tool_calls) for trace in found.traces) == 17
    assert all(call.arguments for trace in found.traces for call in trace.tool_calls)
    assert max(trace.latency_ms for trace in found.traces) == pytest.approx(late)
    assert {trace.cost for trace in found.traces} == {None}  # the conventions have none
    first = next(trace for trace in found.traces if trace.extra["case_id"] == "SB-001")
    assert first.started_at == datetime(2026, 11, 18, 11, 6, 45, tzinfo=UTC)
    assert (first.question, first.answer) == ("How do I handle cancel order? (1)", "Answer about cancel order [kb-1]")
    assert [(chunk.id, chunk.score) for chunk in first.chunks] == [("kb-1", 0.91), ("kb-2", 0.7)]
    assert (first.session, first.prompt_version) == ("conv-0", None)
    assert [step.kind for step in first.spans] == [SpanKind.AGENT, SpanKind.RETRIEVAL, SpanKind.TOOL, SpanKind.MODEL]


def test_a_team_names_its_own_attribute_for_the_prompt_version(sample, read, monkeypatch):
    monkeypatch.setenv("READINESS_ATTRIBUTES", " prompt_version = gen_ai.agent.version ,")
    assert {trace.prompt_version for trace in read(sample / "candidate.traces.jsonl").traces} == {"v13"}


@pytest.mark.parametrize("wrong", ["prompt_version", "prompts=x", "judged=x", "prompt_version="])
def test_a_name_for_nothing_is_refused_with_what_there_is(wrong):
    with pytest.raises(ReadinessError, match=r"READINESS_ATTRIBUTES.*prompt_version"):
        otel_attributes.names(wrong)


def test_evaluations_come_along_with_their_traces_or_by_themselves(sample, read):
    logs = sample / "baseline.logs.jsonl"
    with pytest.raises(ReadAlongError, match=r"baseline\.traces\.jsonl"):
        read(logs)
    with_logs = registry.digest_of(otlp.SOURCE, sample / "baseline.traces.jsonl")
    alone = logs.rename(sample / "elsewhere.jsonl")
    assert registry.digest_of(otlp.SOURCE, sample / "baseline.traces.jsonl") != with_logs
    found = read(alone)
    assert len(found.traces) == 13
    assert {trace.spans for trace in found.traces} == {None}
    assert all(trace.scores and trace.started_at for trace in found.traces)
    assert any("import its spans as well" in warning for warning in found.warnings)


def test_spans_of_a_trace_may_stand_on_any_lines_in_any_order(sample, make, read):
    whole = read(sample / "baseline.traces.jsonl").traces
    document = json.loads((sample / "baseline.traces.jsonl").read_text())
    outer = document["resourceSpans"][0]
    spans = outer["scopeSpans"][0]["spans"]
    random.Random(7).shuffle(spans)
    lines = [{"resourceSpans": [{**outer, "scopeSpans": [{"spans": [each]}]}]} for each in spans]
    lines += [json.loads(line) for line in (sample / "baseline.logs.jsonl").read_text().splitlines()]
    scattered = read(make("scattered.jsonl", lines)).traces
    assert sorted(scattered, key=lambda t: t.id) == sorted(whole, key=lambda t: t.id)


def test_a_raw_record_is_otlp_again_and_brings_the_same_trace(sample, make, read):
    source = registry.recognise(sample / "baseline.traces.jsonl")[0]
    records = [r for r in source.read(sample / "baseline.traces.jsonl") if hasattr(r, "trace")]
    again = read(make("again.jsonl", "\n".join(record.raw for record in records)))
    assert again.traces == [record.trace for record in records]
    assert source.assemble(records[0].trace.id, [records[0].raw, records[0].raw]) == records[0]
    assert source.assemble("x", [records[0].raw, '{"trace_id": "x"}']) is None


def test_a_raw_record_is_the_same_however_its_spans_came(make):
    spans = [span(1, attributes={"input.value": 'a "quoted" żółw', "n": 2}), span(2, 1, at=1), span(3, 1, at=2)]

    def raws(*lines: dict[str, Any]) -> list[str]:
        return [record.raw for record in otlp.SOURCE.read(make("x.jsonl", lines)) if isinstance(record, TraceRecord)]

    (together,) = raws(batch(*spans))
    assert raws(*(batch(each) for each in spans)) == raws(batch(*spans, spans[1])) == [together]
    (changed,) = raws(batch(*spans, {**spans[1], "name": "again"}))
    assert json.loads(changed)["resourceSpans"][0]["scopeSpans"][0]["spans"][1]["name"] == "again"
    (lacking,) = raws(batch(*spans, span(4, attributes={}) | {"startTimeUnixNano": "soon"}))
    assert json.loads(lacking) == json.loads(together) | {"lost": [f"{4:016x}"]}


# Traps of the format


def test_one_document_over_several_lines_is_read_too(make, read):
    assert len(read(make("x.json", json.dumps(batch(span(1)), indent=2))).traces) == 1
    assert len(read(make("y.json", '{ "resourceSpans": [\n' + json.dumps(batch(span(1)))[19:])).traces) == 1


def test_base64_ids_of_a_naive_converter_are_decoded_and_said(make, read):
    broken = {**span(0xA1), "traceId": "W47/95gDgQPSabYzgT/GDA==", "spanId": "AAAAAAAAAKE="}
    found = read(make("x.jsonl", [batch(broken)]))
    assert (found.traces[0].id, found.traces[0].spans[0].id) == (TRACE, "00000000000000a1")
    assert any("base64" in warning for warning in found.warnings)


def test_times_and_integers_may_be_texts_or_numbers(one):
    texts = one(span(1, attributes={"gen_ai.usage.input_tokens": 5}))
    numbers = span(1)
    numbers |= {"startTimeUnixNano": START, "endTimeUnixNano": START + 10_000_000}
    numbers["attributes"] = [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": 5}}]
    assert one(numbers) == texts
    assert (texts.tokens_in, texts.latency_ms) == (5, 10)


def test_an_unset_status_of_a_root_that_ended_is_no_error_and_2_is_one(one):
    """Specification, Trace API: instrumentations leave the status unset where there was no error."""
    assert one(span(1)).outcome is Outcome.SUCCESS
    assert one(span(1, endTimeUnixNano="0")).outcome is None
    assert one(span(1, status={"code": 1})).outcome is Outcome.SUCCESS
    failed = one(span(1, status={"code": 2, "message": "boom"}))
    assert (failed.outcome, failed.error) == (Outcome.ERROR, "boom")
    assert one(span(1, status={"code": "STATUS_CODE_ERROR"})).outcome is Outcome.ERROR


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"attributes": {"error.type": "429"}}, Outcome.ERROR),
        ({"attributes": {"error": True}}, Outcome.ERROR),
        ({"attributes": {"otel.status_code": "ERROR"}}, Outcome.ERROR),
        ({"attributes": {"logfire.level_num": 17}}, Outcome.ERROR),
        ({"attributes": {"http.response.status_code": 503}}, Outcome.ERROR),
        ({"attributes": {"http.status_code": "500"}}, Outcome.ERROR),
        ({"attributes": {"rpc.grpc.status_code": 14}}, Outcome.ERROR),
        ({"attributes": {"http.response.status_code": 404}, "kind": 3}, Outcome.ERROR),
        ({"attributes": {"http.response.status_code": 404}, "kind": 2}, None),
        ({"attributes": {"http.response.status_code": 200}, "kind": 2}, Outcome.SUCCESS),
        ({"attributes": {"exception.message": "boom"}}, None),
        ({"attributes": {"outcome": "refused"}}, Outcome.ABSTAIN),
        ({"attributes": {"gen_ai.response.finish_reasons": ["content_filter"], "gen_ai.operation.name": "chat"}}, None),
        ({"attributes": {"ai.response.finishReason": "error", "ai.operationId": "ai.generateText.doGenerate"}}, None),
        ({"attributes": {"gen_ai.response.finish_reasons": ["stop"], "gen_ai.operation.name": "chat"}}, Outcome.SUCCESS),
        ({"events": [{"name": "exception", "attributes": []}]}, None),
        ({"events": [{"name": "exception", "attributes": [{"key": "exception.escaped", "value": {"stringValue": "True"}}]}]}, Outcome.ERROR),
        ({"events": [{"name": "exception", "attributes": []}], "status": {"code": 1}}, Outcome.SUCCESS),
    ],
)  # fmt: skip
def test_what_says_otherwise_than_an_unset_status(one, more, outcome):
    assert one(span(1, **more)).outcome is outcome


def test_the_class_of_an_error_comes_first(one):
    event = {"name": "exception", "attributes": [
        {"key": "exception.type", "value": {"stringValue": "TimeoutError"}},
        {"key": "exception.message", "value": {"stringValue": "no answer"}}]}  # fmt: skip
    assert one(span(1, status={"code": 2}, events=[event])).error == "TimeoutError: no answer"
    assert one(span(1, status={"code": 2}, attributes={"error.type": "429"})).error == "429"


def test_nan_is_missing_and_said(make, read):
    spans = span(1, attributes={"llm.cost.total": 1.0})
    spans["attributes"][0]["value"] = {"doubleValue": "NaN"}
    found = read(make("x.jsonl", [batch(spans)]))
    assert found.traces[0].cost is None
    assert any("NaN" in warning for warning in found.warnings)


def test_a_figure_that_is_none_is_missing_and_said(make, read):
    found = read(make("x.jsonl", [batch(span(1, attributes={"gen_ai.usage.input_tokens": "many"}))]))
    assert found.traces[0].tokens_in is None
    assert any("gen_ai.usage.input_tokens" in warning for warning in found.warnings)


def test_a_bad_span_is_rejected_with_its_place_and_the_others_stay(make, read):
    lines = [
        batch(span(1), {**span(2), "traceId": "12"}, "x", {**span(3), "spanId": "0" * 16}),
        batch(span(4, attributes={"a": 1}) | {"attributes": [{"key": 1}]}),
        {"resourceSpans": {}},
        {"other": 1},
    ]
    found = read(make("x.jsonl", lines))
    assert [(r.line, r.reason.partition(":")[0]) for r in found.rejects[:3]] == [
        (1, "resourceSpans[0].scopeSpans[0].spans[1]"),
        (1, "resourceSpans[0].scopeSpans[0].spans[2]"),
        (1, "resourceSpans[0].scopeSpans[0].spans[3]"),
    ]
    assert [r.line for r in found.rejects] == [1, 1, 1, 2, 3, 4]
    assert len(found.traces) == 1


def test_credentials_in_the_resource_are_masked_and_those_in_content_are_kept_for_the_probe(make, read):
    key = "AKIAIOSFODNN7EXAMPLE"
    path = make(
        "x.jsonl",
        [
            batch(
                span(1, attributes={"input.value": f"my key is {key}"}),
                resource={"process.command_line": f"run --key {key}"},
            )
        ],
    )
    (record,) = [r for r in otlp.SOURCE.read(path) if hasattr(r, "trace")]
    assert record.raw.count(key) == 1
    assert "[masked aws-access-key]" in record.raw
    assert record.trace.question == f"my key is {key}"


# Evaluations


def test_an_evaluation_names_its_response_where_it_has_no_trace(make, read):
    answered = span(1, attributes={"gen_ai.response.id": "r-1"})
    named = {"gen_ai.evaluation.name": "faithfulness", "gen_ai.evaluation.score.value": 0.5}
    orphan = log("gen_ai.evaluation.result", named | {"gen_ai.response.id": "r-2"}, traceId="")
    joined = log("gen_ai.evaluation.result", named | {"gen_ai.response.id": "r-1"}, traceId="")
    found = read(make("x.jsonl", [orphan, joined, batch(answered)]))
    assert found.traces[0].scores == {"faithfulness": 0.5}
    assert [(r.line, "evaluation" in r.reason) for r in found.rejects] == [(1, True)]


def test_labels_failed_judges_and_evaluations_on_spans(one):
    trace = one(
        span(1),
        span(2, 1, attributes={"evaluations.0.evaluation.name": "relevance", "evaluations.0.evaluation.score": 0.5}),
        span(3, 1, events=[{"name": "gen_ai.evaluation.result", "attributes": [
            {"key": "gen_ai.evaluation.name", "value": {"stringValue": "safe"}},
            {"key": "gen_ai.evaluation.score.label", "value": {"stringValue": "pass"}}]}]),
        logs=(log("gen_ai.evaluation.result", {"gen_ai.evaluation.name": "f", "error.type": "timeout"}),
              log("app.started", {"a": 1})),
    )  # fmt: skip
    assert trace.scores == {"relevance": 0.5, "safe": 1.0}
    assert {"name": "f", "error": "timeout"} in trace.extra["evaluations"]


def test_a_file_of_other_logs_alone_says_so(make, read):
    found = read(make("x.jsonl", [log("app.started", {"a": 1})]))
    assert (found.traces, found.rejects) == ([], [])
    assert any("no evaluation" in warning for warning in found.warnings)


# Dialects


def test_older_genai_names_and_flattened_messages(one):
    trace = one(
        span(1, attributes={"traceloop.span.kind": "workflow", "traceloop.entity.input": '{"q": "Where?"}', "traceloop.prompt.version": 12,
                            "traceloop.association.properties.user_id": "u1"}),
        span(2, 1, name="openai.chat", attributes={
            "gen_ai.system": "openai", "llm.request.type": "chat", "gen_ai.request.model": "m",
            "gen_ai.prompt.0.role": "system", "gen_ai.prompt.0.content": "Be kind.",
            "gen_ai.prompt.1.role": "user", "gen_ai.prompt.1.content": "Where?",
            "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": "Here.",
            "gen_ai.usage.prompt_tokens": 9, "gen_ai.usage.completion_tokens": 3}),
        span(3, 1, name="lookup.tool", attributes={"traceloop.span.kind": "tool", "traceloop.entity.name": "lookup",
             "traceloop.entity.input": '{"a": 1}', "traceloop.entity.output": "found it"}),
    )  # fmt: skip
    assert (trace.question, trace.answer, trace.prompt_version, trace.user) == ("Where?", "Here.", "12", "u1")
    assert (trace.tokens_in, trace.tokens_out, trace.model) == (9, 3, "m")
    assert [(c.name, c.arguments, c.result) for c in trace.tool_calls] == [("lookup", '{"a": 1}', '"found it"')]


def test_openinference(one):
    trace = one(
        span(1, attributes={"openinference.span.kind": "CHAIN", "input.value": "Where?", "output.value": "Here.",
             "session.id": "s", "metadata": '{"case_id": "C-1", "risk": "high"}', "tag.tags": ["high_risk"]}),
        span(2, 1, at=1, attributes={"openinference.span.kind": "RETRIEVER", "retrieval.documents.0.document.id": "a",
             "retrieval.documents.0.document.content": "text", "retrieval.documents.0.document.score": 0.5,
             "retrieval.documents.0.document.metadata": '{"source": "runbook"}',
             "retrieval.documents.10.document.id": "k", "retrieval.documents.2.document.id": "c"}),
        span(3, 1, at=2, attributes={"openinference.span.kind": "LLM", "llm.model_name": "m", "llm.token_count.prompt": 7,
             "llm.token_count.completion": 2, "llm.cost.total": 0.5, "llm.prompt_template.version": "v3",
             "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "Where? Context: …",
             "llm.output_messages.0.message.role": "assistant",
             "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
             "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "lookup",
             "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"a": 1}'}),
        span(4, 1, at=3, attributes={"openinference.span.kind": "GUARDRAIL", "guardrail.id": "pii", "guardrail.triggered": True}),
        span(5, 1, at=4, attributes={"openinference.span.kind": "EMBEDDING", "embedding.model_name": "e"}),
        span(6, 1, at=5, attributes={"openinference.span.kind": "EVALUATOR"}),
    )  # fmt: skip
    assert (trace.question, trace.answer, trace.prompt_version, trace.model) == ("Where?", "Here.", "v3", "m")
    assert [(c.id, c.rank, c.source) for c in trace.chunks] == [("a", 1, "runbook"), ("c", 2, None), ("k", 3, None)]
    assert (trace.cost, trace.tokens_in, trace.tokens_out, trace.session) == (0.5, 7, 2, "s")
    assert [(c.name, c.arguments, c.result) for c in trace.tool_calls] == [("lookup", '{"a": 1}', None)]
    assert (trace.extra["case_id"], trace.extra["tags"]) == ("C-1", ["high_risk"])
    kinds = [
        SpanKind.OTHER,
        SpanKind.RETRIEVAL,
        SpanKind.MODEL,
        SpanKind.GUARD,
        SpanKind.EMBEDDING,
        SpanKind.EVALUATION,
    ]
    assert [step.kind for step in trace.spans] == kinds
    assert (trace.spans[3].attributes["rule_id"], trace.spans[3].attributes["blocked"]) == ("pii", True)


def test_a_tools_definition_is_not_what_it_was_given(one):
    """OpenInference: `tool.parameters` is the schema; Google ADK's instrumentation writes the arguments there."""
    schema = '{"type": "object", "properties": {"city": {"type": "string"}}}'
    for parameters, more, given in (
        (schema, {}, None),
        (schema, {"input.value": '{"city": "Leeds"}'}, '{"city": "Leeds"}'),
        ('{"city": "Leeds"}', {}, '{"city": "Leeds"}'),
    ):
        tool = {"openinference.span.kind": "TOOL", "tool.name": "weather", "tool.parameters": parameters, **more}
        (call,) = one(span(1), span(2, 1, attributes=tool)).tool_calls
        assert call.arguments == given


def test_a_reranker_has_the_last_word(one):
    found = {f"retrieval.documents.{n}.document.id": name for n, name in enumerate("abc")}
    best = {"reranker.input_documents.0.document.id": "a", "reranker.output_documents.0.document.id": "c"}
    trace = one(
        span(1),
        span(2, 1, at=1, attributes={"openinference.span.kind": "RETRIEVER", **found}),
        span(3, 1, at=2, attributes={"openinference.span.kind": "RERANKER", **best}),
    )
    assert [chunk.id for chunk in trace.chunks] == ["c"]


def test_langfuse_and_its_experiments(make, read):
    def item(trace: str, case: str, answer: str) -> dict[str, Any]:
        root = span(1, attributes={
            "langfuse.observation.type": "span", "langfuse.trace.input": '{"question": "Where?"}',
            "langfuse.trace.output": json.dumps({"answer": answer}), "langfuse.release": "r7", "user.id": "u", "session.id": "s",
            "langfuse.trace.tags": ["high_risk"], "langfuse.trace.metadata.case_id": case,
            "langfuse.experiment.id": "exp-1", "langfuse.experiment.name": "rag v4", "langfuse.experiment.dataset.id": "golden",
            "langfuse.experiment.item.id": f"item-{case}", "outcome": "fail" if case == "C-2" else "success"})  # fmt: skip
        call = span(2, 1, at=1, attributes={
            "langfuse.observation.type": "generation", "langfuse.observation.model.name": "m",
            "langfuse.observation.prompt.name": "support", "langfuse.observation.prompt.version": 4,
            "langfuse.observation.input": json.dumps([{"role": "user", "content": "Where?"}]),
            "langfuse.observation.output": json.dumps({"role": "assistant", "content": answer}),
            "langfuse.observation.usage_details": '{"input": 10, "input_cached_tokens": 5, "output": 3, "total": 18}',
            "langfuse.observation.cost_details": '{"input": 0.25, "output": 0.5}'})  # fmt: skip
        return batch(*({**each, "traceId": trace} for each in (call, root)), resource={"service.version": "ignored"})

    lines = [item("1" * 32, "C-1", "Here."), item("2" * 32, "C-2", "There."), item("3" * 32, "C-1", "Here!")]
    found = read(make("x.jsonl", lines))
    trace = found.traces[0]
    assert (trace.question, trace.answer, trace.prompt_version, trace.model) == ("Where?", "Here.", "4", "m")
    assert (trace.tokens_in, trace.tokens_out, trace.cost, trace.app_version) == (15, 3, 0.75, "r7")
    (run,) = found.runs
    assert (run.id, run.name, run.dataset_name, run.pipeline_version) == ("exp-1", "rag v4", "golden", "r7")
    assert (run.prompt_version, run.model, run.started_at) == ("4", "m", trace.started_at)
    assert [(case.id, case.repeat, case.status, case.output) for case in found.cases] == [
        ("C-1", 0, CaseStatus.PASS, "Here."),
        ("C-2", 0, CaseStatus.FAIL, "There."),
        ("C-1", 1, CaseStatus.PASS, "Here!"),
    ]
    assert found.cases[0].latency_ms.value == 10
    assert found.cases[0].tags == ("high_risk",)


def test_an_error_level_of_langfuse_is_an_error(one):
    trace = one(
        span(1, attributes={"langfuse.observation.level": "ERROR", "langfuse.observation.status_message": "quota"})
    )
    assert (trace.outcome, trace.error) == (Outcome.ERROR, "quota")


def test_genai_tool_calls_in_messages_of_any_structure(one):
    asked = [
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"p": "Paris"}}],
        }
    ]
    history = [{"role": "user", "parts": [{"type": "text", "content": "Weather?"}]}, *asked,
               {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "rainy"}]}]  # fmt: skip
    answer = [
        {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, {"type": "text", "content": "Rain."}]}
    ]
    calls = [
        {"gen_ai.operation.name": "chat", "gen_ai.input.messages": history[:1], "gen_ai.output.messages": asked},
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.input.messages": history,
            "gen_ai.output.messages": json.dumps(answer),
        },
    ]
    trace = one(span(1), *(span(n, 1, at=n, attributes=call) for n, call in enumerate(calls, 2)))
    assert (trace.question, trace.answer) == ("Weather?", "Rain.")
    assert [(c.name, c.arguments, c.result) for c in trace.tool_calls] == [("weather", '{"p":"Paris"}', '"rainy"')]


def test_messages_as_events_and_as_log_records(one):
    def event(name: str, **attributes: str) -> dict[str, Any]:
        return {"name": name, "attributes": [{"key": k, "value": value(v)} for k, v in attributes.items()]}

    events = [event("gen_ai.system.message", content="Be kind."), event("gen_ai.user.message", content="Where?"),
              event("gen_ai.choice", message='{"role": "assistant", "content": "Here."}')]  # fmt: skip
    by_event = one(span(1, attributes={"gen_ai.operation.name": "chat"}, events=events))
    logs = (
        log("gen_ai.user.message", {}, spanId=f"{1:016x}", body=value({"content": "Where?"})),
        log("gen_ai.choice", {}, spanId=f"{1:016x}", body=value({"index": 0, "message": {"role": "assistant", "content": "Here."}})),
    )  # fmt: skip
    by_log = one(span(1, attributes={"gen_ai.operation.name": "chat"}), logs=logs)
    details = log("gen_ai.client.inference.operation.details", {
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "Where?"}]}],
        "gen_ai.output.messages": [{"role": "assistant", "parts": [{"type": "text", "content": "Here."}]}],
    }, spanId=f"{1:016x}")  # fmt: skip
    by_details = one(span(1, attributes={"gen_ai.operation.name": "chat"}), logs=(details,))
    for trace in (by_event, by_log, by_details):
        assert (trace.question, trace.answer) == ("Where?", "Here.")


def test_guards_validation_approval_and_retries_are_where_probes_look(one):
    trace = one(
        span(1, attributes={"gen_ai.operation.name": "invoke_agent", "index_version": "i-3", "user_feedback": "thumbs_up"}),
        span(2, 1, at=1, name="apply_guardrail x", attributes={"gen_ai.operation.name": "apply_guardrail",
             "gen_ai.security.policy.id": "inj", "gen_ai.security.policy.version": "2", "gen_ai.security.decision.type": "deny"}),
        span(3, 1, at=2, name="validate_output", attributes={}),
        span(4, 1, at=3, attributes={"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "refund",
             "http.request.resend_count": 1, "approval.id": "a-1", "idempotency.key": "k-1"}),
    )  # fmt: skip
    guard, check, tool = trace.spans[1:]
    assert (guard.kind, check.kind, tool.kind) == (SpanKind.GUARD, SpanKind.VALIDATION, SpanKind.TOOL)
    assert {key: guard.attributes[key] for key in ("rule_id", "rule_version", "blocked")} == {
        "rule_id": "inj", "rule_version": "2", "blocked": True}  # fmt: skip
    assert {key: tool.attributes[key] for key in ("approval_id", "idempotency_key", "attempt")} == {
        "approval_id": "a-1", "idempotency_key": "k-1", "attempt": 2}  # fmt: skip
    assert (trace.index_version, trace.feedback) == ("i-3", "thumbs_up")


# Protobuf


def _as_protobuf(path: Path) -> list[bytes]:
    """The batches of a JSON lines file as exporters send them."""
    trace_service = import_module("opentelemetry.proto.collector.trace.v1.trace_service_pb2")
    logs_service = import_module("opentelemetry.proto.collector.logs.v1.logs_service_pb2")
    from google.protobuf import json_format

    found = []
    for line in path.read_text().splitlines():
        document = json.loads(line)
        service = (
            trace_service.ExportTraceServiceRequest
            if "resourceSpans" in document
            else logs_service.ExportLogsServiceRequest
        )
        message = json_format.ParseDict(_with_base64(document), service())
        found.append(message.SerializeToString())
    return found


def _with_base64(node: Any) -> Any:
    import base64

    if isinstance(node, list):
        return [_with_base64(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        key: base64.b64encode(bytes.fromhex(part)).decode()
        if key in ("traceId", "spanId", "parentSpanId")
        else _with_base64(part)
        for key, part in node.items()
    }


@pytest.mark.parametrize("framed", [False, True], ids=["bare", "with lengths"])
def test_protobuf_says_what_json_says(sample, make, read, framed):
    as_json = read(sample / "baseline.traces.jsonl")
    spans, logs = (_as_protobuf(sample / f"baseline.{kind}.jsonl") for kind in ("traces", "logs"))
    if framed:
        spans, logs = ([len(part).to_bytes(4, "big") + part for part in parts] for parts in (spans, logs))
    make("x.logs.pb", b"".join(logs))
    found = read(make("x.traces.pb", b"".join(spans)))
    assert found.rejects == []
    assert found.traces == as_json.traces


def test_cut_protobuf_is_refused_or_rejected(sample, make, read):
    whole = _as_protobuf(sample / "baseline.traces.jsonl")[0]
    for part in range(64):
        try:
            found = read(make("x.pb", whole[: len(whole) * part // 64]))
        except ReadinessError:
            continue
        assert found.rejects
        assert found.traces == []


def test_protobuf_is_told_by_its_shape(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.protobuf", None)  # a folder is recognised without loading it
    assert protobuf.signal(b"") is None
    assert protobuf.signal(b"\x0a" * 100) is None
    assert protobuf.signal(b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") is None
    assert protobuf.signal(b"PK\x03\x04") is None
    inner = b"\x0a\x10" + b"\1" * 16 + b"\x12\x08" + b"\2" * 8
    scope = b"\x12" + bytes((len(inner),)) + inner
    resource = b"\x12" + bytes((len(scope),)) + scope
    assert protobuf.signal(b"\x0a" + bytes((len(resource),)) + resource) == "traces"


def test_a_step_may_take_no_time_and_cannot_take_less(make, read):
    """Clocks of some exporters tick in milliseconds: a guard then begins and ends at once."""
    found = read(make("x.jsonl", [batch(span(1, ms=0), span(2, 1, ms=-1), span(3, 1, ms=5))]))
    assert [step.duration_ms for step in found.traces[0].spans] == [0.0, None, 5.0]
    assert [warning for warning in found.warnings if "ends before it starts" in warning and "(1 record)" in warning]


def test_an_evaluation_without_spans_is_of_when_it_was_written_not_of_when_it_was_collected(make, read):
    judged = {"gen_ai.evaluation.name": "faithfulness", "gen_ai.evaluation.score.value": 0.5}
    later = str(START + 3_600_000_000_000)
    for times, at in (({"timeUnixNano": str(START)}, START), ({"timeUnixNano": "0"}, int(later))):
        record = log("gen_ai.evaluation.result", judged, observedTimeUnixNano=later, **times)
        (trace,) = read(make("x.jsonl", [record])).traces
        assert trace.started_at == datetime.fromtimestamp(at / 1e9, UTC)
