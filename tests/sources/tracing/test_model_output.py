"""What a model said and asked for, in the shapes that clients and frameworks log."""

from __future__ import annotations

import json

import pytest

from readiness_tui.domain.runs.model import ToolCall
from readiness_tui.sources.tracing.model_output import last_said, model_output, told, tool_message

ARGUMENTS = '{"city":"Leeds"}'
CALL = {"name": "weather", "arguments": ARGUMENTS}


def _lc(kind, **kwargs):
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", kind], "kwargs": kwargs}


ASKING = {
    "chat completion": {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function", "function": CALL}]},
    "choices": {
        "choices": [{"finish_reason": "tool_calls", "message": {"role": "assistant", "tool_calls": [{"id": "c1", "function": CALL}]}}]
    },
    "LangChain": {"type": "ai", "content": "", "tool_calls": [{"name": "weather", "args": {"city": "Leeds"}, "id": "c1"}]},
    "LangChain, older": {
        "role": "assistant", "content": "", "additional_kwargs": {"tool_calls": [{"id": "c1", "function": CALL}]}
    },
    "LangChain, serialised": {
        "generations": [[{"text": "", "message": _lc("AIMessage", content="", additional_kwargs={"function_call": CALL})}]]
    },
    "Anthropic": {"role": "assistant", "content": [
        {"type": "text", "text": "I look."}, {"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Leeds"}}
    ]},
    "Anthropic without a role": {"content": [{"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Leeds"}}]},
    "OpenAI responses": {"object": "response", "tools": [{"name": "weather"}], "output": [
        {"type": "function_call", "call_id": "c1", "id": "fc1", "name": "weather", "arguments": ARGUMENTS}
    ]},
    "Gemini": {"content": {"role": "model", "parts": [{"function_call": {"name": "weather", "args": {"city": "Leeds"}}}]}},
    "Vercel": [{"toolCallId": "c1", "toolName": "weather", "input": ARGUMENTS}],
    "calls as text": [{"role": "assistant", "content": json.dumps([{"id": "c1", "type": "function", "function": CALL}])}],
}  # fmt: skip


@pytest.mark.parametrize("shape", ASKING)
def test_a_requested_call_is_found(shape):
    for value in (ASKING[shape], json.dumps(ASKING[shape])):
        found = model_output(value)
        ((ident, call),) = found.asked
        assert call == ToolCall("weather", ARGUMENTS)
        assert ident in ("c1", "")
        assert found.understood


@pytest.mark.parametrize(
    "value",
    [
        "It is dry.",
        {"role": "assistant", "content": "It is dry."},
        [{"role": "user", "content": "Rain?"}, {"role": "assistant", "content": "It is dry."}],
        {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "It is dry.", "tool_calls": None}}]},
        {"generations": [[{"text": "It is dry.", "message": _lc("AIMessage", content="It is dry.")}]]},
        {"content": [{"type": "text", "text": "It is dry."}]},
        {"answer": "It is dry."},
        {"object": "response", "tools": [{"name": "weather"}], "tool_choice": "auto", "output": [
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "It is dry."}]}
        ]},
    ],
)  # fmt: skip
def test_an_answer_without_a_call_is_understood_as_one(value):
    found = model_output(value)
    assert (found.text, found.asked, found.understood) == ("It is dry.", (), True)


def test_a_call_of_an_earlier_turn_is_not_of_this_request():
    earlier = {"role": "assistant", "content": "", "tool_calls": [{"id": "c0", "function": CALL}]}
    turns = [earlier, {"role": "user", "content": "And now?"}, {"role": "assistant", "content": "Dry."}]
    assert model_output(turns).asked == ()


@pytest.mark.parametrize("value", [{"toolRequests": [{"weather": "Leeds"}]}, {"x": {"function_to_run": "weather"}}])
def test_a_call_may_hide_in_what_is_not_understood(value):
    assert not model_output(value).understood


def test_nothing_said_is_nothing():
    for value in (None, {}, []):
        assert model_output(value) == model_output(None)
    assert model_output("").text == ""


def test_why_it_stopped_is_said_in_lower_case():
    assert (
        model_output({"choices": [{"finish_reason": "STOP", "message": {"content": "x", "role": "assistant"}}]}).finish
        == "stop"
    )


def test_results_and_tool_messages():
    message = {"type": "tool", "content": "dry", "tool_call_id": "c1", "name": "weather"}
    assert tool_message(message) == ("c1", '"dry"')
    given = [{"role": "user", "content": "Rain?"}, {"type": "function_call_output", "call_id": "c2", "output": "dry"}]
    assert told(given) == {"c2": '"dry"'}
    assert tool_message({"city": "Leeds"}) is None


def test_the_last_text_of_a_role():
    parts = [
        {"role": "user", "parts": [{"type": "text", "content": "Rain?"}]},
        {"role": "assistant", "content": "Dry."},
    ]
    assert (last_said(parts, "user"), last_said(parts, "assistant")) == ("Rain?", "Dry.")
