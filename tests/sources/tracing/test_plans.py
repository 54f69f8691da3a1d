"""What is worked out once for a set of attribute names is what was found name by name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.sources.kit import fields
from readiness_tui.sources.tracing.attributes import names
from readiness_tui.sources.tracing.known_attributes import OF_RESOURCE, AttributeTable
from readiness_tui.sources.tracing.messages import _listed, unflatten

_NAMES = names("")
_TABLE = AttributeTable(_NAMES, fields.Notes())
_ATTRIBUTES = st.dictionaries(
    st.sampled_from([name for known in _NAMES.values() for name in known]) | st.text("ab.", max_size=4),
    st.none() | st.integers() | st.text(max_size=3),
    max_size=12,
)


def _name_by_name(attributes, resource):
    found = {}
    for name, value in attributes.items():
        for meaning, known in _NAMES.items():
            if value is not None and name in known:
                rank = known.index(name)
                if meaning not in found or rank < found[meaning][0]:
                    found[meaning] = rank, name, value
    for name, value in resource.items():
        for meaning, known in _NAMES.items():
            if name in known and meaning in OF_RESOURCE:
                rank = known.index(name)
                if meaning not in found or rank < found[meaning][0]:
                    found[meaning] = rank, name, value
    return found


@given(_ATTRIBUTES, _ATTRIBUTES)
def test_of_several_names_for_a_meaning_the_tables_first_counts(attributes, resource):
    expected = {meaning: (name, value) for meaning, (_, name, value) in _name_by_name(attributes, resource).items()}
    for _ in range(2):  # worked out, and remembered
        known = _TABLE.known(attributes, resource)
        named = {meaning: name for meaning in _NAMES if (name := known.name(meaning)) is not None}
        assert {meaning: (name, known.first(meaning)) for meaning, name in named.items()} == expected


@given(st.dictionaries(st.text("ab.0", max_size=7), st.integers(), max_size=6), st.text("ab.0", max_size=4))
def test_what_a_prefix_spells_out_is_found_by_going_through_the_names(attributes, prefix):
    start, tree = f"{prefix}.", {}
    for name, value in attributes.items():
        if name.startswith(start):
            *outer, last = name.removeprefix(start).split(".")
            node = tree
            for step in outer:
                inner = node.get(step)
                if not isinstance(inner, dict):
                    inner = node[step] = {}
                node = inner
            if not isinstance(node.get(last), dict):
                node[last] = value
    assert unflatten(attributes, prefix) == (_listed(tree) if tree else None)
    long = {**attributes, "x" * 300: 1}  # of which no prefixes are kept
    assert unflatten(long, prefix) == (_listed(tree) if tree else None)
