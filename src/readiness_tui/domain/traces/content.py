"""What was recorded of a request, as a number: two records of one content are one observation, copied."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from hashlib import blake2b
from typing import Any

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.text.versions import has
from readiness_tui.domain.traces.columns import CommonTraces
from readiness_tui.domain.traces.measured import at_of


@cache
def _encoder() -> Callable[[Any], bytes]:
    import msgspec  # what only asks rules needs none of it

    return msgspec.msgpack.Encoder().encode


def content(trace: Trace) -> int:
    """64 bits, signed, the same in every process.

    Ids, times, who asked and whatever else the log adds are no part of it, and of an answer out of a cache its measures
    are none either. Without an answer, documents or tools its time is part of it; and where nothing was measured either,
    no two records are known to be copies.
    """
    measured = not trace.cached
    measures = (_number(trace.latency_ms), _number(trace.cost), trace.tokens_in, trace.tokens_out) if measured else None
    steps = [
        (span.name, span.kind, span.error, _number(span.duration_ms) if measured else None, repr(span.attributes))
        for span in trace.spans or ()
    ]
    chunks = (
        None
        if trace.chunks is None
        else [(chunk.id, chunk.rank, _number(chunk.score), chunk.text, chunk.source) for chunk in trace.chunks]
    )
    calls = (
        None
        if trace.tool_calls is None
        else [(call.name, call.arguments, call.result, call.error, call.attempt) for call in trace.tool_calls]
    )
    when: Any = None
    if not (chunks or calls or has(trace.answer)):
        known = steps or (measures is not None and measures != (None, None, None, None))
        when = at_of(trace.started_at) if known else trace.id
    scores = [(name, _number(value)) for name, value in sorted(trace.scores.items())] if trace.scores else None
    said = (
        measures,
        steps,
        trace.prompt_version,
        trace.model,
        trace.index_version,
        trace.app_version,
        trace.status,
        trace.outcome,
        trace.question,
        trace.answer,
        trace.error,
        trace.feedback,
        chunks,
        calls,
        trace.retrieval,
        scores,
        trace.cached,
        trace.user is None,
        trace.session is None,
        when,
    )
    return number_of(said)


def contents(of: CommonTraces) -> list[int]:
    """The contents of many requests of the common kind."""
    chunks: list[Any] = list(of.chunks)
    if of.scored.score:
        chunks = [
            None
            if some is None
            else [(id, rank, _number(score), text, source) for id, rank, score, text, source in some]
            for some in of.chunks
        ]
    n = len(of)
    measures: list[Any] = list(
        zip(map(_number, of.latency_ms), map(_number, of.cost), of.tokens_in, of.tokens_out, strict=True)
    )
    if True in of.cached:
        measures = [None if cached else some for cached, some in zip(of.cached, measures, strict=True)]
    when: list[Any] = [None] * n
    for place, said in enumerate(zip(of.chunks, of.tool_calls, of.answer, strict=True)):
        if not (said[0] or said[1] or has(said[2])):
            known = measures[place] is not None and measures[place] != (None, None, None, None)
            when[place] = of.at[place] if known else of.id[place]
    scores = [[(name, _number(value)) for name, value in sorted(some.items())] if some else None for some in of.scores]
    return list(
        map(
            number_of,
            zip(
                measures,
                [()] * n,
                of.prompt_version,
                of.model,
                of.index_version,
                of.app_version,
                of.status,
                of.outcome,
                of.question,
                of.answer,
                of.error,
                of.feedback,
                chunks,
                of.calls,
                of.retrieval,
                scores,
                of.cached,
                [user is None for user in of.user],
                [session is None for session in of.session],
                when,
                strict=True,
            ),
        )
    )


def number_of(value: Any) -> int:
    """64 bits, signed, of a value of texts, numbers, None and lists of them."""
    try:
        told = _encoder()(value)
    except (UnicodeEncodeError, OverflowError, TypeError):  # half a surrogate pair, a number of more than 64 bits
        told = repr(value).encode("utf-8", "backslashreplace")
    return int.from_bytes(blake2b(told, digest_size=8).digest(), "big", signed=True)


def _number(value: float | None) -> float | None:
    """1 and 1.0 are one number, as are 0.0 and -0.0."""
    return None if value is None else value + 0.0
