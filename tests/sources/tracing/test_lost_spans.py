"""A span that is missing: rejected, declared and not there, or the one that others hang under. None of it is "none"."""

from __future__ import annotations

import json

import pytest

from readiness_tui.domain.runs.model import SpanKind
from readiness_tui.sources import registry
from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.base import TraceRecord
from readiness_tui.sources.tracing.span_tree import RawSpan, trace_from_spans

AT, END = "2026-11-20T10:00:00Z", "2026-11-20T10:00:02Z"
MODEL, AGENT = SpanKind.MODEL, SpanKind.AGENT


def _opik(ident, parent, kind, **more):
    return {"id": ident, "trace_id": "t", "parent_span_id": parent, "project_id": "p", "name": ident, "type": kind,
            "start_time": AT, "end_time": END, "input": {"question": "Open?"}, "output": {"answer": "Yes"},
            "total_estimated_cost": None, "duration": 2000.0, **more}  # fmt: skip


def _weave(ident, parent, op, **more):
    return {"id": ident, "trace_id": "t", "parent_id": parent, "op_name": f"weave:///e/p/op/{op}:a1", "started_at": AT,
            "ended_at": END, "inputs": {"question": "Open?"}, "output": "Yes", "summary": {}, "exception": None,
            **more}  # fmt: skip


def _braintrust(ident, parent, kind, **more):
    return {"id": ident, "span_id": ident, "root_span_id": "a", "span_parents": [parent] if parent else None,
            "is_root": parent is None, "_xact_id": "1", "span_attributes": {"name": ident, "type": kind}, "created": AT,
            "log_id": "g", "input": "Open?", "output": "Yes", "metrics": {"start": 1790000000, "end": 1790000002},
            **more}  # fmt: skip


def _langsmith(ident, parent, kind, **more):
    return {"id": ident, "trace_id": "a", "parent_run_id": parent, "name": ident, "run_type": kind, "start_time": AT,
            "end_time": END, "inputs": {"input": "Open?"}, "outputs": {"output": "Yes"}, "status": "success",
            "session_id": "s", "dotted_order": f"20261120T100000000000Z{ident}", **more}  # fmt: skip


def _langfuse(ident, parent, kind, **more):
    return {"id": ident, "traceId": "t", "parentObservationId": parent, "name": ident, "type": kind, "startTime": AT,
            "endTime": END, "level": "DEFAULT", "statusMessage": None, "input": "Open?", "output": "Yes",
            "metadata": {}, "usageDetails": {}, "costDetails": {}, **more}  # fmt: skip


_ASKED = {"messages": [{"role": "user", "content": "Open?"}]}
_SAID = {"choices": [{"message": {"role": "assistant", "content": "Yes"}, "finish_reason": "stop"}]}
_GENERATED = {"generations": [[{"text": "Yes", "message": {"type": "ai", "content": "Yes"}}]]}
_METRICS = {"start": 1790000000, "end": 1790000001, "prompt_tokens": 10, "completion_tokens": 2}
_USED = {"usage": {"m": {"requests": 1, "prompt_tokens": 10, "completion_tokens": 2}}}
TOOLS = {
    "opik": (
        _opik("a", None, "general"),
        _opik("b", "a", "llm", input=_ASKED, output=_SAID, usage={"prompt_tokens": 10, "completion_tokens": 2}),
        _opik("c", "a", "tool"),
    ),
    "weave": (
        _weave("a", None, "run"),
        _weave("b", "a", "openai.chat.completions.create", inputs=_ASKED, output=_SAID, summary=_USED),
        _weave("c", "a", "look_up", attributes={"kind": "tool"}),
    ),
    "braintrust": (
        _braintrust("a", None, "task"),
        _braintrust("b", "a", "llm", input=_ASKED["messages"], output=_SAID, metrics=_METRICS),
        _braintrust("c", "a", "tool"),
    ),
    "langsmith": (
        _langsmith("a", None, "chain"),
        _langsmith("b", "a", "llm", outputs=_GENERATED, prompt_tokens=10, completion_tokens=2),
        _langsmith("c", "a", "tool"),
    ),
    "langfuse": (
        _langfuse("a", None, "AGENT"),
        _langfuse("b", "a", "GENERATION", model="m", usageDetails={"input": 10, "output": 2}),
        _langfuse("c", "a", "TOOL"),
    ),
}
_TIMES = {"opik": "start_time", "weave": "started_at", "langsmith": "start_time", "langfuse": "startTime"}


def _broken(tool, row, how):
    """The row, of which the id or the time cannot be used."""
    if how == "time":
        return {**row, "metrics": {"start": "noon"}} if tool == "braintrust" else {**row, _TIMES[tool]: "noon"}
    return {**row, "span_id" if tool == "braintrust" else "id": {"none": None, "list": [3]}[how]}


@pytest.mark.parametrize("how", ["none", "list", "time"])
@pytest.mark.parametrize("tool", TOOLS)
def test_a_rejected_row_of_a_known_trace_leaves_open_what_was_called_and_used(read, make, tool, how):
    root, call, looked = TOOLS[tool]
    whole = read(make("whole.jsonl", [root, call, looked]))
    assert whole.format == tool
    assert [len(trace.tool_calls or ()) for trace in whole.traces] == [1]
    assert [trace.tokens_in for trace in whole.traces] == [10]
    found = read(make("t.jsonl", [root, call, _broken(tool, looked, how)]))
    assert [reject.line for reject in found.rejects] == [3]
    (trace,) = found.traces
    assert (trace.tool_calls, trace.retrieval, trace.chunks) == (None, None, None)
    assert (trace.tokens_in, trace.tokens_out, trace.cost) == (None, None, None)
    assert any("a span is lost" in warning for warning in found.warnings)


@pytest.mark.parametrize("tool", ["opik", "weave", "braintrust", "langsmith"])
def test_a_row_that_comes_again_whole_is_not_lost(read, make, tool):
    root, call, looked = TOOLS[tool]
    found = read(make("t.jsonl", [root, call, _broken(tool, looked, "time"), looked]))
    assert len(found.rejects) == 1
    assert [len(trace.tool_calls or ()) for trace in found.traces] == [1]
    assert not any("a span is lost" in warning for warning in found.warnings)


@pytest.mark.parametrize("tool", ["opik", "weave", "braintrust"])
def test_what_one_file_lost_another_may_bring(make, tool):
    root, call, looked = TOOLS[tool]

    def raws(*rows):
        path = make("t.jsonl", list(rows))
        source, _ = registry.recognise(path)
        return source, [record.raw for record in source.read(path) if isinstance(record, TraceRecord)]

    source, first = raws(root, call, _broken(tool, looked, "time"))
    again = source.assemble("t", first)
    assert again is not None
    assert again.trace.tool_calls is None
    _, other = raws(root, looked)
    joined = source.assemble("t", [*first, *other])
    assert joined is not None
    assert [one.name for one in joined.trace.tool_calls or ()]


# Declared and not there


def _opik_trace(**more):
    return {"id": "t", "project_id": "p", "name": "ask", "start_time": AT, "end_time": END, "input": {"question": "Open?"},
            "output": {"answer": "Yes"}, "duration": 2000.0, "total_estimated_cost": 0.5, "thread_id": None,
            "usage": {"prompt_tokens": 70, "completion_tokens": 9}, **more}  # fmt: skip


@pytest.mark.parametrize(("counted", "lost"), [(3, False), (5, True), (None, False)])
def test_opik_counts_the_spans_of_a_trace(read, make, counted, lost):
    found = read(make("t.json", {"trace": _opik_trace(span_count=counted), "spans": list(TOOLS["opik"])}))
    (trace,) = found.traces
    assert (trace.tool_calls is None) is lost
    assert (trace.tokens_in, trace.cost) == (70, 0.5)
    assert any("a span is lost" in warning for warning in found.warnings) is lost


def test_opiks_traces_without_their_spans_keep_their_totals(read, make):
    (trace,) = read(make("t.jsonl", [_opik_trace(span_count=4)])).traces
    assert (trace.tool_calls, trace.tokens_in, trace.cost) == (None, 70, 0.5)


def test_a_span_of_opiks_export_that_is_no_object_is_lost(read, make):
    found = read(make("t.json", {"trace": _opik_trace(), "spans": [*TOOLS["opik"], 7]}))
    assert len(found.rejects) == 1
    assert found.traces[0].tool_calls is None


@pytest.mark.parametrize(
    ("summary", "lost"),
    [
        ({"status_counts": {"success": 3, "error": 0}}, False),
        ({"status_counts": {"success": 3, "error": 2}}, True),
        ({"usage": {"m": {"requests": 1, "prompt_tokens": 10, "completion_tokens": 2}}}, False),
        ({"usage": {"m": {"requests": 2, "prompt_tokens": 30, "completion_tokens": 4}}}, True),
        ({"status_counts": "three"}, False),
    ],
)
def test_weaves_first_call_counts_those_below_it(read, make, summary, lost):
    root, call, looked = TOOLS["weave"]
    found = read(make("t.jsonl", [{**root, "summary": summary}, call, looked]))
    assert (found.traces[0].tool_calls is None) is lost
    assert any("a span is lost" in warning for warning in found.warnings) is lost


@pytest.mark.parametrize(("named", "lost"), [(["b", "c"], False), (["b", "c", "d"], True), (None, False), ([3], False)])
def test_langsmiths_runs_name_their_children(read, make, named, lost):
    root, call, looked = TOOLS["langsmith"]
    found = read(make("t.jsonl", [{**root, "child_run_ids": named, "prompt_tokens": 40}, call, looked]))
    (trace,) = found.traces
    assert (trace.tool_calls is None) is lost
    assert trace.tokens_in == 40  # the first run states the sum over the whole trace


def test_langfuses_row_counts_its_observations_and_one_that_is_no_object_is_lost(read, make):
    row = {"id": "t", "timestamp": AT, "name": "ask", "sessionId": None, "userId": None, "release": None, "tags": [],
           "public": False, "htmlPath": "/t", "input": "Open?", "output": "Yes", "totalCost": 0.5}  # fmt: skip
    whole = read(make("t.json", {**row, "observations": list(TOOLS["langfuse"])}))
    assert [len(trace.tool_calls or ()) for trace in whole.traces] == [1]
    found = read(make("t.json", {**row, "observations": [*TOOLS["langfuse"], "gone"]}))
    (trace,) = found.traces
    assert (trace.tool_calls, trace.tokens_in, trace.cost) == (None, None, 0.5)


# Steps under a span that is missing


def _tree(*spans, **more):
    notes = fields.Notes()
    return trace_from_spans("t", spans, (), notes, **more), " ".join(warn.text for warn in notes.warnings("f"))


def test_a_roots_own_figure_covers_the_steps_under_a_missing_span():
    calls = [RawSpan(ident, "gone", kind=MODEL, tokens_in=n, output="Yes") for ident, n in (("b", 100), ("c", 120))]
    found, said = _tree(RawSpan("a", kind=AGENT, tokens_in=220), *calls)
    assert found.tokens_in == 220
    assert "under a span that is missing" in said
    inside = RawSpan("d", "a", kind=MODEL, tokens_in=30, output="Yes")
    assert _tree(RawSpan("a", kind=AGENT, tokens_in=220), inside, *calls)[0].tokens_in == 250  # it counted too little
    deeper = RawSpan("e", "b", kind=SpanKind.OTHER, tokens_in=100)
    assert _tree(RawSpan("a", kind=AGENT, tokens_in=220), deeper, *calls)[0].tokens_in == 220


@pytest.mark.parametrize(
    "roots",
    [
        [RawSpan("a", kind=AGENT)],
        [RawSpan("a", kind=AGENT, tokens_in=0)],
        [RawSpan("a", kind=MODEL, tokens_in=50, output="Yes")],
        [RawSpan("a", kind=AGENT, tokens_in=50), RawSpan("b", kind=AGENT, tokens_in=60)],
    ],
    ids=["states nothing", "states 0", "is a call itself", "is one of two"],
)
def test_without_a_root_that_states_the_whole_the_sum_may_be_a_part(roots):
    found, said = _tree(*roots, RawSpan("c", "gone", kind=MODEL, tokens_in=100, output="Yes"))
    assert found.tokens_in is None
    assert "under a span that is missing" in said


def test_a_circle_of_parents_beside_a_root_is_not_added_to_it():
    circle = [RawSpan("b", "c", kind=MODEL, tokens_in=40), RawSpan("c", "b", kind=AGENT)]
    assert _tree(RawSpan("a", kind=AGENT, tokens_in=50), *circle)[0].tokens_in == 50
    assert _tree(RawSpan("a", kind=AGENT), *circle)[0].tokens_in is None


def test_of_a_trace_that_lost_a_span_the_totals_at_its_root_alone_are_known():
    root = RawSpan("a", kind=AGENT, tokens_in=220, cost=0.5)
    call = RawSpan("b", "a", kind=MODEL, tokens_in=100, tokens_out=7, cost=0.9, output="Yes")
    found, _ = _tree(root, call, lost=True, totals=True)
    assert (found.tokens_in, found.tokens_out, found.cost, found.tool_calls) == (220, None, None, None)
    found, _ = _tree(root, call, lost=True)
    assert (found.tokens_in, found.tokens_out, found.cost, found.tool_calls) == (None, None, None, None)


# MLflow


@pytest.mark.parametrize(("stated", "known"), [((10, 2), True), ((30, 6), False), ((10, 9), False), ((5, 1), True)])
def test_mlflows_own_sum_tells_that_spans_are_missing(read, make, stated, known):
    def step(ident, parent, kind, **attributes):
        return {"trace_id": "AA", "span_id": ident, "parent_span_id": parent, "name": ident, "events": [],
                "start_time_unix_nano": 1790000000000000000, "end_time_unix_nano": 1790000002000000000,
                "status": {"code": "STATUS_CODE_OK", "message": ""},
                "attributes": {"mlflow.spanType": json.dumps(kind), "mlflow.traceRequestId": '"tr-1"',
                               "mlflow.spanInputs": json.dumps(_ASKED), "mlflow.spanOutputs": json.dumps(_SAID),
                               **attributes}}  # fmt: skip

    usage = json.dumps({"input_tokens": stated[0], "output_tokens": stated[1], "total_tokens": sum(stated)})
    found = read(
        make(
            "t.json",
            {
                "info": {
                    "trace_id": "tr-1", "request_time": AT, "state": "OK", "execution_duration": "2s", "tags": {},
                    "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "1"}},
                    "trace_metadata": {"mlflow.trace_schema.version": "3", "mlflow.trace.tokenUsage": usage},
                },
                "data": {
                    "spans": [
                        step("a", None, "AGENT"),
                        step("b", "a", "CHAT_MODEL", **{"mlflow.chat.tokenUsage": json.dumps(
                            {"input_tokens": 10, "output_tokens": 2, "total_tokens": 12})}),
                    ]
                },
            },
        )
    )  # fmt: skip
    (trace,) = found.traces
    assert (trace.tokens_in, trace.tool_calls) == ((10, ()) if known else (None, None))
    assert any("spans are missing" in warning for warning in found.warnings) is not known
