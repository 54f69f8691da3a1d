"""Tokens and cost, as the structures and conventions of tracers give them."""

from __future__ import annotations

import math
from typing import Any

from readiness_tui.sources.kit import payload

_INPUT = ("input", "input_tokens", "prompt_tokens", "inputTokens", "promptTokens")
_OUTPUT = ("output", "output_tokens", "completion_tokens", "outputTokens", "completionTokens")
_TOTAL = ("total", "total_tokens", "totalTokens")


def with_cache(
    stated: int | None,
    read: int | None,
    written: int | None,
    output: int | None,
    total: int | None,
    beside: bool = False,
) -> int | None:
    """All input tokens. Some tools count those from the cache in `stated`, some (Anthropic's own figures) beside it:
    `total` decides, and what is in the cache cannot be more than the whole. `beside`: it is known that they do."""
    cache = (read or 0) + (written or 0)
    if stated is None or not cache:
        return stated
    if beside or cache > stated:
        return stated + cache
    return stated + cache if total is not None and stated + (output or 0) + cache == total else stated


def of_usage(usage: Any) -> tuple[int | None, int | None]:
    """Input and output tokens of usage details. Each part of the input (cached, audio) has a key with "input" in it;
    whether the plain one includes the others is for the total to say, else they are parts beside each other."""
    if not isinstance(usage, dict):
        return None, None
    into, into_parts = _parts(usage, _INPUT, "input")
    out, out_parts = _parts(usage, _OUTPUT, "output")
    total = next((payload.count(usage[name]) for name in _TOTAL if name in usage), None)
    all_in, all_out = _plus(into, into_parts), _plus(out, out_parts)
    if total is not None:
        for one in (all_in, into):
            for other in (all_out, out):
                if (one or 0) + (other or 0) == total:
                    return one, other
    return all_in, all_out


def of_costs(costs: Any) -> float | None:
    """The total of cost details, else their sum."""
    if not isinstance(costs, dict):
        return None
    total = payload.amount(costs.get("total", costs.get("total_cost")))
    if total is not None:
        return total
    parts = [amount for value in costs.values() if (amount := payload.amount(value)) is not None]
    return math.fsum(parts) if parts else None


def _parts(usage: dict[str, Any], plain: tuple[str, ...], word: str) -> tuple[int | None, int | None]:
    whole = next((found for name in plain if (found := payload.count(usage.get(name))) is not None), None)
    counts = [payload.count(value) for name, value in usage.items() if word in name.casefold() and name not in plain]
    known = [count for count in counts if count is not None]
    return whole, sum(known) if known else None


def _plus(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)
