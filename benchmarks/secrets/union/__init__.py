"""The list drawn by chance from the union of twelve public scanners' detectors (TruffleHog, Kingfisher, Titus, Nosey Parker, gitleaks,
Betterleaks, secrets-patterns-db, Trivy, Microsoft's security utilities, detect-secrets, shhgit, and GitHub's list), a rule a vendor: of what was drawn,
that which is no credential (names of accounts, addresses, public ids) was left out. 26 of the 188 kinds are names alone. Written by
somebody who did not know the rules; what its first run came to is told in `benchmarks.secrets.__main__`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random
from urllib.parse import quote

from benchmarks.secrets.union.kind import Kind
from benchmarks.secrets.union.named import NAMED
from benchmarks.secrets.union.places import BARE, COMMON, KEYED, escaped, put, styles, twice_escaped
from benchmarks.secrets.union.shaped import SHAPED
from benchmarks.secrets.union.values import MIXED
from benchmarks.secrets.union.whole import ADDRESSES, GENERIC

_SEED = 20261130
_IN_AN_ADDRESS = re.compile(r"[?&][\w{}-]+=\{v\}|://[^ ]*:\{v\}@")
_SPOKEN = {"api": "API", "pat": "PAT"}

Place = str | Callable[[str, str], str]


def samples(each: int = 5) -> list[tuple[str, str, str]]:
    """The kind, the text, and the credential in it."""
    kinds = [*NAMED, *SHAPED, *ADDRESSES, *GENERIC]
    return [(kind.name, text, secret) for kind in kinds for text, secret in _texts(kind, each)]


def _texts(kind: Kind, each: int) -> Iterator[tuple[str, str]]:
    dice = Random(f"{_SEED}:{kind.name}")
    own = list(kind.own)
    dice.shuffle(own)
    used: set[Place] = set()
    for turn in range(each):
        value = _ended(kind.make(dice), dice)
        if kind.small == "!":
            place: Place = own[turn % len(own)]
        elif turn < min(len(own), 2):
            place = own[turn]
        else:
            group = _group(kind, dice)
            left = [one for one in group if one not in used and _takes(one, value)]
            place = dice.choice(left or list(group))
        used.add(place)
        called = dice.choice(kind.called) if kind.called else ""
        words = kind.small[1:] if kind.small.startswith("=") else f"{kind.small} {called}"
        if not isinstance(place, str):
            text, shown = place(styles(words)[dice.choice("sSc")], value), value
        else:
            shown = quote(value, safe="") if _IN_AN_ADDRESS.search(place) else value
            spoken = " ".join(_SPOKEN.get(word, word) for word in called.split())
            text = put(place, kind.vendor, spoken, words, shown)
        yield text, shown.removeprefix(kind.plain)


def _group(kind: Kind, dice: Random) -> tuple[Place, ...]:
    a_password = "pass" in kind.small or any(word in one for one in kind.called for word in ("password", "private"))
    roll = dice.random()
    if 0.3 <= roll < 0.36:
        return escaped, twice_escaped
    if kind.bare and roll < 0.3:
        return BARE
    return KEYED if roll > 0.8 and not a_password else COMMON


def _takes(place: Place, value: str) -> bool:
    """An ampersand would have to be escaped in XML."""
    return not (isinstance(place, str) and "<" in place and "&" in value)


def _ended(value: str, dice: Random) -> str:
    """With a letter or digit at both ends, as rules ask for by their `\\b`; padding and a password's sign stay."""
    if value[0] not in MIXED:
        value = dice.choice(MIXED) + value[1:]
    return value if value[-1] in MIXED + "=!*+?" else value[:-1] + dice.choice(MIXED)
