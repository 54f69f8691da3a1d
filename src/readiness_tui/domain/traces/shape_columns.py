"""The shapes of many requests of the common kind at once: what `shape` says of each of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.text.placeholders import plainly_said
from readiness_tui.domain.text.versions import SLOT_SIGNS, has
from readiness_tui.domain.traces import shape
from readiness_tui.domain.traces.columns import CommonTraces
from readiness_tui.domain.traces.shape import TraceShape
from readiness_tui.domain.traces.shape_steps import Marks, call_marks, error_mark, failed_mark

_KNOWN = 10_000  # ids of chunks remembered


def shapes(of: CommonTraces) -> list[TraceShape]:
    """In their order."""
    known: dict[Marks, TraceShape] = {}
    found = []
    for marks in _marks(of):
        one = known.get(marks)
        if one is None:
            one = known[marks] = shape.shape_by(marks)
        found.append(one)
    return found


def _marks(of: CommonTraces) -> Sequence[Marks]:
    n = len(of)
    return list(
        zip(
            _there(of),
            of.prompt_version,
            of.model,
            of.index_version,
            of.app_version,
            [None if status is None else _status(status, outcome) for status, outcome in zip(of.status, of.outcome, strict=True)],
            of.outcome,
            [0 if error is None else error_mark(error) for error in of.error],
            [2 if said else 0 if said is None else 1 for said in _said(of.question)],
            list(map(_answered, _said(of.answer), of.answer, of.error)),
            [0 if user is None else 2 if shape.has_word(user) else 1 for user in of.user],
            _chunk_marks(of),
            _call_marks(of),
            of.retrieval,
            [feedback is not None and has(feedback) for feedback in of.feedback],
            [shape.PLAIN] * n,
            [None] * n,
            [tuple(sorted(scores)) if scores else () for scores in of.scores],
            strict=True,
        )
    )  # fmt: skip


def _there(of: CommonTraces) -> list[int]:
    """Which of the fields are there, by bits."""
    bits = [0] * len(of)
    base = 0
    fields: tuple[tuple[Sequence[Any], int, Any], ...] = (
        (of.at, shape.STARTED, None),
        (of.latency_ms, shape.LATENCY, None),
        (of.cost, shape.COST, None),
        (of.tokens_in, shape.IN, None),
        (of.tokens_out, shape.OUT, None),
        (of.cached, shape.CACHED, False),
        (of.cold, shape.COLD, False),
        (of.session, shape.SESSION, None),
    )
    for column, bit, absent in fields:
        none = column.count(absent)
        if not none:
            base |= bit
        elif none < len(bits):
            bits = [one if value is absent else one | bit for one, value in zip(bits, column, strict=True)]
    return [base | one for one in bits]


@lru_cache(4096)
def _status(status: str, outcome: Outcome | None) -> str | None:
    return shape.status_mark(status, outcome)


class _PlainBegins(dict[str, bool]):
    """Whether a text that begins so is none of the words for nothing: three letters or digits at its beginning stay there,
    whatever is taken off its ends."""

    def __missing__(self, begin: str) -> bool:
        self[begin] = plain = len(begin) == 3 and begin.isascii() and begin.isalnum() and plainly_said(begin)
        return plain


def _said(texts: Sequence[str | None]) -> list[bool | None]:
    """`has` of each text; None where there is none."""
    whole = "\n".join(filter(None, texts))
    signs = [sign for sign in SLOT_SIGNS if sign in whole]
    begins = _PlainBegins()
    if not signs:
        return [None if text is None else begins[text[:3]] or has(text) for text in texts]
    return [
        None if text is None else (begins[text[:3]] and not any(sign in text for sign in signs)) or has(text)
        for text in texts
    ]


def _answered(said: bool | None, answer: str | None, error: str | None) -> int:
    if answer is None:
        return 0
    if said:
        return 3 if error is None else 4 if answer.strip() == error.strip() else 3
    return 2 if answer.strip() else 1


def _call_marks(of: CommonTraces) -> list[Marks | None]:
    found: list[Marks | None] = []
    for place, calls in enumerate(of.calls):
        if not calls:
            found.append(calls)
        elif len(calls) > 1 or of.ids_in_calls:
            found.append(call_marks(Trace("", tool_calls=of.tool_calls[place])))
        else:
            ((name, arguments, result, error, attempt),) = calls
            given = None if arguments is None else (not arguments.strip(), 0, ())
            found.append(((name, given, result is not None, failed_mark(error), attempt),))
    return found


def _chunk_marks(of: CommonTraces) -> list[Any]:
    named: set[str] = set()  # ids that say something
    found: list[Any] = []
    for chunks in of.chunks:
        if not chunks:
            found.append(chunks)
            continue
        for chunk in chunks:
            if chunk[0] not in named:
                if not shape.has_word(chunk[0]):
                    found.append(False)
                    break
                if len(named) < _KNOWN:
                    named.add(chunk[0])
        else:
            found.append(True)
    return found
