"""What changed between two texts, word by word.

Equal beginnings and ends are removed first. The rest is compared word by word if that is fast enough, else sentence by
sentence and then within the changed sentences; anything still too large becomes one replacement.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

LONGEST = 200_000  # characters of a text that are compared
_WORK = 4_000_000  # steps in difflib's worst case: each pair of equal words, once for each word; under a second

# A word or one punctuation mark, with the space after it; in scripts written without spaces, one character.
_WORD = re.compile(
    r"(?:[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[^\w\s])\s*|\s+"
)


class WordKind(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """Words that both texts have, only the first, or only the second."""

    kind: WordKind
    text: str


def word_diff(before: str, now: str) -> tuple[DiffPiece, ...]:
    """The pieces of both texts in order, a removed piece before the added one that replaces it."""
    if before == now:
        return (DiffPiece(WordKind.SAME, now),) if now else ()
    return tuple(_joined([*_pieces(_WORD.findall(before[:LONGEST]), _WORD.findall(now[:LONGEST]))]))


def _pieces(olds: Sequence[str], news: Sequence[str]) -> Iterator[DiffPiece]:
    """The pieces of two texts in words."""
    start = 0
    while start < min(len(olds), len(news)) and _same(olds[start], news[start]):
        start += 1
    end = 0
    while end < min(len(olds), len(news)) - start and _same(olds[-1 - end], news[-1 - end]):
        end += 1
    yield DiffPiece(WordKind.SAME, "".join(news[:start]))
    a, b = olds[start : len(olds) - end], news[start : len(news) - end]
    if _work(a, b) <= _WORK:
        yield from _matched(a, b)
    else:
        yield from _by_sentence(_sentences(a), _sentences(b))
    yield DiffPiece(WordKind.SAME, "".join(news[len(news) - end :]))


def _by_sentence(a: Sequence[str], b: Sequence[str]) -> Iterator[DiffPiece]:
    if _work(a, b) > _WORK:
        yield from _replaced(a, b)
        return
    left = _WORK
    for tag, i1, i2, j1, j2 in _opcodes(a, b):
        if tag == "equal":
            yield DiffPiece(WordKind.SAME, "".join(b[j1:j2]))
            continue
        part = _WORD.findall("".join(a[i1:i2])), _WORD.findall("".join(b[j1:j2]))
        left -= _work(*part)
        yield from _matched(*part) if left > 0 else _replaced(*part)


def _matched(a: Sequence[str], b: Sequence[str]) -> Iterator[DiffPiece]:
    found = _opcodes(a, b)
    for place, (tag, i1, i2, j1, j2) in enumerate(found):
        # One shared word between two changes ("the", a comma) would cut a rewritten sentence into confetti.
        lone = tag == "equal" and i2 - i1 < 2 and 0 < place < len(found) - 1
        if tag == "equal" and not lone:
            yield DiffPiece(WordKind.SAME, "".join(b[j1:j2]))
        else:
            yield from _replaced(a[i1:i2], b[j1:j2])


def _replaced(a: Sequence[str], b: Sequence[str]) -> Iterator[DiffPiece]:
    yield DiffPiece(WordKind.REMOVED, "".join(a))
    yield DiffPiece(WordKind.ADDED, "".join(b))


def _opcodes(a: Sequence[str], b: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    bare = [word.rstrip() for word in a], [word.rstrip() for word in b]
    return list(SequenceMatcher(None, *bare, autojunk=False).get_opcodes())


def _work(a: Sequence[str], b: Sequence[str]) -> int:
    """Steps that difflib needs at worst."""
    counts = Counter(word.rstrip() for word in b)
    return sum(counts[word.rstrip()] for word in a) * min(len(a), len(b))


def _sentences(words: Sequence[str]) -> list[str]:
    """The words joined into sentences or lines."""
    found, last = [], 0
    for place, word in enumerate(words, 1):
        if "\n" in word or (word[0] in ".!?。！？" and word[1:]):
            found.append("".join(words[last:place]))
            last = place
    return [*found, "".join(words[last:])]


def _same(one: str, other: str) -> bool:
    return one.rstrip() == other.rstrip()


def _joined(pieces: Sequence[DiffPiece]) -> Iterator[DiffPiece]:
    """Joins adjacent changes into one: everything removed, then everything added."""
    removed, added, same = "", "", ""
    for piece in pieces:
        if piece.kind is WordKind.SAME:
            if piece.text and (removed or added):
                yield from _change(removed, added)
                removed = added = ""
            same += piece.text
            continue
        if piece.text and same:
            yield DiffPiece(WordKind.SAME, same)
            same = ""
        if piece.kind is WordKind.REMOVED:
            removed += piece.text
        else:
            added += piece.text
    yield from _change(removed, added)
    if same:
        yield DiffPiece(WordKind.SAME, same)


def _change(removed: str, added: str) -> Iterator[DiffPiece]:
    if removed:
        yield DiffPiece(WordKind.REMOVED, removed)
    if added:
        yield DiffPiece(WordKind.ADDED, added)
