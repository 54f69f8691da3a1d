"""Builds one trace from its spans, in whatever convention they were recorded.

A source turns each recorded step into a `RawSpan`, groups them by trace id, and calls `trace_from_spans`. The fields of
the trace are determined as follows:

- **head**: the root (the longest, if several); if the root is lost, the one span above all others, if there is one.
- **started_at, latency_ms**: from the first root's start to the last root's end. Without a head there is no latency:
  the parts took less time than the user waited.
- **question, answer**: the head's input and output, else the first input and the last output of a model call.
- **status, outcome**: the head's own status word if it has one, else whether it ended in an error or reported ok.
  A failed step below a successful head (a retry, a fallback) is not an error of the request.
- **model, prompt_version**: the head's prompt version, else those of the model call that gave the answer.
- **tokens, cost**: summed over the tree, without counting totals that a span repeats from the calls below it. None if
  a successful model call lacks the figure: a partial sum would be wrong.
- **tool_calls**: the tool spans; if there are none, the calls that models requested. Arguments and results found only
  in the models' messages are taken from there, by call id. A tool span nested in one of the same tool is the same call.
- **chunks**: from all retrievals in order; a reranker's chunks replace those before it.
- **nothing logged, or nothing done**: in a complete tree (a root, no orphan, some step of a known kind), no retrieval
  span means that nothing was retrieved, and no tool span that no tool was called; otherwise it means "not known".
- **spans**: every span with the small attributes that probes read. Long texts stay in the raw record, except those
  with a credential, which the leak probe must see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any

from readiness_tui.domain.runs.model import Chunk, Outcome, Span, SpanKind, ToolCall, Trace
from readiness_tui.domain.text.secrets import find_secrets
from readiness_tui.sources.tracing.outcome import outcome_of

MAX_TOKENS = 2**53


@dataclass(frozen=True, slots=True)
class RawSpan:
    """One recorded step, in our own terms; None is "not recorded".

    `ok`: True where the tool says the step succeeded, False where it failed (`error` says why), None if it says
    neither. `input`, `output`: what a person would read (the user's last message, the answer), not the whole payload.
    `outcome`: the application's own word for how the request ended. `arguments`, `result`: JSON text of a tool call.
    `asked`: tool calls that a model requested, by call id ("" if it has none); `told`: tool results that a model was
    given, by call id. `reranks`: its `chunks` replace those retrieved before. `attributes`: kept on the span, under
    the names of `domain.evaluation.Span` if known. `texts`: its long texts by name, kept only if they contain a
    credential. `extra`: facts about the whole request.
    """

    id: str
    parent: str | None = None
    name: str = ""
    kind: SpanKind = SpanKind.OTHER
    started_at: datetime | None = None
    duration_ms: float | None = None
    ok: bool | None = None
    error: str | None = None
    outcome: str | None = None
    input: str | None = None
    output: str | None = None
    model: str | None = None
    prompt_version: str | None = None
    index_version: str | None = None
    app_version: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    cached: bool = False
    tool: str | None = None
    call_id: str | None = None
    arguments: str | None = None
    result: str | None = None
    attempt: int | None = None
    asked: tuple[tuple[str, ToolCall], ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)
    chunks: tuple[Chunk, ...] | None = None
    reranks: bool = False
    user: str | None = None
    session: str | None = None
    feedback: str | None = None
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GivenScore:
    """A score given to a request or one of its steps. `human`: by a person, so it is also feedback.

    `of`: the id of the step, or of the judgement itself; identical judgements count once.
    """

    name: str
    value: float | None = None
    label: str | None = None
    explanation: str | None = None
    human: bool = False
    error: str | None = None  # the judge's error; then there is no value
    of: str | None = None


def trace_from_spans(trace_id: str, spans: Sequence[RawSpan], judgements: Iterable[GivenScore] = ()) -> Trace:
    """The trace of these spans; see the module. A span with the same id replaces an earlier one.

    Without spans, the trace has only its judgements.
    """
    tree = _Tree({span.id: span for span in spans})
    head, models = tree.head, tree.of(SpanKind.MODEL)
    answering = next((span for span in reversed(models) if span.output is not None), models[-1] if models else None)
    preferred = [span for span in (head, answering) if span is not None]

    def known(read: Callable[[RawSpan], str | None], first: Iterable[RawSpan] = preferred) -> str | None:
        return next((value for span in (*first, *tree.ordered) if (value := read(span)) is not None), None)

    question = known(lambda span: span.input) if head or models else None
    answer = head.output if head and head.output is not None else answering.output if answering else None
    status, outcome = _status(head)
    chunks, retrieval = _retrieved(tree)
    judged = tuple(dict.fromkeys(judgements))
    return Trace(
        id=trace_id,
        started_at=tree.started_at,
        prompt_version=known(lambda span: span.prompt_version),
        model=known(lambda span: span.model, [answering] if answering else []),
        index_version=known(lambda span: span.index_version),
        app_version=known(lambda span: span.app_version),
        status=status,
        outcome=outcome,
        error=None if head is None or head.ok is not False else head.error or "error",
        question=question,
        answer=answer,
        chunks=chunks,
        tool_calls=_tool_calls(tree),
        retrieval=retrieval,
        feedback=_feedback(tree, judged),
        latency_ms=tree.latency_ms,
        cost=tree.total(lambda span: span.cost),
        tokens_in=_as_count(tree.total(lambda span: span.tokens_in)),
        tokens_out=_as_count(tree.total(lambda span: span.tokens_out)),
        scores=_scores(judged),
        cached=bool(head and head.cached) or (bool(models) and all(span.cached for span in models)),
        extra=_extra(tree, judged),
        spans=tuple(_span(span) for span in tree.ordered) if tree.ordered else None,
        user=known(lambda span: span.user),
        session=known(lambda span: span.session),
    )


class _Tree:
    """The spans ordered by start, with their parents and children."""

    def __init__(self, by_id: Mapping[str, RawSpan]) -> None:
        self.by_id = by_id
        self.ordered = sorted(by_id.values(), key=_begin)
        self.below: dict[str, list[RawSpan]] = {}
        self.tops: list[RawSpan] = []
        for span in self.ordered:
            if span.parent is None or span.parent not in by_id or span.parent == span.id:
                self.tops.append(span)
            else:
                self.below.setdefault(span.parent, []).append(span)
        self.walked = self._walk()

    def _walk(self) -> list[tuple[RawSpan, RawSpan | None]]:
        """Each span once with its parent, parents first. A cycle of parents gets a top, too."""
        walked: list[tuple[RawSpan, RawSpan | None]] = []
        seen: set[str] = set()
        for start in (*self.tops, *self.ordered):
            waiting: list[tuple[RawSpan, RawSpan | None]] = [(start, None)]
            while waiting:
                span, above = waiting.pop()
                if span.id not in seen:
                    seen.add(span.id)
                    walked.append((span, above))
                    waiting += [(child, span) for child in reversed(self.below.get(span.id, ()))]
        return walked

    @property
    def roots(self) -> list[RawSpan]:
        return [span for span in self.tops if span.parent is None]

    @property
    def head(self) -> RawSpan | None:
        if self.roots:
            return max(self.roots, key=lambda span: span.duration_ms or 0.0)
        return self.tops[0] if len(self.tops) == 1 else None

    @property
    def whole(self) -> bool:
        """Whether there is a root, no parent is missing, and at least one step has a known kind."""
        return len(self.tops) == len(self.roots) > 0 and any(span.kind is not SpanKind.OTHER for span in self.ordered)

    @property
    def started_at(self) -> datetime | None:
        return next((span.started_at for span in self.ordered if span.started_at is not None), None)

    @property
    def latency_ms(self) -> float | None:
        if len(self.roots) < 2:
            return self.head.duration_ms if self.head else None
        ends = [_end(span) for span in self.roots]
        known = [end for end in ends if end is not None]
        started = self.roots[0].started_at
        if started is None or len(known) < len(ends):
            return None
        return (max(known) - started) / timedelta(milliseconds=1)

    def of(self, kind: SpanKind) -> list[RawSpan]:
        return [span for span in self.ordered if span.kind is kind]

    def total(self, read: Callable[[RawSpan], float | None]) -> float | None:
        """The sum over the tree, given that enclosing spans repeat the totals below them; see the module."""
        covered: set[str] = set()
        sums: dict[str, float] = {}
        for span, above in self.walked:
            if read(span) is not None or (above is not None and above.id in covered):
                covered.add(span.id)
        for span, _ in reversed(self.walked):
            below = [sums[child.id] for child in self.below.get(span.id, ()) if child.id in sums]
            own = read(span)
            if own is not None or below:
                sums[span.id] = max(own or 0.0, sum(below))
            elif span.kind is SpanKind.MODEL and span.ok is not False and span.id not in covered:
                return None
        tops = [sums[span.id] for span, above in self.walked if above is None and span.id in sums]
        return sum(tops) if tops else None


def _begin(span: RawSpan) -> float:
    return span.started_at.timestamp() if span.started_at is not None else float("inf")


def _end(span: RawSpan) -> datetime | None:
    if span.started_at is None or span.duration_ms is None:
        return None
    return span.started_at + timedelta(milliseconds=span.duration_ms)


def _status(head: RawSpan | None) -> tuple[str | None, Outcome | None]:
    if head is None:
        return None, None
    if head.outcome is not None:
        outcome = outcome_of(head.outcome)
        return head.outcome, outcome if outcome is not None or head.ok is not False else Outcome.ERROR
    if head.ok is None:
        return None, None
    return ("ok", Outcome.SUCCESS) if head.ok else ("error", Outcome.ERROR)


def _retrieved(tree: _Tree) -> tuple[tuple[Chunk, ...] | None, bool | None]:
    """The chunks, and whether anything was retrieved."""
    found: list[Chunk] | None = None
    for span in tree.ordered:
        if span.chunks is not None:
            ranked = [replace(c, rank=n) if c.rank is None else c for n, c in enumerate(span.chunks, 1)]
            found = ranked if span.reranks or found is None else [*found, *ranked]
    if found is not None or tree.of(SpanKind.RETRIEVAL):
        return None if found is None else tuple(found), True
    return None, False if tree.whole else None


def _tool_calls(tree: _Tree) -> tuple[ToolCall, ...] | None:
    asked = [pair for span in tree.ordered for pair in span.asked]
    by_id = {name: call for name, call in asked if name}
    told: dict[str, str] = {}
    for span in tree.ordered:
        told |= span.told
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
    if calls:
        calls.sort(key=_begin)
        return tuple(_called(span, by_id.get(span.call_id or ""), told.get(span.call_id or "")) for span in calls)
    if asked:
        seen: dict[str, ToolCall] = {}  # each call repeats the conversation so far
        for at, (name, call) in enumerate(asked):
            seen.setdefault(name or f"\0{at}", replace(call, result=call.result or told.get(name)))
        return tuple(seen.values())
    return () if tree.whole else None


def _called(span: RawSpan, asked: ToolCall | None, told: str | None) -> ToolCall:
    return ToolCall(
        name=span.tool or span.name,
        arguments=span.arguments if span.arguments is not None or asked is None else asked.arguments,
        result=span.result if span.result is not None else told,
        error=span.error or "error" if span.ok is False else None,
        attempt=span.attempt,
    )


def _feedback(tree: _Tree, judged: Sequence[GivenScore]) -> str | None:
    said = [span.feedback for span in tree.ordered if span.feedback]
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


def _extra(tree: _Tree, judged: Sequence[GivenScore]) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    for span in (*([tree.head] if tree.head else []), *tree.ordered):
        for name, value in span.extra.items():
            extra.setdefault(name, value)
    tags = tuple(dict.fromkeys(tag for span in tree.ordered for tag in span.tags))
    if tags:
        extra["tags"] = list(tags)
    for name, values in (
        ("models", [span.model for span in tree.of(SpanKind.MODEL)]),
        ("prompt_versions", [span.prompt_version for span in tree.ordered]),
    ):
        several = list(dict.fromkeys(value for value in values if value is not None))
        if len(several) > 1:
            extra[name] = several
    told = [
        {name: value for name, value in (("name", j.name), ("value", j.value), ("label", j.label),
         ("explanation", j.explanation), ("error", j.error), ("human", j.human or None)) if value is not None}
        for j in judged
        if j.label is not None or j.explanation is not None or j.error is not None
    ]  # fmt: skip
    if told:
        extra["evaluations"] = told
    return extra


def _span(span: RawSpan) -> Span:
    attributes = dict(span.attributes)
    for name, value in (
        ("model", span.model),
        ("prompt_version", span.prompt_version),
        ("tokens_in", span.tokens_in),
        ("tokens_out", span.tokens_out),
        ("cost", span.cost),
        ("tool", span.tool),
        ("attempt", span.attempt),
        ("cached", span.cached or None),
    ):
        if value is not None:
            attributes[name] = value
    attributes |= {name: text for name, text in span.texts.items() if find_secrets(text)}
    return Span(
        id=span.id,
        parent=span.parent,
        name=span.name,
        kind=span.kind,
        started_at=span.started_at,
        duration_ms=span.duration_ms,
        error=span.error or "error" if span.ok is False else None,
        attributes=attributes,
    )


def _as_count(value: float | None) -> int | None:
    return None if value is None or value >= MAX_TOKENS else int(value)
