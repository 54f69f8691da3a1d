"""What a vote would change, before it is given: the same rules on the facts with one vote changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from readiness_tui.domain.checklists.assessment import Dossier, Standing, Vote
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.verdict.judge import Workings, work_out
from readiness_tui.domain.verdict.model import Section, Verdict


@dataclass(frozen=True, slots=True)
class Consequence:
    """Before and after of one vote: the item's section in whole percent (None = no score), and the verdict."""

    item_id: str
    points: int | None
    section: str
    percent_before: int | None
    percent_after: int | None
    verdict_before: Verdict
    verdict_after: Verdict
    standing: Standing


def preview_vote(now: Workings, who: str, item_id: str, points: int | None, voters: Sequence[str] = ()) -> Consequence:
    """What `who` (else all of `voters`, who vote together) voting `points` on the item would change of what holds now:
    only that item is looked at anew. A recorded consensus goes on standing above the votes."""
    facts = now.facts
    dossier = facts.dossiers[item_id]
    voting = {name_key(name): name for name in voters or (who,)}
    others = tuple(vote for vote in dossier.votes if name_key(vote.reviewer) not in voting)
    voted = others if points is None else (*others, *(Vote(item_id, name, points) for name in voting.values()))
    changed = replace(dossier, votes=voted)
    alike = _said(changed) == _said(dossier)  # what was voted before, at whatever time
    after = now if alike else work_out(replace(facts, dossiers={**facts.dossiers, item_id: changed}), now.as_of, now)

    def percent(sections: tuple[Section, ...]) -> int | None:
        return next(s.percent for s in sections if s.checklist.id == dossier.checklist_id)

    title = next(c.title for c in facts.checklists if c.id == dossier.checklist_id)
    return Consequence(
        item_id=item_id,
        points=points,
        section=title,
        percent_before=percent(now.ruling.sections),
        percent_after=percent(after.ruling.sections),
        verdict_before=now.ruling.verdict,
        verdict_after=after.ruling.verdict,
        standing=after.standings[item_id],
    )


def _said(dossier: Dossier) -> object:
    """All that the rules read of what people said: not when they said it, nor in which order."""
    votes = {(vote.reviewer, vote.points, vote.na, vote.na_reason) for vote in dossier.votes}
    return votes, len(dossier.votes), dossier.consensus
