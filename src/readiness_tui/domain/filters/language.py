"""The filter language: `latency>3000 status:error model:gpt* "refund"` → a Filter, and back.

A line is parts between spaces, and every part has to hold:
`key:value` (several values with commas: any of them; `*` for any text; `none`, `any`), `key>number` (also `>=`, `<`, `<=`, `=`),
words, which are looked for as they are typed, one after the other, and “phrases in quotes”, each on its own. `-` before
a part turns it round. A value in quotes is taken as it is. `error` as the only word finds what failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from math import isfinite

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.filters.model import (
    ANY_WORDS,
    NONE_WORDS,
    Amount,
    Condition,
    Filter,
    FilterKey,
    KeyKind,
    Like,
    Named,
    NamePattern,
    Says,
    Sign,
    TimeRange,
    Vocabulary,
)
from readiness_tui.domain.text.dates import parse_day
from readiness_tui.domain.text.sanitise import one_line

LONGEST = 2_000  # characters of a line
_PART = re.compile(r"(?P<minus>-?)(?P<key>[^\W\d][\w.@-]*)(?P<sign>:|>=|<=|[><=≥≤])(?P<value>.*)", re.DOTALL)
_SIGNS = {"≥": ">=", "≤": "<="}
_AMOUNT = re.compile(r"(?P<before>\$?)(?P<figure>\d*\.?\d+(?:e[+-]?\d+)?)(?P<unit>[a-z]*)", re.IGNORECASE)
#: What other tools, and our own tables, call what a key is about.
_OTHER_NAMES = {
    **dict.fromkeys(("outcome", "result", "state", "verdict", "passed"), "status"),
    **dict.fromkeys(("duration", "duration_ms", "latency_ms", "elapsed", "ms"), "latency"),
    **dict.fromkeys(("usd", "price", "total_cost"), "cost"),
    **dict.fromkeys(("date", "on"), "day"),
    **dict.fromkeys(("since", "after", "start", "started"), "from"),
    **dict.fromkeys(("until", "before"), "to"),
    **dict.fromkeys(("prompt_version", "version"), "prompt"),
    **dict.fromkeys(("customer", "user_id"), "user"),
    **dict.fromkeys(("conversation", "thread", "session_id"), "session"),
    **dict.fromkeys(("label", "tags", "slice"), "tag"),
}
_ERROR_WORDS = ("error", "errors", "/error", "/errors")


def parse(typed: str, words: Vocabulary, today: date) -> Filter:
    """What a line means. Raises ReadinessError that names the part and says what is possible."""
    if len(typed) > LONGEST:
        raise ReadinessError(f"The filter has {len(typed):,} characters; at most {LONGEST:,} are read. Shorten it.")
    found: list[Condition] = []
    plain: list[str] = []
    at = 0  # where the plain words stand among the conditions
    for part in split(typed):
        condition = _condition(part, words, today)
        if condition is not None:
            found.append(condition)
        else:
            at = at if plain else len(found)
            plain.append(part)
    if len(plain) == 1 and plain[0].casefold() in _ERROR_WORDS and "error" in words.keys:
        found.insert(at, Named("error", (NamePattern("", Like.NOTHING),), hidden=True))
    elif plain:
        found.insert(at, Says(" ".join(plain)))
    _check_times(found)
    return Filter(tuple(found))


def split(typed: str) -> list[str]:
    """The parts of a line: spaces separate, but for those in quotes. Raises ReadinessError for an open quote."""
    parts: list[str] = []
    now, inside, escaped = "", False, False
    for char in typed:
        if escaped:
            now, escaped = now + char, False
        elif inside and char == "\\":
            now, escaped = now + char, True
        elif char == '"' and (inside or _opens(now)):
            now, inside = now + char, not inside
        elif char.isspace() and not inside:
            parts += [now] if now else []
            now = ""
        else:
            now += char
    if inside:
        raise ReadinessError(f"The quote in {_said(now)} is not closed. Close it with a second one.")
    return parts + ([now] if now else [])


def _opens(before: str) -> bool:
    """Whether a quote after this begins a quoted text; elsewhere it is a character like any other."""
    return before in ("", "-") or (before[-1] in ":>=<≥≤," and _PART.fullmatch(before) is not None)


def _condition(part: str, words: Vocabulary, today: date) -> Condition | None:
    """What a part says; None for a plain word."""
    hidden = len(part) > 1 and part.startswith("-")
    rest = part[1:] if hidden else part
    if rest.startswith('"'):
        text = _unquoted(rest)
        if not text:
            raise ReadinessError('There is nothing between the quotes "". Type what to look for.')
        return Says(text, hidden)
    if hidden and rest.casefold() in _ERROR_WORDS and "error" in words.keys:
        return Named("error", (NamePattern("", Like.NOTHING),))
    match = _PART.fullmatch(part)
    if match is None or "://" in rest:
        return Says(rest, hidden=True) if hidden else None
    name, sign, value = match["key"], _SIGNS.get(match["sign"], match["sign"]), match["value"]
    key = words.keys.get(name) or words.keys.get(name.casefold())
    if key is None:
        if (sign == ":" and value) or _AMOUNT.fullmatch(value):
            raise _unknown(name, sign, words)
        return Says(rest, hidden=True) if hidden else None
    if not value:
        raise ReadinessError(f"{_said(part)} says nothing after “{sign}”. For example {key.example}.")
    if key.kind is KeyKind.AMOUNT:
        return _amount(key, sign, value, hidden)
    if sign not in (":", "="):
        raise ReadinessError(f"“{key.name}” is no number, so it cannot be compared with {sign}. Use {key.example}.")
    return _between(key, value, today, hidden) if key.kind is KeyKind.TIME else _named(key, value, hidden)


def _unknown(name: str, sign: str, words: Vocabulary) -> ReadinessError:
    other = _OTHER_NAMES.get(name.casefold(), "")
    near = [other] if other in words.keys else get_close_matches(name.casefold(), words.keys, 1)
    meant = f" Did you mean {near[0]}{sign}?" if near else ""
    return ReadinessError(
        f"{_said(name + sign)} is not something {words.thing} can be filtered by.{meant} Use {', '.join(words.keys)}, or words alone."
    )


def _named(key: FilterKey, value: str, hidden: bool) -> Named:
    patterns: list[NamePattern] = []
    pieces = list(_pieces(value))
    if len(pieces) == 1 and pieces[0].casefold() in ANY_WORDS:
        return Named(key.name, (NamePattern("", Like.NOTHING),), not hidden)
    for piece in pieces:
        if piece.startswith('"'):
            patterns.append(NamePattern(_unquoted(piece)))
        elif piece.casefold() in NONE_WORDS:
            patterns.append(NamePattern("", Like.NOTHING))
        elif "*" in piece:
            patterns.append(NamePattern(re.sub(r"\*+", "*", piece), Like.WILD))
        else:
            patterns.append(NamePattern(piece, Like.PART if key.part else Like.IS))
    if any(not pattern.text and pattern.like is not Like.NOTHING for pattern in patterns):
        raise ReadinessError(f"{_said(f'{key.name}:{value}')} has a comma with nothing beside it. Write a,b.")
    return Named(key.name, tuple(dict.fromkeys(patterns)), hidden)


def _amount(key: FilterKey, sign: str, value: str, hidden: bool) -> Amount:
    if value.casefold() in (*NONE_WORDS, *ANY_WORDS) and sign in (":", "="):
        return Amount(key.name, Sign.IS, None, hidden != (value.casefold() in ANY_WORDS))
    for two in (">=", "<=", ">", "<"):  # latency:>3000 is meant as it reads
        if sign == ":" and value.startswith(two):
            sign, value = two, value.removeprefix(two)
    match = _AMOUNT.fullmatch(value)
    times = key.units.get((match["before"] + match["unit"]).casefold()) if match else None
    figure = float(match["figure"]) * times if match and times else None
    if figure is None or not isfinite(figure):
        raise ReadinessError(f"{_said(value)} is not a number for {key.name}. For example {key.example}.")
    return Amount(key.name, Sign("=" if sign == ":" else sign), figure, hidden)


def _between(key: FilterKey, value: str, today: date, hidden: bool) -> TimeRange:
    text = _unquoted(value) if value.startswith('"') else value
    moment = _moment(text) if ":" in text else None
    if moment is not None and key.name != "day":
        return TimeRange(moment, None, hidden) if key.name == "from" else TimeRange(None, moment, hidden)
    begin = datetime.combine(parse_day(text, today), time(), UTC)
    try:
        end = begin + timedelta(days=1)
    except OverflowError:
        raise ReadinessError(f"{_said(value)} is beyond the calendar. For example {key.example}.") from None
    return {
        "day": TimeRange(begin, end, hidden),
        "from": TimeRange(begin, None, hidden),
        "to": TimeRange(None, end, hidden),
    }[key.name]


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _check_times(found: list[Condition]) -> None:
    times = [one for one in found if isinstance(one, TimeRange) and not one.hidden]
    starts = [one.start for one in times if one.start is not None]
    ends = [one.end for one in times if one.end is not None]
    if starts and ends and min(ends) <= max(starts):
        raise ReadinessError("The last day of the filter is before its first. Swap from: and to:.")


def _pieces(value: str) -> Iterator[str]:
    """The values between commas, but for those in quotes."""
    now, inside, escaped = "", False, False
    for char in value:
        if escaped:
            escaped = False
        elif inside and char == "\\":
            escaped = True
        elif char == '"' and (inside or not now):
            inside = not inside
        elif char == "," and not inside:
            yield now
            now = ""
            continue
        now += char
    yield now


def _unquoted(piece: str) -> str:
    """A quoted text without its quotes. What follows the closing one belongs to it, so that nothing typed is lost."""
    text, escaped = "", False
    for char in piece[1:]:
        if escaped:
            text, escaped = text + char, False
        elif char == "\\":
            escaped = True
        elif char != '"':
            text += char
    return text


def _said(part: str) -> str:
    return f"“{one_line(part, 60)}”"


def write(wanted: Filter) -> str:
    """The line that means this filter."""
    return " ".join(_written(condition) for condition in wanted.conditions)


def written_name(text: str) -> str:
    """A name as a value that is taken as it is."""
    plain = re.fullmatch(r"[\w.@/+-]+", text) and text.casefold() not in (*NONE_WORDS, *ANY_WORDS)
    return text if plain else _in_quotes(text)


def _written(condition: Condition) -> str:
    minus = "-" if condition.hidden else ""
    if isinstance(condition, Says):
        return minus + _in_quotes(condition.text)
    if isinstance(condition, Named):
        return f"{minus}{condition.key}:" + ",".join(map(_pattern, condition.patterns))
    if isinstance(condition, Amount):
        if condition.value is None:
            return f"{minus}{condition.key}:none"
        return f"{minus}{condition.key}{condition.sign}{condition.value!r}"
    start, end = condition.start, condition.end
    if start is not None and end is not None:
        return f"{minus}day:{start.date()}"
    if start is not None:
        return f"{minus}from:{_at(start)}"
    return "" if end is None else f"{minus}to:{_at(end, -1)}"


def _at(moment: datetime, days: int = 0) -> str:
    """The day, `days` later, of a midnight; else the moment."""
    if moment.timetz() != time(tzinfo=UTC) or moment.date() == date.min:
        return moment.isoformat()
    return (moment.date() + timedelta(days=days)).isoformat()


def _pattern(pattern: NamePattern) -> str:
    if pattern.like is Like.NOTHING:
        return "none"
    return _in_quotes(pattern.text) if pattern.like is Like.IS else pattern.text


def _in_quotes(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
