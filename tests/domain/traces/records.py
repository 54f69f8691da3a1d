"""Requests of every kind that probes ask about: at random, and each with one field after the other changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Chunk, Outcome, Span, SpanKind, ToolCall, Trace

AS_OF = date(2026, 11, 23)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
QUESTION = "How do I reset the password of another account?"
KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"  # put together here: no scanner shall take it for a leak

Given = Mapping[str, Sequence[Any]]

_WORDS = (
    None,
    "",
    " ",
    "unknown",
    "latest",
    "v4",
    "v5",
    "rag-2026-11-02",
    "gpt-4o",
    "birch-2-2026-08-01",
    "{{X}}",
    "n/a",
)
_ERRORS = (None, "", "boom", "HTTP 429", "rate limit reached", "unknown", " ")
_TEXTS = (None, "", " ", "unknown", "TBD", "yes", "boom", " boom ", "HTTP 429", QUESTION, "a {slot}")
_MOMENTS = (None, *(NOON + timedelta(minutes=minutes) for minutes in (-3000, -5, 0, 1, 2, 61, 1500, 9000)))
_YES = (None, True, False, "yes", "no", "true", 0, 1)

FIELDS: Given = {
    "started_at": _MOMENTS,
    "prompt_version": _WORDS,
    "model": _WORDS,
    "index_version": _WORDS,
    "app_version": _WORDS,
    "status": (None, "", "ok", "odd", "unknown", "429", "<429>", "rate limit"),
    "outcome": (None, *Outcome),
    "error": _ERRORS,
    "question": _TEXTS,
    "answer": _TEXTS,
    "chunks": (None, (), (Chunk("kb-1"),), (Chunk(""),), (Chunk("1"), Chunk("2"))),
    "tool_calls": (None, ()),
    "spans": (None, ()),
    "retrieval": (None, True, False),
    "feedback": (None, "", "up", " UP ", "down", "n/a"),
    "latency_ms": (None, 5.0, 900.0, 1e6),
    "cost": (None, 0.0, 0.5),
    "tokens_in": (None, 0, 70),
    "tokens_out": (None, 7),
    "scores": ({}, {"faithfulness": 0.5}, {"faithfulness": 0.9}),
    "cached": (False, True),
    "cold": (False, True),
    "user": (None, "", "unknown", "u1", "u2"),
    "session": (None, "s1"),
}
CALL_FIELDS: Given = {
    "name": ("refund_create", "order_lookup", "mail_send", "", "x mail_send", "\0", "unknown"),
    "arguments": (
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
    ),
    "result": (None, "", "ok", "no"),
    "error": (None, "", "boom"),
    "attempt": (None, 1, 2, 9),
}
SPAN_FIELDS: Given = {
    "id": ("a", "b", "c", "d", "e"),
    "parent": (None, "a", "b", "c", "gone"),
    "name": ("", "refund_create", "call order_lookup", "mail_send", "gpt-4o", "guard", "x mail_send"),
    "kind": (*SpanKind, SpanKind.MODEL, SpanKind.MODEL, SpanKind.TOOL, SpanKind.TOOL, SpanKind.GUARD),
    "started_at": _MOMENTS,
    "duration_ms": (None, 5.0, 7.5, 90000.0),
    "error": _ERRORS,
}
ATTRIBUTES: Given = {
    "side_effect": _YES,
    "approval_id": (None, "ap-1", "ap-9", "auto", "", 7),
    "idempotency_key": ("k-1", "k-7", "none"),
    "attempt": (None, 1, 2, 5, True, "2"),
    "tool": ("refund_create", "order_lookup", 3),
    "blocked": _YES,
    "skipped": _YES,
    "enabled": _YES,
    "mode": ("off", "on", "", None),
    "validated": _YES,
    "rule_id": ("r-1", "", None, "unknown"),
    "rule_version": ("v3", "latest", None, 4),
    "model": ("gpt-4o", "birch-2", "", None),
    "fallback": _YES,
    "status_code": (429, "429", 200, None),
    "prompt_version": ("v4", None),
    "system_prompt": ("", "be kind", f"Answer like this. {QUESTION} Thanks", ["be", {"kind": QUESTION}]),
}
EXTRA: Given = {
    "environment": ("production", "staging", "test", "dev", 3),
    "synthetic": (True, False, 1, "yes", "no", 1.0),
    "tags": ([], ["vip"], ["vip", "Load-Test"], "eval", ["kind:eval"]),
    "metadata": ({}, {"is_test": True}, {"a": 1}, {"resource": {"deployment.environment.name": "local"}}, "x"),
    "prompt_deployment_environment": ("test", "production"),
    "source": ("ci", "web", None),
    "fallback": _YES,
    "prompt": ("", "short", f"For example: {QUESTION}", ["", {"x": "inner"}]),
    "secret": (KEY, "nothing"),
}


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


def _each(given: Given) -> dict[str, st.SearchStrategy[Any]]:
    return {name: some(*values) for name, values in given.items()}


def _tuples(of: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(of, max_size=most).map(tuple)


_SPANS = st.builds(Span, **_each(SPAN_FIELDS), attributes=st.fixed_dictionaries({}, optional=_each(ATTRIBUTES)))
_CHUNKS = st.builds(Chunk, some("", "unknown", "kb-1", "kb-2", "chunk 0", "chunk 1", "1", "2"))
_ANY = {
    **_each(FIELDS),
    "chunks": _tuples(_CHUNKS, 3),
    "tool_calls": _tuples(st.builds(ToolCall, **_each(CALL_FIELDS)), 4),
    "spans": _tuples(_SPANS, 6),
    "extra": st.fixed_dictionaries({}, optional=_each(EXTRA)),
}
_PLAIN = Trace(
    id="",
    started_at=NOON,
    prompt_version="v4",
    model="birch-2-2026-08-01",
    index_version="docs-3",
    app_version="1.4.2",
    status="ok",
    outcome=Outcome.SUCCESS,
    question="How?",
    answer="So.",
    chunks=(Chunk("kb-1"),),
    tool_calls=(),
    latency_ms=900.0,
    cost=0.5,
    tokens_in=70,
    tokens_out=7,
    user="u1",
)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """A request; of most fields the plain value, so that some share a shape and others differ in one field alone."""
    rich = draw(st.integers(0, 3))
    changed = {name: draw(of) for name, of in _ANY.items() if rich and draw(st.integers(0, 3)) < rich}
    return replace(_PLAIN, **changed)


BARE = st.builds(
    Trace, id=some(""), prompt_version=some(*_WORDS), question=some(None, None, "", "How?"), cached=st.booleans()
)
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


def _span(kind: SpanKind, **more: Any) -> Span:
    return Span(more.pop("id", kind.value), more.pop("parent", None), kind=kind, **more)


#: Requests that most probes apply to, each in another way.
KINDS = (
    Trace(
        "", NOON, question="How?", answer="So.", outcome=Outcome.SUCCESS, feedback="up", scores={"faithfulness": 1.0}
    ),
    Trace("", NOON, answer=" ", spans=(_span(SpanKind.GUARD, error="down"), _span(SpanKind.MODEL, parent="guard"))),
    Trace("", NOON, answer="boom", error="boom", outcome=Outcome.ERROR, user="u1", tokens_in=5, tokens_out=6, cost=0.2),
    Trace(
        "",
        NOON,
        tool_calls=(ToolCall("refund_create", '{"order": 1}', "ok"), ToolCall("refund_create", '{"order": 1}', "ok")),
    ),
    Trace(
        "",
        NOON,
        tool_calls=(
            ToolCall("refund_create", '{"idempotency_key": "k-1"}', "ok"),
            ToolCall("order_lookup", "{}", None, "boom"),
        ),
        spans=(
            _span(SpanKind.MODEL, error="boom", attributes={"model": "birch-2"}),
            _span(SpanKind.TOOL, parent="model", attributes={"approval_id": "ap-1", "side_effect": True, "attempt": 5}),
            _span(SpanKind.MODEL, id="second", parent="model", attributes={"model": "oak-1"}),
            _span(SpanKind.VALIDATION, parent="gone"),
            _span(SpanKind.GUARD, parent="second", attributes={"rule_id": "r-1", "rule_version": "v3"}),
        ),
    ),
    Trace(
        "",
        NOON,
        answer="So.",
        spans=(
            _span(SpanKind.MODEL),
            _span(SpanKind.GUARD, parent="model", name="policy"),
            _span(SpanKind.RETRIEVAL, parent="model", duration_ms=5.0, attributes={"attempt": 1}),
            _span(SpanKind.MODEL, id="second", parent="guard", duration_ms=7.5),
            _span(SpanKind.VALIDATION, parent="second", attributes={"validated": True}),
        ),
    ),
    Trace("", NOON, retrieval=True, chunks=(), outcome=Outcome.ABSTAIN, extra={"fallback": True}),
)


def sweep(kind: Trace) -> Iterator[Trace]:
    """A request with each value of one field after the other: of the record, its extra, its calls, its steps."""
    yield kind
    yield from _changed(kind, FIELDS)
    for extra in _entries(kind.extra, EXTRA):
        yield replace(kind, extra=extra)
    calls, spans = kind.tool_calls or (), kind.spans or ()
    for at, call in enumerate(calls):
        for other in _changed(call, CALL_FIELDS):
            yield replace(kind, tool_calls=(*calls[:at], other, *calls[at + 1 :]))
    for at, span in enumerate(spans):
        said = (replace(span, attributes=attributes) for attributes in _entries(span.attributes, ATTRIBUTES))
        for other in (*_changed(span, SPAN_FIELDS), *said):
            yield replace(kind, spans=(*spans[:at], other, *spans[at + 1 :]))


def _changed(one: Any, given: Given) -> Iterator[Any]:
    return (replace(one, **{name: value}) for name, values in given.items() for value in values)


def _entries(one: dict[str, Any], given: Given) -> Iterator[dict[str, Any]]:
    return (one | {name: value} for name, values in given.items() for value in values)


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
