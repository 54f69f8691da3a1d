"""The list drawn by chance from the rules of six public scanners (TruffleHog, Kingfisher, Titus, Nosey Parker, Betterleaks, Trivy): 250 of
their rules that go by a shape and 60 that go by a word, one kind for each that finds a credential (not a hash, an address of a host, or
an id that may be public). 47 of the 226 kinds are known by a word beside them alone. Where a vendor's credential has several parts, that which
is no secret (an id, a header) is not asked for. Written by somebody who did not know the rules; what its first run came to is told in
`benchmarks.secrets.__main__`."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from benchmarks.secrets.sampled.fill import fill
from benchmarks.secrets.sampled.placed import PLACED
from benchmarks.secrets.sampled.places import BARE, WORDED, place
from benchmarks.secrets.sampled.shaped import SHAPED
from benchmarks.secrets.sampled.worded import WORDED_KINDS

_SEED = 20261130


def samples(each: int = 5) -> list[tuple[str, str, str]]:
    """The kind, the text, and a credential in it: where there are several, each in its turn."""
    dice = Random(_SEED)
    return [
        (kind, text, secrets[turn % len(secrets)])
        for kind, templates in _kinds(dice, each)
        for turn, template in enumerate(templates)
        for text, secrets in [fill(dice, template)]
    ]


def _kinds(dice: Random, each: int) -> Iterator[tuple[str, list[str]]]:
    for kind, vendor, env, shape, carries in SHAPED:
        worded = _some(dice, WORDED, each if carries == "word" else each - each * 2 // 5)
        bare = _some(dice, BARE, each - len(worded))
        yield kind, [place(one, shape, vendor, env) for one in worded + bare]
    for kind, texts in PLACED:
        yield kind, [texts[turn % len(texts)] for turn in range(each)]
    for kind, vendor, env, shape in WORDED_KINDS:
        yield kind, [place(one, shape, vendor, env) for one in _some(dice, WORDED, each)]


def _some(dice: Random, places: list[str], count: int) -> list[str]:
    """So many of the places, none twice before each has come."""
    drawn: list[str] = []
    while len(drawn) < count:
        drawn += dice.sample(places, min(len(places), count - len(drawn)))
    return drawn
