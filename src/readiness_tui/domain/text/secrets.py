"""Credentials inside text: where they are, and the text without them.

Used by the probe that refutes "no secrets in logs" and by everything that leaves the program. It knows the key formats that
vendors publish (`secret/formats.py`), values assigned to a telling name, headers, addresses, command lines and sentences
(`named`, `addressed`, `spoken`), also where JSON, an address or base64 wraps them (`wrapped`) or a table has the name above (`tabled`); what is published is none (`public`). A miss leaks a key and a false
alarm costs one dismissal, so anything in a vendor's format counts; an assigned value must also look like a secret (letters
with digits or symbols, no placeholder), or prose about passwords would drown the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from readiness_tui.domain.text.secret.addressed import ADDRESSED
from readiness_tui.domain.text.secret.formats import FORMATS
from readiness_tui.domain.text.secret.instead import INSTEAD
from readiness_tui.domain.text.secret.kept import KEPT
from readiness_tui.domain.text.secret.named import NAMED
from readiness_tui.domain.text.secret.others import OTHERS
from readiness_tui.domain.text.secret.prefixed import PREFIXED
from readiness_tui.domain.text.secret.public import published
from readiness_tui.domain.text.secret.rule import SecretRule, bounded, head
from readiness_tui.domain.text.secret.spoken import SPOKEN
from readiness_tui.domain.text.secret.tabled import cells, may_have_cells
from readiness_tui.domain.text.secret.wrapped import unescaped, unpacked


@dataclass(frozen=True, slots=True)
class SensitiveHit:
    """A credential at `text[start:end]`; `pattern` names the format it matches."""

    pattern: str
    start: int
    end: int


#: Most specific first: where two overlap, the earlier one names the hit.
RULES: tuple[SecretRule, ...] = (*FORMATS, *OTHERS, *KEPT, *PREFIXED, *ADDRESSED, *INSTEAD, *NAMED, *SPOKEN)

# Cheap tests on the lower-case text, each run once for all rules that cannot match if it fails. "key" and "token"
# alone occur in half of all logged texts, so an assignment must follow the name; a dash or underscore occurs in all of
# them, so enough characters for a key must follow it.
_GATES = {
    "_": re.compile(r"_[a-z0-9_.~+/=%:$|-]{14}"),
    "-": re.compile(r"-[a-z0-9_.~+/=%:$|-]{10}"),
    ".": re.compile(r"\.[a-z0-9_.~+/=%:$|-]{16}"),
    "=": re.compile(
        r"(?:key|token|secret|passw(?:or)?d|_pass|pwd|phrase|code|auth|credentials?|creds|pat|login|jwt|bearer|private|access"
        r"|crumb|_api|salt|seed)[^\s=:]{0,12}(?: [a-z0-9]{1,10})?\W{0,24}[:=]"
    ),
    "env": re.compile(r"env|\$\{"),
    "|": re.compile(r"\|"),
    "</": re.compile("</"),
    # White space, `:`, `=` or anything beyond ASCII: said by what it is not, it compiles in no time.
    "spoken": re.compile(r"[^\x00-\x08\x0e-\x1b!-9;<>-\x7f]\S{0,64}[0-9!#$%^&*?+~@]"),
}


def _steps() -> Iterator[tuple[re.Pattern[str] | None, list[tuple[list[SecretRule], list[tuple[str, str]]]]]]:
    """By gate: the rules that look for the same, and what that is with the literal that it begins with."""
    for gate in ("", *_GATES):
        alike: dict[tuple[str, ...], list[SecretRule]] = {}
        for rule in RULES:
            if rule.gate == gate:
                alike.setdefault(rule.loose, []).append(rule)
        yield _GATES.get(gate), [(rules, [(head(one), one) for one in loose]) for loose, rules in alike.items()]


_STEPS = tuple(_steps())
_RANK = {rule.name: rank for rank, rule in reversed(tuple(enumerate(RULES)))}
_SHORTEST = 6  # of a password
_LOOKS = 4  # what was glued to a credential is free once that is masked, and is looked at again
_CUT = 120  # where the first rule stops to look
_RUN = re.compile(r"[A-Za-z0-9_~+/=-]*+(?:\.[A-Za-z0-9_~+/=-]++)*+")

#: The digest in the name that `leaks` gives to a find, `trace:pattern:digest`: it tells two finds apart, and is ours.
_OUR_DIGEST = re.compile(
    rf"(?<=[^\s:]):(?:{'|'.join(sorted({re.escape(rule.name) for rule in RULES}))}):(?P<digest>[0-9a-f]{{8}})(?![\w~+/=-]|\.\w)"
)

_SENTENCE_ENDS = ".,;:!?)]}'\""

# Short enough to be guessed from a word list: even a digest of such a secret gives it away.
GUESSABLE = frozenset(
    {"assigned-secret", "assigned-key", "url-password", "basic-auth", "spoken-secret", "command-password", "cookie"}
)


def find_secrets(text: str) -> list[SensitiveHit]:
    """Every credential in `text`, by position, without overlaps (overlapping finds are one hit)."""
    found = _found(text)
    if (plain := unescaped(text)) is not None:
        whole, places = plain
        found += [SensitiveHit(hit.pattern, places[hit.start], places[hit.end]) for hit in _found(whole)]
    wrapped = unpacked(text) if not may_have_cells(text.lower()) else (*unpacked(text), *cells(text))
    for start, end, said in wrapped:
        if inside := _found(said):
            found.append(SensitiveHit(min(inside, key=lambda hit: _RANK[hit.pattern]).pattern, start, end))
    return _apart(found)


def _found(text: str) -> list[SensitiveHit]:
    """What the rules find in the text as it stands; in no order."""
    low = text.lower()
    data = low.encode("utf-8", "surrogatepass")
    found: list[SensitiveHit] = []
    for gate, rules in _STEPS:  # plain loops: this runs over every text of every trace
        if gate is not None and not gate.search(low):
            continue
        for alike, looks in rules:
            for start, look in looks:
                if start in low and _look(look).search(data):
                    found += (
                        SensitiveHit(rule.name, match.start(1), _end(match))
                        for rule in alike
                        for match in _expression(rule.exact, rule.any_case).finditer(text)
                        if rule.sure(match) and not published(rule.name, match)
                    )
                    break
    return found


def _end(match: re.Match[str]) -> int:
    """Where a credential ends: no rule says how long one may be, most say where they stop to look."""
    start, end = match.span(1)
    if end - start < _CUT:
        return end
    rest = _RUN.match(match.string, end)
    return rest.end() if rest else end


def _apart(found: list[SensitiveHit]) -> list[SensitiveHit]:
    found.sort(key=lambda hit: (hit.start, hit.end))
    hits: list[SensitiveHit] = []
    for hit in found:
        if hits and hit.start < hits[-1].end:
            last = hits[-1]
            name = min(last.pattern, hit.pattern, key=_RANK.__getitem__)
            hits[-1] = SensitiveHit(name, last.start, max(last.end, hit.end))
        else:
            hits.append(hit)
    return hits


@cache
def _expression(source: str, any_case: bool) -> re.Pattern[str]:
    """Compiled where it is first needed: most texts need few of them."""
    return re.compile(source, re.IGNORECASE if any_case else 0)


@cache
def _look(loose: str) -> re.Pattern[bytes]:
    """The quick look of `sieve` on one text, in bytes as there: compiling a class of all letters takes ten times as long."""
    return re.compile(bounded(loose).encode())


def mask(text: str) -> str:
    """`text` with each credential replaced by `[masked <pattern>]`; unchanged where there is none."""
    if len(text) < _SHORTEST:
        return text
    return _masked(text) if len(text) > 400 else _remembered(text)


def _masked(text: str) -> str:
    for _ in range(_LOOKS):
        parts: list[str] = []
        at = 0
        for hit in _not_ours(text, find_secrets(text)):
            parts += (text[at : hit.start], f"[masked {hit.pattern}]")
            at = hit.end
        if not parts:
            break
        text = "".join((*parts, text[at:]))
    return text


def _not_ours(text: str, hits: list[SensitiveHit]) -> list[SensitiveHit]:
    """Without what is a digest of ours, and the end of a sentence at most."""
    ours = dict(found.span("digest") for found in _OUR_DIGEST.finditer(text)) if hits else {}
    return [hit for hit in hits if hit.start not in ours or text[ours[hit.start] : hit.end].strip(_SENTENCE_ENDS)]


def remark_on(typed: Iterable[str]) -> str:
    """What a person is told once who has just saved a credential among other words; empty where there is none."""
    found = dict.fromkeys(hit.pattern for text in typed for hit in find_secrets(text))
    if not found:
        return ""
    return (
        f"What you saved holds what looks like a credential ({', '.join(found)}). It is stored as you typed it and masked"
        " wherever it is shown. If it is real, take it out and have it replaced where it is used."
    )


_remembered = lru_cache(4096)(_masked)  # the cells of a table are drawn again and again
