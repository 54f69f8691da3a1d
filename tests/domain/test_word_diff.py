"""Two texts, word by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.word_diff import LONGEST, Part, differences


def test_one_word_of_a_paragraph() -> None:
    assert differences("the index was twice as large", "the index was three times as large") == [
        (Part.SAME, "the index was "),
        (Part.ONE, "twice"),
        (Part.OTHER, "three times"),
        (Part.SAME, " as large"),
    ]


@given(st.text(max_size=80), st.text(max_size=80))
def test_both_texts_can_be_read_from_it(one: str, other: str) -> None:
    found = differences(one, other)
    assert found is not None
    assert "".join(text for part, text in found if part is not Part.OTHER) == one
    assert "".join(text for part, text in found if part is not Part.ONE) == other


def test_too_long_to_compare_while_somebody_waits() -> None:
    assert differences("a " * LONGEST, "b " * LONGEST) is None
