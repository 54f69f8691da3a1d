"""Minutes added up as they come say what a list of all of them says."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.probes import minutes
from readiness_tui.domain.probes.minutes import BusiestMinute, OrderedMinutes

SOME = st.lists(st.integers(-5, 5) | st.integers(-(2**40), 2**40), max_size=60)


@settings(deadline=None)  # the first one loads numpy
@given(st.lists(SOME, max_size=6), st.integers(1, 9))
def test_the_busiest_minute_is_the_most_common_one(parts: list[list[int]], held: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(minutes, "_HELD", held)
        counted, all_of_them = BusiestMinute(), Counter[int]()
        for part in parts:
            counted.add(part)
            all_of_them.update(part)
            assert counted.most == max(all_of_them.values(), default=0)


@given(SOME.map(sorted), st.integers(-7, 7), st.integers(1, 30))
def test_ordered_minutes_are_cut_as_a_list_of_them_is(held: list[int], at: int, n: int) -> None:
    counted = OrderedMinutes()
    for minute in held:
        counted.add(minute)
    after = held[bisect_left(held, at) :]
    assert len(counted) == len(held)
    assert (counted.first(n), counted.last(n)) == (held[:n], held[-n:])
    assert counted.until(at) == bisect_right(held, at)
    assert (len(counted.after(at)), counted.after(at).first(99), counted.after(at).until(at)) == (
        len(after),
        after[:99],
        bisect_right(after, at),
    )
    assert not held or counted.since == held[0]


def test_a_busy_log_takes_no_more_room_than_its_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minutes, "_HELD", 500)
    counted, ordered = BusiestMinute(), OrderedMinutes()
    for start in range(0, 50_000, 100):
        counted.add(at // 1_000 for at in range(start, start + 100))
        for at in range(start, start + 100):
            ordered.add(at // 1_000)
    assert counted.most == 1_000
    assert len(ordered) == 50_000
    assert sys.getsizeof(counted._held) + counted._minutes.nbytes + counted._counts.nbytes < 10_000
    assert sys.getsizeof(ordered._minutes) + sys.getsizeof(ordered._counts) < 2_000
