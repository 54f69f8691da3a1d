"""Searches logged prompts for the questions of a golden set: questions that a system was shown do not test it.

Questions are found verbatim, after normalising; not by similarity.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from readiness_tui.domain.runs.joining import normalise
from readiness_tui.domain.runs.model import Case, GoldenCase, Run, Trace

#: A normalised question shorter than this ("yes") appears in longer texts by chance.
LEAST = 20
_REMEMBERED = 10_000  # prompts whose questions are known: they repeat, but each request asks in its own words
_PROMPT = re.compile(r"prompt|message|system|template|instruction|input|argument|arg_|shot|example", re.IGNORECASE)
_ANSWERING = ("assistant", "ai", "model", "tool", "function")


@dataclass(frozen=True, slots=True)
class Request:
    """What was logged about one request's prompt: from a recorded trace, a case of a run, or a run as a whole.

    `logged`: texts, and lists and mappings of them, however deep. `asked`: its own question, if logged;
    `own`: the golden case it belongs to.
    """

    id: str
    logged: Any
    asked: str | None = None
    own: str | None = None
    of_run: bool = False


@dataclass(frozen=True, slots=True)
class Leak:
    """A golden case whose question appears in the prompts of requests that asked something else."""

    case: str
    traces: tuple[str, ...] = ()  # ids
    runs: tuple[str, ...] = ()  # "run/case", or a run's id if found in the run's own description


@dataclass(frozen=True, slots=True)
class Looked:
    """How many requests were searched."""

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
    """The run's own description (a prompt template, few-shot examples), and each case's input and logged prompts.

    For a case that is not in the golden set the input is left out: it may be the question inside a template.
    """
    known = {case.id for case in golden}
    yield Request(run.id, run.extra, of_run=True)
    for case, prompts in cases:
        own = case.id if case.id in known else None
        logged = [case.question if own else None, case.extra, prompts]
        yield Request(f"{run.id}/{case.id}", logged, case.question or None, own, of_run=True)


def prompt_texts(record: Any) -> tuple[str, ...]:
    """The texts in a tool's own record named prompt, input or message; not what the assistant said."""
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
    """How many requests there were, and the questions found in prompts of other requests.

    A request that asks the case's own question leaks nothing. If the log does not say what was asked, a text that is
    exactly the question may be the request itself. Questions of fewer than `LEAST` characters are skipped.
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
                if len(seen) == _REMEMBERED:
                    seen.clear()
                seen[text] = tuple(_questions_in(text, heads))
            for ident, question in seen[text]:
                if ident != request.own and not _is_own_question(question, text, asked, request):
                    found.setdefault(ident, ({}, {}))[request.of_run][request.id] = None
    named = ((case.id, found[case.id]) for case in cases if case.id in found)
    return Looked(*counts), tuple(Leak(ident, tuple(traces), tuple(runs)) for ident, (traces, runs) in named)


def _is_own_question(question: str, text: str, asked: str | None, request: Request) -> bool:
    """Whether the question is in the text because the request asks it."""
    if asked is None:
        return question == text and not request.of_run
    # A tool may log the whole input as the question, for a case that has another id in the golden set.
    return question == asked or (request.of_run and request.own is None and question in asked)


def _questions_in(text: str, heads: Mapping[str, Sequence[tuple[str, str]]]) -> Iterator[tuple[str, str]]:
    """The cases whose question appears in a text, each once: one look-up per position."""
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
