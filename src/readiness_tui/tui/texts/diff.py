"""Two texts with their difference marked, so that nobody needs colours to see it.

What only one of them has stands in brackets: [-the first-] and {+the second+}, as `git diff --word-diff` writes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from readiness_tui.domain.compare.word_diff import DiffPiece, WordKind
from readiness_tui.domain.text.format import plural
from readiness_tui.tui.text import join, safe
from readiness_tui.tui.texts.record import LONG

REMOVED, ADDED = "$text-error strike", "$text-success underline"
_CONTEXT = 200  # characters kept at either end of a long stretch that both texts share


def words(pieces: Sequence[DiffPiece], without: WordKind | None = None) -> Content:
    """The pieces of both texts, or without those of one kind."""
    long = sum(len(piece.text) for piece in pieces) > LONG
    parts: list[Content | str] = []
    for place, piece in enumerate(pieces):
        if piece.kind is without:
            continue
        if piece.kind is WordKind.SAME:
            parts.append(
                _same(piece.text, first=place == 0, last=place == len(pieces) - 1) if long else safe(piece.text)
            )
            continue
        text = piece.text.rstrip()
        followed = without is None and place + 1 < len(pieces) and pieces[place + 1].kind is WordKind.ADDED
        space = "" if followed else piece.text[len(text) :]
        more = f" … {plural(len(text) - LONG, 'more character')}" if len(text) > LONG else ""
        start, end, style = ("[-", "-]", REMOVED) if piece.kind is WordKind.REMOVED else ("{+", "+}", ADDED)
        parts += [
            Content.styled(start, style),
            safe(text[:LONG], style),
            Content.styled(more + end, style),
            safe(space),
        ]
    return join(*parts)


def _same(text: str, *, first: bool, last: bool) -> Content:
    """A stretch that both answers share; of a long one only what is near a change."""
    if len(text) <= 2 * _CONTEXT:
        return safe(text)
    head, tail = "" if first else text[:_CONTEXT], "" if last else text[-_CONTEXT:]
    left = len(text) - len(head) - len(tail)
    return join(safe(head), Content.styled(f" … {left:,} characters alike … ", "$foreground-muted"), safe(tail))
