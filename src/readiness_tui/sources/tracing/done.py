"""What was called and retrieved in a request, and whether the log was understood well enough to say "nothing"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from msgspec.structs import replace as modified

from readiness_tui.domain.runs.model import Chunk, SpanKind, ToolCall
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.tracing.finish_words import asks_for_none, asks_for_tools, may_ask_for_tools
from readiness_tui.sources.tracing.raw_span import RawSpan
from readiness_tui.sources.tracing.tool_names import tool_name
from readiness_tui.sources.tracing.tree import OWN_CALLS, Tree, begin

# What is inside of such a step is part of it: the transport of a model call, the queries of a tool.
_CLOSED = frozenset(SpanKind) - {SpanKind.AGENT, SpanKind.OTHER}
_ANSWER_AS_TOOL = "final_result"  # pydantic-ai asks for a structured answer as for a tool of this name
_DIGITS = re.compile(r"[0-9a-f]*[0-9][0-9a-f-]*")
_LONGEST = 60  # letters of a name in a note


@dataclass(frozen=True, slots=True)
class Unclear:
    """What stands against "none called" and against "nothing retrieved": the names of what was not understood."""

    calls: tuple[str, ...]
    retrieval: tuple[str, ...]


def with_untyped_tools(spans: Iterable[RawSpan]) -> list[RawSpan]:
    """The spans, in which a step without a known kind that bears the name of a tool which a model asked for before is a
    tool call: that is how tools look that were traced as plain functions (every Langfuse SDK before August 2025)."""
    listed = list(spans)
    wanted: dict[str, float] = {}
    for span in listed:
        if span.asked:
            for _, call in span.asked:
                wanted[call.name] = min(begin(span), wanted.get(call.name, float("inf")))
    if not wanted:
        return listed
    for span in listed:
        if span.kind is SpanKind.TOOL:
            wanted.pop(tool_name(span.tool or span.name), None)
    if not wanted:
        return listed
    return [
        modified(span, kind=SpanKind.TOOL, tool=tool_name(span.name))
        if span.kind is SpanKind.OTHER
        and not span.explained
        and span.parent is not None
        and (name := tool_name(span.name)) in wanted
        and begin(span) >= wanted[name]
        else span
        for span in listed
    ]


def unclear(tree: Tree) -> Unclear:
    """What of the tree was not understood."""
    known: set[str] = set()  # steps of a known kind, and those with such a step below them
    for span, above in reversed(tree.walked):
        if span.kind is not SpanKind.OTHER:
            known.add(span.id)
        if span.id in known and above is not None:
            known.add(above.id)
    closed: dict[str, SpanKind] = {}
    calls: list[str] = []
    retrieval: list[str] = []
    for span, above in tree.walked:
        kind = span.kind
        outer = closed.get(above.id) if above is not None and above.kind is not SpanKind.AGENT else None
        inside = kind if kind in _CLOSED else outer
        if inside is not None:
            closed[span.id] = inside
        if outer is None:
            if span.explained is False or (span.explained is None and span.id not in known):
                calls.append(_label(span))
                retrieval.append(_label(span))
            elif span.may_retrieve or kind is SpanKind.EMBEDDING:
                retrieval.append(_label(span))
        if span.unread and kind is not SpanKind.TOOL and kind is not SpanKind.RETRIEVAL:
            calls += (one_line(name, _LONGEST) for name in span.unread)
            retrieval += (one_line(name, _LONGEST) for name in span.unread)
        if span.finish is None:
            continue
        if asks_for_tools(span.finish) and not span.asked:
            calls.append(f"finish reason {span.finish} without the call")
        elif may_ask_for_tools(span.finish) and not span.asked:
            calls.append(one_line(f"finish reason {span.finish}", _LONGEST))
    calls += ["model call without its answer"] * _silent(tree)
    opaque = _opaque(tree)
    calls += ["agent without its steps" for span in opaque if not span.told_all]
    retrieval += ["agent without its steps" for _ in opaque]
    return Unclear(tuple(calls), tuple(retrieval))


def _opaque(tree: Tree) -> list[RawSpan]:
    """The agents that show no model call of theirs, as those that run elsewhere: what they did is not in the log."""
    if not tree.of(SpanKind.AGENT):
        return []
    shown: set[str] = set()
    for span, above in reversed(tree.walked):
        if span.kind is SpanKind.MODEL:
            shown.add(span.id)
        if above is not None and span.id in shown:
            shown.add(above.id)
    return [span for span in tree.of(SpanKind.AGENT) if span.id not in shown]


def _silent(tree: Tree) -> int:
    """How many model calls show neither their answer nor why they ended, nor does the client or wrapper of the same
    call inside or around."""
    models = tree.of(SpanKind.MODEL)
    shown = {span.id for span in models if _says_how_it_ended(span)}
    if not shown or len(shown) == len(models):  # all of them or none, whatever is around them
        return len(models) - len(shown)
    around = set(shown)
    for span, above in tree.walked:
        if above is not None and above.id in around and span.kind not in OWN_CALLS:
            around.add(span.id)
    inside = set(shown)
    for span, above in reversed(tree.walked):
        if above is not None and span.id in inside and span.kind not in OWN_CALLS:
            inside.add(above.id)
    shown = around | inside
    return sum(span.id not in shown for span in models)


def retrieved(tree: Tree, doubt: Unclear) -> tuple[tuple[Chunk, ...] | None, bool | None]:
    """The chunks, and whether anything was retrieved."""
    if not tree.of(SpanKind.RETRIEVAL) and all(span.chunks is None for span in tree.ordered):
        # Calls of a model alone are what a client of the model logs: of the application around them it says nothing.
        around = any(span.kind is not SpanKind.MODEL and not span.blind for span in tree.ordered)
        return None, False if tree.whole and around and not doubt.retrieval else None
    listed: list[RawSpan] = []  # those that have their chunks, without what is inside of them
    inside: set[str] = set()
    holding: set[str] = set()  # those, and what they are inside of
    for span, above in tree.walked:
        if above is not None and above.id in inside:
            inside.add(span.id)
        elif span.chunks is not None:
            inside.add(span.id)
            holding.add(span.id)
            listed.append(span)
    for span, above in reversed(tree.walked):
        if above is not None and span.id in holding:
            holding.add(above.id)
    searches = [span for span in tree.of(SpanKind.RETRIEVAL) if span.ok is not False]
    silent = any(span.id not in inside | holding for span in searches)
    found: list[Chunk] | None = None
    for span in sorted(listed, key=begin):
        ranked = [replace(c, rank=n) if c.rank is None else c for n, c in enumerate(span.chunks or (), 1)]
        found = ranked if span.reranks or found is None else [*found, *ranked]
    return None if found is None or silent else tuple(found), True


def tool_calls(tree: Tree, doubt: Unclear) -> tuple[ToolCall, ...] | None:
    """The tool calls; () only where the log shows that there were none."""
    told: dict[str, str] = {}
    for span in tree.ordered:
        if span.told:
            told |= span.told
    asked = {ident: replace(call, result=call.result or told.get(ident)) for ident, call in _asked(tree)}
    spans = _tool_spans(tree)
    matched = _matched(spans, asked)
    calls = [_called(span, asked.get(matched.get(span.id, "")), told.get(matched.get(span.id, ""))) for span in spans]
    if asked and len(matched) == len(spans):  # then those without a step of their own are known, too
        shown = set(matched.values())
        left = [call for ident, call in asked.items() if ident not in shown]
        calls += [call for call in left if not call.name.startswith(_ANSWER_AS_TOOL)]
    if calls:
        return tuple(calls)
    return () if tree.whole and not doubt.calls else None


def _matched(spans: Sequence[RawSpan], asked: Mapping[str, ToolCall]) -> dict[str, str]:
    """Tool span → the id of the call it carries out: the same id, else the only ones of that name, in their order."""
    if not asked:
        return {}
    found = {span.id: span.call_id for span in spans if span.call_id is not None and span.call_id in asked}
    taken = set(found.values())
    by_name: dict[str, list[str]] = {}
    for ident, call in asked.items():
        if ident not in taken:
            by_name.setdefault(tool_name(call.name), []).append(ident)
    without: dict[str, list[str]] = {}
    for span in spans:
        if span.id not in found:
            without.setdefault(tool_name(span.tool or span.name), []).append(span.id)
    for name, steps in without.items():
        idents = by_name.get(name, ())
        if len(idents) == len(steps):
            found |= dict(zip(steps, idents, strict=True))
    return found


def _asked(tree: Tree) -> Iterator[tuple[str, ToolCall]]:
    """Each call that a model asked for, once, by its id or a made-up one. Calls repeat the conversation so far, and an
    agent those of its models."""
    repeats: set[str] = set()
    if not any(span.asked for span in tree.ordered):
        return
    for span, above in reversed(tree.walked):
        if above is not None and (span.asked or span.id in repeats):
            repeats.add(above.id)
    seen: set[str] = set()
    for span in tree.ordered:
        for at, (ident, call) in enumerate(span.asked):
            if ident not in seen if ident else span.id not in repeats:
                seen.add(ident)
                yield ident or f"\0{span.id}\0{at}", call


def _says_how_it_ended(model: RawSpan) -> bool:
    """Whether it shows its answer, or that it asked for tools or for none; a word that is not known says nothing."""
    if model.asked or asks_for_tools(model.finish):
        return True
    return model.output is not None or asks_for_none(model.finish) or model.ok is False


def _tool_spans(tree: Tree) -> Sequence[RawSpan]:
    """The tool spans by their start, without those inside of one of the same tool."""
    if not tree.of(SpanKind.TOOL):
        return ()
    calls = []
    inside: dict[str, RawSpan] = {}  # span id → the tool span it is or belongs to
    for span, above in tree.walked:
        outer = inside.get(above.id) if above is not None else None
        if span.kind is not SpanKind.TOOL:
            if outer is not None:
                inside[span.id] = outer
            continue
        inside[span.id] = span
        if outer is None or outer.tool != span.tool:
            calls.append(span)
    return sorted(calls, key=begin)


def _called(span: RawSpan, asked: ToolCall | None, told: str | None) -> ToolCall:
    return ToolCall(
        name=tool_name(span.tool or span.name),
        arguments=span.arguments if span.arguments is not None or asked is None else asked.arguments,
        result=span.result if span.result is not None else told,
        error=span.error or "error" if span.ok is False else None,
        attempt=span.attempt,
    )


def _label(span: RawSpan) -> str:
    """A name for notes: the tool's word for the kind, else the step's name without the numbers in it."""
    word = span.kind_word or _DIGITS.sub("#", span.name) or "step without a name"
    return one_line(word, _LONGEST)
