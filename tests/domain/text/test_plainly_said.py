"""The quick look at how a text begins agrees with the patterns."""

from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.text import placeholders, versions
from readiness_tui.domain.text.placeholders import is_placeholder, plainly_said

PATTERNS = (placeholders._WORDS, placeholders._SHAPES, versions._EMPTY)
WORDS = st.one_of(*(st.from_regex(pattern, fullmatch=True) for pattern in PATTERNS), st.text(max_size=12))


@given(WORDS, st.text(alphabet=" \t*_.:;,@()[]<>\"'`", max_size=3), st.booleans())
def test_what_is_plainly_said_is_no_word_for_nothing(word: str, around: str, upper: bool) -> None:
    text = around + (word.upper() if upper else word) + around
    bare = text.strip().strip("\"'`")
    if plainly_said(bare):
        assert not is_placeholder(bare)
        assert not versions._EMPTY.fullmatch(bare)


def test_plain_texts_are_told_by_their_beginning() -> None:
    assert all(map(plainly_said, ("refund policy", "v4", "kb-1", "How do I", "u19203", "birch-2")))
    assert not any(
        map(plainly_said, ("", "n/a", "na", "TBD", "yyyy-mm-dd", "to be done", "2026", "?", "Nan", "ünknown"))
    )


@given(st.text(alphabet="{}$<>%@_[]Aax s(", max_size=12) | st.from_regex(versions._SLOT))
def test_a_slot_begins_with_a_sign(text: str) -> None:
    assert versions.has(text) is not (
        is_placeholder(text.strip().strip("\"'`"))
        or bool(versions._EMPTY.fullmatch(text.strip().strip("\"'`")))
        or bool(versions._SLOT.search(text.strip().strip("\"'`")))
    )
