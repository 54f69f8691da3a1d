"""The one way to read what a frozen scorecard says: never without a look at its digest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from readiness_tui.domain.errors import TamperedError

if TYPE_CHECKING:
    from readiness_tui.domain.scorecard.model import Scorecard
    from readiness_tui.domain.verdict.closing import Closing
    from readiness_tui.store.scorecards import StoredScorecard


def content(kept: StoredScorecard) -> Scorecard:
    """The values of a frozen scorecard. Raises TamperedError where it is not what was frozen."""
    from readiness_tui.reports.scorecard_json import read_scorecard

    where = f"the scorecard frozen on {kept.frozen_at:%Y-%m-%d}"
    card, right = read_scorecard(kept.intact.json, where)
    if not right:
        raise TamperedError(f"The digest of {where} is not that of its content. Restore a backup.")
    return card


def holds_until(card: Scorecard, made: Sequence[Closing]) -> date | None:
    """The last day on which a frozen verdict holds, with the conditions that were closed since; None: no day is given."""
    from readiness_tui.domain.verdict.closing import valid_until

    closed = {one.key for one in made}
    return valid_until(card.verdict, card.valid_until, card.as_of, card.conditions, card.causes, closed)
