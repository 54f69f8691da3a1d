"""Tokens and cost of a LangSmith run.

Facts about the format (SDK 0.15, LangChain): `prompt_tokens` and `input_tokens` include what was read from or written to a
cache, which `prompt_token_details` and `input_token_details` name; a provider's own usage (Anthropic's) may exclude it.
0 tokens are missing ones; a cost is a number or a text, and 0 beside tokens where LangSmith has no price for the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from readiness_tui.sources.kit import fields, measures, payload
from readiness_tui.sources.kit.literal import structure
from readiness_tui.sources.kit.payload import inner

_IN = ("prompt_tokens", "input_tokens", "promptTokens", "inputTokens", "prompt_token_count")
_OUT = ("completion_tokens", "output_tokens", "completionTokens", "outputTokens", "candidates_token_count")
_TOTAL = ("total_tokens", "totalTokens", "total_token_count")
_DETAILS_IN = ("prompt_token_details", "input_token_details", "prompt_tokens_details")
_DETAILS_OUT = ("completion_token_details", "output_token_details", "completion_tokens_details")
_CACHED = frozenset(
    {"cache_read", "cache_creation", "cached_tokens", "ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"}
)
_BESIDE = frozenset({"cache_read_input_tokens", "cache_creation_input_tokens"})  # Anthropic's, not in input_tokens
_DEEP = 6


def tokens(run: Mapping[str, Any], notes: fields.Notes) -> tuple[int | None, int | None]:
    for part in _places(run):
        into, out, total = (_first(part, names) for names in (_IN, _OUT, _TOTAL))
        if not into and not out and not total:
            continue
        beside = {name: n for name in _BESIDE if (n := payload.count(part.get(name)))}
        inward = {**_details(part, _DETAILS_IN, _CACHED), **beside}
        outward = _details(part, _DETAILS_OUT, frozenset({"reasoning", "reasoning_tokens"}))
        if not total and not beside:  # LangChain's and LangSmith's own counts include them
            inward = outward = {}
        found = measures.counted(into, out, total, inward, outward, frozenset(beside))
        if found.said:
            notes.add(found.said)
        return found.into, found.out
    return None, None


def cost(run: Mapping[str, Any]) -> float | None:
    """US dollars; 0 if LangSmith says so, which beside tokens means that it knows no price."""
    total = payload.amount(run.get("total_cost"))
    if total:
        return total
    parts = [
        found for name in ("prompt_cost", "completion_cost") if (found := payload.amount(run.get(name))) is not None
    ]
    return sum(parts) if any(parts) else total


def _places(run: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Where usage may stand, LangSmith's own counts first."""
    outputs = run.get("outputs")
    yield run
    yield inner(inner(run.get("extra"), "metadata"), "usage_metadata")
    for name in ("usage_metadata", "usage", "token_usage"):
        yield inner(outputs, name)
    yield inner(inner(outputs, "llm_output"), "token_usage")
    yield inner(inner(outputs, "llmOutput"), "tokenUsage")
    yield _in_message(outputs)


def _in_message(value: Any, depth: int = 0) -> dict[str, Any]:
    """The usage_metadata of a message in the generations of a model's output."""
    if depth > _DEEP:
        return {}
    if isinstance(value, list):
        return next((found for part in value if (found := _in_message(part, depth + 1))), {})
    if not isinstance(value, dict):
        return {}
    if found := inner(value, "usage_metadata"):
        return found
    around = (value.get(name) for name in ("generations", "message", "kwargs", "output", "messages"))
    return next((found for part in around if (found := _in_message(part, depth + 1))), {})


def _first(part: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return next((found for name in names if (found := payload.count(part.get(name))) is not None), None)


def _details(part: Mapping[str, Any], places: tuple[str, ...], names: frozenset[str]) -> dict[str, int]:
    """What is named of the tokens; if `cache_creation` stands beside the tokens by their lifetime, it is their sum."""
    found = {}
    for place in places:
        listed = structure(part.get(place))
        for name, value in listed.items() if isinstance(listed, dict) else ():
            if name in names and (n := payload.count(value)):
                found[name] = n
    return found
