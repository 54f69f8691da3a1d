"""How often the judge and people agree, with an interval, and Cohen's kappa if n is large enough.

The unit is a case, with all its repeats and all people's labels. Intervals are two-sided here, because the shares are
only shown and decide nothing; the gate's own bounds are one-sided (`intervals`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from readiness_tui.domain.intervals import Z_BOTH_SIDES, wilson
from readiness_tui.domain.text.format import percent, plural
from readiness_tui.domain.text.secrets import mask

MIN_SHARE = 10  # fewest cases for a share: with fewer, the interval covers more than half of the scale
MIN_KAPPA = 30  # fewest cases for kappa, whose interval is a large-sample approximation …
MIN_EACH = 5  # … and how often each side must have said pass, and fail


@dataclass(frozen=True, slots=True)
class Agreement:
    """The judge against people on one metric; `metric` "" is the verdict on the case as a whole.

    The table has four counts: both say pass, only the judge does, only people do, both say fail. Not in the table:
    `unsure` (no person decided), `split` (people disagree), `unjudged` (no verdict by the judge), `not_blind` (labelled
    only after the scores were seen). Share and kappa have two-sided 95 % intervals; None if n is too small. `apart`:
    keys of the cases on which judge and people differ.
    """

    metric: str
    both_pass: int = 0
    judge_only: int = 0
    people_only: int = 0
    both_fail: int = 0
    unsure: int = 0
    split: int = 0
    unjudged: int = 0
    not_blind: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None
    kappa: float | None = None
    kappa_low: float | None = None
    kappa_high: float | None = None
    apart: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        return self.both_pass + self.judge_only + self.people_only + self.both_fail

    @property
    def agreed(self) -> int:
        return self.both_pass + self.both_fail

    @property
    def label(self) -> str:
        return mask(self.metric).replace("_", " ") or "overall"

    @property
    def text(self) -> str:
        """ "11 of 12 cases labelled blind agree: 91% (95%: 64% to 99%); kappa: n too small"."""
        cases = f"{self.agreed:,} of {plural(self.n, 'case')} labelled blind agree"
        if not self.n:
            return "no case labelled blind carries its word"
        if self.share is None:
            return f"{cases}; n too small"
        return f"{cases}: {percent(Fraction(self.agreed, self.n))} (95%: {_whole(self.low)} to {_whole(self.high)}); {self.kappa_text}"

    @property
    def kappa_text(self) -> str:
        """Kappa with its interval, or why there is none."""
        if self.kappa is not None:
            return f"Cohen's kappa {self.kappa:.2f} ({self.kappa_low:.2f} to {self.kappa_high:.2f})"
        if self.n < MIN_KAPPA:
            return f"kappa: n too small, {MIN_KAPPA} needed"
        return f"kappa: each verdict is needed {MIN_EACH} times from either side"

    @property
    def aside(self) -> str:
        """What is not in the table: "2 unsure · 1 where people disagree · 20 not blind, not counted"."""
        counts = (
            (self.unsure, "unsure"),
            (self.split, "where people disagree"),
            (self.unjudged, "without the judge's word"),
            (self.not_blind, "not blind, not counted"),
        )
        return " · ".join(f"{count:,} {words}" for count, words in counts if count)


@dataclass(frozen=True, slots=True)
class Between:
    """Two people on the cases that both decided. `apart`: keys of the cases on which they differ."""

    one: str
    other: str
    agreed: int
    n: int
    apart: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """ "ana and ben agree on 8 of 9 cases; apart on case-3"."""
        apart = f"; apart on {', '.join(self.apart[:5])}" if self.apart else ""
        more = f" and {len(self.apart) - 5:,} more" if len(self.apart) > 5 else ""
        return f"{self.one} and {self.other} agree on {self.agreed:,} of {plural(self.n, 'case')}{apart}{more}"


def agreement(
    metric: str,
    pairs: Sequence[tuple[str, bool, bool]],
    *,
    unsure: int = 0,
    split: int = 0,
    unjudged: int = 0,
    not_blind: int = 0,
) -> Agreement:
    """Computes agreement from the cases that both sides decided: (key, the judge says pass, people say pass)."""
    both_pass, judge_only, people_only, both_fail = (
        sum((judge, people) == cell for _, judge, people in pairs)
        for cell in ((True, True), (True, False), (False, True), (False, False))
    )
    n, agreed = len(pairs), both_pass + both_fail
    share = wilson(agreed, n).interval if n >= MIN_SHARE else None
    kappa = cohens_kappa(both_pass, judge_only, people_only, both_fail)
    return Agreement(
        metric,
        both_pass,
        judge_only,
        people_only,
        both_fail,
        unsure=unsure,
        split=split,
        unjudged=unjudged,
        not_blind=not_blind,
        share=agreed / n if share else None,
        low=share[0] if share else None,
        high=share[1] if share else None,
        kappa=kappa[0] if kappa else None,
        kappa_low=kappa[1] if kappa else None,
        kappa_high=kappa[2] if kappa else None,
        apart=tuple(sorted(key for key, judge, people in pairs if judge is not people)),
    )


def cohens_kappa(
    both_pass: int, judge_only: int, people_only: int, both_fail: int
) -> tuple[float, float, float] | None:
    """Agreement beyond what two raters with these pass rates reach by chance, and its 95 % interval.

    Cohen (1960), Educ. Psychol. Meas. 20:37–46; the variance of Fleiss, Cohen & Everitt (1969), Psychol. Bull.
    72:323–327. None below MIN_KAPPA cases, or if one side gave a verdict fewer than MIN_EACH times: the interval is a
    large-sample one, and if nearly all verdicts are the same, kappa reflects their share rather than the raters.
    """
    n = both_pass + judge_only + people_only + both_fail
    judge, people = both_pass + judge_only, both_pass + people_only
    if n < MIN_KAPPA or min(judge, n - judge, people, n - people) < MIN_EACH:
        return None
    cells = ((both_pass / n, judge_only / n), (people_only / n, both_fail / n))
    rows, columns = (judge / n, 1 - judge / n), (people / n, 1 - people / n)
    seen = cells[0][0] + cells[1][1]
    chance = sum(row * column for row, column in zip(rows, columns, strict=True))
    kappa = (seen - chance) / (1 - chance)
    same = sum(cells[i][i] * (1 - (rows[i] + columns[i]) * (1 - kappa)) ** 2 for i in (0, 1))
    other = (1 - kappa) ** 2 * sum(cells[i][1 - i] * (columns[i] + rows[1 - i]) ** 2 for i in (0, 1))
    variance = (same + other - (kappa - chance * (1 - kappa)) ** 2) / ((1 - chance) ** 2 * n)
    half = Z_BOTH_SIDES * math.sqrt(max(variance, 0.0))
    return kappa, max(kappa - half, -1.0), min(kappa + half, 1.0)


def _whole(share: float | None) -> str:
    """An end of an interval in whole percent, rounded down like every share."""
    return percent(None if share is None else math.floor(share * 100))
