"""What changed between two texts, word by word."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.compare.word_diff import LONGEST, DiffPiece, WordKind, word_diff

SAME, REMOVED, ADDED = WordKind.SAME, WordKind.REMOVED, WordKind.ADDED


def only(pieces: tuple[DiffPiece, ...], without: WordKind) -> str:
    return "".join(piece.text for piece in pieces if piece.kind is not without)


def test_the_words_that_changed_are_told_apart_from_those_that_stayed() -> None:
    assert word_diff("You get it back in 30 days.", "You get it back in 14 working days.") == (
        DiffPiece(SAME, "You get it back in "),
        DiffPiece(REMOVED, "30 "),
        DiffPiece(ADDED, "14 working "),
        DiffPiece(SAME, "days."),
    )


def test_one_shared_word_between_two_changes_does_not_break_a_sentence_written_anew() -> None:
    said = word_diff("Go to the old shop, then pay.", "Write the new shop, then pay.")
    assert said == (
        DiffPiece(REMOVED, "Go to the old "),
        DiffPiece(ADDED, "Write the new "),
        DiffPiece(SAME, "shop, then pay."),
    )


def test_scripts_without_spaces_are_compared_by_character() -> None:
    assert word_diff("返金は三日", "返金は五日")[1:3] == (DiffPiece(REMOVED, "三"), DiffPiece(ADDED, "五"))


WORDS = st.lists(st.sampled_from(["the", "a ", "fee", ", ", ".", "\n", "is ", " 30 ", "日"]), max_size=30).map("".join)


@given(WORDS, WORDS)
def test_either_text_is_whole_without_what_the_other_has(before: str, now: str) -> None:
    pieces = word_diff(before, now)
    assert "".join(only(pieces, ADDED).split()) == "".join(before.split())
    assert "".join(only(pieces, REMOVED).split()) == "".join(now.split())
    assert all(piece.text for piece in pieces)
    assert all(a.kind is not b.kind for a, b in pairwise(pieces))


def test_a_long_text_is_compared_by_sentence_first_and_a_hostile_one_is_one_replacement() -> None:
    page = "".join(f"Step {i} of the manual says what to do.\n" for i in range(3000))
    changed = page.replace("Step 1500 of", "Step 1500 in").replace("Step 2000 of", "Step 2000 in")
    assert [piece for piece in word_diff(page, changed) if piece.kind is not SAME] == [
        DiffPiece(REMOVED, "of "), DiffPiece(ADDED, "in "), DiffPiece(REMOVED, "of "), DiffPiece(ADDED, "in "),
    ]  # fmt: skip
    hostile = word_diff(",a" * 50_000, ",b" * 50_000)
    assert [piece.kind for piece in hostile] == [SAME, REMOVED, ADDED]
    assert len(only(word_diff("x" * 2 * LONGEST, "y"), ADDED)) == LONGEST
