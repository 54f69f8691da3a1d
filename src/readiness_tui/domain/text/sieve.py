"""Which of many texts may hold a credential or personal data: a quick look at all of them at once, which misses none.

`secrets` and `personal_data` say exactly what is found and where, at some 40 µs a record. Most records hold nothing of
the kind, so what they could match is stated here once more, loosely: without what looks behind or ahead and without
checks of a match, in ASCII. Texts are searched as bytes, many at once. Wherever the exact search finds something,
one of these expressions matches; `tests/domain/text/test_sieve.py` holds both side by side.

RE2 (`google-re2`, the extra `fast`) tries all expressions in one pass. Where it is not installed, Python's `re` looks
for one after the other, for the same result.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import accumulate
from typing import Any

from readiness_tui.domain.text.secret import instead, named, spoken, tabled
from readiness_tui.domain.text.secret.rule import TOKEN, bounded, head
from readiness_tui.domain.text.secret.wrapped import ESCAPES, IN_A_ROW, LETTERS, READABLE
from readiness_tui.domain.text.secrets import RULES

_AT_ONCE = 1 << 18  # characters searched together
BETWEEN = "\n"  # no match across it is needed; one that is found means a record looked at for nothing

# Whatever the case; searched in lower case. Each begins with a literal, which Python's `re` finds fast. What stands in front of
# a group is a gate: where it does not match, none of the group does, and where it does, any of the group that matches does
# so around it, or anywhere if no distance is given. RE2 needs no gates.
_GATES: dict[str, tuple[str, int]] = {
    "_": (f"_{TOKEN}{{14}}", 40),
    "-": (f"-{TOKEN}{{10}}", 40),
    ".": (rf"\.{TOKEN}{{16}}", 40),
    "=": (  # a tag of YAML may stand before the value: `password: !!str hunter2`
        r"""[:=]>?[\t-\r\x1c- \x80-\xff\\"'`]{0,64}(?:!![a-z\x80-\xff]{1,24}[\t-\r\x1c- \x80-\xff]{1,24}[\\"'`]{0,4})?[^\t-\r\x1c- ]{6}""",
        0,
    ),
}
_ALWAYS = (r"@[a-z0-9][a-z0-9.-]*\.[a-z]{2}", *ESCAPES, *tabled.LOOSE)
_PACKED = bytes(ord("x") if re.match(f"[{LETTERS}]", chr(sign)) else ord(" ") for sign in range(256))
_RUN = b"x" * IN_A_ROW
_GROUPS: dict[str, tuple[str, ...]] = {
    gate: tuple(
        dict.fromkeys(one for rule in RULES if (rule.gate if rule.gate in _GATES else "") == gate for one in rule.loose)
    )
    for gate in ("", *_GATES)
}
_TAILS = (
    named.LOOSE_TAIL,
    instead.LOOSE_ELSE,
    instead.LOOSE_OR_ELSE,
    instead.LOOSE_PAIR,
    spoken.LOOSE_TAIL,
    tabled.LOOSE_TAIL,
)
_GROUPED = "(?:[ ./()-]{0,3}[0-9])"
# What holds a long number, as `personal_data` tells it, or begins at most 24 characters before one and ends at most 45
# behind it. A number's beginning is told from the middle of a longer one, so that times are passed by.
_NUMBER = re.compile(rf"[0-9]{_GROUPED}{{7,}}+".encode())
_BEFORE, _AFTER = 4 * 24, 4 * 45  # bytes
_NUMBERED = (
    "[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2}",
    r"\b[3-6][0-9]{12}",
    r"\b2[0-9]{15}",
    r"\b[2-6][0-9]{3}(?:[ -][0-9]{4}){3}",
    r"\b3[0-9]{3}[ -][0-9]{6}[ -][0-9]{5}",
    rf"\+[1-9]{_GROUPED}{{7}}",
    rf"\b00[1-9]{_GROUPED}{{7}}",
    rf"(?i:(?:phone|tel(?:efon|ephone)?|mobile|cell|handy|fax)(?:[ _-]?(?:no|number|nr))?[^0-9a-z_]+[0-9]{_GROUPED}{{6}})",
)
# Letters beyond ASCII that Python's `re` takes for one of ASCII where case does not matter.
_LIKE_ASCII = {"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"}

# From where to look for the next match of an expression: where that begins, or -1.
_Next = Callable[[int], int]


def suspects(texts: Iterable[str]) -> Iterator[int]:
    """The numbers of the texts that are worth an exact search; in order. Several texts of one record may be given as
    one, with `BETWEEN` between them."""
    block: list[str] = []
    size = first = 0
    for text in texts:
        block.append(text)
        size += len(text)
        if size >= _AT_ONCE:
            yield from (first + at for at in _of_block(block))
            first += len(block)
            block, size = [], 0
    yield from (first + at for at in _of_block(block))


def _of_block(texts: list[str]) -> list[int]:
    whole = BETWEEN.join(texts)
    found = _found(whole, texts)
    if not whole.isascii() and any(letter in whole for letter in _LIKE_ASCII):  # and as it is: one may end a word
        alike = str.maketrans(_LIKE_ASCII)
        texts = [text.translate(alike) for text in texts]
        found |= _found(BETWEEN.join(texts), texts)
    return sorted(found)


def _found(whole: str, texts: list[str]) -> set[int]:
    """In which texts an expression matches. A match is the text's in which it begins, and the search goes on behind
    that text."""
    data = _bytes(whole)
    found: set[int] = set()
    ends: list[int] = []  # of the texts, in bytes
    for following in _searches(data):
        at = following(0)
        while at >= 0:
            if not ends:
                sizes = map(len, texts if len(data) == len(whole) else map(_bytes, texts))
                ends = list(accumulate(size + len(BETWEEN) for size in sizes))
            number = bisect_right(ends, at)
            found.add(number)
            at = following(ends[number]) if ends[number] < len(data) else -1
    return found


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _searches(data: bytes) -> Iterator[_Next]:
    """One search for all expressions, or one for each that the block can meet."""
    if (quick := _re2()) is not None:
        yield from (partial(_next, one.search, data) for one in quick)
        return
    low = data.lower()
    for one in _each(""):
        yield partial(_next, one.search, low)
    for gate, (found, around) in _GATES.items():
        if around:
            yield partial(_next_around, _compiled(found), _compiled("|".join(_GROUPS[gate])), around, low)
        elif _compiled(found).search(low):
            yield from (partial(_next, one.search, low) for one in _each(gate))
    yield partial(_next_number, data)
    yield partial(_next_packed, data)


def _next(search: Callable[[bytes, int], Any], data: bytes, since: int) -> int:
    match = search(data, since)
    return -1 if match is None else int(match.start())


def _next_around(gate: re.Pattern[bytes], inner: re.Pattern[bytes], around: int, data: bytes, since: int) -> int:
    """The next match of an expression that matches only where its gate does."""
    for found in gate.finditer(data, since):
        start, end = found.span()
        if inner.search(data, max(since, start - around), end + around):
            return start
    return -1


def _next_packed(data: bytes, since: int) -> int:
    """The next run of base64 that may hold readable text. Long runs are found in a copy in which all its letters are one."""
    alike, readable = data.translate(_PACKED), _compiled(READABLE)
    at = alike.find(_RUN, since)
    while at >= 0:
        end = alike.find(b" ", at)
        end = len(data) if end < 0 else end
        if readable.search(data, at, end):
            return at
        at = alike.find(_RUN, end)
    return -1


def _next_number(data: bytes, since: int) -> int:
    """The next long number with one of `_NUMBERED` around it."""
    around = _around_numbers()
    for number in _NUMBER.finditer(data, since):
        start, end = number.span()
        if around.search(data, max(0, start - _BEFORE), end + _AFTER):
            return start
    return -1


@cache
def _each(gate: str) -> list[re.Pattern[bytes]]:
    return [_compiled(one) for one in (*_GROUPS[gate], *(_ALWAYS if not gate else ()))]


@cache
def _compiled(one: str) -> re.Pattern[bytes]:
    return re.compile(bounded(one).replace(tabled.LOOSE_TAIL, tabled.BOUNDED_TAIL).encode())


@cache
def _around_numbers() -> re.Pattern[bytes]:
    return re.compile("|".join(_NUMBERED).encode())


@cache
def _re2() -> tuple[Any, Any] | None:
    """All expressions as two for RE2; None where it is not installed, or another module has its name. Those that begin with
    a sign alone count what follows it in every id. Beside the words of all others that is a state for each count and word,
    and RE2 would start over again and again."""
    try:
        import re2

        options = re2.Options()
    except (ImportError, AttributeError):
        return None
    options.encoding = options.Encoding.LATIN1  # bytes
    options.log_errors = False
    options.max_mem = 1 << 26  # for the states of some four hundred expressions
    every = dict.fromkeys((*_ALWAYS, *(one for group in _GROUPS.values() for one in group)))
    signs = [one for one in every if one not in _ALWAYS and len(head(one)) == 1]
    words = [one for one in every if one not in signs]
    return (
        re2.compile("|".join((f"(?i:{'|'.join(_factored(words))})", READABLE, *_NUMBERED)).encode(), options),
        re2.compile(f"(?i:{'|'.join(signs)})".encode(), options),
    )


def _factored(expressions: Iterable[str]) -> list[str]:
    """The same with what follows many names written once: RE2's states are as many as what is written."""
    names: dict[str, list[str]] = {}
    for one in expressions:
        cut = max(one.find(tail) for tail in _TAILS)
        names.setdefault(one[cut:] if cut >= 0 else "", []).append(one[:cut] if cut >= 0 else one)
    return [f"(?:{'|'.join(heads)}){tail}" for tail, heads in names.items()]
