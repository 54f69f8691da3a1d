"""Requests of every kind that probes ask about, as a hypothesis strategy, and recorded ones counted by their shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Chunk, Outcome, Span, SpanKind, ToolCall, Trace
from readiness_tui.domain.traces.content import content
from readiness_tui.domain.traces.counted import Counted, joined
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.domain.traces.measured import day_of, utc
from readiness_tui.domain.traces.shape import shape_from, shape_of
from readiness_tui.domain.traces.tally import Row, Tallier, copies_by, counted_of, row_of
from readiness_tui.domain.traces.traffic import not_of_users

AS_OF = date(2026, 11, 23)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
QUESTION = "How do I reset the password of another account?"


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


WORDS = some(
    None, "", " ", "unknown", "latest", "v4", "v5", "rag-2026-11-02", "gpt-4o", "birch-2-2026-08-01", "{{X}}", "n/a"
)
ERRORS = some(None, None, "", "boom", "HTTP 429", "rate limit reached", "unknown", " ")
TEXTS = some(None, "", " ", "unknown", "TBD", "yes", "boom", " boom ", "HTTP 429", QUESTION, "a {slot}")
MOMENTS = st.builds(lambda minutes: NOON + timedelta(minutes=minutes), some(-3000, -5, 0, 0, 1, 2, 61, 1500, 9000))
ARGUMENTS = some(
    None,
    "",
    " ",
    "{}",
    '{"order": 1}',
    '{"order": 2}',
    '{"approvalId": "ap-1"}',
    '{"approval-id": "ap-2", "idempotency_key": "k-1"}',
    '{"\\u0061pproval_id": "ap-3"}',
    '{"idempotencyKey": "yes"}',
    '{"idempotencyKey": "k-2"}',
    '{"approval_id":',
)
TOOLS = some("refund_create", "order_lookup", "mail_send", "", "x mail_send", "\0", "unknown")
YES = some(None, True, False, "yes", "no", "true", 0, 1)
SAID = st.fixed_dictionaries(
    {},
    optional={
        "side_effect": YES,
        "approval_id": some(None, "ap-1", "ap-9", "auto", "", 7),
        "idempotency_key": some("k-1", "k-7", "none"),
        "attempt": some(None, 1, 2, 5, True, "2"),
        "tool": some("refund_create", "order_lookup", 3),
        "blocked": YES,
        "skipped": YES,
        "enabled": YES,
        "mode": some("off", "on", "", None),
        "validated": YES,
        "rule_id": some("r-1", "", None, "unknown"),
        "rule_version": some("v3", "latest", None, 4),
        "model": some("gpt-4o", "birch-2", "", None),
        "fallback": YES,
        "status_code": some(429, "429", 200, None),
        "prompt_version": some("v4", None),
        "system_prompt": some("", "be kind", f"Answer like this. {QUESTION} Thanks", ["be", {"kind": QUESTION}]),
    },
)
SPANS = st.builds(
    Span,
    id=some("a", "b", "c", "d", "e"),
    parent=some(None, "a", "b", "c", "gone"),
    name=some("", "refund_create", "call order_lookup", "mail_send", "gpt-4o", "guard", "x mail_send"),
    kind=st.sampled_from([*SpanKind, SpanKind.MODEL, SpanKind.MODEL, SpanKind.TOOL, SpanKind.TOOL, SpanKind.GUARD]),
    started_at=st.none() | MOMENTS,
    duration_ms=some(None, 5.0, 7.5, 90000.0),
    error=ERRORS,
    attributes=SAID,
)
CALLS = st.builds(
    ToolCall, TOOLS, ARGUMENTS, some(None, "", "ok", "no"), some(None, None, "", "boom"), some(None, 1, 2, 9)
)
CHUNKS = st.builds(Chunk, some("", "unknown", "kb-1", "kb-2", "chunk 0", "chunk 1", "1", "2"))
EXTRA = st.fixed_dictionaries(
    {},
    optional={
        "environment": some("production", "staging", "test", "dev", 3),
        "synthetic": some(True, False, 1, "yes", "no", 1.0),
        "tags": some([], ["vip"], ["vip", "Load-Test"], "eval", ["kind:eval"]),
        "metadata": some({}, {"is_test": True}, {"a": 1}, {"resource": {"deployment.environment.name": "local"}}, "x"),
        "prompt_deployment_environment": some("test", "production"),
        "source": some("ci", "web", None),
        "fallback": YES,
        "prompt": some("", "short", f"For example: {QUESTION}", ["", {"x": "inner"}]),
        "secret": some("ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "nothing"),
    },
)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """A request; of most fields the plain value, so that some share a shape and others differ in one field alone."""
    rich = draw(st.integers(0, 3))

    def field(strategy: st.SearchStrategy[Any], plain: Any) -> Any:
        return draw(strategy) if rich and draw(st.integers(0, 3)) < rich else plain

    return Trace(
        id="",
        started_at=field(st.none() | MOMENTS, NOON),
        prompt_version=field(WORDS, "v4"),
        model=field(WORDS, "birch-2-2026-08-01"),
        index_version=field(WORDS, "docs-3"),
        app_version=field(WORDS, "1.4.2"),
        status=field(some(None, "", "ok", "odd", "unknown", "429", "<429>", "rate limit"), "ok"),
        outcome=field(some(None, *Outcome), Outcome.SUCCESS),
        error=field(ERRORS, None),
        question=field(TEXTS, "How?"),
        answer=field(TEXTS, "So."),
        chunks=field(st.none() | st.lists(CHUNKS, max_size=3).map(tuple), (Chunk("kb-1"),)),
        tool_calls=field(st.none() | st.lists(CALLS, max_size=4).map(tuple), ()),
        retrieval=field(some(None, True, False), None),
        feedback=field(some(None, "", "up", " UP ", "down", "n/a"), None),
        latency_ms=field(some(None, 5.0, 900.0, 1e6), 900.0),
        cost=field(some(None, 0.0, 0.5), 0.5),
        tokens_in=field(some(None, 0, 70), 70),
        tokens_out=field(some(None, 7), 7),
        scores=field(some({}, {"faithfulness": 0.5}, {"faithfulness": 0.9}), {}),
        cached=field(st.booleans(), False),
        cold=field(st.booleans(), False),
        extra=field(EXTRA, {}),
        spans=field(st.none() | st.lists(SPANS, max_size=6).map(tuple), None),
        user=field(some(None, "", "unknown", "u1", "u2"), "u1"),
        session=field(some(None, "s1"), None),
    )


BARE = st.builds(Trace, id=some(""), prompt_version=WORDS, question=some(None, None, "", "How?"), cached=st.booleans())
_APART: dict[str, Callable[[int], Any]] = {
    "question": lambda at: f"How do I do {at}?",
    "answer": lambda at: f"Like {at}.",
    "cost": lambda at: 0.001 * at,
    "tokens_in": lambda at: at,
    "started_at": lambda at: NOON + timedelta(hours=at),
    "user": lambda at: f"u{at}",
    "chunks": lambda at: (Chunk(f"kb-{at}"),),
    "feedback": lambda at: f"was {at}",
}


@st.composite
def logs(draw: st.DrawFn) -> tuple[Trace, ...]:
    """Some kinds of requests, each recorded up to 33 times: copied, or with one or two fields in which no two agree."""
    found: list[Trace] = []
    for kind in draw(st.lists(traces() | BARE, min_size=1, max_size=6)):
        apart = draw(st.lists(some(*_APART), max_size=2))
        for at in range(draw(some(1, 1, 2, 3, 33, 33))):
            found.append(replace(kind, **{name: _APART[name](at) for name in apart if getattr(kind, name) is not None}))
    # Ids of unequal lengths: a hit's id, which has a colon behind the trace's, does not sort as the trace's does.
    return tuple(replace(trace, id=f"t-{at}") for at, trace in enumerate(draw(st.permutations(found))))


@dataclass(frozen=True)
class ByShape(RecordedList):
    """Traces in memory as the store has them: counted in parts, which are merged, by a shape read back from its text."""

    parts: int = 3

    def counted(self) -> Iterator[Counted]:
        taken: dict[tuple[date | None, str], list[Row]] = {}
        shapes: dict[str, Trace] = {}
        for part in range(self.parts):
            tallier = Tallier()
            for trace in self.traces[part :: self.parts]:
                tallier.add(trace)
            for shape, counted in tallier.take():
                shapes[shape.digest] = shape_from(shape.text).skeleton
                taken.setdefault((counted.day, shape.digest), []).append(row_of(counted))
        copies = copies_by((content(trace), _group(trace)) for trace in by_time(self.traces) if not not_of_users(trace))
        for (day, digest), rows in taken.items():
            groups = [counted_of(row, shapes[digest], day, 0) for row in rows]
            yield replace(joined(groups), copies=copies[day, digest])

    def columns(
        self, names: Sequence[str], start: datetime | None = None, end: datetime | None = None
    ) -> Iterator[tuple[Any, ...]]:
        for row in super().columns(names, start, end):
            yield tuple(shape_of(value).skeleton if isinstance(value, Trace) else value for value in row)

    def whole(self, shows: Callable[[Trace], bool]) -> Iterator[Trace]:
        return (trace for trace in self.traces if shows(shape_of(trace).skeleton))


def by_time(traces: Iterable[Trace]) -> list[Trace]:
    """Those without a time first, then the oldest first."""
    return sorted(traces, key=lambda trace: utc(trace.started_at or datetime.min))


def _group(trace: Trace) -> tuple[date | None, str]:
    return day_of(trace), shape_of(trace).digest
