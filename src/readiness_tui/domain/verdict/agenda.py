"""What a meeting discusses, in order: conflicts, undecided blockers, blockers that are not met, then the rest."""

from __future__ import annotations

from collections.abc import Mapping

from readiness_tui.domain.checklists.assessment import Standing
from readiness_tui.domain.checklists.model import Severity


def agenda(standings: Mapping[str, Standing]) -> tuple[tuple[str, str], ...]:
    """(item id, why it is on the agenda), most pressing first, in checklist order within each group.

    Items that are met and undisputed, waived, or not applicable are not on it.
    """

    def why(standing: Standing) -> tuple[int, str] | None:
        blocker = standing.item.severity is Severity.BLOCKER
        if standing.conflict:
            return 0, "the proof contradicts the vote"
        if standing.na_awaiting:
            return 1, "not applicable waits for a second person"
        if not standing.decided:
            return (1, "undecided blocker") if blocker else (3, "undecided")
        if standing.spread:
            return 2, "reviewers disagree"
        if blocker and standing.applicable and not standing.waived and standing.counts < 2:
            return 2, "a blocker that is not met"
        return None

    listed = [(found, item_id) for item_id, standing in standings.items() if (found := why(standing))]
    return tuple((item_id, reason) for (_, reason), item_id in sorted(listed, key=lambda entry: entry[0][0]))
