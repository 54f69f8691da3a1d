"""What is kept of requests counted together: their smallest ids, their earliest, what varied, and which are copies."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Chunk, Outcome, Span, SpanKind, ToolCall, Trace
from readiness_tui.domain.traces import shape
from readiness_tui.domain.traces.content import content
from readiness_tui.domain.traces.counted import EXAMPLES, Counted, Ids, Varied, joined
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.domain.traces.shape import shape_of
from readiness_tui.domain.traces.tally import Tallier, counted_of, row_of
from readiness_tui.domain.traces.varied import digest
from tests.domain.traces.grouped import copies_by
from tests.domain.traces.records import NOON, traces

ONE = Trace(
    "t-1",
    NOON,
    "v4",
    "birch-2",
    status="ok",
    outcome=Outcome.SUCCESS,
    question="How?",
    answer="Like this. \ud800",  # half a surrogate pair: no encoding has it
    chunks=(Chunk("kb-1", 1, 0.5, "text", "kb"),),
    tool_calls=(ToolCall("order_lookup", '{"order": 1}', "ok"),),
    latency_ms=5,
    spans=(Span("s", None, "call", SpanKind.TOOL, NOON, 7, None, {"attempt": 1, "of": ["a", {"b": None}]}),),
)
FROZEN = [
    "1989876250061545918",
    "-7005049671223126750",
    "24709ee934c65e57dac736eeb1332962",
    "105110260846968836",
    "8984480328388887982",
    "7180613256263615905",
]
SCRIPT = """
from tests.domain.traces.test_tally import ONE
from readiness_tui.domain.traces.content import content
from readiness_tui.domain.traces.shape import shape_of
from readiness_tui.domain.traces.varied import digest
plain = __import__("dataclasses").replace(ONE, answer="So.")
print(content(ONE), content(plain), shape_of(ONE).digest, digest("How?"), digest(0.5), digest((1, 2)))
"""


@given(st.lists(st.text(alphabet="01-:;", max_size=3), max_size=120))
def test_the_smallest_ids_are_kept_with_and_without_a_colon(names: list[str]) -> None:
    kept = Ids(names).found
    assert list(kept) == sorted(set(kept))
    assert set(sorted(set(names))[:EXAMPLES]) <= set(kept) <= set(names)
    assert set(sorted({f"{name}:" for name in names})[:EXAMPLES]) <= {f"{name}:" for name in kept}
    assert len(kept) <= 2 * EXAMPLES
    half = len(names) // 2
    assert Ids([*Ids(names[half:]).found, *Ids(names[:half]).found]).found == kept


def test_digests_are_the_same_in_every_process() -> None:
    told = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    # What a file holds was made by this rule: another one has to make it anew, so it raises SHAPE_VERSION.
    assert told == {" ".join(FROZEN) + "\n"}


def test_groups_of_parts_are_the_group_of_all() -> None:
    found = [replace(ONE, id=f"t-{at}", started_at=NOON + timedelta(seconds=-at % 7), cost=0.5) for at in range(60)]

    def counted(part: list[Trace]) -> Counted:
        tallier = Tallier()
        for trace in part:
            tallier.add(trace)
        [(made, group)] = tallier.take()
        assert not len(tallier)
        return counted_of(row_of(group), made.skeleton, group.day)

    whole = counted(found)
    assert (whole.n, whole.first) == (60, (NOON, "t-0"))
    assert whole.varied["cost"] == Varied(digest(0.5))
    parts = [counted(found[at::3]) for at in range(3)]
    for order in permutations(parts):
        assert joined(order) == whole
    other = counted([replace(ONE, cost=0.25)])
    assert joined([whole, other]).varied["cost"].differs


@pytest.mark.slow
@given(st.lists(st.tuples(traces(), st.integers(0, 3)), max_size=8))
def test_copies_are_those_that_are_not_the_first_of_their_content(kinds: list[tuple[Trace, int]]) -> None:
    found = [replace(trace, id=f"t-{at}-{n}") for at, (trace, more) in enumerate(kinds) for n in range(more + 1)]
    rows = RecordedList.of(found).columns(("copy", "of_users", "id"))
    marked = {name: copy for copy, users, name in rows if users}
    assert not any(copy for copy, users, _ in RecordedList.of(found).columns(("copy", "of_users", "id")) if not users)
    by_name = {trace.id: trace for trace in found if trace.id in marked}
    order = sorted(by_name.values(), key=lambda trace: (trace.started_at is not None, trace.started_at or NOON))
    counts = copies_by((content(trace), trace.id) for trace in order)
    assert {name for name, copy in marked.items() if copy} == set(counts)
    assert sum(counts.values()) == len(by_name) - len({content(trace) for trace in by_name.values()})


def test_the_order_of_calls_of_several_tools_makes_no_other_shape() -> None:
    calls = [ToolCall(name, f'{{"n": {at}}}', "ok") for at, name in enumerate(("a", "b", "c", "a"))]
    made = {shape_of(replace(ONE, tool_calls=order)).digest for order in permutations(calls)}
    assert len(made) == 1
    assert shape_of(replace(ONE, tool_calls=tuple(calls[:3]))).digest not in made


def test_no_more_shapes_are_remembered_than_fit() -> None:
    for at in range(shape._MOST + 10):
        shape_of(Trace("", model=f"m-{at}"))
        assert len(shape._known) <= shape._MOST
