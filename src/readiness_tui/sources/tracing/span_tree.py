"""Builds one trace from its spans, in whatever convention they were recorded.

A source turns each recorded step into a `RawSpan`, groups them by trace id, and calls `trace_from_spans`. The fields of
the trace are determined as follows:

- **head**: the root (the longest, if several); if the root is lost, the one span above all others, if there is one.
- **started_at, latency_ms**: from the first root's start to the last root's end, unless the roots lie apart for longer
  than they ran: then they may be several requests. Without a head there is no latency: the parts took less time than
  the user waited.
- **question, answer**: the head's input and output, else the first input and the last output of a model call.
- **status, outcome**: the head's own status word if it has one, else whether it ended in an error or succeeded. A failed
  step below a successful head (a retry, a fallback) is not an error of the request. Where success is not said but
  assumed (OpenTelemetry's unset status), a last model call or another root that failed leaves the outcome open; an
  answer that a filter stopped is neither a success nor an error, whatever the head says.
- **model, prompt_version**: the head's prompt version, else those of the model call that gave the answer.
- **tokens, cost**: summed over the tree, without counting totals that a span repeats from the calls below it. None if
  a successful model call lacks the figure: a partial sum would be wrong. A cost of 0 beside tokens is none: tools write
  it for a model whose price they do not know.
- **tool_calls**: the tool spans, and the calls that models requested, where call ids tell which of them are the same.
  Arguments and results found only in the models' messages are taken from there, by call id. A tool span nested in one
  of the same tool is the same call. A step without a kind that is named like a requested tool is its call.
- **chunks**: from all retrievals in order; a reranker's chunks replace those before it, those of a retrieval those of
  the retrievals inside of it. None if one of the retrievals lacks them.
- **nothing logged, or nothing done**: in a complete tree (a root, no orphan, some step of a known kind) of which every
  step and message was understood, no retrieval span means that nothing was retrieved, and no tool span or request that
  no tool was called; otherwise it means "not known", and `notes` and the trace's `not_understood` say what was not.
- **cut off, or lost**: steps under a missing span are inside of the root, whose own figure covers them; without one the
  sum is not known. `lost`: a step is known to be missing (its row was refused, or more were declared than came); then
  what was called and retrieved is not known, nor what was used, unless the root states the request's total (`totals`).
- **spans**: every span with the small attributes that probes read. Long texts stay in the raw record, except those
  with a credential, which the leak probe must see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from statistics import fmean
from typing import Any

from readiness_tui.domain.runs.model import Outcome, Span, SpanKind, Trace
from readiness_tui.sources.kit import fields
from readiness_tui.sources.tracing import done
from readiness_tui.sources.tracing.leaking import LongText, long_texts, with_leaking
from readiness_tui.sources.tracing.outcome import outcome_of, stopped
from readiness_tui.sources.tracing.raw_span import GivenScore, RawSpan
from readiness_tui.sources.tracing.tool_names import tool_name
from readiness_tui.sources.tracing.tree import Tree

__all__ = ["SPAN_LOST", "GivenScore", "RawSpan", "trace_from_spans"]

MAX_TOKENS = 2**53
SPAN_LOST = "a span is lost, so what its trace called, retrieved and used in all is not known"
_LOST_BUT_TOTALS = (
    "a span is lost, so what its trace called and retrieved is not known, and what it used only where its first step"
    " states it"
)
_CUT_OFF = (
    "steps hang under a span that is missing; what their request used is known only where its first step says it, and it"
    " may have called and retrieved more than is here"
)
_NOT_UNDERSTOOD = "was not understood, so what its request called or retrieved is not known"
_TOKENS_IN, _TOKENS_OUT = attrgetter("tokens_in"), attrgetter("tokens_out")
_MOST_NAMES = 20  # of what was not understood in one trace


def trace_from_spans(
    trace_id: str,
    spans: Sequence[RawSpan],
    judgements: Iterable[GivenScore] = (),
    notes: fields.Notes | None = None,
    *,
    lost: bool = False,
    totals: bool = False,
    unsearched: list[LongText] | None = None,
) -> Trace:
    """The trace of these spans; see the module. A span with the same id replaces an earlier one.

    Without spans, the trace has only its judgements. `notes` are told what was not understood or assumed. `lost`: a span
    of the trace is known to be missing. `totals`: the tool writes the request's totals at its root.
    `unsearched`: takes its long texts, which whoever gives it searches (`leaking`); without it they are searched here.
    """
    tree = Tree({span.id: span for span in done.with_untyped_tools(spans)})
    head, models = tree.head, tree.of(SpanKind.MODEL)
    answering = next((span for span in reversed(models) if span.output is not None), models[-1] if models else None)
    of_answer = tree.ordered if answering is None else [answering, *tree.ordered]
    preferred = of_answer if head is None else [head, *of_answer]
    question = _first(preferred, "input") if head or models else None
    answer = head.output if head and head.output is not None else answering.output if answering else None
    status, outcome = _status(tree)
    doubt = done.unclear(tree)
    chunks, retrieval = done.retrieved(tree, doubt)
    calls = done.tool_calls(tree, doubt)
    open_questions = _open(doubt.calls if calls is None else (), doubt.retrieval if retrieval is None else ())
    if notes is not None:
        _tell(notes, tree, open_questions, outcome)
        if lost:
            notes.add(_LOST_BUT_TOTALS if totals else SPAN_LOST)
    judged = tuple(dict.fromkeys(judgements))

    def used(read: Callable[[RawSpan], float | None]) -> float | None:
        total = tree.total(read)
        return total if not lost or (totals and total is not None and total == tree.stated(read)) else None

    trace = Trace(
        id=trace_id,
        started_at=tree.started_at,
        prompt_version=_first(preferred, "prompt_version"),
        model=_first(of_answer, "model"),
        index_version=_first(preferred, "index_version"),
        app_version=_first(preferred, "app_version"),
        status=status,
        outcome=outcome,
        error=None if head is None or head.ok is not False else head.error or "error",
        question=question,
        answer=answer,
        chunks=None if lost else chunks,
        tool_calls=None if lost else calls,
        retrieval=None if lost else retrieval,
        feedback=_feedback(tree, judged),
        latency_ms=tree.latency_ms,
        cost=used(_cost),
        tokens_in=_as_count(used(_TOKENS_IN)),
        tokens_out=_as_count(used(_TOKENS_OUT)),
        scores=_scores(judged),
        cached=bool(head and head.cached) or (bool(models) and all(span.cached for span in models)),
        extra=_extra(tree, judged, open_questions),
        spans=tuple([_span(span) for span in tree.ordered]) or None,
        user=_first(preferred, "user"),
        session=_first(preferred, "session"),
    )
    texts = long_texts(tree.ordered)
    if unsearched is None:
        return with_leaking(trace, texts) if texts else trace
    unsearched += texts
    return trace


def _open(calls: Sequence[str], retrieval: Sequence[str]) -> dict[str, int]:
    """What was not understood, and how often: in calls or in retrieval, whichever is more."""
    if not (calls or retrieval):
        return {}
    both: list[dict[str, int]] = []
    for names in (calls, retrieval):
        found: dict[str, int] = {}
        for name in names:
            found[name] = found.get(name, 0) + 1
        both.append(found)
    found, others = both
    for name, n in others.items():
        found[name] = max(n, found.get(name, 0))
    return found


def _first(spans: Iterable[RawSpan], name: str) -> str | None:
    """The first of these that says it."""
    for span in spans:
        value: str | None = getattr(span, name)
        if value is not None:
            return value
    return None


def _status(tree: Tree) -> tuple[str | None, Outcome | None]:
    head, models = tree.head, tree.of(SpanKind.MODEL)
    if head is None:
        return None, None
    if head.outcome is not None:
        outcome = outcome_of(head.outcome)
        return head.outcome, outcome if outcome is not None or head.ok is not False else Outcome.ERROR
    if head.ok is None:
        return None, None
    if not head.ok:
        return "error", Outcome.ERROR
    finish = models[-1].finish if models else head.finish
    if stopped(finish):
        return finish, None
    failed = models[-1:] + tree.roots
    if head.assumed and any(span.ok is False for span in failed):
        return None, None
    return "ok", Outcome.SUCCESS


def _tell(notes: fields.Notes, tree: Tree, open_questions: Mapping[str, int], outcome: Outcome | None) -> None:
    for name, n in open_questions.items():
        for _ in range(n):
            notes.add(f"“{name}” {_NOT_UNDERSTOOD}", f"a further step or message {_NOT_UNDERSTOOD}")
    if tree.head is not None and tree.head.assumed and outcome is Outcome.SUCCESS:
        notes.add("a request ended with its status unset, OpenTelemetry's way to say no error; it counts as a success")
    if tree.cut_off:
        notes.add(_CUT_OFF)
    if len(tree.roots) > 1 and tree.idle_ms > 0:
        notes.add(
            "a request has several first steps, and the time between them counts as its own"
            if tree.latency_ms is not None
            else "a request has several first steps, which lie apart for longer than they ran: its latency is unknown"
        )
    if any(span.cost == 0 and _cost(span) is None for span in tree.ordered):
        notes.add("a cost of 0 beside tokens is taken as missing: the tool had no price for the model")


def _cost(span: RawSpan) -> float | None:
    if span.cost is None:
        return None
    unpriced = span.cost == 0 and not span.cached and (span.tokens_in or span.tokens_out)
    return None if unpriced else span.cost


def _feedback(tree: Tree, judged: Sequence[GivenScore]) -> str | None:
    said = [span.feedback for span in tree.ordered if span.feedback]
    if not (said or judged):
        return None
    for judgement in judged:
        if judgement.human:
            given = judgement.label if judgement.label is not None else judgement.value
            parts = (judgement.name, None if given is None else str(given), judgement.explanation)
            said.append(": ".join(part for part in parts if part))
    return "\n".join(dict.fromkeys(said)) or None


_LABELS = {Outcome.SUCCESS: 1.0, Outcome.FAIL: 0.0}


def _scores(judged: Sequence[GivenScore]) -> dict[str, float]:
    """By name; judgements with the same name are averaged. A bare "pass" or "fail" counts 1 or 0."""
    values: dict[str, list[float]] = {}
    for judgement in judged:
        value = judgement.value
        if value is None and judgement.error is None:
            outcome = outcome_of(judgement.label)
            value = None if outcome is None else _LABELS.get(outcome)
        if value is not None:
            values.setdefault(judgement.name, []).append(value)
    return {name: fmean(found) for name, found in values.items()}


def _extra(tree: Tree, judged: Sequence[GivenScore], open_questions: Mapping[str, int]) -> dict[str, Any]:
    extra: dict[str, Any] = {**tree.head.extra} if tree.head else {}
    for span in tree.ordered:
        if span.extra and span is not tree.head:
            for name, value in span.extra.items():
                extra.setdefault(name, value)
    if tags := [tag for span in tree.ordered if span.tags for tag in span.tags]:
        extra["tags"] = list(dict.fromkeys(tags))
    models = [span.model for span in tree.of(SpanKind.MODEL) if span.model is not None]
    prompts = [span.prompt_version for span in tree.ordered if span.prompt_version is not None]
    for name, values in (("models", models), ("prompt_versions", prompts)):
        if len(values) > 1 and len(apart := dict.fromkeys(values)) > 1:
            extra[name] = list(apart)
    told = [
        {name: value for name, value in (("name", j.name), ("value", j.value), ("label", j.label),
         ("explanation", j.explanation), ("error", j.error), ("human", j.human or None)) if value is not None}
        for j in judged
        if j.label is not None or j.explanation is not None or j.error is not None
    ]  # fmt: skip
    if told:
        extra["evaluations"] = told
    if open_questions:
        extra["not_understood"] = list(open_questions)[:_MOST_NAMES]
    return extra


def _span(span: RawSpan) -> Span:
    attributes = {**span.attributes}
    if span.model is not None:
        attributes["model"] = span.model
    if span.prompt_version is not None:
        attributes["prompt_version"] = span.prompt_version
    if span.tokens_in is not None:
        attributes["tokens_in"] = span.tokens_in
    if span.tokens_out is not None:
        attributes["tokens_out"] = span.tokens_out
    if (cost := _cost(span)) is not None:
        attributes["cost"] = cost
    if span.tool is not None:
        attributes["tool"] = tool_name(span.tool)
    if span.attempt is not None:
        attributes["attempt"] = span.attempt
    if span.cached:
        attributes["cached"] = span.cached
    error = span.error or "error" if span.ok is False else None
    return Span(span.id, span.parent, span.name, span.kind, span.started_at, span.duration_ms, error, attributes)


def _as_count(value: float | None) -> int | None:
    return None if value is None or value >= MAX_TOKENS else int(value)
