"""What hides a credential from a search: the escapes of JSON, addresses and HTML, and base64 around a whole text."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

#: Any text whose unescaped form differs in a sign that matters holds one of these.
ESCAPES = (r"\\u00[2-7][0-9a-f]", r"\\/", "%[2-7][0-9a-f]", "&quot;", "&amp;", "&#3[49];", "&#x2[27];")
_ESCAPED = re.compile("|".join(ESCAPES), re.IGNORECASE)
_ESCAPE = re.compile(
    r"\\{1,4}u00([2-7][0-9a-fA-F])|\\{1,4}([/\"'])|%([2-7][0-9a-fA-F])|&(quot|amp|#3[49]|#x2[27]);", re.IGNORECASE
)
_ENTITIES = {"quot": '"', "amp": "&", "#34": '"', "#39": "'", "#x22": '"', "#x27": "'"}

#: Twenty letters of base64 that are fifteen signs of plain ASCII.
READABLE = "(?:[I-Za-f][C-HS-Xi-nyz0-3][A-Za-z0-9+/_-]{2}){5}"
#: Whoever is readable has so many letters in a row, of this alphabet.
LETTERS, IN_A_ROW = "A-Za-z0-9+/_-", 20
_BASE64 = re.compile(rf"[{LETTERS}]{{{IN_A_ROW},}}+={{0,2}}")
_READABLE = re.compile(READABLE)
_STANDARD = str.maketrans("-_", "+/")


def unescaped(text: str) -> tuple[str, list[int]] | None:
    """The text without its escapes, and where each of its signs begins in `text`, and one place more: where it ends. None
    where it has none."""
    if not _ESCAPED.search(text):
        return None
    parts: list[str] = []
    places: list[int] = []
    at = 0
    for found in _ESCAPE.finditer(text):
        start, end = found.span()
        parts += (text[at:start], _sign(found))
        places += range(at, start + 1)
        at = end
    parts.append(text[at:])
    places += range(at, len(text) + 1)
    return "".join(parts), places


def _sign(found: re.Match[str]) -> str:
    code = found[1] or found[3]
    return chr(int(code, 16)) if code else found[2] or _ENTITIES[found[4].lower()]


def unpacked(text: str) -> Iterator[tuple[int, int, str]]:
    """Each run of base64 that holds readable text: where it begins and ends, and that text."""
    for run in _BASE64.finditer(text):
        readable = _READABLE.search(run.group())
        if readable is None:
            continue
        for since in {0, readable.start()}:
            said = _decoded(run.group()[since:])
            if said is not None:
                yield run.start() + since, run.end(), said
                break


def _decoded(packed: str) -> str | None:
    plain = packed.rstrip("=").translate(_STANDARD)
    plain = plain[: len(plain) - 1] if len(plain) % 4 == 1 else plain
    try:
        return binascii.a2b_base64(plain + "=" * (-len(plain) % 4)).decode()
    except ValueError:  # of bytes that are no text, too
        return None
