"""Texts with a credential in them, drawn from a shape: `{w24}` are 24 random letters and digits, `«…»` is what must not be
seen.

Shapes are written from the formats that public scanners describe; nothing in them was ever anybody's.
"""

from __future__ import annotations

import random
import re
import string
import uuid

_PIECE = re.compile(r"\{(?:(uuid)|([a-zA-Z])([0-9]+))\}")
_ALPHABETS = {
    "d": string.digits,
    "h": "0123456789abcdef",
    "H": "0123456789ABCDEF",
    "a": string.ascii_lowercase,
    "A": string.ascii_uppercase,
    "l": string.ascii_lowercase + string.digits,
    "u": string.ascii_uppercase + string.digits,
    "c": string.ascii_letters,
    "w": string.ascii_letters + string.digits,
    "v": string.ascii_letters + string.digits + "-_",
    "b": string.ascii_letters + string.digits + "+/",
    "p": string.ascii_letters + string.digits + "!#%^*+~",
    "q": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}


def drawn(shape: str, dice: random.Random) -> tuple[str, str]:
    """A text of the shape, and the credential in it. Both halves of `«` and `»` are gone."""
    text = _PIECE.sub(lambda piece: _letters(piece[1] or piece[2], piece[3], dice), shape)
    start, end = text.index("«"), text.index("»")
    return text.replace("«", "").replace("»", ""), text[start + 1 : end]


def _letters(kind: str, count: str | None, dice: random.Random) -> str:
    if kind == "uuid":
        return str(uuid.UUID(int=dice.getrandbits(128), version=4))
    return "".join(dice.choices(_ALPHABETS[kind], k=int(count or 1)))
