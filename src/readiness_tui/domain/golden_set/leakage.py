"""Whether the questions of a golden set stand in logged prompts: a system that was shown them is not tested by them.

Questions are found letter for letter, after normalising; not by likeness.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from readiness_tui.domain.runs.joining import normalise
from readiness_tui.domain.runs.model import Case, GoldenCase, Run, Trace

#: Characters of a normalised question below which finding it in a longer text says nothing ("yes").
LEAST = 20
_PROMPT = re.compile(r"prompt|message|system|template|instruction|input|argument|arg_|shot|example", re.IGNORECASE)
_ANSWERING = ("assistant", "ai", "model", "tool", "function")


@dataclass(frozen=True, slots=True)
class Request:
    """What one request logged of its prompt: of a recorded trace, or of a case (or the whole) of a run.

    `logged`: texts, and lists and mappings of them, however deep. `asked`: its own question, where the log says it;
    `own`: the golden case that it is.
    """

    id: str
    logged: Any
    asked: str | None = None
    own: str | None = None
    of_run: bool = False


@dataclass(frozen=True, slots=True)
class Leak:
    """A golden case whose question stands in the prompts of requests that asked something else."""

    case: str
    traces: tuple[str, ...] = ()  # ids
    runs: tuple[str, ...] = ()  # "run/case", or a run's id where it stands in what the run says of itself


@dataclass(frozen=True, slots=True)
class Looked:
    """How many requests were looked at."""

    traces: int
    runs: int

    @property
    def any(self) -> bool:
        return bool(self.traces or self.runs)


def of_traces(traces: Iterable[Trace]) -> Iterator[Request]:
    """The question, every text in `extra` and in the spans' attributes; not answers, chunks or tool results."""
    for trace in traces:
        logged = [trace.question, trace.extra, *(span.attributes for span in trace.spans or ())]
        yield Request(trace.id, logged, trace.question)


def of_run(run: Run, cases: Iterable[tuple[Case, Sequence[str]]], golden: Sequence[GoldenCase]) -> Iterator[Request]:
    """What a run says of itself (a prompt template, few-shot examples), and each case's input and logged prompts.

    Of a case that the golden set does not know the input itself is left out: it may be the question inside a template.
    """
    known = {case.id for case in golden}
    yield Request(run.id, run.extra, of_run=True)
    for case, prompts in cases:
        own = case.id if case.id in known else None
        logged = [case.question if own else None, case.extra, prompts]
        yield Request(f"{run.id}/{case.id}", logged, case.question or None, own, of_run=True)


def prompt_texts(record: Any) -> tuple[str, ...]:
    """The texts of a tool's own record that are called a prompt, input or message; not what the assistant said."""
    found: dict[str, None] = {}
    waiting = [(record, False)]
    while waiting:
        value, named = waiting.pop()
        if isinstance(value, str):
            if named and len(value) >= LEAST:
                found[value] = None
        elif isinstance(value, Mapping):
            if value.get("role") not in _ANSWERING:
                waiting += ((part, named or bool(_PROMPT.search(str(name)))) for name, part in value.items())
        elif isinstance(value, (list, tuple)):
            waiting += ((part, named) for part in value)
    return tuple(found)


def leaks(cases: Sequence[GoldenCase], requests: Iterable[Request]) -> tuple[Looked, tuple[Leak, ...]]:
    """How many requests there were, and the questions found in prompts that are not their own.

    A request that asks the case's own question leaks nothing; where the log does not say what was asked, a text that
    is the question and nothing more may be the asking itself. Questions of fewer than `LEAST` characters are passed
    over.
    """
    heads: dict[str, list[tuple[str, str]]] = {}
    for case in cases:
        text = normalise(case.question)
        if len(text) >= LEAST:
            heads.setdefault(text[:LEAST], []).append((case.id, text))
    seen: dict[str, tuple[tuple[str, str], ...]] = {}  # prompts repeat from request to request
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    counts = [0, 0]
    for request in requests:
        counts[request.of_run] += 1
        asked = None if request.asked is None else normalise(request.asked)
        for text in map(normalise, _texts(request.logged)):
            if text not in seen:
                seen[text] = tuple(_questions_in(text, heads))
            for ident, question in seen[text]:
                if ident != request.own and not _is_own_question(question, text, asked, request):
                    found.setdefault(ident, ({}, {}))[request.of_run][request.id] = None
    named = ((case.id, found[case.id]) for case in cases if case.id in found)
    return Looked(*counts), tuple(Leak(ident, tuple(traces), tuple(runs)) for ident, (traces, runs) in named)


def _is_own_question(question: str, text: str, asked: str | None, request: Request) -> bool:
    """Whether the question stands in the text because the request asks it."""
    if asked is None:
        return question == text and not request.of_run
    # A tool may log the whole input as the question of a case that the golden set knows by another id.
    return question == asked or (request.of_run and request.own is None and question in asked)


def _questions_in(text: str, heads: Mapping[str, Sequence[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """The cases whose question stands in a text, once each: one look-up for each position."""
    told: set[str] = set()
    for at in range(len(text) - LEAST + 1):
        for ident, question in heads.get(text[at : at + LEAST], ()):
            if ident not in told and text.startswith(question, at):
                told.add(ident)
                yield ident, question


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if len(one) >= LEAST:
                yield one
        elif isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, (list, tuple)):
            waiting += one
