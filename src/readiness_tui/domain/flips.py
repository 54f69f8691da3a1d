"""What would flip the verdict: the fewest changes that reach the next better one (scoring.md, "Verdicts")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.assessment import Standing
from readiness_tui.domain.gap import FoundGap
from readiness_tui.domain.ruling import Ruling
from readiness_tui.domain.verdict import Facts, Flip, Verdict


@dataclass(frozen=True, slots=True)
class Change:
    """The fewest changes, the verdict they reach (None: no change reaches a better one), the conditions left."""

    flips: tuple[Flip, ...]
    to: Verdict | None
    remaining: int


def flips(
    facts: Facts,
    standings: Mapping[str, Standing],
    found: Sequence[FoundGap],
    gap_keys: Mapping[str, str],
    ruling: Ruling,
    as_of: date,
) -> Change:
    """Not searched yet."""
    return Change((), None, len(ruling.conditions))
