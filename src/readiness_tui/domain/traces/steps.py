"""What a record's steps and tool calls say: in which order, which call a step made, and what their attributes mean."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from readiness_tui.domain.runs.model import Span, SpanKind, ToolCall, Trace
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.measured import utc

_FALSE = frozenset({"", "false", "no", "0", "none", "null", "off", "read", "readonly", "read_only"})
_NO_ID = frozenset(
    """true false yes no ok approved auto automatic automatically system bypass bypassed skip skipped pending id key
    approval test x 0""".split()  # noqa: SIM905
)
_OFF = frozenset({"off", "disabled", "skip", "skipped", "noop", "no_op", "none", "bypass", "dry_run"})


def has_value(value: Any) -> bool:
    """Whether an attribute has a value that can be an id or a key: a word that only says yes is none."""
    return value is not None and has(str(value)) and str(value).strip().casefold() not in _NO_ID


def flag(value: Any) -> bool:
    """Whether an attribute means yes, whatever its type."""
    return value is not None and str(value).strip().casefold() not in _FALSE


def in_order(spans: tuple[Span, ...]) -> list[Span]:
    """By start if every step has one, else as recorded."""
    starts: list[datetime] = [utc(span.started_at) for span in spans if span.started_at is not None]
    if len(starts) < len(spans):
        return list(spans)
    return [span for _, _, span in sorted(zip(starts, range(len(spans)), spans, strict=True), key=lambda row: row[:2])]


def of_kind(trace: Trace, kind: SpanKind) -> list[Span]:
    return [span for span in trace.spans or () if span.kind is kind]


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call with its step's attributes, if the log has both."""

    call: ToolCall
    attributes: dict[str, Any]
    error: str | None

    def id_of(self, name: str) -> str | None:
        """The call's id of this name, on its step or among its arguments."""
        plain = name.replace("_", "")
        told = [value for key, value in arguments(self.call).items() if re.sub("[_-]", "", key).casefold() == plain]
        return next((str(value) for value in (self.attributes.get(name), *told) if has_value(value)), None)


def arguments(call: ToolCall) -> dict[str, Any]:
    if not call.arguments or not call.arguments.lstrip().startswith("{"):
        return {}
    try:
        found = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def calls(trace: Trace) -> Iterator[Call]:
    """The trace's tool calls by name, those of one name in their order; a step and the call it made count as one."""
    yield from sorted(_logged(trace), key=lambda call: call.call.name)


def _logged(trace: Trace) -> Iterator[Call]:
    steps = of_kind(trace, SpanKind.TOOL)
    logged = trace.tool_calls or ()
    if not logged:
        yield from (Call(ToolCall(step.name, error=step.error), step.attributes, step.error) for step in steps)
        return
    if len(steps) == len(logged):
        for call, step in zip(logged, steps, strict=True):
            yield Call(call, step.attributes, call.error or step.error)
        return
    for call in logged:
        own = next((step for step in steps if _is_of(step, call.name)), None)
        if own is not None:
            steps.remove(own)
        yield Call(call, own.attributes if own else {}, call.error)


def _is_of(step: Span, tool: str) -> bool:
    return tool in (step.name, step.attributes.get("tool")) or step.name.endswith(f" {tool}")


def works(guard: Span) -> bool:
    """Whether a guard's step shows that it decided: one that failed, or was switched off, let the request pass."""
    said = {name: guard.attributes.get(name) for name in ("skipped", "disabled", "bypassed")}
    off = any(flag(value) for value in said.values()) or (
        "enabled" in guard.attributes and not flag(guard.attributes["enabled"])
    )
    return guard.error is None and not off and str(guard.attributes.get("mode", "")).casefold() not in _OFF
