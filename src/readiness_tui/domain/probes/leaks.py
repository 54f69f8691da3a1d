"""Credentials in logged text: a probe that can only refute (scoring.md, "Probe"; OBS-10, REL-03, DEP-01).

A hit names the trace, the pattern and a short hash, never the credential. It is dismissed by that id, one by one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from readiness_tui.domain.assessment import Assurance, Proposal
from readiness_tui.domain.checklist import Item, ProbeKind, ProbeSpec
from readiness_tui.domain.evaluation import Trace
from readiness_tui.domain.probes.base import EXAMPLES, ProbeInput, Seen, Smallest, digest_of, safe, sampling
from readiness_tui.domain.secrets import GUESSABLE, find_secrets
from readiness_tui.domain.text import one_line

SCOPES = {  # what each query searched for
    "secrets_in_logs": "credentials",
    # It never raises, so it may search for less than the item asks, as long as it says so.
    "personal_data_or_secrets_in_logs": "credentials (personal data is not searched for)",
}
_AROUND = 24  # characters shown on each side of a masked credential


@dataclass(frozen=True, slots=True)
class LeakHit:
    """One credential in one trace. `id` is stable across imports of the same record; `place` names the field."""

    id: str
    pattern: str
    place: str
    excerpt: str  # masked, one line


def leaks(trace: Trace) -> Iterator[LeakHit]:
    """The credentials in everything that the trace logged, each once, wherever else it is repeated."""
    texts = [(place, text) for place, text in _texts(trace) if text]
    # One search over all fields first, as most traces hold nothing; no pattern matches across the separator.
    if not find_secrets("\n\0\n".join(text for _, text in texts)):
        return
    known: set[str] = set()
    for place, text in texts:
        hits = find_secrets(text)
        for at, hit in enumerate(hits):
            # The hash of a guessable secret could be tried against a word list: there the place is hashed instead.
            told = f"{place}:{hit.start}" if hit.pattern in GUESSABLE else text[hit.start : hit.end]
            told = f"{trace.id}\0{hit.pattern}\0{told}"
            short = hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:8]
            name = f"{trace.id}:{hit.pattern}:{short}"
            if name in known:
                continue
            known.add(name)
            # What stands between two hits holds no credential.
            left = text[max(hits[at - 1].end if at else 0, hit.start - _AROUND) : hit.start]
            right = text[hit.end : min(hits[at + 1].start if at + 1 < len(hits) else len(text), hit.end + _AROUND)]
            yield LeakHit(name, hit.pattern, place, one_line(f"{left}[masked]{right}"))


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
    yield from _nested("extra", "", trace.extra)


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


@dataclass(slots=True)
class LeakCounter:
    """Hits that nobody dismissed, in the traces seen."""

    dismissed: frozenset[str]
    found: int = 0
    waved: int = 0
    first: Smallest = field(default_factory=Smallest)
    lines: dict[str, str] = field(default_factory=dict)

    @classmethod
    def start(cls, data: ProbeInput) -> LeakCounter:
        return cls(data.dismissed)

    def add(self, trace: Trace) -> None:
        for hit in leaks(trace):
            if hit.id in self.dismissed:
                self.waved += 1
                continue
            self.found += 1
            pushed = self.first.add(hit.id)
            if pushed is not None:
                self.lines[hit.id] = f"{one_line(hit.id, 100)} in {safe(hit.place)}: {hit.excerpt}"
                self.lines.pop(pushed, None)

    def proposal(self, item: Item, spec: ProbeSpec, data: ProbeInput, seen: Seen) -> Proposal:
        n, hits = seen.traces, "hit" if self.found == 1 else "hits"
        waved = f", {self.waved:,} dismissed" if self.waved else ""
        more = (f"and {self.found - EXAMPLES:,} more hits",) if self.found > EXAMPLES else ()
        missing = "" if n else f"Nothing to search: {seen.nothing}."
        return Proposal(
            item_id=item.id,
            query=spec.query,
            kind=ProbeKind.REFUTE,
            points=0 if self.found else None,
            assurance=Assurance.EVIDENCED if self.found else None,
            text=missing or f"{self.found:,} {hits} of {SCOPES[spec.query]} in {n:,} requests{waved}",
            k=self.found if n else None,
            n=n or None,
            window=seen.window,
            sampling=sampling(data) if n else "",
            examples=tuple(self.first.ids),
            details=(*(self.lines[name] for name in self.first.ids), *more),
            digest=digest_of(spec.query, self.found, n, self.first.ids),
            missing=missing,
        )
