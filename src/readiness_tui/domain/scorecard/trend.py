"""What a scorecard says in one line, so that the reviews of a system can be read one under another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.scorecard.model import Scorecard
from readiness_tui.domain.verdict.model import Verdict


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """`sections`: title and percentage (None: not defined) in order. `gate`: "4/5" required pass, "not run", "none".
    `gaps`: still to be closed, without accepted risks; `oldest`: days since the oldest of them was first seen."""

    verdict: Verdict
    headline: int | None
    sections: tuple[tuple[str, int | None], ...]
    gate: str
    gaps: int
    oldest: int | None


def trend_point(card: Scorecard) -> TrendPoint:
    ages = [gap.age for gap in card.gaps_to_close]
    return TrendPoint(
        verdict=card.verdict,
        headline=card.headline,
        sections=tuple((section.title, section.percent) for section in card.sections),
        gate=f"{card.gate.passed}/{len(card.gate.required)}" if card.gate.ran else card.gate.summary,
        gaps=len(ages),
        oldest=max(ages, default=None),
    )


@dataclass(frozen=True, slots=True)
class Earlier:
    """A frozen review before the one at hand."""

    release: str
    as_of: date
    point: TrendPoint
