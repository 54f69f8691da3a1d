"""The list of 218 kinds drawn from the rules of public scanners and set in what agents log: of three in five the value alone has to
tell it, or a name that says nothing of whose it is. Written by somebody who did not know the rules, and measured once; what that came
to is told in `benchmarks.secrets.__main__`.

Of fourteen texts the label asked for too much: the fixed beginning of a key also stands beside it, in its name (`rubygems_…` in
`rubygems`), or in what is shown instead of it (`bedrock-…`). Here a label leaves that beginning out where it is eight letters or more:
it is the same in every such key. A text with several credentials is labelled with one of them, each in its turn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

from benchmarks.secrets.logged.addressed import ADDRESSED
from benchmarks.secrets.logged.frames import FRAMES
from benchmarks.secrets.logged.kept import KEPT
from benchmarks.secrets.logged.plain import PLAIN
from benchmarks.secrets.logged.settings import SETTINGS
from benchmarks.secrets.logged.shaped import SHAPED
from benchmarks.secrets.logged.values import PART, fill

_SEED = 6113021
_ROUND = 5  # samples of a kind that are drawn together
_FIXED = 8  # letters that `measure.hidden` looks for in a row
_SAFE = re.compile(r"[\w.~-]+")
_LEAST = {"S": 0, "W": 1, "G": 2}


def samples(each: int = 5) -> list[tuple[str, str, str]]:
    """The kind, the text, and the credential in it."""
    dice = Random(_SEED)
    kinds: dict[str, list[tuple[str, str]]] = {}
    for _ in range(0, each, _ROUND):
        for kind, text, secret in _round(dice):
            kinds.setdefault(kind, []).append((text, secret))
    return [(kind, *one) for kind, made in kinds.items() for one in made[:each]]


def harmless(each: int = 5) -> list[str]:
    """Texts without any; one of each, whatever is asked for."""
    dice = Random(f"{_SEED}:harmless")
    blocks = re.split(r"^= ", "\n".join((PLAIN.strip("\n"), SETTINGS.strip("\n"))), flags=re.M)[1:]
    texts = (block.partition("\n")[2].rstrip("\n").split("\n-\n") for block in blocks)
    return [fill(dice, text) for several in texts for text in several]


def _round(dice: Random) -> Iterator[tuple[str, str, str]]:
    for line in SHAPED.strip().splitlines():
        kind, shape, name, vendor, pool = line.split("|")
        forms = [(flags, form) for flags, form in FRAMES if _fits(flags, shape, pool)]
        # Without help as far as the kind allows it: two of five that say nothing, or one that does not say whose.
        alone = [form for flags, form in forms if flags[1] == {"S": "0", "W": "1"}.get(pool)]
        chosen = dice.sample(alone, {"S": 2, "W": 1, "G": 0}[pool])
        chosen += dice.sample([form for _, form in forms if form not in chosen], _ROUND - len(chosen))
        fixed = shape.partition("{")[0]
        for form in chosen:
            value = fill(dice, shape)
            yield kind, _framed(form, value, name, vendor), value[len(fixed) if len(fixed) >= _FIXED else 0 :]
    for make in (*ADDRESSED, *KEPT):
        for turn in range(_ROUND):
            text, parts = make(dice, turn)
            yield make.__name__.replace("_", " "), text, parts[turn % len(parts)]


def _framed(form: str, value: str, name: str, vendor: str) -> str:
    word = next((one for one in ("pass", "secret", "token") if one in name.lower()), "key")
    word = "password" if word == "pass" else word
    field = {"password": "password", "key": "api_key", "secret": "client_secret"}.get(word, "access_token")
    parts = (("%N", name), ("%n", name.lower()), ("%v", vendor), ("%t", word), ("%q", field), ("%V", value))
    for mark, part in parts:
        form = form.replace(mark, part)
    return form


def _fits(flags: str, shape: str, pool: str) -> bool:
    """Whether a place says enough, and takes such letters."""
    if int(flags[1]) < _LEAST[pool]:
        return False
    if flags[0] == "u":
        drawn = PART.sub(lambda part: "/" if part[1] == "b" else "a", shape)
        return bool(_SAFE.fullmatch(drawn))
    return flags[0] == "q" or "$" not in shape
