"""What a filter line about recorded requests understands, and how a trace answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from readiness_tui.domain.filters.matching import matches
from readiness_tui.domain.filters.model import Filter, FilterKey, KeyKind, Like, NamePattern, Vocabulary
from readiness_tui.domain.runs.model import Outcome, Trace

LATENCY_UNITS = {"": 1.0, "ms": 1.0, "s": 1000.0}
COST_UNITS = {"": 1.0, "$": 1.0, "usd": 1.0}
TOKEN_UNITS = {"": 1.0, "k": 1000.0}
UNKNOWN = "unknown"  # as a status: what the record's word means is not known
_OUTCOMES = {outcome.value for outcome in Outcome}
_FIELDS = {
    "model": "model",
    "prompt": "prompt_version",
    "index": "index_version",
    "release": "app_version",
    "user": "user",
    "session": "session",
    "feedback": "feedback",
}


def _key(name: str, kind: KeyKind, example: str, meaning: str, part: bool = False) -> tuple[str, FilterKey]:
    units = {"latency": LATENCY_UNITS, "cost": COST_UNITS, "tokens": TOKEN_UNITS}.get(name, {"": 1.0})
    return name, FilterKey(name, kind, example, meaning, part, units)


TRACE_KEYS = Vocabulary(
    "a trace",
    dict(
        (
            _key("status", KeyKind.NAME, "status:fail", "how it ended: success, fail, abstain, error, unknown"),
            _key("error", KeyKind.NAME, "error:timeout", "part of the error; any, none", part=True),
            _key("model", KeyKind.NAME, "model:gpt*", "the model that answered", part=True),
            _key("prompt", KeyKind.NAME, "prompt:rag-v4", "the prompt's version", part=True),
            _key("tool", KeyKind.NAME, "tool:refund_create", "a tool that was called"),
            _key("release", KeyKind.NAME, "release:1.4.2", "the release of the product", part=True),
            _key("index", KeyKind.NAME, "index:docs-7", "the version of the search index", part=True),
            _key("user", KeyKind.NAME, "user:u1284", "for whom"),
            _key("session", KeyKind.NAME, "session:s0", "in which conversation"),
            _key("feedback", KeyKind.NAME, "feedback:any", "what the user said of it", part=True),
            _key("latency", KeyKind.AMOUNT, "latency>3000", "milliseconds, or 3s"),
            _key("cost", KeyKind.AMOUNT, "cost>0.05", "US dollars"),
            _key("tokens", KeyKind.AMOUNT, "tokens>4000", "in and out together"),
            _key("day", KeyKind.TIME, "day:2026-11-21", "began on this day (UTC)"),
            _key("from", KeyKind.TIME, "from:2026-11-20", "on this day or later"),
            _key("to", KeyKind.TIME, "to:2026-11-22", "on this day or before"),
        )
    ),
)


def is_outcome(text: str) -> str | None:
    """The outcome (or UNKNOWN) that a status stands for; None: it is a record's own word."""
    low = text.casefold()
    return low if low in _OUTCOMES or low == UNKNOWN else None


@dataclass(frozen=True, slots=True)
class TraceFields:
    trace: Trace

    def names(self, key: str, pattern: NamePattern) -> Sequence[str] | None:
        trace = self.trace
        if key == "status":
            return self._status(pattern)
        if key == "tool":
            return None if trace.tool_calls is None else [call.name for call in trace.tool_calls]
        if key == "error":
            if pattern.like is Like.NOTHING and trace.error is None:
                return [Outcome.ERROR.value] if trace.outcome is Outcome.ERROR else None
            return None if trace.error is None else [trace.error]
        value: str | None = getattr(trace, _FIELDS[key])
        return None if value is None else [value]

    def _status(self, pattern: NamePattern) -> Sequence[str] | None:
        outcome = is_outcome(pattern.text) if pattern.like is Like.IS else None
        if outcome is None:
            return None if self.trace.status is None else [self.trace.status]
        own = self.trace.outcome.value if self.trace.outcome else UNKNOWN
        return [pattern.text] if own == outcome else []

    def amount(self, key: str) -> float | None:
        trace = self.trace
        if key == "tokens":
            known = trace.tokens_in is not None and trace.tokens_out is not None
            return (trace.tokens_in or 0) + (trace.tokens_out or 0) if known else None
        return trace.latency_ms if key == "latency" else trace.cost

    def began(self) -> datetime | None:
        return self.trace.started_at

    def texts(self) -> Sequence[str | None]:
        return self.trace.question, self.trace.answer, self.trace.id


def shows(wanted: Filter, trace: Trace) -> bool:
    """Whether a trace meets the filter: the meaning that every query of the store keeps to."""
    return matches(wanted, TraceFields(trace))
