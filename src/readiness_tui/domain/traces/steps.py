"""What a record's steps and tool calls say: in which order, which call a step made, and what their attributes mean."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from readiness_tui.domain.runs.model import Span, SpanKind, ToolCall, Trace
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.measured import utc

_FALSE = frozenset({"", "false", "no", "0", "none", "null", "off", "read", "readonly", "read_only"})
_NO_ID = frozenset(
    """true false yes no ok approved auto automatic automatically system bypass bypassed skip skipped pending id key
    approval test x 0""".split()  # noqa: SIM905
)
#: The ids that a call may carry, on its step or among its arguments.
IDS = ("approval_id", "idempotency_key")
_PLAIN_IDS = tuple(name.replace("_", "") for name in IDS)
_OFF = frozenset({"off", "disabled", "skip", "skipped", "noop", "no_op", "none", "bypass", "dry_run"})


def has_value(value: Any) -> bool:
    """Whether an attribute has a value that can be an id or a key: a word that only says yes is none."""
    return value is not None and has(str(value)) and str(value).strip().casefold() not in _NO_ID


def flag(value: Any) -> bool:
    """Whether an attribute means yes, whatever its type."""
    return value is not None and str(value).strip().casefold() not in _FALSE


def in_order(spans: tuple[Span, ...]) -> list[Span]:
    """By start if every step has one, else as recorded."""
    starts: list[datetime] = [
        at if at.tzinfo is UTC else utc(at) for at in [span.started_at for span in spans] if at is not None
    ]
    if len(starts) < len(spans):
        return list(spans)
    return [spans[at] for at in sorted(range(len(spans)), key=starts.__getitem__)]


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


def may_hold_ids(arguments: str | None) -> bool:
    """Whether an id may be among a call's arguments: quick, and True where in doubt."""
    if not arguments:
        return False
    plain = arguments.replace("_", "").replace("-", "").casefold()
    return any(name in plain for name in _PLAIN_IDS) or "\\" in arguments


def arguments(call: ToolCall) -> dict[str, Any]:
    return _parsed(call.arguments) if call.arguments and call.arguments.lstrip().startswith("{") else {}


@lru_cache(8)  # one call's are asked for several times in a row
def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def calls(trace: Trace) -> list[Call]:
    """The trace's tool calls by name, those of one name in their order; a step and the call it made count as one."""
    found = [
        Call(call, step.attributes if step else {}, call.error or step.error if step and together else call.error)
        for call, step, together in made_by(trace)
    ]
    if not trace.tool_calls:
        steps = of_kind(trace, SpanKind.TOOL)
        found = [Call(ToolCall(step.name, error=step.error), step.attributes, step.error) for step in steps]
    return sorted(found, key=lambda call: call.call.name)


def made_by(trace: Trace) -> list[tuple[ToolCall, Span | None, bool]]:
    """Each logged tool call with the step that made it. `bool`: there are as many steps as calls, so each belongs to the
    one at its place; else by name."""
    steps, logged = of_kind(trace, SpanKind.TOOL), trace.tool_calls or ()
    if len(steps) == len(logged):
        return [(call, step, True) for call, step in zip(logged, steps, strict=True)]
    found: list[tuple[ToolCall, Span | None, bool]] = []
    for call in logged:
        own = next((step for step in steps if _is_of(step, call.name)), None)
        if own is not None:
            steps.remove(own)
        found.append((call, own, False))
    return found


def _is_of(step: Span, tool: str) -> bool:
    return tool in (step.name, step.attributes.get("tool")) or step.name.endswith(f" {tool}")


def below_first(spans: tuple[Span, ...]) -> list[bool]:
    """Of each step but the trace's first one, whether its parents lead up to that first step."""
    parents = {span.id: span.parent for span in spans}
    first = next((span.id for span in spans if span.parent is None), None)
    joined = set() if first is None else {first}
    found = []
    for span in spans:
        if span.id == first:
            continue
        path, at = [], span.id
        while at not in joined and at in parents and at not in path and (above := parents[at]) is not None:
            path.append(at)
            at = above
        if at in joined:
            joined.update(path)
        found.append(at in joined)
    return found


def works(guard: Span) -> bool:
    """Whether a guard's step shows that it decided: one that failed, or was switched off, let the request pass."""
    return guard.error is None and not switched_off(guard)


def switched_off(guard: Span) -> bool:
    said = {name: guard.attributes.get(name) for name in ("skipped", "disabled", "bypassed")}
    off = any(flag(value) for value in said.values()) or (
        "enabled" in guard.attributes and not flag(guard.attributes["enabled"])
    )
    return off or str(guard.attributes.get("mode", "")).casefold() in _OFF
