"""Credentials in tables: the name stands in the line above, the value in the same column below. CSV with commas, semicolons or
tabs, tables of Markdown, and those that databases draw; also inside a string of JSON, where `\\n` parts the lines."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from functools import cache

from readiness_tui.domain.text.secret.rule import head

_NAMES = (
    "key", "token", "secret", "passw(?:or)?d", "passphrase", "passcode", "pwd", "jwt", "_pass", "auth", "credentials?", "creds",
)  # fmt: skip
_LOOKS = tuple((head(name), name) for name in _NAMES)
#: Behind a name, in lower-case bytes: the rest of its line and a rule under it; other names in one word each and the line's end;
#: or that at once, and a line of several fields below.
LOOSE_TAIL = (
    r"[\"'`*\\]*(?:[ \t]*(?:\|[^\n\\]*)?[ \t\\r]*[\nn][ \t>|+:\\-]*--|(?:[,;\t] ?[\"'\\]*[a-z0-9_.-]+[\"'\\]*)+[ \t\\r]*[\nn]"
    r"|[ \t\\r]*[\nn][\"'\\]*[^ \n,;\t][^\n,;\t]*[,;\t])"
)
LOOSE = tuple(f"{name}{LOOSE_TAIL}" for name in _NAMES)
#: The same for an engine that goes back.
BOUNDED_TAIL = (  # no two repeated classes in a row share a sign and may both be long
    r"[\"'`*\\]{0,6}(?:[ \t]{0,24}(?:\|[^\n\\]{0,400}+)?[ \t\\r]{0,24}[\nn][ \t>|+:\\-]{0,80}--|(?:[,;\t] ?[\"'\\]{0,4}+[a-z0-9_.-]{1,60}+[\"'\\]{0,4}+){1,40}+"
    r"[ \t\\r]{0,24}[\nn]|[ \t\\r]{0,24}[\nn][\"'\\]{0,4}[^ \n,;\t][^\n,;\t]{0,200}+[,;\t])"
)

_NAME = rf"(?i:[\w .\"'`*\\-]{{0,60}}?(?:{'|'.join(_NAMES)})[\"'`*\\]{{0,6}}\s{{0,24}})"
_FIELD = r"[\"'\\]{0,4}+[A-Za-z0-9_.-]{1,60}+[\"'\\]{0,4}+"
_LINE = rf"(?:(?<=[\n\"'` ])|(?<!.))(?:{_FIELD}[,;\t] ?){{1,40}}+{_FIELD}(?=[ \t\\r]{{0,24}}\n)"
_RULE = r"\n[ \t>]{0,8}+(?=[|+:-])[|+: \t-]{3,800}+[\\r]{0,4}(?=\n|\Z)"
_WIDE = 4000  # so long a line is no row
_SHORTEST = 6  # of a password


@cache
def _compiled(source: str) -> re.Pattern[str]:
    """Where it is first needed: most texts hold no table."""
    return re.compile(source)


def may_have_cells(low: str) -> bool:
    """Whether there may be one, from the text in lower case."""
    if "\n" not in low and "\\n" not in low:
        return False
    return any(start in low and _compiled(f"{name}{BOUNDED_TAIL}").search(low) for start, name in _LOOKS)


def cells(text: str) -> Iterator[tuple[int, int, str]]:
    """Each value below a telling name: where it begins and ends, and both as an assignment."""
    plain = text.replace("\\n", " \n")  # as long as it was
    at = 0
    while line := _compiled(_LINE).search(plain, at):
        sign = next(one for one in line.group() if one in ",;\t")
        at = yield from _below(plain, line.start(), line.end(), line.end(), sign)
    at = 0
    while rule := _compiled(_RULE).search(plain, at):
        at = rule.end()
        start = plain.rfind("\n", max(0, rule.start() - _WIDE), rule.start()) + 1
        if "--" in rule.group() and "|" in plain[start : rule.start()]:
            at = yield from _below(plain, start, rule.start(), rule.end(), "|")


def _below(text: str, start: int, end: int, at: int, sign: str) -> Generator[tuple[int, int, str], None, int]:
    """What stands in the lines from `at` on, in the columns that have a telling name in the line from `start` to `end`; then
    where the table ends. The lines of a table are no names of another."""
    names = text[start:end].split(sign)
    told = [
        (column, _bare(name)[0])
        for column, name in enumerate(names[:64])
        if _compiled(_NAME).fullmatch(name.rstrip("\\r "))
    ]
    if not told:
        return at
    while (line := text.find("\n", at) + 1) and line < len(text):
        stop = text.find("\n", line)
        stop = stop if stop >= 0 else len(text)
        if stop - line > _WIDE:
            return at
        fields = text[line:stop].split(sign)
        if len(fields) < len(names) - 1 or len(fields) < 2:
            return at
        if len(fields) == len(names) or sign == "|":
            for column, name in told:
                if column < len(fields):
                    value, skipped = _bare(fields[column])
                    since = line + sum(len(field) + 1 for field in fields[:column]) + skipped
                    if len(value) >= _SHORTEST:
                        yield since, since + len(value), f"{name}: {value}"
        at = stop
    return at


def _bare(field: str) -> tuple[str, int]:
    """A field without white space and quotes around it, and how much of it stood before."""
    rest = field.lstrip(" \t\"'`*\\")
    return rest.rstrip(" \t\r\"'`*\\"), len(field) - len(rest)
