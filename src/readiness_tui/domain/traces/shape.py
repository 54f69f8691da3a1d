"""The shape of a record: all that the probes which count ask of it, and no more, so that requests which show the same
share one.

A shape is a row of marks; from them follows the skeleton, a `Trace` that answers every such probe as the record does. What
a probe asks beyond that is read from columns (`Recorded`). Whoever lets a probe ask something new of `Counted.trace` adds
it here and raises `SHAPE_VERSION`; tests/domain/traces/test_shape.py notices what was forgotten.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from readiness_tui.domain.runs.model import Chunk, Outcome, Trace
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.prompts import LONG, prompts
from readiness_tui.domain.traces.shape_steps import (
    DATED,
    ERRORS,
    LIMITED,
    TOOK,
    Marks,
    call_marks,
    calls_of,
    error_mark,
    step_marks,
    steps_of,
)
from readiness_tui.domain.traces.steps import flag
from readiness_tui.domain.traces.traffic import told_by
from readiness_tui.domain.traces.version import SHAPE_VERSION as SHAPE_VERSION

_MOST = 2_000  # shapes remembered: most logs have fewer, and some another one in each request

# What is there, by bits.
STARTED, LATENCY, COST, IN, OUT, CACHED, COLD, SESSION = (1 << at for at in range(8))
#: A text by its mark: none, one that says nothing, one.
_TEXTS = (None, "unknown", "said")
#: An answer by its mark: none, a blank one, one that says nothing, one, one in the error's own words.
_ANSWERS = (None, "", "unknown", "said")
_PROMPTS = (None, "logged", "logged".ljust(LONG, "."))
PLAIN: Marks = (None, None, "", None, 0)


@dataclass(frozen=True, slots=True)
class TraceShape:
    """`skeleton`: shows what the record shows. `text`: the marks as JSON. `digest`: of the text, 32 hex digits."""

    skeleton: Trace
    text: str
    digest: str


_known: dict[Marks, TraceShape] = {}


def shape_of(trace: Trace) -> TraceShape:
    """The same object for what shows the same, as long as it is remembered."""
    return shape_by(_marks(trace))


def shape_by(marks: Marks) -> TraceShape:
    """The shape of these marks."""
    shape = _known.get(marks)
    if shape is None:
        if len(_known) >= _MOST:
            _known.clear()
        shape = _known[marks] = shape_from(json.dumps(marks, separators=(",", ":")))
    return shape


def shape_from(text: str) -> TraceShape:
    """The shape that `TraceShape.text` stands for."""
    return TraceShape(skeleton_from(text), text, blake2b(text.encode(), digest_size=16).hexdigest())


def skeleton_from(text: str) -> Trace:
    """The skeleton of the shape that this is the text of."""
    return _skeleton(*json.loads(text))


def _marks(trace: Trace) -> Marks:
    error, answer, status, outcome = trace.error, trace.answer, trace.status, trace.outcome
    if answer is None:
        answered = 0
    elif has(answer):
        answered = 4 if error is not None and answer.strip() == error.strip() else 3
    else:
        answered = 2 if answer.strip() else 1
    if status is not None:
        status = status_mark(status, outcome)
    there = (
        (trace.started_at is not None) * STARTED
        | (trace.latency_ms is not None) * LATENCY
        | (trace.cost is not None) * COST
        | (trace.tokens_in is not None) * IN
        | (trace.tokens_out is not None) * OUT
        | bool(trace.cached) * CACHED
        | bool(trace.cold) * COLD
        | (trace.session is not None) * SESSION
    )
    question, user, chunks = trace.question, trace.user, trace.chunks
    return (
        there,
        trace.prompt_version,
        trace.model,
        trace.index_version,
        trace.app_version,
        status,
        outcome,
        0 if error is None else error_mark(error),
        0 if question is None else 2 if has(question) else 1,
        answered,
        0 if user is None else 2 if has_word(user) else 1,
        chunks if not chunks else all(has_word(chunk.id) for chunk in chunks),
        None if trace.tool_calls is None else call_marks(trace),
        trace.retrieval,
        trace.feedback is not None and has(trace.feedback),
        _extra_marks(trace) if trace.extra or trace.spans else PLAIN,
        None if trace.spans is None else step_marks(trace),
        tuple(sorted(trace.scores)) if trace.scores else (),
    )


def status_mark(status: str, outcome: Outcome | None) -> str | None:
    """A word that is known is not asked for again, but for a rate limit."""
    if outcome is not None:
        return ERRORS[3] if _limited(status) else None
    if not has_word(status):
        return ("<429>" if _limited(status) else "unknown") if status else None
    return status


@lru_cache(20_000)
def has_word(word: str) -> bool:
    return has(word)


@lru_cache(4096)
def _limited(status: str) -> bool:
    return bool(LIMITED.search(status))


def _extra_marks(trace: Trace) -> Marks:
    """Who says that no user sent the request, in which words; whether it fell back; how long its logged prompts are."""
    logged = 0
    for text in prompts(trace):
        logged = max(logged, 2 if len(text) >= LONG else 1 if text else 0)
    fell = trace.extra.get("fallback")
    name, value = told_by(trace.extra) or (None, None)
    # True, 1 and "1" say the same in other words: the type keeps them apart among the marks.
    return name, value, type(value).__name__ if name else "", None if fell is None else flag(fell), logged


def _skeleton(
    there: int,
    prompt: str | None,
    model: str | None,
    index: str | None,
    app: str | None,
    status: str | None,
    outcome: str | None,
    error: int,
    question: int,
    answered: int,
    user: int,
    chunks: Any,
    calls: Any,
    retrieval: bool | None,
    feedback: bool,
    extra: Any,
    steps: Any,
    scores: Any,
) -> Trace:
    tool_calls = calls_of(calls)
    told, value, _, fell, logged = extra
    shown: dict[str, Any] = {} if told is None else {"metadata": {told: value}}
    if fell is not None:
        shown["fallback"] = fell
    if logged:
        shown["prompt"] = _PROMPTS[logged]
    return Trace(
        id="",
        started_at=DATED if there & STARTED else None,
        prompt_version=prompt,
        model=model,
        index_version=index,
        app_version=app,
        status=status,
        outcome=None if outcome is None else Outcome(outcome),
        error=ERRORS[error],
        question=_TEXTS[question],
        answer=ERRORS[error] if answered == 4 else _ANSWERS[answered],
        chunks=(Chunk("given" if chunks else ""),) if isinstance(chunks, bool) else None if chunks is None else (),
        tool_calls=tool_calls,
        retrieval=retrieval,
        feedback="said" if feedback else None,
        latency_ms=TOOK if there & LATENCY else None,
        cost=TOOK if there & COST else None,
        tokens_in=1 if there & IN else None,
        tokens_out=1 if there & OUT else None,
        scores=dict.fromkeys(scores, TOOK),
        cached=bool(there & CACHED),
        cold=bool(there & COLD),
        extra=shown,
        spans=steps_of(steps, tool_calls),
        user=_TEXTS[user],
        session="said" if there & SESSION else None,
    )
