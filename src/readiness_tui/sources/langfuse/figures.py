"""Tokens, cost and duration of a Langfuse row.

Facts about the format (server 2 to 4, SDK 2 to 5): `usageDetails` names any number of counts; Langfuse's own views sum
those with "input" and those with "output" in their name, though SDKs also write an `input` that includes
`input_cached_tokens`; its `total` is what was sent, else the sum. Older servers write `usage` with a `unit`, or
`promptTokens`. Missing usage and cost are written as 0. `latency` is in seconds, but in milliseconds in what blob
storage integrations from before April 2026 export as observations_v2, and in trace downloads of some versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from readiness_tui.sources.kit import fields, measures, payload
from readiness_tui.sources.tracing.traced_case import duration_ms, elapsed_ms

_IN = (
    "input",
    "prompt",
    "promptTokens",
    "prompt_tokens",
    "input_tokens",
    "inputTokens",
    "inputUsage",
    "prompt_token_count",
)
_OUT = (
    "output", "completion", "completionTokens", "completion_tokens", "output_tokens", "outputTokens", "outputUsage",
    "candidates_token_count",
)  # fmt: skip
_TOTAL = ("total", "totalTokens", "total_tokens", "totalUsage", "total_token_count")
_OUTWARD = ("output", "completion", "reasoning", "thought", "candidates", "prediction")
_INWARD = ("input", "prompt", "cache")
_COSTS = ("totalCost", "calculatedTotalCost")


def tokens(row: Mapping[str, Any], notes: fields.Notes) -> tuple[int | None, int | None]:
    """Tokens in and out. Zeros alone mean that usage is missing."""
    unit = _object(row, "usage").get("unit", row.get("unit"))
    if isinstance(unit, str) and unit.strip() and unit.strip().upper() not in ("TOKENS", "TOKEN"):
        if any(_counts(row).values()):
            notes.add(f"usage in {unit.strip().upper()} is no count of tokens; its tokens are unknown")
        return None, None
    counts = _counts(row)
    into, out, total = _first(counts, _IN), _first(counts, _OUT), _first(counts, _TOTAL)
    named = {*_IN, *_OUT, *_TOTAL}
    outward = {name: n for name, n in counts.items() if name not in named and _has(name, _OUTWARD)}
    inward = {name: n for name, n in counts.items() if name not in named | outward.keys() and _has(name, _INWARD)}
    added = frozenset(name for name in (*inward, *outward) if "input" in name or "output" in name)
    if not inward and not outward and total and into and into > total - (out or 0) > 0:
        # Langfuse's own sum of every count with "input" in its name, cached tokens twice: the total has them once.
        notes.add("input is more than the total of tokens leaves for it; the total less the output is taken")
        into = total - (out or 0)
    found = measures.counted(into, out, total, inward, outward, added)
    if not found.into and not found.out:
        if found.said and total:
            notes.add(found.said)
        return None, None
    if found.said:
        notes.add(found.said)
    return found.into, found.out


def cost(row: Mapping[str, Any]) -> float | None:
    """US dollars; 0 is how Langfuse writes that it knows no price."""
    listed = {name: payload.amount(value) for name, value in _object(row, "costDetails").items()}
    if listed.get("total"):
        return listed["total"]
    parts = [value for name, value in listed.items() if name != "total" and value is not None]
    stated = (payload.amount(row.get(name)) for name in _COSTS)
    return (sum(parts) if parts else None) or next((value for value in stated if value), None)


def latency(
    row: Mapping[str, Any], started: datetime | None, ended: datetime | None, notes: fields.Notes
) -> float | None:
    """Milliseconds. Raises RecordError."""
    stated = next(
        (
            found
            for name, unit in (("latencyMs", 1.0), ("latency", 1000.0))
            if (found := duration_ms(row, name, unit_ms=unit)) is not None
        ),
        None,
    )
    found, said = measures.duration(stated, elapsed_ms(started, ended))
    if said:
        notes.add(f"latency: {said}")
    return None if found == 0 and ended is None else found  # a row without times writes 0 for what it does not know


def _counts(row: Mapping[str, Any]) -> dict[str, int]:
    """The counts of the first of its places that has one above 0."""
    flat = {name: row.get(name) for name in (*_IN, *_OUT, *_TOTAL) if name not in ("input", "output", "prompt")}
    for part in (_object(row, "usageDetails"), _object(row, "usage"), _object(row, "providedUsageDetails"), flat):
        found = {name: n for name, value in part.items() if (n := payload.count(value)) is not None}
        if any(found.values()):
            return found
    return {}


def _first(counts: Mapping[str, int], names: tuple[str, ...]) -> int | None:
    return next((counts[name] for name in names if name in counts), None)


def _has(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name.lower() for word in words)


def _object(row: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = payload.parsed(row.get(name))
    return found if isinstance(found, dict) else {}
