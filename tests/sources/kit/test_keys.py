"""A record's keys are sorted as they always were; what is remembered of them is bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.sources.kit import keys
from readiness_tui.sources.kit.keys import KeySorter, PerKeys

_ALIASES = {"a": "x", "b": "x", "c": "y", "x": "x"}
_SORTER = KeySorter(_ALIASES)


def _one_by_one(value):
    known, rest = {}, {}
    for key, item in value.items():
        name = _ALIASES.get(key)
        if name is None or name in known:
            rest[key] = item
        else:
            known[name] = item
    return known, rest


@given(st.dictionaries(st.sampled_from("abcxde"), st.integers() | st.none()))
def test_the_fields_are_those_found_one_by_one_in_their_order(record):
    for _ in range(2):  # worked out, and remembered
        found, expected = _SORTER.sort(record), _one_by_one(record)
        assert [list(part.items()) for part in found] == [list(part.items()) for part in expected]


def test_each_set_of_keys_is_worked_out_once():
    asked = []
    plans = PerKeys(lambda given: asked.append(given) or len(given))
    assert [plans[tuple(record)] for record in ({"a": 1}, {"a": 2}, {"a": 1, "b": 2}, {"b": 1, "a": 2})] == [1, 1, 2, 2]
    assert asked == [("a",), ("a", "b"), ("b", "a")]


def test_what_is_remembered_of_a_hostile_file_is_bounded():
    plans = PerKeys(lambda given: given)
    for n in range(3 * keys._MOST):
        assert plans[(f"k{n}",)] == (f"k{n}",)
    long = ("x" * (keys._LONGEST + 1),)
    assert plans[long] == long
    assert len(plans) <= keys._MOST
    assert long not in plans
