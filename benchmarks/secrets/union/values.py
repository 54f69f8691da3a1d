"""Values drawn by chance, by the shapes that vendors document and scanners look for: `lo(32)` is 32 small letters and digits."""

from __future__ import annotations

import string
from collections.abc import Callable
from random import Random

Make = Callable[[Random], str]

LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
MIXED = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
BASE64 = MIXED + "+/"
_WORDS = (
    "harbor", "lantern", "copper", "meadow", "thunder", "velvet", "orchid", "granite", "falcon", "ember",
    "willow", "cobalt", "saffron", "juniper", "glacier", "pepper", "marble", "cactus", "walnut", "comet",
)  # fmt: skip


def of(alphabet: str, count: int) -> Make:
    return lambda dice: "".join(dice.choice(alphabet) for _ in range(count))


def lo(count: int) -> Make:
    return of(LOWER, count)


def up(count: int) -> Make:
    return of(UPPER, count)


def an(count: int) -> Make:
    return of(MIXED, count)


def hx(count: int) -> Make:
    return of(HEX, count)


def wd(count: int) -> Make:
    return of(MIXED + "_-", count)


def num(count: int) -> Make:
    return of(string.digits, count)


def b64(count: int, pad: str = "=") -> Make:
    return join(of(BASE64, count), pad)


def join(*parts: str | Make) -> Make:
    """Text and shapes in a row."""
    return lambda dice: "".join(part if isinstance(part, str) else part(dice) for part in parts)


def dashed(make: Callable[[int], Make], *sizes: int) -> Make:
    return lambda dice: "-".join(make(size)(dice) for size in sizes)


uuid = dashed(hx, 8, 4, 4, 4, 12)


def between(low: int, high: int, make: Callable[[int], Make]) -> Make:
    return lambda dice: make(dice.randint(low, high))(dice)


def one(*choices: str) -> Make:
    return lambda dice: dice.choice(choices)


def number(low: int, high: int) -> Make:
    return lambda dice: str(dice.randint(low, high))


word = one(*_WORDS)


def password(dice: Random) -> str:
    """As people and generators write them."""
    kind = dice.randrange(5)
    if kind == 0:
        return dice.choice(_WORDS).capitalize() + dice.choice("!#-_.") + str(dice.randint(10, 9999))
    if kind == 1:
        return "-".join(dice.sample(_WORDS, 2)).title() + str(dice.randint(1, 99))
    if kind == 2:
        return an(dice.randint(10, 20))(dice)
    if kind == 3:
        return an(6)(dice) + dice.choice("!#*%+^") + an(dice.randint(3, 8))(dice) + dice.choice("!*+?")
    return dice.choice(_WORDS)[:4] + str(dice.randint(100, 999)) + dice.choice(_WORDS).upper()[:3] + dice.choice("!_*")
