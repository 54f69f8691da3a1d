"""How well a judge tells good answers from bad ones: its verdicts beside people's, with exact intervals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from readiness_tui.domain.intervals.common import BOTH_SIDES
from readiness_tui.domain.labels.corrected import exact_bound

MIN_SEEN = 10  # human passes, or fails, below which the share that the judge recognises is not stated


@dataclass(frozen=True, slots=True)
class ToldApart:
    """The judge said the same as people of k of the n answers that people found good, or bad."""

    k: int
    n: int

    @property
    def share(self) -> float | None:
        """Sensitivity (of good answers) or specificity (of bad ones); None below ten answers."""
        return self.k / self.n if self.n >= MIN_SEEN else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Two-sided 95 %, Clopper–Pearson."""
        if self.share is None:
            return None
        tail = 1 - BOTH_SIDES
        return float(exact_bound(self.k, self.n, tail)), 1 - float(exact_bound(self.n - self.k, self.n, tail))


@dataclass(frozen=True, slots=True)
class Recognition:
    """Of the answers that people passed, and of those that they failed."""

    good: ToldApart = ToldApart(0, 0)
    bad: ToldApart = ToldApart(0, 0)

    @property
    def chance(self) -> bool:
        """Whether the judge is no better than chance: it passes bad answers at least as often as good ones.

        False where people found all answers good, or all bad: then it is not known.
        """
        if not self.good.n or not self.bad.n:
            return False
        return self.good.k * self.bad.n <= (self.bad.n - self.bad.k) * self.good.n

    @property
    def text(self) -> str:
        """ "recognises good answers 32 of 32, bad ones 11 of 18"; "bad answers: not known, 2 seen"."""
        known = [
            f"{name} {part.k:,} of {part.n:,}"
            for name, part in (
                ("good answers", self.good),
                ("bad ones" if self.good.n >= MIN_SEEN else "bad answers", self.bad),
            )
            if part.n >= MIN_SEEN
        ]
        unknown = [
            f"{name} answers: not known, {part.n:,} seen"
            for name, part in (("good", self.good), ("bad", self.bad))
            if part.n < MIN_SEEN
        ]
        return " · ".join(filter(None, [f"recognises {', '.join(known)}" if known else "", *unknown]))


def recognition(pairs: Iterable[tuple[float, float]]) -> Recognition:
    """From (human, judge) values: people's pass is 1, their fail 0, and what lies between is neither (they disagree);
    the judge passes an answer from 1/2 on, over its repeats."""
    found = [(human, judge) for human, judge in pairs if human in (0.0, 1.0)]
    good = [judge >= 0.5 for human, judge in found if human == 1.0]
    bad = [judge >= 0.5 for human, judge in found if human == 0.0]
    return Recognition(ToldApart(sum(good), len(good)), ToldApart(len(bad) - sum(bad), len(bad)))
