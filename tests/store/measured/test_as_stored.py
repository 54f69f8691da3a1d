"""A request is measured as it comes back from the file, whether it has to be made anew for that or not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Span, SpanKind, Trace
from readiness_tui.store import packing
from readiness_tui.store.packing import TRACE_COLUMNS

_PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), st.text(st.characters(exclude_categories=("Cs",)), max_size=3))  # fmt: skip
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.tuples(inner), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=5,
)
_FIELDS = st.dictionaries(st.sampled_from(["a", "not_understood", "tags"]), _VALUES, max_size=3)


def _kept(trace: Trace) -> Trace:
    """As it comes back from its row."""
    names, (row,) = packing.trace_rows([trace])
    found = dict(zip(names, row, strict=True))
    return packing.trace([found.get(name.strip()) for name in TRACE_COLUMNS.split(", ")[:-1]] + [None])


def _typed(value: Any) -> Any:
    """The value with the types in it: 1, 1.0 and True are equal."""
    if isinstance(value, dict):
        return {name: _typed(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value), [_typed(part) for part in value]
    return type(value), value


@given(_FIELDS, _FIELDS)
def test_fields_are_as_the_file_gives_them_back(extra: dict[str, Any], said: dict[str, Any]) -> None:
    at = datetime(2026, 11, 30, tzinfo=UTC)
    trace = Trace("t", at, extra=extra, spans=(Span("s", None, "n", SpanKind.TOOL, at, 1.0, None, said),))
    stored, kept = packing.as_stored(trace), _kept(trace)
    assert stored == kept
    assert _typed(stored.extra) == _typed(kept.extra)
    assert stored.spans is not None
    assert kept.spans is not None
    assert _typed(stored.spans[0].attributes) == _typed(kept.spans[0].attributes)
