"""One way in which a credential is written, for the exact search and for the quick look before it.

Text is hostile: every expression takes time linear in its length. Each begins with a literal and repeats one class of
characters possessively, bounded where it can fail after a long run; further checks run after the match, not by
backtracking.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

#: Not inside a longer word or digest. An escape before it (`\n` in JSON, `%3D`, a terminal colour) ends in a letter or
#: digit but is not part of a word.
_FREE_BEFORE = (
    "(?<![A-Za-z0-9])",
    r"\\[bfnrt]",
    r"\\u[0-9A-Fa-f]{4}",
    "%[0-9A-Fa-f]{2}",
    r"[\[;][0-9][A-Za-z]",
    r"[\[;][0-9]{2}[A-Za-z]",
)
FREE = f"(?:{'|'.join(f'(?<={one})' for one in _FREE_BEFORE)})"
#: What a token is made of, whatever the vendor, in lower case.
TOKEN = "[a-z0-9_.~+/=%:$|-]"
#: White space in bytes: that of ASCII, and any of Unicode's, which begins with a byte beyond ASCII.
BLANK = r"\t-\r\x1c- "
SPACE = rf"{BLANK}\x80-\xff"
ENOUGH = 16  # characters of it that the quick look wants to see; the exact search may want more

_HEAD = re.compile(r"(?:[a-z0-9@:/_&%; <-]|\\[.|+$\"'-]|[^\x00-\x7f])+(?![?*{])")
_LETTER, _DIGIT = re.compile("[A-Za-z]"), re.compile("[0-9]")
_UPPER, _LOWER = re.compile("[A-Z]"), re.compile("[a-z]")
_DASHES, _PIECE = re.compile("[-_]"), 8
_UNSAID = re.compile("[b-df-hj-np-tv-xz]{5}", re.IGNORECASE)
_LETTERS = 8  # `xxxxxxxx` is none
_CASED = 24  # letters alone are random where so many come in both cases


@dataclass(frozen=True, slots=True)
class SecretRule:
    """`exact`: its group 1 is the credential. `loose`: expressions over lower-case bytes; where `exact` matches, one of them
    does. Each begins with a literal (`head`), which is looked for first.

    `sure`: a check of the match. `gate`: which of the cheap tests in `secrets` any text with a match also passes.
    """

    name: str
    exact: str
    loose: tuple[str, ...]
    sure: Callable[[re.Match[str]], bool] = bool
    gate: str = ""
    any_case: bool = False


def head(loose: str) -> str:
    """The literal that an expression begins with."""
    found = _HEAD.match(loose)
    assert found is not None, loose
    return found.group().replace("\\", "")


def bounded(loose: str) -> str:
    """The expression for an engine that goes back. Sixteen signs of white space are what the exact search lets stand, of
    three bytes at most: no run is too long."""
    return loose.replace(f"[{SPACE}]*", f"[{SPACE}]{{0,48}}").replace(f"[{SPACE}]+", f"[{SPACE}]{{1,48}}")


def _free(head: str) -> str:
    """A literal that begins as `FREE` says; looked for first and looked back over then, which is much faster."""
    literal = re.escape(head)
    return f"{literal}(?:{'|'.join(f'(?<={one}{literal})' for one in _FREE_BEFORE)})"


def key(
    name: str, prefixes: str, alphabet: str, least: int, *, sure: Callable[[str], bool] = bool, tail: str = ""
) -> SecretRule:
    """A vendor's key: one of `prefixes` (separated by spaces), all of which end in the same sign or in none, then at
    least so many characters of an alphabet, then `tail`."""
    heads = tuple(prefixes.split())
    gates = {head[-1] if head[-1] in "_-." else "" for head in heads}
    (gate,) = gates
    return SecretRule(
        name,
        rf"((?:{'|'.join(map(_free, heads))})[{alphabet}]{{{least},}}+{tail})",
        tuple(rf"{re.escape(head.lower())}{TOKEN}{{{min(least, ENOUGH)}}}" for head in heads),
        of(sure),
        gate,
    )


def of(check: Callable[[str], bool]) -> Callable[[re.Match[str]], bool]:
    """The check of a credential, as one of its match."""
    return lambda match: check(match[1])


def mixed(value: str) -> bool:
    """Letters and digits: a random key has both, a hyphenated word does not."""
    return bool(_LETTER.search(value) and _DIGIT.search(value))


def random(value: str) -> bool:
    """Letters and digits, or many letters: of both cases, or as nobody could say them."""
    return mixed(value) or (
        len(value) >= _CASED
        and bool(
            (_UPPER.search(value) and _LOWER.search(value)) or (_UNSAID.search(value) and len(set(value)) >= _LETTERS)
        )
    )


def pieced(value: str) -> bool:
    """A random piece between dashes: words and years alone are a name."""
    return any(len(piece) >= _PIECE and random(piece) for piece in _DASHES.split(value))


def cased(value: str) -> bool:
    """Digits and letters of both cases, as a key without a prefix of its own has them."""
    return bool(_UPPER.search(value) and _LOWER.search(value) and _DIGIT.search(value))
