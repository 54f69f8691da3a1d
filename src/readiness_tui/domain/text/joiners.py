"""Where the invisible joiners belong: between letters and signs that look otherwise without them.

U+200C keeps two letters apart that would be written as one, U+200D joins two that would not (`علی‌رضا`, `क्‍ष`, a
family of emoji). Anywhere else nobody could see them, and two texts that look the same would differ. The rules for
letters are those of internationalised domain names (RFC 5892, A.1 and A.2).
"""

from __future__ import annotations

import unicodedata

JOINERS = "\u200c\u200d"
_ZWJ = "\u200d"
_VIRAMA = 9  # the combining class of the sign that takes an Indic letter's vowel away
#: Letters that are written joined: Arabic and its extensions, Syriac, N'Ko, Mandaic.
_CURSIVE = ((0x0620, 0x06FF), (0x0710, 0x074F), (0x0750, 0x077F), (0x07CA, 0x07EA), (0x0840, 0x0858), (0x0860, 0x08C7))
#: Those of them that never join the letter after them: a joiner there would change nothing.
_NEVER_ON = frozenset(
    "\u0621\u0622\u0623\u0624\u0625\u0627\u0629\u062f\u0630\u0631\u0632\u0648\u0671\u0672\u0673\u0674\u0675\u0676\u0677"
    "\u06c0\u06c3\u06c4\u06c5\u06c6\u06c7\u06c8\u06c9\u06ca\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5\u06dd\u06ee\u06ef"
    "\u0710\u0715\u0716\u0717\u0718\u0719\u071e\u0728\u072a\u072c\u072f\u074d\u0759\u075a\u075b\u076b\u076c\u0771"
    "\u0773\u0774\u0778\u0779\u0840\u0846\u0847\u0849\u0854\u08aa\u08ab\u08ac\u08ad\u08ae\u08b1\u08b2\u08b9"
) | {chr(code) for code in range(0x0688, 0x069A)}  # fmt: skip
#: Pictures that emoji are joined of; neither flags' letters nor the tones of skin.
_PICTURES = ((0x2190, 0x21FF), (0x2300, 0x23FF), (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1F1E5),
             (0x1F200, 0x1F3FA), (0x1F400, 0x1FAFF))  # fmt: skip
_TONES = (0x1F3FB, 0x1F3FF)
_AS_PICTURE = "\ufe0f"


def joins(text: str, at: int) -> bool:
    """Whether the joiner at this place joins or parts what stands beside it."""
    before, after = text[at - 1] if at else "", text[at + 1 : at + 2]
    if not before:
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return True
    if text[at] == _ZWJ and after and unicodedata.combining(after) == _VIRAMA:
        return unicodedata.category(before) == "Lo"
    if text[at] == _ZWJ and after and _within(after, _PICTURES):
        return _within(_last_picture(text, at), _PICTURES)
    before, after = _letter(text, at, -1), _letter(text, at, 1)
    return _cursive(before) and before not in _NEVER_ON and _cursive(after) and after != "\u0621"


def is_tone(character: str) -> bool:
    """Whether it only colours the picture before it."""
    return _TONES[0] <= ord(character) <= _TONES[1]


def _last_picture(text: str, at: int) -> str:
    """The picture that ends before `at`, without its tone of skin or the sign that asks for a picture."""
    at -= 1
    while at > 0 and (text[at] == _AS_PICTURE or is_tone(text[at])):
        at -= 1
    return text[at]


def _letter(text: str, at: int, step: int) -> str:
    """The nearest character on one side that is no mark on another; "" at the end."""
    at += step
    while 0 <= at < len(text) and unicodedata.category(text[at]) == "Mn":
        at += step
    return text[at] if 0 <= at < len(text) else ""


def _cursive(character: str) -> bool:
    return bool(character) and _within(character, _CURSIVE) and unicodedata.category(character) in ("Lo", "Lm")


def _within(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(character) <= last for first, last in ranges)
