"""The judgement of a review: a pure function of its arguments."""

from __future__ import annotations

from datetime import date

from readiness_tui.domain.checklists.assessment import Dossier, Standing
from readiness_tui.domain.checklists.standing import item_standing
from readiness_tui.domain.verdict.gaps import find_gaps, gap_keys
from readiness_tui.domain.verdict.model import Facts, Judgement
from readiness_tui.domain.verdict.ruling import rule
from readiness_tui.domain.verdict.sections import assessed, headline, mean
from readiness_tui.domain.verdict.way_to_go import flips


def judge(facts: Facts, as_of: date) -> Judgement:
    """The verdict and its reasons (scoring.md, "Verdicts"): the worst of gate, checklists and incidents.

    Items outside the review's depth are ignored. A person's override of the verdict is recorded with the review and
    changes nothing here. GO WITH CONDITIONS is valid until its earliest date, GO for 90 days.
    """
    standings = all_standings(facts, as_of)
    found = find_gaps(facts, standings, frozen=facts.review.frozen_at is not None)
    keys = gap_keys(facts, standings)
    ruling = rule(facts, standings, found, keys, as_of)
    change = flips(facts, standings, found, keys, ruling, as_of)
    return Judgement(
        as_of=as_of,
        verdict=ruling.verdict,
        valid_until=ruling.valid_until,
        parts=ruling.parts,
        causes=ruling.causes,
        conditions=ruling.conditions,
        sections=ruling.sections,
        headline=headline(ruling.sections),
        mean=mean(ruling.sections),
        assessed=assessed(ruling.sections),
        standings=standings,
        found_gaps=found,
        undecided=sum(not standing.decided for standing in standings.values()),
        flips=change.flips,
        flips_to=change.to,
        after_flips=change.remaining,
    )


def all_standings(facts: Facts, as_of: date) -> dict[str, Standing]:
    """The standing of every item inside the review's depth, by item id, in checklist order."""
    return {
        item.id: item_standing(
            facts.dossiers.get(item.id) or Dossier(item, checklist.id),
            review=facts.review,
            as_of=as_of,
            viewer=facts.viewer,
        )
        for checklist in facts.checklists
        for item in checklist.at(facts.review.depth)
    }
