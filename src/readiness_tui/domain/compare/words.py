"""How a change between two runs is marked."""

from __future__ import annotations

CHANGE_GLYPHS: dict[str, str] = {
    "better": "●",
    "worse": "✗",
    "could be luck": "◐",
    "no change": "–",
    "not tested": "–",
    "too few": "–",
}
