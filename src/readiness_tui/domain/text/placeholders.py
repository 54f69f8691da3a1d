"""What a template leaves to be filled in: "HH:mm", "YYYY-MM-DD", "TBD", "<insert>", "[owner]". None of it is a value."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"tb[dac]|to be (?:determined|decided|defined|done|confirmed|announced|added|filled(?: in)?|completed)|to ?do|fix ?me|n/?a"
    r"|not (?:applicable|available|known|yet known|set|specified|assigned)|un(?:known|assigned|decided|specified|set)|pending"
    r"|none(?: yet)?|nobody|no one|nil|null|undefined|(?:your|enter|insert|add|fill in|describe|link|name|text)\b.{0,80}\b(?:here|goes here)"
    r"|lorem ipsum\b.{0,200}|owner name|name of (?:the )?owner|(?:first ?name|full name|user ?name)|x{2,5}",
    re.IGNORECASE,
)
# Dates and times of which no part, or not each part, has its figures.
_SHAPES = re.compile(
    r"(?:yyyy|yy|jjjj|aaaa|20[x?]{2}|20[0-9][x?]|[0-9]{4})[-/. ](?:mm?m?|[x?]{2})[-/. ](?:dd?|tt|jj|[x?]{2})(?:[T ,]+(?:hh?|[x?]{2}).*)?"
    r"|[0-9]{4}[-/.][0-9]{1,2}[-/.](?:dd?|[x?]{1,2}|__)|(?:[dm]{1,2}|tt|jj|[x?]{2})[-/. ](?:[dm]{1,3}|[x?]{2})[-/. ](?:y{2,4}|jjjj|aaaa|[x?]{2,4}|20[0-9x?]{2})(?:[T ,]+(?:hh?|[x?]{2}).*)?"
    r"|(?:hh?|[x?]{2}|--|__|[0-9]{1,2})[:.h](?:mm?|[x?]{1,2}|--|__)(?::(?:ss?|[x?]{1,2}|--|__|[0-9]{2}))?(?:\s?(?:[ap]m|am/pm|utc|gmt|z|[a-z]{3,4}))?"
    r"|(?:hh?|[x?]{2}):(?:[0-9]{2})(?:\s?(?:utc|gmt|z))?",
    re.IGNORECASE,
)
_BRACKETS = re.compile(
    r"<[^<>]{1,200}>|\[[^\[\]]{2,200}\]|\{\{[^{}]{0,200}\}\}|\$?\{[^{}]{0,200}\}|%[A-Z_]{2,40}%", re.DOTALL
)
_KEPT_BRACKETS = re.compile(r"\[(?:x|X|\s|done|todo|wip|closed|open|p[0-5])\]|<https?:.*", re.IGNORECASE)
_NOTHING = re.compile(r"[\W_\u115f\u1160\u3164\uffa0]*")  # the last are letters to Unicode, and blank

# How each word for nothing begins, here and in `versions`, and each pattern for a date or time that begins with letters.
_BEGIN = frozenset(("to ", "no ")) | frozenset(
    """tba tbc tbd tod fix nam nan not non nob nil nul unk una und uns unv unt pen pla pro you ent ins ind add fil fir des
    def lin lor tex own ful use emp mis mod red mas cha dum str obj ver""".split()  # noqa: SIM905
)
_BEGIN_SHAPES = frozenset({"yy", "jj", "aa", "dd", "mm", "dm", "md", "tt", "hh", "xx", "na"})


def plainly_said(bare: str) -> bool:
    """Whether a text is no word for nothing and no pattern, told by its beginning alone: quick, and False where in doubt."""
    two = bare[:2].lower()
    known = two.isascii() and two.isalnum() and two[0].isalpha()
    return known and two not in _BEGIN_SHAPES and bare[:3].lower() not in _BEGIN


def is_placeholder(text: str) -> bool:
    """Whether a value is none: empty, only signs, a pattern for a date or time, or words that ask for a value."""
    bare = text[:300].strip(" \t\n*_`~.:;,@")
    if _NOTHING.fullmatch(bare):
        return True
    if _BRACKETS.fullmatch(bare):
        return _KEPT_BRACKETS.fullmatch(bare) is None
    bare = bare.strip("()[]<> ")
    return bool(_WORDS.fullmatch(bare) or _SHAPES.fullmatch(bare))
