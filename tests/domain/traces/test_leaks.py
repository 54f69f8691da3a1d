"""Many records searched at once: the findings of each alone, and only those with something to find searched closely."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Chunk, Span, ToolCall, Trace
from readiness_tui.domain.text import sieve
from readiness_tui.domain.traces.leaks import leaks, leaks_of
from tests.domain.text import test_secrets
from tests.domain.text.test_sieve import INNOCENT, PERSONAL, cards, noise

words = st.one_of(
    st.none(),
    noise,
    cards(),
    st.sampled_from([*test_secrets.CREDENTIALS, *INNOCENT, *PERSONAL]),
    st.sampled_from(["hunter2secret", "password=hunter2secret", "Basic dXNlcjpodW50ZXIy"]),
)
names = st.sampled_from(["password", "api_key", "db.pwd", "authorization", "note", "phone", "é"])
nested = st.recursive(
    st.one_of(words, st.integers(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=4,
)
records = st.builds(
    Trace,
    id=st.sampled_from(["t-1", "t-2"]),
    question=words,
    answer=words,
    error=words,
    status=words,
    feedback=words,
    chunks=st.none() | st.lists(st.builds(Chunk, id=st.just("c"), text=words, source=words), max_size=2).map(tuple),
    tool_calls=st.none()
    | st.lists(st.builds(ToolCall, name=st.just("t"), arguments=words, result=words, error=words), max_size=2).map(
        tuple
    ),
    extra=st.dictionaries(names, nested, max_size=2),
    spans=st.none()
    | st.lists(
        st.builds(Span, id=st.just("s"), error=words, attributes=st.dictionaries(names, nested, max_size=2)), max_size=2
    ).map(tuple),
)


@pytest.mark.slow
@given(st.lists(records, max_size=6))
@settings(max_examples=200, deadline=None)
def test_many_at_once_leak_what_each_alone_leaks(traces: list[Trace]) -> None:
    alone = [(at, hit) for at, trace in enumerate(traces) for hit in leaks(trace)]
    assert list(leaks_of(traces)) == alone
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sieve, "_re2", lambda: None)
        assert list(leaks_of(traces)) == alone


def test_only_records_with_something_in_them_are_searched_closely(monkeypatch) -> None:
    looked: list[str] = []
    module = sys.modules[leaks.__module__]  # the package gives its name to the function
    monkeypatch.setattr(module, "leaks", lambda trace: looked.append(trace.id) or leaks(trace))
    traces = [Trace(f"t-{number}", answer="Nothing of note, order 48211.") for number in range(2_000)]
    traces[700] = Trace("t-700", answer="Write to jane.doe@acme.de.")
    assert [(at, hit.pattern) for at, hit in leaks_of(traces)] == [(700, "email")]
    assert looked == ["t-700"]
