"""What the steps and tool calls of a record show to the probes which count, whatever their order where that says nothing.

A part of `shape`: marks, and the steps and calls of the skeleton that follow from them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from readiness_tui.domain.runs.model import Span, SpanKind, ToolCall, Trace
from readiness_tui.domain.text.versions import has_version
from readiness_tui.domain.traces.measured import OUTBOUND
from readiness_tui.domain.traces.steps import (
    IDS,
    Call,
    below_first,
    flag,
    has_value,
    in_order,
    made_by,
    may_hold_ids,
    switched_off,
)

#: What has a time, or took one, has these in a skeleton.
DATED, TOOK = datetime(1970, 1, 1, tzinfo=UTC), 1.0
LIMITED = re.compile(r"(?<![0-9])429(?![0-9])|rate.?limit|too many requests", re.IGNORECASE)

Marks = tuple[Any, ...]  # of texts, numbers, booleans, None and tuples of them: what JSON can hold

#: The text of an error by its mark: none, an empty one, one, one that speaks of a rate limit.
ERRORS = (None, "", "it failed", "429: too many requests")
_GIVEN = "given"
_OTHER_CALLS = OUTBOUND - {SpanKind.MODEL, SpanKind.TOOL}


def error_mark(text: str | None) -> int:
    if not text:
        return 0 if text is None else 1
    return 3 if LIMITED.search(text) else 2


def failed_mark(text: str | None) -> int:
    """Of an error in which nobody looks for a rate limit."""
    return 2 if text else 0 if text is None else 1


# Tool calls


def call_marks(trace: Trace) -> Marks | None:
    """Of each logged call, by name; None where the log does not say."""
    if not trace.tool_calls:
        return None if trace.tool_calls is None else ()
    found: list[Marks] = []
    known: dict[str, int] = {}
    name = None
    for call in sorted(trace.tool_calls, key=_name) if len(trace.tool_calls) > 1 else trace.tool_calls:
        if call.name != name:
            name, known = call.name, {}
        found.append((name, _arguments(call, known), call.result is not None, failed_mark(call.error), call.attempt))
    return tuple(found)


_name = attrgetter("name")


def _arguments(call: ToolCall, known: dict[str, int]) -> Marks | None:
    """Whether they are blank, which of the tool's arguments they are, and which ids are among them."""
    text = call.arguments
    if text is None:
        return None
    at = known.setdefault(text, len(known))
    ids = tuple(name for name in IDS if Call(call, {}, None).id_of(name)) if may_hold_ids(text) else ()
    return not text.strip(), at, ids


def calls_of(found: Iterable[Any] | None) -> tuple[ToolCall, ...] | None:
    """The skeleton's tool calls."""
    if found is None:
        return None
    return tuple(
        ToolCall(name, _text_of(arguments), "" if result else None, ERRORS[error], attempt)
        for name, arguments, result, error, attempt in found
    )


def _text_of(arguments: Any) -> str | None:
    if arguments is None:
        return None
    blank, at, ids = arguments
    return " " * at if blank else json.dumps({"": at} | dict.fromkeys(ids, _GIVEN))


# Steps


def step_marks(trace: Trace) -> Marks | None:
    """What the steps show; None where the log does not say.

    The order of steps counts only around model calls: which guards stand before the first and after the last, and
    whether a tool is used after the first. Of the order of calls only that of one tool's counts.
    """
    if not trace.spans:
        return None if trace.spans is None else ()
    spans = in_order(trace.spans)
    at = [place for place, span in enumerate(spans) if span.kind is SpanKind.MODEL]
    first, last = (at[0], at[-1]) if at else (len(spans), len(spans))
    guards: tuple[list[Marks], ...] = ([], [], [])  # before the first model call, between, after the last
    checks: list[Marks] = []
    others: list[Marks] = []
    acts = False
    for place, span in enumerate(spans):
        said = span.attributes
        if span.kind is SpanKind.GUARD:
            version = said.get("rule_version")
            guards[(place > first) + (place > last)].append(
                (
                    span.name,
                    span.error is not None,
                    switched_off(span),
                    flag(said.get("blocked")),
                    has_value(said.get("rule_id")),
                    version is not None and has_version(str(version)),
                )
            )
        elif span.kind is SpanKind.VALIDATION:
            checks.append((span.error is not None, _told(said, "validated"), _told(said, "blocked")))
        elif span.kind in _OTHER_CALLS:
            others.append(_call(span))
        elif span.kind is SpanKind.TOOL:
            acts = acts or place > first
    below = below_first(trace.spans)
    return (
        len(spans) - len(below),
        sum(below),
        len(spans),
        *(_sorted(guard) for guard in guards),
        acts,
        tuple(_tools(trace)),
        _models([spans[place] for place in at]),
        _sorted(checks),
        _sorted(others),
    )


def _sorted(found: list[Marks]) -> Marks:
    return tuple(sorted(found, key=repr))


def _told(said: dict[str, Any], name: str) -> bool | None:
    return None if said.get(name) is None else flag(said[name])


def _call(span: Span) -> Marks:
    """Which attempt a call to something outside was, and whether its time is known."""
    attempt = span.attributes.get("attempt")
    known = isinstance(attempt, int) and not isinstance(attempt, bool)
    return attempt if known else None, span.duration_ms is not None


def _models(models: list[Span]) -> Marks:
    """The model calls in order. Which model it was counts only where one failed or another one took over."""
    found = [(error_mark(span.error), flag(span.attributes.get("fallback"))) for span in models]
    named = any(error or fell for error, fell in found)
    return tuple(
        (
            str(span.attributes.get("model") or span.name) if named else "",
            error,
            fell,
            str(span.attributes.get("status_code")) == "429",
            span.started_at is not None,
            *_call(span),
        )
        for span, (error, fell) in zip(models, found, strict=True)
    )


def _tools(trace: Trace) -> Iterator[Marks]:
    """The tool steps: each after the order of the calls they made, then those that made none of the logged ones."""
    steps = [span for span in trace.spans or () if span.kind is SpanKind.TOOL]
    if not trace.tool_calls:
        yield from (_tool(step, step.name) for step in sorted(steps, key=lambda step: step.name))
        return
    made = sorted(made_by(trace), key=lambda row: row[0].name)
    own = {id(step) for _, step, _ in made}
    yield from (_tool(step, None if together else call.name) for call, step, together in made if step is not None)
    yield from _sorted([_tool(step, None) for step in steps if id(step) not in own])


def _tool(step: Span, name: str | None) -> Marks:
    said = step.attributes
    ids = tuple(field for field in IDS if has_value(said.get(field)))
    return name, failed_mark(step.error), flag(said.get("side_effect")), ids, *_call(step)


def steps_of(found: Any, calls: tuple[ToolCall, ...] | None) -> tuple[Span, ...] | None:
    """The skeleton's steps."""
    if not found:
        return None if found is None else ()
    heads, joined, n, before, between, after, acts, tools, models, checks, others = found
    own = tuple(_tool_steps(tools, calls))
    made = [_model(*model) for model in models]
    spans = [
        *(own if not acts else ()),
        *(_guard(*guard) for guard in before),
        *made[:1],
        *(own if acts else ()),
        *(_guard(*guard) for guard in between),
        *made[1:],
        *(_guard(*guard) for guard in after),
        *(
            _step(SpanKind.VALIDATION, error=2 * failed, said={"validated": ok, "blocked": no})
            for failed, ok, no in checks
        ),
        *(_step(SpanKind.RETRIEVAL, took=took, said={"attempt": attempt}) for attempt, took in others),
    ]
    spans += [_step(SpanKind.OTHER, said={})] * (n - len(spans))
    return tuple(_placed(spans, heads, joined))


def _placed(spans: list[Span], heads: int, joined: int) -> Iterator[Span]:
    """The steps with a first one, as many below it, and the others below none."""
    for at, span in enumerate(spans):
        head = at < heads
        parent = None if head else "0" if at < heads + joined else "-"
        yield Span("0" if head else str(at + 1), parent, span.name, span.kind, *_rest(span))


def _rest(span: Span) -> tuple[Any, ...]:
    return span.started_at, span.duration_ms, span.error, span.attributes


def _step(
    kind: SpanKind, name: str = "", error: int = 0, *, dated: bool = False, took: bool = False, said: Mapping[str, Any]
) -> Span:
    told = {field: value for field, value in said.items() if value is not None}
    return Span("", None, name, kind, DATED if dated else None, TOOK if took else None, ERRORS[error], told)


def _guard(name: str, failed: bool, off: bool, blocked: bool, rule: bool, version: bool) -> Span:
    said: dict[str, Any] = {"skipped": off or None, "blocked": blocked or None}
    said |= {"rule_id": _GIVEN if rule else None, "rule_version": "v1" if version else None}
    return _step(SpanKind.GUARD, name, 2 * failed, said=said)


def _model(name: str, error: int, fell: bool, limited: bool, dated: bool, attempt: int | None, took: bool) -> Span:
    said = {"fallback": fell or None, "status_code": 429 if limited else None, "attempt": attempt}
    return _step(SpanKind.MODEL, name, error, dated=dated, took=took, said=said)


def _tool_steps(tools: Any, calls: tuple[ToolCall, ...] | None) -> Iterator[Span]:
    own = "\0"  # a name that belongs to no call
    while any(call.name == own for call in calls or ()):
        own += "\0"
    for name, error, writes, ids, attempt, took in tools:
        said: dict[str, Any] = {"side_effect": writes or None, "attempt": attempt, **dict.fromkeys(ids, _GIVEN)}
        if calls:
            yield _step(SpanKind.TOOL, own, error, took=took, said={"tool": name, **said})
        else:
            yield _step(SpanKind.TOOL, name, error, took=took, said=said)
