"""Tokens whose details may be in them or beside them, and durations in one unit or the other."""

from __future__ import annotations

import pytest

from readiness_tui.sources.kit.measures import counted, duration

ADDED = frozenset({"input_cached_tokens", "output_reasoning"})


@pytest.mark.parametrize(
    ("into", "out", "total", "inward", "outward", "expected"),
    [
        (17903, 40, 17943, {"input_cached_tokens": 17817}, {}, (17903, 40)),  # the input has them
        (86, 40, 17943, {"input_cached_tokens": 17817}, {}, (17903, 40)),  # they stand beside it
        (100, 30, 140, {"input_cached_tokens": 90}, {"output_reasoning": 10}, (100, 40)),  # one of the two
        (100, 30, 130, {"prompt_details.cache_read": 90}, {}, (100, 30)),
        (None, 7, 57, {"input_cached_tokens": 50}, {}, (50, 7)),
        (120, None, None, {}, {}, (120, None)),
        (None, None, None, {}, {}, (None, None)),
    ],
)
def test_the_total_decides_what_input_and_output_include(into, out, total, inward, outward, expected):
    found = counted(into, out, total, inward, outward, ADDED)
    assert ((found.into, found.out), found.said) == (expected, "")


@pytest.mark.parametrize(
    ("into", "out", "total", "inward", "outward", "expected", "said"),
    [
        (100, 30, None, {"input_cached_tokens": 90}, {}, (190, 30), "all of them were added"),
        (100, 30, None, {"prompt_details.cache_read": 90}, {}, (100, 30), "none of them were added"),
        (5, 845, 2023, {}, {}, (5, 845), "1,173 more than input and output"),
        (None, None, 50, {}, {}, (None, None), "only a total"),
        (10, 10, 25, {"audio": 5}, {"output_reasoning": 5, "other": 5}, (10, 15), ""),
        (10, 10, 25, {"audio": 5}, {"other": 5}, (10, 10), "fits several readings"),
    ],
)
def test_what_is_assumed_or_does_not_add_up_is_said(into, out, total, inward, outward, expected, said):
    found = counted(into, out, total, inward, outward, ADDED)
    assert ((found.into, found.out), said in found.said) == (expected, True)


@pytest.mark.parametrize(
    ("stated", "between", "expected", "said"),
    [
        (437.0, 437.4, 437.0, ""),
        (4_200_000.0, 4200.0, 4200.0, "milliseconds"),
        (4.2, 4200.0, 4200.0, "seconds"),
        (900.0, 4200.0, 4200.0, "start and end count"),
        (4200.0, None, 4200.0, ""),
        (None, 4200.0, 4200.0, ""),
        (None, None, None, ""),
        (0.0, 0.0, 0.0, ""),
    ],
)
def test_a_duration_is_held_against_its_start_and_end(stated, between, expected, said):
    found, told = duration(stated, between)
    assert found == expected
    assert (said in told) if said else told == ""
