"""A value, how many observations it rests on, and its interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """`low` and `high` are one-sided 95 % bounds (each on its own); None where n is too small for one.

    `method` names the formula ("Wilson", "t over cases", "order statistic", "log-delta"); `note` says in words
    why there is no bound. `k` is the number of successes of a rate. `low_doubt` and `high_doubt` say in words why that
    bound may miss more often than one time in twenty: it is approximate; "" where its coverage is known to hold.
    `interval` encloses the value at 95 %, two-sided: for display, never for a verdict.
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
