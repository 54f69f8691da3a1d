"""How an item's standing is written: a glyph and a word."""

from __future__ import annotations

STANDING_GLYPHS: dict[str, str] = {
    "met": "●",
    "partial": "◐",
    "missing": "○",
    "undecided": "·",
    "conflict": "!",
    "n/a": "–",
}


def standing_mark(word: str) -> str:
    """Glyph and word of `Standing.word`: "◐ partial"."""
    return f"{STANDING_GLYPHS[word]} {word}"
