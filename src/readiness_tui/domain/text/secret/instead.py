"""Credentials that code falls back on, or gives with their name: `env.TOKEN ?? "…"`, `${SECRET:-…}`, `put("X-Api-Key", "…")`."""

from __future__ import annotations

import re

from readiness_tui.domain.text.secret.named import ANY_KEY, LOOKED_BACK, NAMES, NUMBERED, PASSWORD, SECRET, key_like
from readiness_tui.domain.text.secret.rule import BLANK, SPACE, SecretRule
from readiness_tui.domain.text.secret.values import typed

# What is taken where a variable is not set: `env.SECRET || "…"`, `${SECRET:-…}`, `getenv("SECRET", "…")`.
_ELSE = r"[\"'`]?[\])]{0,2}\s{0,4}(?:\|\||\?\?|\?:|:-|:=|,|or\s)\s{0,4}(?:default\s{0,4}=\s{0,4})?[\"'`]?"
LOOSE_ELSE = rf"{NUMBERED}[\"'`]?[\])]{{0,2}}[{SPACE}]*(?:\|\||\?\?|\?:|:-|:=|,|or)[{SPACE}]*(?:default[{SPACE}]*=[{SPACE}]*)?[\"'`]?[^{BLANK}\"'`,;)}}]{{8}}"
# The same where less of a name says so: not the next word of a list, nor that of a name in two.
_OR_ELSE = (
    r"[\"'`]?[\])]{0,2}\s{0,4}(?:\|\||\?\?|\?:|:-|:=|or\s|\)\s?\{|\.unwrap_or(?:_else)?\((?:\|_?\|)?)\s{0,4}[\"'`]?"
)
LOOSE_OR_ELSE = rf"{NUMBERED}[\"'`]?[\])]{{0,2}}[{SPACE}]*(?:\|\||\?\?|\?:|:-|:=|or|\)[{SPACE}]*\{{|\.unwrap_or(?:_else)?\((?:\|_?\|)?)[{SPACE}]*[\"'`]?[^{BLANK}\"'`,;)}}]{{8}}"
_READS = re.compile(
    r"(?:env(?:iron)?(?:(?:ment)?variable|::var|\.get|\.fetch|\.str)?[.(\[]{1,2}|(?<!\w)config\(|\$\{)[\s\"'`]{0,4}[\w.-]{0,40}\Z",
    re.IGNORECASE,
)


def _fallback(match: re.Match[str]) -> bool:
    """Beside a variable that is read, not in a list of words."""
    return _read(match) and typed(match[1])


def _read(match: re.Match[str]) -> bool:
    return bool(_READS.search(match.string, max(0, match.start() - LOOKED_BACK), match.start()))


def _key_instead(match: re.Match[str]) -> bool:
    return _read(match) and key_like(match)


# Two words of a call or a pair: `put("X-Api-Key", "…")`, `setProperty("db.password", "…")`.
_PAIR = r"\\{0,3}[\"'`]\)?\s{0,4},\s{0,4}(?:default\s{0,4}=\s{0,4})?\\{0,3}[\"'`]([^\s\"'`\\]{6,4096}+)\\{0,3}[\"'`]"
LOOSE_PAIR = rf"{NUMBERED}\\{{0,3}}[\"'`]\)?[{SPACE}]*,[{SPACE}]*(?:default[{SPACE}]*=[{SPACE}]*)?\\{{0,3}}[\"'`][^{BLANK}\"'`\\]{{6}}"
_SETS = re.compile(
    r"(?:set_?(?:property|env|secret|header|config|option|param(?:eter)?|value|string)?|put\w{0,12}|define)"
    r"\(\s{0,4}\\{0,3}[\"'`][\w.-]{0,30}\Z",
    re.IGNORECASE,
)
_TELLS = re.compile(NAMES, re.IGNORECASE)


def _paired(match: re.Match[str]) -> bool:
    """What is set by its name, or a key by its look: a list of words holds no other."""
    sets = _SETS.search(match.string, max(0, match.start() - LOOKED_BACK), match.start())
    return bool(sets and _TELLS.match(match.group()) and typed(match[1])) or key_like(match)


INSTEAD = (
    SecretRule(
        "assigned-secret",
        rf"(?:{NAMES}){NUMBERED}{_ELSE}([^\s\"'`,;)}}]{{8,256}}+)",
        tuple(f"{name}{LOOSE_ELSE}" for name in (*PASSWORD, *SECRET)),
        _fallback,
        "env",
        any_case=True,
    ),
    SecretRule(
        "assigned-key",
        rf"(?:{'|'.join(ANY_KEY)}|_pass){NUMBERED}{_OR_ELSE}([^\s\"'`,;)}}]{{8,256}}+)",
        tuple(f"{name}{LOOSE_OR_ELSE}" for name in (*ANY_KEY, "_pass")),
        _key_instead,
        "env",
        any_case=True,
    ),
    SecretRule(
        "assigned-key",
        rf"(?:{NAMES}|{'|'.join(ANY_KEY)}|_pass){NUMBERED}{_PAIR}",
        tuple(f"{name}{LOOSE_PAIR}" for name in (*PASSWORD, *SECRET, *ANY_KEY, "_pass")),
        _paired,
        any_case=True,
    ),
)
