"""What is counted by name: exact, of the first names, whatever the order in which they come; the others together."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.probes import daily
from readiness_tui.domain.probes.daily import DailyUse
from readiness_tui.domain.traces import names
from readiness_tui.domain.traces.names import FirstNames, NameCounts

NAMED = st.lists(st.tuples(st.text("abc", max_size=3), st.integers(1, 5)), max_size=60)


@settings(deadline=None)
@given(NAMED, st.integers(1, 6), st.randoms())
def test_the_first_names_are_exact_in_any_order(come: list[tuple[str, int]], most: int, dice: object) -> None:
    whole = Counter[str]()
    for name, n in come:
        whole[name] += n
    first = dict(sorted(whole.items())[:most])
    for order in (come, come[::-1], dice.sample(come, len(come))):  # type: ignore[attr-defined]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(names, "MOST", most)
            counts = NameCounts()
            for at, (name, n) in enumerate(order):
                counts.add(name, n)
                if at % 7 == 6:  # whoever looks in between changes nothing
                    len(counts)
            assert dict(sorted(counts.found.items())) == first
            assert counts.others == whole.total() - sum(first.values())
            assert counts.total == whole.total()
            assert bool(counts.left_out("tools")) == (len(whole) > most)


def test_memory_is_that_of_the_names_told_apart() -> None:
    held: FirstNames[str, int] = FirstNames(int, 10)
    for number in range(10_000):
        held.put(f"tool {number * 7919 % 10_000:05d}", 1, 1)
        assert len(held._found) <= 20
    assert sorted(held.found) == [f"tool {number:05d}" for number in range(10)]
    assert held.others == 9_990


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 9) | st.just(2**60) | st.just(2**64)), max_size=50),
    st.integers(1, 4),
    st.integers(0, 40),
)
def test_what_persons_used_is_added_up_whether_known_by_name_or_not(
    used: list[tuple[str, int]], held: int, limit: int
) -> None:
    whole = Counter[str]()
    for name, amount in used:
        whole[name] += amount
    over = sorted((-amount, name) for name, amount in whole.items() if amount > limit)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(daily, "HELD", held)
        use = DailyUse(Fraction(limit), 3)
        for name, amount in used:
            use.add(name, amount)
        assert use.close() == (len(whole), max(whole.values(), default=None), len(over), over[:3])


def test_a_day_of_a_hundred_thousand_persons_keeps_few_by_name() -> None:
    use = DailyUse(Fraction(5), 2)
    for number in range(100_000):
        use.add(f"u{number}", number % 7)
    use.add("u6", 6)
    assert len(use.named) <= daily.HELD
    assert use.close() == (100_000, 12, 14_285, [(-12, "u6"), (-6, "u1000")])
