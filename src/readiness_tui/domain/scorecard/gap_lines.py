"""The list of gaps: the rows as this review would leave them, without storing them."""

from __future__ import annotations

from datetime import date

from readiness_tui.domain.scorecard.model import GapLine
from readiness_tui.domain.verdict.gap import FoundGap, Gap
from readiness_tui.domain.verdict.gaps import merge, settled_gaps
from readiness_tui.domain.verdict.model import Facts, Judgement


def gap_lines(facts: Facts, judgement: Judgement, *, done: bool = False) -> tuple[GapLine, ...]:
    """Today's gaps and the stored ones still live (marked cases, claimed done); with `done` also those verified or
    closed. Most severe first, then earliest due, then by key."""
    rows = merge(
        facts.gaps or {},
        judgement.found_gaps,
        settled=settled_gaps(facts, judgement.standings),
        review_id=facts.review.id,
        as_of=judgement.as_of,
    )
    found = {gap.key: gap for gap in judgement.found_gaps}
    lines = [_line(row, found.get(row.key), judgement.as_of) for row in rows if done or row.state.live]
    return tuple(sorted(lines, key=lambda line: (line.severity.rank, line.due or date.max, line.key)))


def _line(gap: Gap, found: FoundGap | None, as_of: date) -> GapLine:
    return GapLine(
        key=gap.key,
        title=gap.title,
        severity=gap.severity,
        owner=gap.owner,
        due=gap.due,
        state=gap.state,
        created=gap.created,
        age=max((as_of - gap.created).days, 0),
        reviews=max(len(gap.reviews), 1),
        due_changes=gap.due_changes,
        evidence=gap.evidence,
        points=found.points if found else None,
        merged=found.merged if found else (),
    )
