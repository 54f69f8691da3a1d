"""Every source of rows reads a model's output the same: its calls, or that something in it was not understood."""

from __future__ import annotations

import json

import pytest

from readiness_tui.sources.tracing.model_call import answered, called
from readiness_tui.sources.tracing.model_output import model_output

TEXT = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "At nine."}]}
CHOICE = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "At nine."}}
CUSTOM = {"id": "c1", "type": "custom", "custom": {"name": "hours", "input": "shop"}}
ASKING = {
    "hours": {"object": "response", "output": [{"type": "custom_tool_call", "call_id": "c", "name": "hours", "input": "x"}, TEXT]},
    "computer": {"object": "response", "output": [{"type": "computer_call", "id": "c", "action": {"x": 1}}, TEXT]},
    "web_search": {"output": [{"type": "web_search_call", "id": "c", "action": {"query": "hours"}}, TEXT]},
    "opening": {"choices": [CHOICE, {"index": 1, "finish_reason": "tool_calls", "message": {
        "role": "assistant", "content": None, "tool_calls": [{"id": "c", "function": {"name": "opening", "arguments": "{}"}}]}}]},
    "hours ": {"choices": [{"message": {"role": "assistant", "content": "At nine.", "tool_calls": [CUSTOM]}}]},
}  # fmt: skip
UNCLEAR = [
    {"candidates": [{"content": {"parts": [{"text": "At nine."}]}, "groundingMetadata": {"webSearchQueries": ["hours"]}}]},
    {"candidates": [{"content": {"parts": [{"executableCode": {"code": "1"}}, {"text": "At nine."}]}, "finishReason": "STOP"}]},
    {"text": "At nine.", "steps": [{"toolCalls": [{"toolName": "hours"}]}], "finishReason": "stop"},
    [{"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": "hours"}}]}}]}],
]  # fmt: skip


@pytest.mark.parametrize("name", ASKING)
def test_tools_of_the_provider_and_of_any_choice_are_calls(name):
    for value in (ASKING[name], json.dumps(ASKING[name])):
        text, asked = answered(value)
        assert [call.name for call in called(asked)] == [name.strip()]
        assert asked == model_output(value).asked
        assert text == "At nine."


@pytest.mark.parametrize("value", UNCLEAR)
def test_what_may_hide_a_call_is_not_none(value):
    assert answered(value)[1] is None
    assert model_output(value).unread


def test_a_gateways_answer_without_messages_says_nothing_of_tools():
    assert answered("At nine.") == ("At nine.", None)
    assert answered({"reply": "At nine."})[1] is None
    assert answered({"choices": [CHOICE]}) == ("At nine.", ())


def test_a_call_in_the_content_and_beside_it_is_one():
    call = {"type": "tool_use", "id": "c1", "name": "hours", "input": {}}
    said = {"type": "ai", "content": [call], "tool_calls": [{"name": "hours", "args": {}, "id": "c1"}]}
    assert [one.name for one in called(answered(said)[1])] == ["hours"]
