"""Credentials and personal data in logged text: what is searched, and how a hit is named.

A hit's id names the trace, the pattern and a short hash, never the text found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.text.personal_data import find_personal_data
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import GUESSABLE, SensitiveHit, find_secrets
from readiness_tui.domain.text.sieve import BETWEEN, suspects
from readiness_tui.domain.traces.columns import CommonTraces

_AROUND = 24  # characters shown on each side of a masked credential


@dataclass(frozen=True, slots=True)
class LeakHit:
    """One credential or piece of personal data in one trace. `id` is stable across imports of the same record;
    `place` names the field."""

    id: str
    pattern: str
    place: str
    excerpt: str  # masked, one line
    personal: bool = False


def leaks(trace: Trace, *, personal: bool = True) -> Iterator[LeakHit]:
    """All leaks in anything the trace logged; a piece that is repeated is reported once."""
    texts = [(place, text) for place, text in _texts(trace) if text]
    # First one search over all fields, since most traces have no leak; no pattern matches across the separator.
    whole = "\n\0\n".join([text for _, text in texts])
    if not find_secrets(whole) and not (personal and find_personal_data(whole)):
        return
    known: set[str] = set()
    for place, text in texts:
        hits = _find(text, personal)
        for at, (hit, is_personal) in enumerate(hits):
            # The hash of a guessable piece could be cracked with a word list, so its place is hashed instead.
            guessable = is_personal or hit.pattern in GUESSABLE
            told = f"{place}:{hit.start}" if guessable else text[hit.start : hit.end]
            told = f"{trace.id}\0{hit.pattern}\0{told}"
            short = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:8]
            name = f"{trace.id}:{hit.pattern}:{short}"
            if name in known:
                continue
            known.add(name)
            # The text between two hits contains no other hit.
            left = text[max(hits[at - 1][0].end if at else 0, hit.start - _AROUND) : hit.start]
            right = text[hit.end : min(hits[at + 1][0].start if at + 1 < len(hits) else len(text), hit.end + _AROUND)]
            yield LeakHit(name, hit.pattern, place, one_line(f"{left}[masked]{right}"), is_personal)


def leaks_of(traces: Sequence[Trace]) -> Iterator[tuple[int, LeakHit]]:
    """All leaks of many traces, each with its trace's place among them: what `leaks` says of each one, but traces in
    which a look at all texts together sees nothing are not searched one by one."""
    for number in suspects(map(_all_text, traces)):
        for hit in leaks(traces[number]):
            yield number, hit


def leaks_in(of: CommonTraces) -> Iterator[tuple[int, LeakHit]]:
    """The same, of many requests of the common kind."""
    fields = zip(of.question, of.answer, of.error, of.status, of.feedback, strict=True)
    texts = [BETWEEN.join(filter(None, some)) for some in fields]
    for place, calls in enumerate(of.calls):
        for call in calls or ():
            texts[place] = BETWEEN.join(filter(None, (texts[place], *call[1:4])))
    if of.scored.text:
        for place, chunks in enumerate(of.chunks):
            said = [text for chunk in chunks or () for text in chunk[3:] if text]
            texts[place] = BETWEEN.join((texts[place], *said))
    for place in suspects(texts):
        for hit in leaks(of.whole(place)):
            yield place, hit


def _find(text: str, personal: bool) -> list[tuple[SensitiveHit, bool]]:
    """The hits of both kinds by position, without overlaps: a credential wins over personal data inside it."""
    secrets = find_secrets(text)
    found = [(hit, False) for hit in secrets]
    if personal:
        found += [
            (hit, True)
            for hit in find_personal_data(text)
            if all(hit.end <= other.start or other.end <= hit.start for other in secrets)
        ]
    return sorted(found, key=lambda pair: pair[0].start)


def _texts(trace: Trace) -> Iterator[tuple[str, str | None]]:
    """Every text of a trace with the name of its field."""
    yield "question", trace.question
    yield "answer", trace.answer
    yield "error", trace.error
    yield "status", trace.status
    yield "feedback", trace.feedback
    for number, chunk in enumerate(trace.chunks or (), 1):
        yield f"chunk {number}", chunk.text
        yield f"chunk {number} source", chunk.source
    for number, call in enumerate(trace.tool_calls or (), 1):
        yield f"tool call {number} arguments", call.arguments
        yield f"tool call {number} result", call.result
        yield f"tool call {number} error", call.error
    if trace.extra:
        yield from _nested("extra", "", trace.extra)
    for number, span in enumerate(trace.spans or (), 1):
        yield f"step {number} error", span.error
        if span.attributes:
            yield from _nested(f"step {number}", "", span.attributes)


def _all_text(trace: Trace) -> str:
    """The texts of `_texts` as one, without the names of their fields, quickly."""
    texts = [trace.question, trace.answer, trace.error, trace.status, trace.feedback]
    if trace.chunks:
        for chunk in trace.chunks:
            if chunk.text:
                texts.append(chunk.text)
            if chunk.source:
                texts.append(chunk.source)
    if trace.tool_calls:
        for call in trace.tool_calls:
            texts += (call.arguments, call.result, call.error)
    if trace.extra:
        _add_fields(texts, trace.extra)
    if trace.spans:
        for span in trace.spans:
            texts.append(span.error)
            _add_fields(texts, span.attributes)
    return BETWEEN.join(filter(None, texts))


def _add_fields(texts: list[str | None], fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if isinstance(value, str):
            texts.append(f"{name}={value}")
        elif isinstance(value, (dict, list, tuple)):
            texts += (text for _, text in _nested("", str(name), value))


def _nested(place: str, name: str, value: Any) -> Iterator[tuple[str, str]]:
    """The texts of a nested value as `name=text`, so that a field called "password" reads as an assignment."""
    waiting: list[tuple[str, str, Any]] = [(place, name, value)]
    while waiting:
        place, name, value = waiting.pop()
        if isinstance(value, str):
            yield place, f"{name}={value}"
        elif isinstance(value, dict):
            waiting += [(f"{place}.{key}", str(key), inner) for key, inner in value.items()]
        elif isinstance(value, (list, tuple)):
            waiting += [(f"{place}.{number}", name, inner) for number, inner in enumerate(value)]
