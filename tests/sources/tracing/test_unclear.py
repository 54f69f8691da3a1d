"""When "no tool was called" is known of a request, and when it is not: agents without steps, words for why a model stopped."""

from __future__ import annotations

import json

import pytest

from readiness_tui.domain.runs.model import SpanKind, ToolCall
from readiness_tui.sources.kit import fields
from readiness_tui.sources.tracing.attributes import NAMES
from readiness_tui.sources.tracing.finish_words import asks_for_none, asks_for_tools
from readiness_tui.sources.tracing.logged import LoggedSpan
from readiness_tui.sources.tracing.raw_span import RawSpan
from readiness_tui.sources.tracing.span_reader import Reader
from readiness_tui.sources.tracing.span_tree import trace_from_spans

MODEL, AGENT = SpanKind.MODEL, SpanKind.AGENT
ANSWER = {"output": "At nine."}


def calls(*spans: RawSpan):
    found = trace_from_spans("t", spans)
    return found.tool_calls, found.retrieval


@pytest.mark.parametrize(
    "spans",
    [
        [RawSpan("a", kind=AGENT, **ANSWER)],
        [RawSpan("a", kind=AGENT, ok=False)],
        [RawSpan("a", kind=AGENT, finish="stop", **ANSWER)],
        [RawSpan("top", explained=True), RawSpan("a", "top", kind=AGENT, **ANSWER)],
        [RawSpan("a", kind=AGENT), RawSpan("m", "a", kind=MODEL, **ANSWER), RawSpan("far", "a", kind=AGENT)],
        [RawSpan("top", kind=MODEL, **ANSWER), RawSpan("far", "top", kind=AGENT)],
    ],
)
def test_an_agent_without_a_model_call_below_it_shows_nothing(spans):
    assert calls(*spans) == (None, None)


def test_an_agent_with_its_model_call_shows_all():
    inner = RawSpan("in", "a", kind=AGENT), RawSpan("step", "in"), RawSpan("m", "step", kind=MODEL, **ANSWER)
    assert calls(RawSpan("a", kind=AGENT), *inner) == ((), False)


def test_all_messages_of_a_run_tell_its_calls_but_not_what_was_retrieved():
    assert calls(RawSpan("a", kind=AGENT, told_all=True)) == ((), None)


@pytest.mark.parametrize(
    "word", ["ToolCalls", "toolUse", "TOOL_CALL", "FINISH_REASON_TOOL_CALLS", "tool-calls", "requires_action",
             "function_calls", "FinishReason.MALFORMED_FUNCTION_CALL"]
)  # fmt: skip
def test_a_stop_for_tools_in_any_spelling(word):
    assert (asks_for_tools(word), asks_for_none(word)) == (True, False)
    assert calls(RawSpan("m", kind=MODEL, finish=word, **ANSWER))[0] is None


@pytest.mark.parametrize(
    "word",
    [
        "stop",
        "STOP",
        "FinishReason.STOP",
        "FINISH_REASON_MAX_TOKENS",
        "endTurn",
        "end_turn",
        "content-filter",
        "Complete",
    ],
)
def test_a_stop_that_asks_for_no_tool_in_any_spelling(word):
    assert (asks_for_tools(word), asks_for_none(word)) == (False, True)
    assert calls(RawSpan("m", kind=MODEL, finish=word))[0] == ()


@pytest.mark.parametrize(
    "word", ["pause_turn", "incomplete", "unknown", "other", "FINISH_REASON_UNSPECIFIED", "handoff", ""]
)
def test_a_word_that_is_not_known_proves_nothing(word):
    assert (asks_for_tools(word), asks_for_none(word)) == (False, False)
    assert calls(RawSpan("m", kind=MODEL, finish=word))[0] is None


@pytest.mark.parametrize("word", ["pause_turn", "incomplete", "handoff"])
def test_a_reason_that_is_not_known_may_be_one_to_have_a_tool_called(word):
    assert calls(RawSpan("m", kind=MODEL, finish=word, **ANSWER))[0] is None


@pytest.mark.parametrize("word", ["unknown", "other", "FINISH_REASON_UNSPECIFIED", "error"])
def test_where_the_word_says_nothing_the_answer_does(word):
    assert calls(RawSpan("m", kind=MODEL, finish=word, **ANSWER))[0] == ()


def read(**attributes):
    named = {"gen_ai.operation.name": "chat", **{name.replace("__", "."): value for name, value in attributes.items()}}
    return Reader(NAMES, fields.Notes()).span(LoggedSpan("a", None, "chat", None, None, 1, "", named))


def _said(*parts, finish="stop"):
    return json.dumps([{"role": "assistant", "parts": list(parts), "finish_reason": finish}])


def test_a_tool_of_the_provider_is_named_beside_its_arguments():
    part = {
        "type": "server_tool_call",
        "id": "s1",
        "name": "fares",
        "server_tool_call": {"type": "lookup", "city": "Leeds"},
    }
    assert read(gen_ai__output__messages=_said(part)).asked == (("s1", ToolCall("fares", '{"city":"Leeds"}')),)
    unnamed = {"type": "server_tool_call", "server_tool_call": {"type": "lookup"}}
    assert [call.name for _, call in read(gen_ai__output__messages=_said(unnamed)).asked] == ["lookup"]


@pytest.mark.parametrize("part", [{"type": "handover", "to": "fares"}, {"shape": 1}, {"executableCode": {"code": "1"}}])
@pytest.mark.parametrize("finish", ["stop", "STOP", "max_tokens"])
def test_a_part_that_is_not_understood_counts_whatever_the_reason_to_stop(part, finish):
    answer = {"type": "text", "content": "At nine."}
    assert read(gen_ai__output__messages=_said(part, answer, finish=finish)).unread
    assert not read(gen_ai__output__messages=_said(answer, finish=finish)).unread


def test_one_choice_that_stopped_for_a_reason_not_known_is_enough():
    assert read(gen_ai__response__finish_reasons=["stop", "odd"]).finish == "odd"
    assert read(gen_ai__response__finish_reasons=["odd", "ToolCalls"]).finish == "toolcalls"
    assert read(gen_ai__response__finish_reasons=["stop", "length"]).finish == "stop"
