"""The steps of a request as a waterfall."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from readiness_tui.domain.runs.model import Span, SpanKind, Trace
from readiness_tui.tui.screens.traces import trace_text
from readiness_tui.tui.screens.traces.waterfall import STEPS, tree, waterfall
from tests.conftest import NOW


def drawn(*spans: Span, width: int = 80) -> list[str]:
    return [line.plain.rstrip() for line in waterfall(spans, width)]


def at(ms: float) -> dict[str, object]:
    return {"started_at": NOW + timedelta(milliseconds=ms)}


def test_steps_stand_under_their_parents_and_a_circle_ends() -> None:
    said = drawn(
        Span("a", None, "ask", SpanKind.AGENT),
        Span("c", "b", "search", SpanKind.TOOL, duration_ms=12.2, error="timeout"),
        Span("b", "a", "think", SpanKind.MODEL),
        Span("x", "gone", "lost", SpanKind.GUARD),
        Span("p", "q", "round"),
        Span("q", "p", "round"),
    )
    assert said == [
        "Steps: 6, none of them says when it began: no bars",
        "  · agent ask                                      —",
        "    · model think                                  —",
        "      ✗ error tool search                      13 ms",
        "          timeout",
        "  · guard lost                                     —",
        "      its parent is not recorded",
        "  … and 2 more steps, 2 of them under each other in a circle",
    ]


def test_a_bar_begins_where_the_step_began_and_is_as_long_as_it_took() -> None:
    said = drawn(
        Span("a", None, "ask", SpanKind.AGENT, **at(0), duration_ms=1000),
        Span("c", "a", "answer", SpanKind.MODEL, **at(500), duration_ms=500),
        Span("b", "a", "search", SpanKind.TOOL, **at(250), duration_ms=250, error="no index"),
        Span("d", "a", "log", SpanKind.OTHER, **at(750)),
        Span("e", "a", "check", SpanKind.GUARD, duration_ms=3),
    )
    assert said == [
        "Steps: 5 over 1,000 ms; of 1 the start is not recorded",
        "  · agent ask                               1,000 ms ━━━━━━━━━━━━━━━━━━━━━━━━━━━",
        "    · model answer                            500 ms              ━━━━━━━━━━━━━━",
        "    ✗ error tool search                       250 ms       ━━━━━━━",
        "        no index",
        "    · other log                                    —                     ▏?",
        "    · guard check                               3 ms start not recorded",
    ]


def test_many_steps_are_counted_and_not_drawn() -> None:
    spans = tuple(Span(str(i), str(i - 1) if i else None, "deep") for i in range(3000))
    said = drawn(*spans)
    assert len(said) == STEPS + 2
    assert said[-1] == f"  … and {3000 - STEPS:,} more steps"
    assert all(cell_len(line) <= 80 for line in said)


names = st.sampled_from([*"abcdef"])
spans = st.lists(
    st.builds(
        Span,
        names,
        st.none() | names,
        st.text(max_size=12),
        started_at=st.none() | st.integers(0, 5000).map(lambda ms: NOW + timedelta(milliseconds=ms)),
        duration_ms=st.none() | st.floats(-10, 1e7),
        error=st.none() | st.text(max_size=12),
    ),
    max_size=8,
)


@pytest.mark.slow
@given(spans, st.integers(30, 160))
def test_every_step_is_drawn_once_or_counted_and_fits(found: list[Span], width: int) -> None:
    said = drawn(*found, width=width)
    ordered = tree(found)
    assert len({id(step.span) for step in ordered}) == len(ordered) <= len(found)
    if found:
        assert f"Steps: {len(found)}" in said[0]
        assert (len(ordered) < len(found)) == ("more step" in said[-1])
    assert all("\n" not in line and "\x1b" not in line for line in said)
    assert all(cell_len(line) <= max(width, 40) for line in said if "step" not in line.casefold())


def test_a_record_names_what_was_too_large_to_be_read() -> None:
    text = trace_text.record(Trace("t"), left=("answer, of which 20,000 of 50,000,000 characters are read",)).plain
    assert "Too large to be shown in full: answer, of which 20,000 of 50,000,000 characters are read" in text
