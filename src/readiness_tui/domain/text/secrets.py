"""Credentials inside logged text: where they are, and the text without them.

Used by the probe that refutes "no secrets in logs" and by every document that leaves the program. It knows the key
formats that vendors publish, plus values assigned to a telling name (`password=…`). A miss leaks a key and a false
alarm costs one dismissal, so anything in a vendor's format counts; an assigned value must also look like a secret
(letters with digits or symbols, no placeholder), or prose about passwords would drown the rest.

Text is hostile: every expression takes time linear in its length. Each begins with a literal and repeats one class of
characters possessively, bounded where it can fail after a long run; further checks run after the match, not by
backtracking.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SensitiveHit:
    """A credential at `text[start:end]`; `pattern` names the format it matches."""

    pattern: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    """`regex` group 1 is the secret. `markers`: lower-case literals; any text with a match contains one of them.

    `gate`: a key of `_GATES`; any text with a match also meets one of its expressions.
    """

    name: str
    regex: re.Pattern[str]
    markers: tuple[str, ...]
    sure: Callable[[str], bool] = bool
    gate: str = ""


_LETTER = re.compile("[A-Za-z]")
_DIGIT = re.compile("[0-9]")
_SYMBOL = re.compile(r"[!#$%^&*?+~@]")
_REFERENCE = re.compile(
    r"[$<{%\[(/~.]|os\.|env\b|process\.|vault:|secretsmanager", re.IGNORECASE
)  # names a secret elsewhere
_PLACEHOLDER = re.compile(
    r"[*•·.xX#?_-]+|.*(?:\*\*\*|redacted|masked|placeholder|change_?me|your[_-]).*"
    r"|pass(?:word|wd)?|pwd|secret|token|example|none|null",
    re.IGNORECASE,
)


def _mixed(value: str) -> bool:
    """Letters and digits: a random key has both, a hyphenated word does not."""
    return bool(_LETTER.search(value) and _DIGIT.search(value))


def _real(value: str) -> bool:
    """Not a stand-in for a secret (`****`, `<password>`) nor a pointer to one (`$PASSWORD`, `os.environ[…]`)."""
    return not _REFERENCE.match(value) and not _PLACEHOLDER.fullmatch(value)


def _typed(value: str) -> bool:
    """Looks like a password somebody set, not a word of prose or a function call."""
    return (
        _real(value)
        and "(" not in value
        and bool(_LETTER.search(value) and (_DIGIT.search(value) or _SYMBOL.search(value)))
    )


# Not inside a longer word or digest. An escape before it (`\n` in JSON, `%3D`, a terminal colour) ends in a letter or
# digit but is not part of a word.
_FREE = (
    r"(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4})|(?<=%[0-9A-Fa-f]{2})"
    r"|(?<=[\[;][0-9][A-Za-z])|(?<=[\[;][0-9]{2}[A-Za-z]))"
)
_QUOTE = r"(?:\\?[\"'])?"  # a quote, escaped where JSON is inside JSON
_ASSIGN = rf"{_QUOTE}\s{{0,8}}+(?:=>|[:=])\s{{0,8}}+{_QUOTE}"

# Cheap tests on the lower-case text, each run once for all patterns that cannot match if it fails. "key" and "token"
# alone occur in half of all logged texts, so an assignment must follow the name; a dash or underscore occurs in all of
# them, so enough characters for a key must follow it.
_UNDERSCORE, _DASH, _ASSIGNED = "_", "-", "="
_GATES = {
    _UNDERSCORE: (re.compile("_[a-z0-9_.-]{16}"),),
    _DASH: (re.compile("-[a-z0-9_.-]{10}"),),
    _ASSIGNED: tuple(
        re.compile(rf"{noun}{_QUOTE}\s{{0,8}}+[:=]")
        for noun in ("key", "token", "secret", "password", "passwd", "pwd", "passphrase")
    ),
}

# Most specific first: where two overlap, the earlier one names the hit.
_PATTERNS = (
    _Pattern(
        "private-key",
        re.compile(
            r"(-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:[A-Za-z0-9+/=\s\\:,]|-(?!----))*+(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----)?)"
        ),
        ("private key",),
    ),
    _Pattern("aws-access-key", re.compile(rf"{_FREE}((?:AKIA|ASIA)[0-9A-Z]{{16}})(?![0-9A-Za-z])"), ("akia", "asia")),
    _Pattern(
        "github-token",
        re.compile(rf"{_FREE}((?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{{20,}}+)"),
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        gate=_UNDERSCORE,
    ),
    _Pattern(
        "slack-token", re.compile(rf"{_FREE}(xox[a-z](?:\.[a-z]+)?-[A-Za-z0-9-]{{10,}}+)"), ("xox",), _mixed, _DASH
    ),
    _Pattern("slack-webhook", re.compile(r"hooks\.slack\.com/services/([A-Za-z0-9/]{20,}+)"), ("hooks.slack.com",)),
    _Pattern("google-api-key", re.compile(rf"{_FREE}(AIza[0-9A-Za-z_-]{{30,45}}+)"), ("aiza",)),
    _Pattern(
        "stripe-key",
        re.compile(rf"{_FREE}((?:sk|rk)_(?:live|test)_[A-Za-z0-9]{{16,}}+)"),
        ("sk_", "rk_"),
        gate=_UNDERSCORE,
    ),
    _Pattern("sk-key", re.compile(rf"{_FREE}(sk-[A-Za-z0-9_-]{{20,}}+)"), ("sk-",), _mixed, _DASH),
    _Pattern(
        "vendor-token",
        re.compile(
            rf"{_FREE}((?:hf_|npm_|lsv2_(?:pt|sk)_|gsk_|shpat_|dop_v1_)"
            r"[A-Za-z0-9_.-]{20,}+)"
        ),
        ("hf_", "npm_", "lsv2_", "gsk_", "shpat_", "dop_v1_"),
        _mixed,
        _UNDERSCORE,
    ),
    _Pattern(
        "vendor-token",
        re.compile(rf"{_FREE}((?:glpat-|xai-|pplx-|pypi-)[A-Za-z0-9_.-]{{20,}}+)"),
        ("glpat-", "xai-", "pplx-", "pypi-"),
        _mixed,
        _DASH,
    ),
    _Pattern("vendor-token", re.compile(rf"{_FREE}(SG\.[A-Za-z0-9_.-]{{20,}}+)"), ("sg.",), _mixed),
    _Pattern(
        "jwt",
        re.compile(rf"{_FREE}(eyJ[A-Za-z0-9_-]{{8,600}}+\.eyJ[A-Za-z0-9_-]{{8,9000}}+\.[A-Za-z0-9_-]{{8,}}+)"),
        ("eyj",),
    ),
    _Pattern(
        "bearer-token",
        re.compile(r"bearer\s{1,8}+([A-Za-z0-9._~+/=-]{16,}+)", re.IGNORECASE),
        ("bearer",),
        _mixed,
    ),
    _Pattern(
        "basic-auth",
        re.compile(rf"authorization{_ASSIGN}basic\s{{1,8}}+([A-Za-z0-9+/=]{{8,}}+)", re.IGNORECASE),
        ("basic",),
    ),
    _Pattern("url-password", re.compile(r"://[^\s/:@\"']{0,64}+:([^\s/@\"']{3,128}+)@"), ("://",), _real),
    _Pattern(
        "assigned-secret",
        re.compile(
            r"(?:passw(?:or)?d|passphrase|pwd|secret|api[_-]?key|access[_-]?key|secret[_-]?key|account[_-]?key"
            rf"|private[_-]?key|(?:access|auth|refresh|session|bot|api)[_-]?token){_ASSIGN}"
            r"([^\s\"'\\<>,;&{}]{8,}+)",
            re.IGNORECASE,
        ),
        ("",),
        _typed,
        _ASSIGNED,
    ),
)
# The gate first: ("", …) has none.
_STEPS = tuple(
    (
        _GATES.get(gate, ()),
        tuple((one.name, one.regex, one.markers, one.sure) for one in _PATTERNS if one.gate == gate),
    )
    for gate in ("", *_GATES)
)
_RANK = {pattern.name: rank for rank, pattern in reversed(tuple(enumerate(_PATTERNS)))}

# Short enough to be guessed from a word list: even a digest of such a secret gives it away.
GUESSABLE = frozenset({"assigned-secret", "url-password", "basic-auth"})


def find_secrets(text: str) -> list[SensitiveHit]:
    """Every credential in `text`, by position, without overlaps (overlapping finds are one hit)."""
    low = text.lower()
    found: list[SensitiveHit] = []
    for gates, patterns in _STEPS:  # plain loops: this runs over every text of every trace
        if gates:
            for gate in gates:
                if gate.search(low):
                    break
            else:
                continue
        for name, regex, markers, sure in patterns:
            for marker in markers:
                if marker in low:
                    found += (SensitiveHit(name, *match.span(1)) for match in regex.finditer(text) if sure(match[1]))
                    break
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


def mask(text: str) -> str:
    """`text` with each credential replaced by `[masked <pattern>]`; unchanged where there is none."""
    parts: list[str] = []
    at = 0
    for hit in find_secrets(text):
        parts += (text[at : hit.start], f"[masked {hit.pattern}]")
        at = hit.end
    return "".join((*parts, text[at:])) if parts else text
