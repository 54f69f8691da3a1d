"""The name of a tool in the name of a step, without what conventions put around it."""

from __future__ import annotations

from functools import lru_cache

#: What stands before or after the tool's name → who writes it.
BEFORE = {
    "execute_tool ": "OpenTelemetry GenAI, Strands, Google ADK, Semantic Kernel",
    "running tool: ": "pydantic-ai, Logfire",
    "running tool ": "pydantic-ai, Logfire",
    "running output function: ": "pydantic-ai",
    "tools/call ": "OpenTelemetry MCP",
    "ai.toolCall ": "Vercel AI SDK with a function id",
    "Tool: ": "Strands before 1.0, by hand",
    "tool: ": "by hand",
    "Tool call: ": "by hand",
    "tool_call: ": "by hand",
    "tool call: ": "by hand",
    "Function: ": "OpenAI Agents SDK in Logfire",
    "call_tool ": "by hand, MCP clients",
    "invoke_tool ": "by hand",
    "tool ": "by hand, FastMCP",
    "tool.": "by hand, Haystack",
}
AFTER = {
    ".tool": "OpenLLMetry",
    " (tool)": "by hand",
}


_LONG = 200  # characters; such a name is not remembered


def tool_name(name: str) -> str:
    """ "execute_tool lookup", "running tool: lookup" and "lookup.tool" are all of the tool "lookup"."""
    return _tool_name(name) if len(name) <= _LONG else _tool_name.__wrapped__(name)


@lru_cache(maxsize=1024)
def _tool_name(name: str) -> str:
    found = name.strip()
    for start in BEFORE:
        if found.startswith(start):
            found = found[len(start) :]
            break
    for end in AFTER:
        found = found.removesuffix(end)
    return found.strip() or name
