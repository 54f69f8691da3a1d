"""The structure that a table's cell spells out, as JSON or as Python prints it; nothing is evaluated."""

from __future__ import annotations

import pytest

from readiness_tui.sources.kit.literal import MOST, structure


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('[{"a": 1}]', [{"a": 1}]),
        ("[{'a': \"it's\", 'b': None, 'c': True}]", [{"a": "it's", "b": None, "c": True}]),
        ("{'a': (1, 2)}", {"a": [1, 2]}),
        ("array([{'a': 1}, {'a': 2}], dtype=object)", [{"a": 1}, {"a": 2}]),
        ("[{'a': 1}\n {'a': 2}]", [{"a": 1}, {"a": 2}]),
        ("[{'a': nan, 'b': -1.5, 'c': -inf}]", [{"a": None, "b": -1.5, "c": None}]),
        ("[{'t': datetime.datetime(2026, 11, 20, 10, 5, tzinfo=datetime.timezone.utc)}]", [{"t": "2026-11-20T10:05:00+00:00"}]),
        ("[{'t': datetime.datetime(2026, 11, 20, 10, 5)}]", [{"t": "2026-11-20T10:05:00"}]),  # no zone is not UTC
        ("[UUID('5e55'), Decimal('0.1'), PosixPath('a/b')]", ["5e55", "0.1", "a/b"]),
        ("{'a': np.float64(0.5), 'b': np.True_, 'c': np.nan}", {"a": 0.5, "b": True, "c": None}),
        ("[Timestamp('2026-11-20 10:00:00')]", ["2026-11-20 10:00:00"]),
        ("{'a':'x','b':'it\\'s'}", {"a": "x", "b": "it's"}),
    ],
)  # fmt: skip
def test_lists_and_objects(text, value):
    assert structure(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "", "plain", "[not closed", "{'a': open('/etc/passwd').read()}", "[x for x in (1,)]", "{**{}}", "[" * 4000,
        "(1 + 2)", "[lambda: 0]",
        "[datetime.datetime(2026, 11, 20, 10, tzinfo=datetime.timezone(datetime.timedelta(seconds=7200)))]", "[np.ones]", "{'a': datetime.datetime(99, 99, 99)}", 7, None,
    ],
)  # fmt: skip
def test_anything_else_stays_as_it_is(text):
    assert structure(text) == text


def test_a_very_long_literal_is_not_taken_apart():
    text = "['" + "x" * MOST + "']"
    assert structure(text) is text
