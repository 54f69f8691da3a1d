"""An outline answers what is asked of it as its shape does, and names, versions and steps are no part of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.metrics.trace_readers import TRACE_READERS, asked_of
from readiness_tui.domain.runs.model import Outcome, ToolCall, Trace
from readiness_tui.domain.traces.measured import day_of
from readiness_tui.domain.traces.outline import outline
from readiness_tui.domain.traces.prompts import LONG, prompts
from readiness_tui.domain.traces.shape import shape_of, skeleton_from
from readiness_tui.domain.traces.traffic import not_of_users
from tests.domain.traces.grouped import ByShape, outline_of
from tests.domain.traces.records import BARE, NOON, logs, traces


def asked(trace: Trace) -> tuple[object, ...]:
    """All that is asked of outlines: by metrics, by the search for prompts, by who sent a request, by the screens' tests
    for errors and calls."""
    return (
        asked_of(trace),
        set(trace.scores),
        [reader.of_shape(trace) for reader in TRACE_READERS.values()],
        [reader.won(trace) for reader in TRACE_READERS.values() if reader.won],
        not_of_users(trace),
        any(len(text) >= LONG for text in prompts(trace)),
        trace.error is None,
        trace.answer is None,
        bool(trace.tool_calls),
    )


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(traces() | BARE)
def test_it_answers_as_its_shape(trace: Trace) -> None:
    shape = shape_of(trace)
    made = outline_of(trace)
    assert asked(made) == asked(shape.skeleton)
    assert outline(shape_of(made).text) == outline(shape.text)  # it is a shape, and its own outline


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(traces(), st.sampled_from(("a", "zz", "\U0001f600", "10")))
def test_other_names_make_no_other_outline(trace: Trace, name: str) -> None:
    calls = None if trace.tool_calls is None else tuple(replace(c, name=name + c.name) for c in trace.tool_calls)
    versions = dict.fromkeys(("prompt_version", "model", "index_version", "app_version"), name)
    other = replace(trace, tool_calls=calls, spans=None, **versions)  # type: ignore[arg-type]
    assert outline(shape_of(other).text) == outline(shape_of(replace(trace, spans=None)).text)


def test_which_calls_are_of_one_tool_stays() -> None:
    def of(*names: str) -> Trace:
        return outline_of(Trace("t", tool_calls=tuple(ToolCall(name, "{}") for name in names)))

    assert [call.name for call in of("b", "a", "b").tool_calls or ()] == ["0", "1", "1"]
    assert of("b", "a", "b") == of("y", "x", "y") != of("a", "a", "b")


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(logs())
def test_outlines_of_a_log_are_counted_by_their_days(found: tuple[Trace, ...]) -> None:
    made: Counter[tuple[date | None, str]] = Counter()
    for day, trace, n in ByShape(found).outlined():
        made[day, shape_of(trace).text] += n
    assert made == Counter((day_of(trace), outline(shape_of(trace).text)) for trace in found)


@pytest.mark.parametrize("odd", ["\ud800", "\0", '"', "\\", "😀", "x" * 100_000])
def test_any_name_is_left_out(odd: str) -> None:
    calls = (ToolCall(odd, "{}", attempt=2**70), ToolCall("a"))
    trace = Trace("t", model=odd, tool_calls=calls, scores={odd: 1.0}, extra={"environment": "test"})
    made = outline_of(trace)
    assert asked(made) == asked(shape_of(trace).skeleton)
    assert made.model is None
    assert {call.name for call in made.tool_calls or ()} == {"0", "1"}


def test_a_log_of_many_names_has_one_outline() -> None:
    made = {
        outline(
            shape_of(
                Trace(
                    f"t{n}",
                    NOON,
                    prompt_version=f"v{n}",
                    model=f"m{n}",
                    app_version=f"a{n}",
                    status=f"s{n}",
                    outcome=Outcome.SUCCESS,
                    tool_calls=(ToolCall(f"tool_{n}", "{}", "ok"),),
                )
            ).text
        )
        for n in range(50)
    }
    assert len(made) == 1
    (text,) = made
    assert "tool_" not in text
    assert skeleton_from(text).prompt_version is None
