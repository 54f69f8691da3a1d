"""Cells of tables, as JSON or as Python writes them."""

from __future__ import annotations

import pytest

from readiness_tui.sources.kit import payload
from readiness_tui.sources.kit.payload import literal


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, null]}', {"a": [1, None]}),
        ("{'a': [1, None], 'b': True}", {"a": [1, None], "b": True}),
        ("[UUID('5e55'), Decimal('0.1')]", ["5e55", "0.1"]),
        (
            "{'at': datetime.datetime(2026, 11, 20, 10, 0, tzinfo=datetime.timezone.utc)}",
            {"at": "datetime(2026, 11, 20, 10, 0)"},
        ),
        ("[INFO] not a list", "[INFO] not a list"),
        ("{'a': open('x')}", "{'a': open('x')}"),
        ("plain", "plain"),
        (7, 7),
    ],
)
def test_a_cell_is_what_it_spells(text, value):
    assert literal(text) == value


@pytest.mark.parametrize("value", [1.5, True, "x", None, {"a": 1}])
def test_objects_in_a_list_are_none_where_something_else_than_a_list_stands(value):
    assert payload.parts({"spans": value}, "spans") == []
    assert payload.parts({"spans": [value, {"b": 1}]}, "spans")[-1:] == [{"b": 1}]
    assert payload.parts(value, "spans") == []
