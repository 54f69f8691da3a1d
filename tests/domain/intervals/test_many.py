"""Values in arrays give the figures that lists give, to the last digit; so do clusters that are numbers."""

from array import array
from dataclasses import astuple
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain import intervals as iv
from readiness_tui.domain.intervals.common import spread
from readiness_tui.domain.intervals.many import in_order, less, less_each, parts_of_ratio, power_sums, summed, up_to

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: x + 0.0)
SHARES = st.sampled_from((0.0, 0.25, 0.4, 0.9, 1.0, 0.1 + 0.2))
SOME = st.one_of(
    st.lists(st.tuples(values, st.integers(0, 40)), min_size=1, max_size=150)
    for values in (NUMBERS, SHARES, st.sampled_from((0.0, 1.0)), st.floats(0, 5e4))
)


def arrays(pairs: list[tuple[float, int]]) -> tuple[list[float], list[str], "array[float]", "array[int]"]:
    """Values and clusters by name, and the same in arrays: the clusters numbered without gaps, in some other order."""
    names = sorted({f"s{n}" for _, n in pairs}, reverse=True)
    clusters = [f"s{n}" for _, n in pairs]
    values = [value for value, _ in pairs]
    return values, clusters, array("d", values), array("q", map(names.index, clusters))


def same(slow: Any, fast: Any) -> None:
    assert repr(astuple(slow)) == repr(astuple(fast))  # by repr: NaN equals itself, and 0.0 is not −0.0


@given(SOME)
@settings(deadline=None)  # the first one imports scipy
def test_every_interval_over_arrays_is_the_one_over_lists(pairs: list[tuple[float, int]]) -> None:
    values, clusters, flat, numbers = arrays(pairs)
    same(iv.mean_t(values), iv.mean_t(flat))
    same(iv.mean_clustered(values, clusters), iv.mean_clustered(flat, numbers))
    for q in (0.5, 0.95, 0.99):
        same(iv.quantile(values, q), iv.quantile(flat, q))
        same(iv.quantile(values, q, clusters), iv.quantile(flat, q, numbers))
    won = [float(value > 0.3) for value in values]
    same(iv.rate_clustered(won, clusters), iv.rate_clustered(array("d", won), numbers))
    same(iv.ratio(values, won), iv.ratio(flat, array("d", won)))
    same(iv.ratio(values, won, clusters), iv.ratio(flat, array("d", won), numbers))


@given(st.lists(st.tuples(SHARES, st.integers(0, 30)), min_size=30, max_size=120))
@settings(max_examples=30, deadline=None)
def test_the_bound_whatever_the_shape_is_the_same_over_arrays(pairs: list[tuple[float, int]]) -> None:
    values, clusters, flat, numbers = arrays(pairs)
    assert iv.shape_free(values) == iv.shape_free(flat)
    assert iv.shape_free(values, clusters=clusters) == iv.shape_free(flat, clusters=numbers)
    assert iv.decisive_shape_free(values, 0.3) == iv.decisive_shape_free(flat, 0.3)


@given(SOME)
@settings(deadline=None)  # the first one imports scipy
def test_every_step_over_arrays_is_the_one_over_lists(pairs: list[tuple[float, int]]) -> None:
    values, clusters, flat, numbers = arrays(pairs)
    assert list(in_order(flat)) == sorted(values)
    assert list(less(flat, 0.1)) == [value - 0.1 for value in values]
    assert power_sums(flat, 3.0) == power_sums(values, 3.0)
    assert up_to(flat, values[0]) == sum(value <= values[0] for value in values)
    assert len(values) == 1 or spread(flat) == spread(values)
    (sizes, (sums,)), (flat_sizes, (flat_sums,)) = summed(clusters, values), summed(numbers, flat)
    assert sorted(zip(sizes, sums, strict=True)) == sorted(zip(flat_sizes, flat_sums, strict=True))
    assert list(less_each(flat_sums, 0.3, flat_sizes)) == less_each(list(flat_sums), 0.3, list(flat_sizes))
    parts = parts_of_ratio(flat, 3.0, flat, 7.0)
    assert [list(part) for part in parts] == list(parts_of_ratio(values, 3.0, values, 7.0))


def test_a_clustered_quantile_adds_its_steps_in_the_order_of_its_values() -> None:
    """Where pairs are worth half of their number, another order of adding rounds to one less."""
    values = [float(n // 2) for n in range(400)]
    names = [f"s{n // 2}" for n in range(400)]
    flat, numbers = array("d", values), array("q", (n // 2 for n in range(400)))
    for q in (0.5, 0.9, 0.95):
        same(iv.quantile(values, q, names), iv.quantile(flat, q, numbers))


def test_beyond_one_step_the_steps_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness_tui.domain.intervals.many._STEP", 7)
    values = [float((n * 37) % 101) for n in range(300)]
    names = [f"s{n % 23}" for n in range(300)]
    flat, numbers = array("d", values), array("q", (n % 23 for n in range(300)))
    same(iv.quantile(values, 0.95, names), iv.quantile(flat, 0.95, numbers))
