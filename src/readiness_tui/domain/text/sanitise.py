"""The sanitiser: text from outside, made safe to show.

Imported text may carry escape sequences that a terminal obeys (CSI, OSC 52 clipboard writes), C1 controls, or
bidirectional overrides that reorder what a reader sees. The two joiners stay where letters or emoji need them
(`joiners.py`), and are marked anywhere else. Everything shown to a person passes `visible`; the
bytes in the database stay as they came.
"""

from __future__ import annotations

import json
import re

from readiness_tui.domain.text.joiners import JOINERS, joins

# C0 without tab and newline, DEL, C1, zero-width and bidi controls, separators, tag characters, surrogates.
_HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
# What a log may not hold: GitHub obeys `::` at the start of a line, behind white space too, GitLab `section_start:`;
# GitHub, Azure and TeamCity obey `##[`, `##vso[` and `##teamcity[` wherever they stand.
_ORDER_AT_START = re.compile(r"^([^\S\n]*)(?=::|section_(?:start|end):)", re.MULTILINE)
_ORDER = re.compile(r"#(?=#(?:vso|teamcity)?\[)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_NOT_ASCII = re.compile("[^\x00-\x7e]")  # DEL is none of ours either; said so, the class compiles in no time


def _mark(match: re.Match[str]) -> str:
    code = ord(match.group())
    if match.group() in JOINERS and joins(match.string, match.start()):
        return match.group()
    if code < 0x20:
        return chr(0x2400 + code)  # the Unicode "control picture" of the same character
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"\u27e8{code:X}\u27e9"


def visible(text: str, limit: int | None = None) -> str:
    """`text` with every control character shown as a visible mark; newline and tab stay.

    `limit` cuts to that many characters, the last one an ellipsis; credentials are masked before, since nobody could tell
    the half of one. A CR of a CRLF line end is dropped.
    """
    shown = _HOSTILE.sub(_mark, text.replace("\r\n", "\n"))
    if limit is not None and len(shown) > limit:
        from readiness_tui.domain.text.secrets import mask

        shown = _HOSTILE.sub(_mark, mask(text.replace("\r\n", "\n")))
    if limit is not None and len(shown) > limit:
        return shown[: max(limit - 1, 0)].rstrip(JOINERS) + "…"
    return shown


def one_line(text: str, limit: int | None = None) -> str:
    """`visible`, with every run of white space as one space: for table cells and messages."""
    return visible(_SPACE.sub(" ", text).strip(), limit)


def disarmed(text: str) -> str:
    """`text`, in which no line is one that a CI system obeys: a backslash stands in it."""
    return _ORDER.sub(r"\g<0>\\", _ORDER_AT_START.sub(r"\1\\", text))


def disarmed_json(text: str) -> str:
    """The same for JSON, which stays the same values: none of its lines begins with a value, and a # has an escape."""
    return _ORDER.sub(r"\\u0023", text)


def to_json(value: object, *, indent: int | None = 2) -> str:
    """`value` as JSON with sorted keys. Letters stay readable; a character that a terminal would obey or that a reader
    could not see becomes a \\u escape, which is equivalent JSON."""
    text = json.dumps(value, indent=indent, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return _NOT_ASCII.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    if not _HOSTILE.match(character) or (character in JOINERS and joins(match.string, match.start())):
        return character
    return json.dumps(character)[1:-1]
