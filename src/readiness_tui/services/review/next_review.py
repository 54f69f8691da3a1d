"""What the next review of a system takes over from the last one (scoring.md, "From one review to the next").

Carried: the gate with its lock, checklists and depth, people and their roles, whether votes are blind (not that they
were revealed), declared settings, and live waivers. Gaps live with the system; open conditions are read from the review
that this one follows. Not carried: votes, which are shown as "last time" until somebody confirms them (`carry.py`), and
the candidate, which becomes the baseline.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from readiness_tui.domain.checklists.review import Review
from readiness_tui.services.core.cards import content
from readiness_tui.services.core.measure import candidate_of
from readiness_tui.store import assessments, scorecards
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection


def last_candidate(conn: Connection, last: Review) -> tuple[str, ...]:
    """The runs that the last review was decided on, named or not: the next one's baseline."""
    kept = scorecards.get(conn, last.id)
    if kept is None:
        return last.candidate or candidate_of(conn, last)
    return last.candidate or tuple(line.id for line in content(kept).gate.runs if line.role == "candidate")


def following(last: Review, begun: Review, baseline: tuple[str, ...]) -> Review:
    """The review that begins, with all that it takes over from the last one but for waivers. Its caller says which day is
    pinned to it."""
    return replace(
        last,
        id=0,
        release=begun.release,
        held_on=begun.held_on,
        revealed=False,
        candidate=(),
        baseline=baseline,
        override_verdict=None,
        override_by=None,
        override_reason=None,
        frozen_at=None,
        follows=last.id,
    )


def carry_waivers(tx: Tx, last: Review, review: Review, as_of: date) -> None:
    """Waivers that still hold, with the day they were given and the day they end."""
    for waiver in assessments.waivers(tx.conn, last.id):
        if waiver.live(as_of):
            assessments.put_waiver(tx, review.id, waiver)
