"""A value, how many observations it rests on, and its interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """`low` and `high` are one-sided 95 % bounds (each on its own); None where n is too small for one.

    `method` names the formula ("Wilson", "t over cases", "order statistic", "log-delta"); `note` says in words
    why there is no bound. `k` is the number of successes of a rate. `low_doubt` and `high_doubt` say in words why that
    bound is approximate, meaning that it may miss more often than one time in twenty; "" if its coverage is known.
    `interval` is the two-sided 95 % interval: for display, never for a verdict.

    `sure_low` and `sure_high` are bounds that hold whatever the values' shape (see `shape_free`), where their range is
    known; they decide where confidence is required. `rare`: `low` and `high` know only what was seen, so a rare bad case
    can be missing from both. `units`: how many independent sources the bounds rest on; None: each of the n.
    """

    value: float
    n: int | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    note: str = ""
    k: int | None = None
    low_doubt: str = ""
    high_doubt: str = ""
    interval: tuple[float, float] | None = None
    sure_low: float | None = None
    sure_high: float | None = None
    rare: bool = False
    units: int | None = None
