"""Long texts of spans: they stay in the raw record, except those with a credential, which the leak probe must see.

Most have none, so one look is taken at the texts of many traces before any is searched by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.text.secrets import find_secrets
from readiness_tui.domain.text.sieve import suspects
from readiness_tui.sources.kit.base import TraceRecord
from readiness_tui.sources.tracing.raw_span import RawSpan

T = TypeVar("T")

_AT_ONCE = 1 << 18  # characters of texts that wait to be searched together

LongText = tuple[str, str, str]  # the id of its span, its name, the text


class Unsearched(NamedTuple):
    """A record whose long texts were not searched yet."""

    record: TraceRecord
    texts: Sequence[LongText]


def long_texts(spans: Iterable[RawSpan]) -> list[LongText]:
    return [(span.id, name, text) for span in spans if span.texts for name, text in span.texts.items()]


def searched(found: Iterable[Unsearched | T]) -> Iterator[TraceRecord | T]:
    """The records with their texts that leak; anything else as it is, all in their order."""
    waiting: list[Unsearched | T] = []
    size = 0
    for one in found:
        waiting.append(one)
        if isinstance(one, Unsearched):
            size += sum([len(text) for _, _, text in one.texts])
            if size >= _AT_ONCE:
                yield from _searched(waiting)
                waiting, size = [], 0
    yield from _searched(waiting)


def with_leaking(trace: Trace, texts: Sequence[LongText]) -> Trace:
    """The trace, with those of its long texts that hold a credential among its spans' attributes."""
    leaking = _leaking([("", *text) for text in texts])
    return _with(trace, leaking[""]) if leaking else trace


def _searched(waiting: Sequence[Unsearched | T]) -> Iterator[TraceRecord | T]:
    leaking = _leaking(
        [(place, *text) for place, one in enumerate(waiting) if isinstance(one, Unsearched) for text in one.texts]
    )
    for place, one in enumerate(waiting):
        if not isinstance(one, Unsearched):
            yield one
        elif place in leaking:
            yield replace(one.record, trace=_with(one.record.trace, leaking[place]))
        else:
            yield one.record


K = TypeVar("K")
_OfSpans = dict[str, dict[str, str]]  # span id → name → text


def _leaking(texts: Sequence[tuple[K, str, str, str]]) -> dict[K, _OfSpans]:
    """Those with a credential, by trace."""
    found: dict[K, _OfSpans] = {}
    for at in suspects([text for *_, text in texts]) if texts else ():
        trace, span, name, text = texts[at]
        if find_secrets(text):
            found.setdefault(trace, {}).setdefault(span, {})[name] = text
    return found


def _with(trace: Trace, leaking: Mapping[str, Mapping[str, str]]) -> Trace:
    spans = [
        replace(span, attributes={**span.attributes, **leaking[span.id]}) if span.id in leaking else span
        for span in trace.spans or ()
    ]
    return replace(trace, spans=tuple(spans))
