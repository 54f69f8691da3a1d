"""Where two texts differ, word by word: a paragraph is one line, so a difference of lines would say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import StrEnum

LONGEST = 4_000  # words of both texts that are compared; beyond it takes too long while somebody waits
_WORDS = re.compile(r"\s+|\S+")


class Part(StrEnum):
    SAME = "same"
    ONE = "one"  # only in the first text
    OTHER = "other"  # only in the second


def differences(one: str, other: str) -> list[tuple[Part, str]] | None:
    """Both texts as pieces in their order; the ones that are SAME or ONE make the first, SAME or OTHER the second.

    None where they are too long to compare.
    """
    first, second = _WORDS.findall(one), _WORDS.findall(other)
    if len(first) + len(second) > 2 * LONGEST:
        return None
    return list(_pieces(first, second))


def _pieces(first: list[str], second: list[str]) -> Iterator[tuple[Part, str]]:
    matcher = SequenceMatcher(lambda word: word.isspace(), first, second, autojunk=False)
    for tag, start, stop, other_start, other_stop in matcher.get_opcodes():
        if tag == "equal":
            yield Part.SAME, "".join(first[start:stop])
            continue
        if start < stop:
            yield Part.ONE, "".join(first[start:stop])
        if other_start < other_stop:
            yield Part.OTHER, "".join(second[other_start:other_stop])
