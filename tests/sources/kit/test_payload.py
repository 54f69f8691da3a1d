"""Parts of a payload, whatever stands where they are looked for."""

from __future__ import annotations

import pytest

from readiness_tui.sources.kit import payload


@pytest.mark.parametrize("value", [1.5, True, "x", None, {"a": 1}])
def test_objects_in_a_list_are_none_where_something_else_than_a_list_stands(value):
    assert payload.parts({"spans": value}, "spans") == []
    assert payload.parts({"spans": [value, {"b": 1}]}, "spans")[-1:] == [{"b": 1}]
    assert payload.parts(value, "spans") == []
