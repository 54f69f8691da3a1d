"""How figures and dates are written, the same on the screen, in documents and in CI.

Rounding never flatters: shares round down (79.9 never shows as 80), and a metric rounds towards its worse side, so
that a value that misses its threshold never looks as if it met it. Decimal arithmetic on the shortest text of
a float: 0.29 stays 0.29.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

from readiness_tui.domain.text.joiners import JOINERS, is_tone

NOTHING = "—"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


_MONEY = frozenset({"usd", "$", "dollar", "dollars"})


_LARGE = 1e15  # beyond this, digits carry no information


_WHOLE = frozenset({"ms", "token", "tokens", "count"})


#: Western letters, dashes, quotation marks, arrows, lines and shapes: each takes one column wherever it stands.
_EACH_ONE = re.compile("[\0-\u02ff\u2010-\u2027\u2190-\u2311\u2500-\u25fc]*")


def whole_percent(share: Fraction | None) -> int | None:
    """A share as a whole percentage, rounded down."""
    return None if share is None else math.floor(share * 100)


def percent(share: Fraction | int | None) -> str:
    """ "66%"; a Fraction is a share and rounds down, an int is already a percentage, None is —."""
    if share is None:
        return NOTHING
    return f"{share if isinstance(share, int) else math.floor(share * 100)}%"


def day_month(value: date | None) -> str:
    """ "1 Dec": for places where the year is obvious."""
    return NOTHING if value is None else f"{value.day} {_MONTHS[value.month - 1]}"


def due_day(value: date | None, today: date) -> str:
    """ "1 Dec", with its year where that is not this one: "1 Dec 2027"."""
    return day_month(value) if value is None or value.year == today.year else full_day(value)


def full_day(value: date | None) -> str:
    """ "1 Dec 2026"."""
    return NOTHING if value is None else f"{day_month(value)} {value.year}"


def moment(value: datetime | None) -> str:
    """ "23 Nov 2026 11:20 UTC"; a time without a zone is read as UTC, as everything stored is."""
    if value is None:
        return NOTHING
    utc = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return f"{full_day(utc.date())} {utc:%H:%M} UTC"


def duration(value: timedelta | None) -> str:
    """The two largest units, rounded down: "2 d 3 h", "1 h 05 min", "4 min 10 s", "12 s"."""
    if value is None:
        return NOTHING
    if value < timedelta(0):
        return "out of order"
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min" + (f" {seconds:02d} s" if seconds else "") if minutes else f"{seconds} s"


def plural(n: int, one: str, many: str = "") -> str:
    """ "1 gap", "3 gaps"."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def number(value: float | None, unit: str = "", *, up: bool = False) -> str:
    """A metric's value in its unit, with thousands separators: "0.850", "3,310", "$0.0712".

    Rounds down, or up if `up` (for a metric where less is better). Milliseconds, tokens and counts are whole;
    money has four decimals, everything else three.
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    name = unit.casefold()
    places = 0 if name in _WHOLE else 4 if name in _MONEY else 3
    if abs(value) >= _LARGE:
        return f"{value:.3g}"
    exact = _exact(value).quantize(Decimal(1).scaleb(-places), ROUND_CEILING if up else ROUND_FLOOR)
    text = f"{abs(exact):,}"
    return ("−" if exact < 0 else "") + ("$" if name in _MONEY else "") + text


def threshold_text(value: float, unit: str = "") -> str:
    """A declared number exactly as declared: "0.80", "3,500", "0.08"."""
    if not abs(value) < _LARGE:
        return f"{value:.3g}"
    exact = _exact(value).normalize()
    if unit.casefold() not in _WHOLE and -exact.as_tuple().exponent < 2:  # type: ignore[operator]
        exact = exact.quantize(Decimal("0.01"))
    return f"{exact:,f}"


def count_text(k: int | None, n: int | None) -> str:
    """How much a figure rests on: "35/40", "1,204", "n unknown"."""
    if n is None:
        return "n unknown"
    return f"{n:,}" if k is None else f"{k:,}/{n:,}"


def width(text: str) -> int:
    """Columns in a terminal: wide characters take two, combining marks and joiners none, an emoji joined of several as
    many as one."""
    return len(text) if _EACH_ONE.fullmatch(text) else sum(_columns(text))


def fit(text: str, columns: int, *, right: bool = False) -> str:
    """`text` in exactly `columns` terminal columns: padded, or cut with an ellipsis."""
    if width(text) > columns:
        used, kept = 0, []
        for character, cells in zip(text, _columns(text), strict=True):
            used += cells
            if used > columns - 1:
                break
            kept.append(character)
        text = "".join(kept).rstrip(JOINERS) + "…"
    space = " " * (columns - width(text))
    made = space + text if right else text + space
    # A modifier in front joins the space before it, and takes no column of its own then.
    return " " * (columns - width(made)) + made


def wrap(text: str, columns: int) -> Iterator[str]:
    """`text` broken at spaces into lines of at most `columns`; a word longer than that is broken too."""
    line = ""
    for word in text.split():
        if line and width(line) + 1 + width(word) > columns:
            yield line
            line = ""
        while width(word) > columns:
            cut = next(i for i in range(len(word), 0, -1) if width(word[:i]) <= columns or i == 1)
            yield word[:cut]
            word = word[cut:]
        if word:
            line = f"{line} {word}" if line else word
    if line:
        yield line


def _exact(value: float) -> Decimal:
    """The number that the shortest text of the float stands for."""
    return Decimal(repr(float(value)))


def _columns(text: str) -> Iterator[int]:
    """The columns of each character, in the place where it stands."""
    before = ""
    for character in text:
        joined = before == JOINERS[1] and unicodedata.category(character) == "So"
        yield 0 if joined or (before and is_tone(character)) else _cells(character)
        before = character


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me") or character in JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def times_hundred(value: float) -> str:
    """A fraction as the digits of a percentage, exactly as declared: 0.1 is "10"."""
    return f"{(_exact(value) * 100).normalize():f}"
