"""Long texts of many traces are searched together: each keeps what a search of its own finds."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.sources.kit.base import Reject, TraceRecord
from readiness_tui.sources.tracing import leaking
from readiness_tui.sources.tracing.leaking import LongText, Unsearched, searched
from readiness_tui.sources.tracing.raw_span import RawSpan
from readiness_tui.sources.tracing.span_tree import trace_from_spans

KEY = "AKIAIOSFODNN7EXAMPLE"
_TEXTS = st.sampled_from(
    ["plain", "", f"use {KEY} here", "password: hunter2secret99", "reset password please", "é\n" * 40]
)
_SPANS = st.lists(st.dictionaries(st.sampled_from(["input.value", "output.value"]), _TEXTS), max_size=3)
_FILE = st.lists(st.one_of(_SPANS, st.just("refused")), max_size=8)


def _spans(texts: list[dict[str, str]]) -> list[RawSpan]:
    return [
        RawSpan(str(at), None if at == 0 else "0", texts=each, attributes={"input.value": "short", "x": at})
        for at, each in enumerate(texts)
    ]


def _waiting(ident: str, texts: list[dict[str, str]]) -> Unsearched:
    unsearched: list[LongText] = []
    trace = trace_from_spans(ident, _spans(texts), unsearched=unsearched)
    return Unsearched(TraceRecord(trace, "{}", part=True), unsearched)


@settings(deadline=None)  # the first look makes its expressions
@given(_FILE, st.sampled_from([1, 30, 1 << 18]))
def test_searched_together_or_alone(file: list[Any], at_once: int) -> None:
    before, leaking._AT_ONCE = leaking._AT_ONCE, at_once
    try:
        found = list(
            searched(Reject(at, "no") if one == "refused" else _waiting(str(at), one) for at, one in enumerate(file))
        )
    finally:
        leaking._AT_ONCE = before
    assert found == [
        Reject(at, "no") if one == "refused" else TraceRecord(trace_from_spans(str(at), _spans(one)), "{}", part=True)
        for at, one in enumerate(file)
    ]


def test_of_long_texts_those_with_a_credential_stay_on_their_span() -> None:
    texts = [{"input.value": "plain", "output.value": f"use {KEY}"}, {"input.value": "plain"}, {"input.value": KEY}]
    (record,) = searched([_waiting("t", texts)])
    first, second, third = record.trace.spans or ()
    assert first.attributes == {"input.value": "short", "x": 0, "output.value": f"use {KEY}"}
    assert second.attributes == {"input.value": "short", "x": 1}
    assert third.attributes == {"input.value": KEY, "x": 2}


def test_of_two_traces_with_one_id_each_keeps_its_own() -> None:
    one, two = searched([_waiting("t", [{"input.value": KEY}]), _waiting("t", [{"input.value": "plain"}])])
    assert [span.attributes["input.value"] for record in (one, two) for span in record.trace.spans or ()] == [
        KEY,
        "short",
    ]
