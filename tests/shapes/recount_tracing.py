"""Counts straight from the raw OTLP: a few lines a shape, none of our readers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def _value(value: dict[str, Any]) -> Any:
    ((kind, held),) = value.items()
    if kind == "arrayValue":
        return [_value(part) for part in held["values"]]
    return int(held) if kind == "intValue" else held


def _spans(path: Path) -> Iterator[dict[str, Any]]:
    """Each span with its attributes as a plain dictionary `a`, and its events as pairs of name and dictionary."""
    for line in path.read_text(encoding="utf-8").splitlines():
        for outer in json.loads(line)["resourceSpans"]:
            for scoped in outer["scopeSpans"]:
                for span in scoped["spans"]:
                    plain = {part["key"]: _value(part["value"]) for part in span["attributes"]}
                    events = [
                        (event["name"], {part["key"]: _value(part["value"]) for part in event["attributes"]})
                        for event in span.get("events", ())
                    ]
                    yield {**span, "a": plain, "e": events}


def _with(path: Path, name: str, value: Any = None) -> list[dict[str, Any]]:
    found = [span for span in _spans(path) if name in span["a"]]
    return found if value is None else [span for span in found if span["a"][name] == value]


def _sum(spans: list[dict[str, Any]], name: str) -> float:
    return float(sum(span["a"][name] for span in spans))


def _root(path: Path) -> dict[str, Any]:
    return next(span for span in _spans(path) if not span.get("parentSpanId"))


def _ms(span: dict[str, Any]) -> float:
    return (int(span["endTimeUnixNano"]) - int(span["startTimeUnixNano"])) / 1e6


def unset_status(path: Path) -> dict[str, Any]:
    codes = [span["status"].get("code", 0) for span in _spans(path)]
    return {"traces": len(codes), "errors": codes.count(2), "success": codes.count(0) + codes.count(1)}


def unset_ends(path: Path) -> dict[str, Any]:
    """A root with 5xx, error.type, an exception that escaped or an error's level failed; 4xx, an exception that was
    handled and an answer that a filter stopped are neither."""
    roots = [span for span in _spans(path) if not span.get("parentSpanId")]
    failed = [
        span
        for span in roots
        if span["a"].get("http.response.status_code", 0) >= 500
        or "error.type" in span["a"]
        or span["a"].get("logfire.level_num", 0) >= 17
        or any(event.get("exception.escaped") == "True" for _, event in span["e"])
    ]
    filtered = [s for s in _with(path, "gen_ai.response.finish_reasons") if s["a"]["gen_ai.response.finish_reasons"] == ["content_filter"]]  # fmt: skip
    open_ends = [s for s in roots if s not in failed and (s["e"] or s["a"].get("http.response.status_code", 0) >= 400)]
    return {"errors": len(failed), "success": len(roots) - len(failed) - len(filtered) - len(open_ends)}


def _vercel(path: Path, sent: str, answer: str) -> dict[str, Any]:
    tools = [span["a"] for span in _with(path, "ai.toolCall.name")]
    calls = [span for span in _spans(path) if ".do" in span["name"]]
    root = _root(path)["a"]
    return {
        "traces": 1,
        "calls": len(tools),
        "tools": [tool["ai.toolCall.name"] for tool in tools],
        "arguments": [tool["ai.toolCall.args"] for tool in tools],
        "results": [tool["ai.toolCall.result"] for tool in tools],
        "tokens in": _sum(calls, "gen_ai.usage.input_tokens"),
        "tokens out": _sum(calls, "gen_ai.usage.output_tokens"),
        "questions": [sent],
        "answers": [root[answer]],
        "latency ms": _ms(_root(path)),
    }


def vercel(path: Path) -> dict[str, Any]:
    return _vercel(path, json.loads(_root(path)["a"]["ai.prompt"])["prompt"], "ai.response.text")


def vercel_v5(path: Path) -> dict[str, Any]:
    said = json.loads(_root(path)["a"]["ai.prompt"])["messages"][-1]["content"][0]["text"]
    return _vercel(path, said, "ai.response.text")


def vercel_v3(path: Path) -> dict[str, Any]:
    """No step is a tool call, and every model call says that it stopped by itself: none was called."""
    inner = [span for span in _spans(path) if span["name"].endswith(".doGenerate")]
    assert {span["a"]["ai.finishReason"] for span in inner} == {"stop"}
    return {
        "traces": len({span["traceId"] for span in inner}),
        "calls": 0,
        "calls unknown": 0,
        "tokens in": _sum(inner, "ai.usage.promptTokens"),
        "tokens out": _sum(inner, "ai.usage.completionTokens"),
    }


def openinference_definition(path: Path) -> dict[str, Any]:
    tools = [span["a"] for span in _with(path, "openinference.span.kind", "TOOL")]
    models = _with(path, "openinference.span.kind", "LLM")
    return {
        "calls": len(tools),
        "arguments": [tool["input.value"] for tool in tools],
        "results": [json.dumps(tool["output.value"]) for tool in tools],
        "tokens in": _sum(models, "llm.token_count.prompt"),
        "success": sum(span["status"].get("code") == 1 and "parentSpanId" not in span for span in _spans(path)),
    }


def _pydantic(path: Path, question: str, answer: str) -> dict[str, Any]:
    tools = [span["a"] for span in _with(path, "tool_arguments") if span["a"]["gen_ai.tool.name"] != "final_result"]
    chats = _with(path, "gen_ai.operation.name", "chat")
    return {
        "calls": len(tools),
        "tools": [tool["gen_ai.tool.name"] for tool in tools],
        "arguments": [tool["tool_arguments"] for tool in tools],
        "results": [tool["tool_response"] for tool in tools],
        "cost": _sum(chats, "operation.cost"),
        "tokens in": _sum(chats, "gen_ai.usage.input_tokens"),
        "tokens out": _sum(chats, "gen_ai.usage.output_tokens"),
        "questions": [question],
        "answers": [answer],
    }


def logfire(path: Path) -> dict[str, Any]:
    root = _root(path)["a"]
    asked = [event for event in json.loads(root["all_messages_events"]) if event["role"] == "user"]
    return _pydantic(path, asked[-1]["content"], root["final_result"])


def pydantic_v2(path: Path) -> dict[str, Any]:
    """The messages before the run's own are of an earlier one: its tool call is none of this request."""
    root = _root(path)["a"]
    own = json.loads(root["pydantic_ai.all_messages"])[root["pydantic_ai.new_message_index"] :]
    return _pydantic(path, own[0]["parts"][0]["content"], json.loads(root["final_result"])["city"])


def traceloop_workflow(path: Path) -> dict[str, Any]:
    (chat,) = (span["a"] for span in _with(path, "gen_ai.operation.name", "chat"))
    return {
        "questions": [json.loads(chat["gen_ai.input.messages"])[0]["parts"][0]["content"]],
        "answers": [json.loads(chat["gen_ai.output.messages"])[0]["parts"][0]["content"]],
        "tokens in": float(chat["gen_ai.usage.input_tokens"]),
        "tokens out": float(chat["gen_ai.usage.output_tokens"]),
    }


def traceloop_langgraph(path: Path) -> dict[str, Any]:
    tools = [span["a"] for span in _with(path, "traceloop.span.kind", "tool")]
    chats = _with(path, "llm.request.type", "chat")
    return {
        "tools": [tool["traceloop.entity.name"] for tool in tools],
        "arguments": [
            json.dumps(json.loads(t["traceloop.entity.input"])["inputs"], separators=(",", ":")) for t in tools
        ],
        "results": [json.dumps(json.loads(t["traceloop.entity.output"])["output"]["kwargs"]["content"]) for t in tools],
        "tokens in": _sum(chats, "gen_ai.usage.prompt_tokens"),
        "tokens out": _sum(chats, "gen_ai.usage.completion_tokens"),
        "questions": [chats[0]["a"]["gen_ai.prompt.0.content"]],
        "answers": [chats[-1]["a"]["gen_ai.completion.0.content"]],
    }


def azure_inference(path: Path) -> dict[str, Any]:
    chats = _with(path, "gen_ai.operation.name", "chat")
    said = [(name, json.loads(event["gen_ai.event.content"])) for chat in chats for name, event in chat["e"]]
    asked = [call["function"] for name, body in said if name == "gen_ai.choice" for call in body["message"].get("tool_calls", ())]  # fmt: skip
    ran = [span["a"] for span in _with(path, "code.function.return.value")]
    return {
        "tools": [call["name"] for call in asked],
        "arguments": [call["arguments"] for call in asked],
        "results": [span["code.function.return.value"] for span in ran],
        "questions": [next(body["content"] for name, body in said if name == "gen_ai.user.message")],
        "answers": [said[-1][1]["message"]["content"]],
        "tokens in": _sum(chats, "gen_ai.usage.input_tokens"),
    }


def azure_agents(path: Path) -> dict[str, Any]:
    root = _root(path)
    said = [json.loads(event["gen_ai.event.content"]) for _, event in root["e"]]
    asked = [call["function"] for body in said for call in body.get("tool_calls", ())]
    return {
        "tools": [call["name"] for call in asked],
        "arguments": [call["arguments"] for call in asked],
        "results": [body["content"] for body in said if "id" in body],
        "questions": [said[0]["content"]],
        "answers": [said[-1]["content"]],
        "tokens in": float(root["a"]["gen_ai.usage.input_tokens"]),
    }


def braintrust(path: Path) -> dict[str, Any]:
    kinds = {"llm": [], "tool": []}
    for span in _with(path, "braintrust.span_attributes"):
        kinds.setdefault(json.loads(span["a"]["braintrust.span_attributes"])["type"], []).append(span["a"])
    metrics = [json.loads(one["braintrust.metrics"]) for one in kinds["llm"]]
    root = _root(path)["a"]
    return {
        "tools": ["track_parcel"] * len(kinds["tool"]),
        "arguments": [one["braintrust.input_json"] for one in kinds["tool"]],
        "results": [one["braintrust.output_json"] for one in kinds["tool"]],
        "tokens in": float(sum(one["prompt_tokens"] for one in metrics)),
        "tokens out": float(sum(one["completion_tokens"] for one in metrics)),
        "questions": [json.loads(root["braintrust.input_json"])["question"]],
        "answers": [json.loads(root["braintrust.output_json"])],
    }


def google_adk(path: Path) -> dict[str, Any]:
    tools = [s["a"] for s in _with(path, "gen_ai.tool.name") if s["a"]["gen_ai.tool.name"] != "(merged tools)"]
    calls = _with(path, "gcp.vertex.agent.invocation_id")
    last = json.loads(calls[-1]["a"]["gcp.vertex.agent.llm_response"])
    first = json.loads(calls[0]["a"]["gcp.vertex.agent.llm_request"])
    return {
        "calls": len(tools),
        "arguments": [tool["gcp.vertex.agent.tool_call_args"] for tool in tools],
        "results": [tool["gcp.vertex.agent.tool_response"] for tool in tools],
        "tokens in": _sum(calls, "gen_ai.usage.input_tokens"),
        "tokens out": _sum(calls, "gen_ai.usage.output_tokens"),
        "questions": [first["contents"][0]["parts"][0]["text"]],
        "answers": [last["content"]["parts"][0]["text"]],
    }


def strands(path: Path) -> dict[str, Any]:
    """Bedrock's input leaves out what came from the cache, and the total has it: all of the input is total − output."""
    chats = [span["a"] for span in _with(path, "gen_ai.operation.name", "chat")]
    tools = _with(path, "gen_ai.operation.name", "execute_tool")
    return {
        "tools": [tool["a"]["gen_ai.tool.name"] for tool in tools],
        "arguments": [_strands_arguments(tool) for tool in tools],
        "call errors": sum(tool["a"]["gen_ai.tool.status"] == "error" for tool in tools),
        "tokens in": float(sum(c["gen_ai.usage.total_tokens"] - c["gen_ai.usage.output_tokens"] for c in chats)),
        "tokens out": float(sum(c["gen_ai.usage.output_tokens"] for c in chats)),
        "calls": len(tools),
    }


def _strands_arguments(tool: dict[str, Any]) -> str:
    for _, event in tool["e"]:
        if "gen_ai.input.messages" in event:
            (part,) = json.loads(event["gen_ai.input.messages"])[0]["parts"]
            return json.dumps(part["arguments"], separators=(",", ":"))
        if "content" in event:
            return event["content"]
    raise AssertionError(tool["name"])


def openai_agents(path: Path) -> dict[str, Any]:
    tools = [span["a"] for span in _spans(path) if span["name"].startswith("Function")]
    answers = [json.loads(span["a"]["response"]) for span in _with(path, "response")]
    return {
        "tools": [tool["name"] for tool in tools],
        "arguments": [tool["input"] for tool in tools],
        "results": [json.dumps(tool["output"]) for tool in tools],
        "tokens in": float(sum(one["usage"]["input_tokens"] for one in answers)),
        "tokens out": float(sum(one["usage"]["output_tokens"] for one in answers)),
        "questions": [json.loads(_with(path, "raw_input")[0]["a"]["raw_input"])[0]["content"]],
        "answers": [answers[-1]["output"][0]["content"][0]["text"]],
    }


def haystack(path: Path) -> dict[str, Any]:
    parts = {span["a"]["haystack.component.name"]: span["a"] for span in _with(path, "haystack.component.name")}
    return {
        "chunks": len(json.loads(parts["retriever"]["haystack.component.output"])["documents"]),
        "chunks unknown": 0,
        "calls unknown": 0,
        "answers": json.loads(parts["llm"]["haystack.component.output"])["replies"],
    }


def mcp(path: Path) -> dict[str, Any]:
    """The agent's step, the client's request and the server's answer to it are one call."""
    own = [span["a"] for span in _with(path, "gen_ai.operation.name", "execute_tool")]
    return {
        "calls": len(own),
        "arguments": [span["gen_ai.tool.call.arguments"] for span in own],
        "results": [span["gen_ai.tool.call.result"] for span in own],
    }


def claude_code(path: Path) -> dict[str, Any]:
    """Anthropic's input leaves out what was read from and written to the cache."""
    calls = [span["a"] for span in _spans(path) if span["name"] == "claude_code.llm_request"]
    parts = ("input_tokens", "cache_read_tokens", "cache_creation_tokens")
    return {
        "tools": [span["a"]["tool_name"] for span in _spans(path) if span["name"] == "claude_code.tool"],
        "arguments": [None],
        "questions": [None],
        "tokens in": float(sum(call[part] for call in calls for part in parts)),
        "tokens out": float(sum(call["output_tokens"] for call in calls)),
    }


def genkit(path: Path) -> dict[str, Any]:
    tools = [span["a"] for span in _with(path, "genkit:metadata:subtype", "tool")]
    root = _root(path)["a"]
    return {
        "tools": [tool["genkit:name"] for tool in tools],
        "arguments": [tool["genkit:input"] for tool in tools],
        "results": [tool["genkit:output"] for tool in tools],
        "questions": [json.loads(root["genkit:input"])],
        "answers": [json.loads(root["genkit:output"])],
        "tokens in": None,
    }


def spring_ai(path: Path) -> dict[str, Any]:
    tools = [span["a"] for span in _with(path, "spring.ai.kind", "tool_call")]
    (search,) = _with(path, "spring.ai.kind", "vector_store")
    chats = [span["a"] for span in _with(path, "gen_ai.operation.name", "chat")]
    return {
        "tools": [tool["spring.ai.tool.definition.name"] for tool in tools],
        "arguments": [tool["spring.ai.tool.call.arguments"] for tool in tools],
        "results": [tool["spring.ai.tool.call.result"] for tool in tools],
        "chunks": len(json.loads(search["a"]["db.vector.query.response.documents"])),
        "tokens in": float(sum(int(chat["gen_ai.usage.input_tokens"]) for chat in chats)),
        "tokens out": float(sum(int(chat["gen_ai.usage.output_tokens"]) for chat in chats)),
    }


def mastra(path: Path) -> dict[str, Any]:
    tools = [span["a"] for span in _with(path, "mastra.span.type", "tool_call")]
    steps = _with(path, "mastra.span.type", "model_step")
    root = _root(path)["a"]
    return {
        "tools": [tool["gen_ai.tool.name"] for tool in tools],
        "arguments": [tool["gen_ai.tool.call.arguments"] for tool in tools],
        "tokens in": _sum(steps, "gen_ai.usage.input_tokens"),
        "tokens out": _sum(steps, "gen_ai.usage.output_tokens"),
        "questions": [json.loads(root["mastra.agent_run.input"])[0]["content"]],
        "answers": [json.loads(root["mastra.agent_run.output"])["text"]],
    }


def unknown_vendor(path: Path) -> dict[str, Any]:
    """Two steps of a kind that no table knows: one of two requests may have called anything."""
    strange = {span["traceId"] for span in _with(path, "acme.kind", "action")}
    return {
        "traces": len({span["traceId"] for span in _spans(path)}),
        "calls unknown": len(strange),
        "calls": 0,
        "tokens in": _sum(_with(path, "gen_ai.operation.name", "chat"), "gen_ai.usage.input_tokens"),
    }


def content_off(path: Path) -> dict[str, Any]:
    """Without content only the reason to stop tells, and Gemini stops with "stop" for tools, too."""
    models = [span["a"] for span in _with(path, "gen_ai.response.finish_reasons")]
    sure = [
        m
        for m in models
        if m["gen_ai.response.finish_reasons"] == ["stop"] and "gemini" not in m["gen_ai.request.model"]
    ]
    return {"traces": len(models), "calls unknown": len(models) - len(sure), "calls": 0}


def langfuse_span_tool(path: Path) -> dict[str, Any]:
    spans = [span["a"] for span in _with(path, "langfuse.observation.type", "span")]
    usage = [json.loads(s["a"]["langfuse.observation.usage_details"]) for s in _with(path, "langfuse.observation.usage_details")]  # fmt: skip
    return {
        "tools": ["track_parcel"],
        "arguments": [spans[1]["langfuse.observation.input"]],
        "results": [spans[1]["langfuse.observation.output"]],
        "tokens in": float(sum(one["total"] - one["output"] for one in usage)),
        "tokens out": float(sum(one["output"] for one in usage)),
        "answers": [json.loads(spans[0]["langfuse.observation.output"])["answer"]],
    }


strands_latest = strands
