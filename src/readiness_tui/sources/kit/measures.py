"""Rules over the tokens and durations that tools state, where their figures leave two readings open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from readiness_tui.sources.kit import fields

_MOST_DETAILS = 8  # of which every choice is tried
_FREE = ("free", "is_free", "free_of_charge", "free_tier")
_PRICED = ("pricing", "billing", "price", "tier", "plan", "cost_note")
_TOTALS = ("total_tokens", "tokens", "tokens_used", "tokens_total", "totalTokens", "token_count")
_FAR = 0.1  # of the time between start and end: a stated one that is nearer says the same
_NEAR = 0.02  # two durations are the same within this share …
_NEAR_MS = 2.0  # … or so many milliseconds


def moved(start: datetime, milliseconds: float) -> datetime | None:
    """A time so much later (earlier, where negative); None where the calendar ends before, as a forged duration makes it."""
    try:
        return start + timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Tokens in and out, and what has to be said of them ("" if nothing)."""

    into: int | None
    out: int | None
    said: str = ""


def counted(
    into: int | None,
    out: int | None,
    total: int | None,
    details_in: Mapping[str, int],
    details_out: Mapping[str, int],
    added: frozenset[str],
) -> TokenCount:
    """The tokens of a call whose input and output may or may not include their details (cached, audio, reasoning).

    The total decides: the details that it needs are added. Without a total, those in `added` are, and it is said.
    """
    details = [(name, n, True) for name, n in details_in.items() if n] + [
        (name, n, False) for name, n in details_out.items() if n
    ]
    base = (into or 0) + (out or 0)
    usual = [detail for detail in details if detail[0] in added]
    if not total:
        said = ""
        if details:
            names = ", ".join(name for name, _, _ in details)
            how = "all" if len(usual) == len(details) else "some" if usual else "none"
            said = f"{names} stand beside the tokens without a total; {how} of them were added to input and output"
        return _with(into, out, usual, said)
    fitting = {}
    for choice in _choices(details, usual):
        if base + sum(n for _, n, _ in choice) == total:
            fitting[(sum(n for _, n, inward in choice if inward), sum(n for _, n, inward in choice if not inward))] = (
                choice
            )
    if len(fitting) == 1 or (fitting and usual in fitting.values()):
        return _with(into, out, usual if usual in fitting.values() else next(iter(fitting.values())), "")
    found = _with(into, out, usual, "")
    apart = total - (found.into or 0) - (found.out or 0)
    if fitting:
        why = "its total fits several readings of its cached and other details"
    elif into is None and out is None and not details:
        return TokenCount(None, None, "only a total of tokens is stated, neither input nor output")
    else:
        why = f"its total of tokens is {abs(apart):,} {'more' if apart > 0 else 'less'} than input and output"
    return TokenCount(found.into, found.out, f"{why}; input and output are taken as they stand")


Detail = tuple[str, int, bool]


def _choices(details: list[Detail], usual: list[Detail]) -> list[list[Detail]]:
    if len(details) > _MOST_DETAILS:
        return [[], details, usual]
    return [list(choice) for n in range(len(details) + 1) for choice in combinations(details, n)]


def _with(into: int | None, out: int | None, chosen: list[Detail], said: str) -> TokenCount:
    more_in = sum(n for _, n, inward in chosen if inward)
    more_out = sum(n for _, n, inward in chosen if not inward)
    return TokenCount(
        into + more_in if into is not None else more_in or None,
        out + more_out if out is not None else more_out or None,
        said,
    )


def duration(stated_ms: float | None, between_ms: float | None) -> tuple[float | None, str]:
    """A duration by what is stated and by its own start and end, in milliseconds; and what has to be said ("" if nothing).

    Off by 1,000, the stated one is in the other unit. Where they differ otherwise, start and end count.
    """
    if stated_ms is None or between_ms is None:
        return (between_ms if stated_ms is None else stated_ms), ""
    if _same(stated_ms, between_ms):
        return stated_ms, ""
    if _same(stated_ms / 1000, between_ms) or _same(stated_ms * 1000, between_ms):
        unit = "milliseconds" if stated_ms > between_ms else "seconds"
        return between_ms, f"the duration is in {unit} here, as start and end show"
    return between_ms, "the stated duration is not the time between start and end; start and end count"


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= max(_NEAR_MS, _NEAR * max(one, other))


def cost(
    stated: float | None, known: Mapping[str, Any], beside: Mapping[str, Any], notes: fields.Notes
) -> float | None:
    """A stated cost. 0 beside tokens is none: a program without a price for the model writes it.

    It is one where the record says that the answer came from a cache, or was free. `known` has our fields, `beside` the
    others of the record. Raises RecordError where a count of tokens is none.
    """
    if stated != 0:
        return stated
    used = fields.whole(known, "tokens_in") or fields.whole(known, "tokens_out")
    used = used or any(fields.is_number(beside.get(name)) and beside[name] > 0 for name in _TOTALS)
    known_price = fields.flag(known, "cached") or _is_free(fields.text(known, "model"), beside)
    return priced(stated, bool(used) and not known_price, notes)


def priced(stated: float | None, used: object, notes: fields.Notes) -> float | None:
    """A stated cost; 0 for a call that `used` tokens of its own is none, and that is said."""
    if stated == 0 and used:
        notes.add("a cost of 0 beside tokens: a model without a price; taken as missing")
        return None
    return stated


def _is_free(model: str | None, beside: Mapping[str, Any]) -> bool:
    """Whether a record says that its call cost nothing: OpenRouter's models end in `:free`."""
    if model is not None and model.endswith(":free"):
        return True
    said = (beside.get(name) for name in _FREE)
    if any(value is True or (isinstance(value, str) and value.strip().lower() in ("true", "yes")) for value in said):
        return True
    return any(str(beside.get(name)).strip().lower() == "free" for name in _PRICED)


def own_unit(stated: float | None, shown: float | None, notes: fields.Notes) -> float | None:
    """A stated latency in milliseconds; one that is 1,000 times off what lies between its record's start and end has
    the other unit, and start and end count."""
    if stated is None or not shown:
        return stated
    if any(abs(stated * factor / shown - 1) < _FAR for factor in (1000.0, 0.001)):
        notes.add("the latency is 1,000 times off the time between start and end, which is taken instead")
        return shown
    return stated
