"""The judgement of a review: a pure function of its arguments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.checklists.assessment import Dossier, Standing
from readiness_tui.domain.checklists.standing import item_standing
from readiness_tui.domain.verdict.gap import FoundGap
from readiness_tui.domain.verdict.gaps import find_gaps, gap_keys
from readiness_tui.domain.verdict.model import Facts, Judgement
from readiness_tui.domain.verdict.ruling import Ruling, rule
from readiness_tui.domain.verdict.sections import assessed, headline, mean
from readiness_tui.domain.verdict.way_to_go import flips


@dataclass(frozen=True, slots=True)
class Workings:
    """Everything a judgement says but for the way to a better one, with what it was worked out from.

    Handed to `work_out` again with facts of which most are the same, it saves working out what they say.
    """

    facts: Facts
    as_of: date
    standings: dict[str, Standing]  # by item id, of every item inside the review's depth, in checklist order
    gap_keys: dict[str, str]
    found_gaps: tuple[FoundGap, ...]
    ruling: Ruling


def judge(facts: Facts, as_of: date) -> Judgement:
    """The verdict and its reasons (scoring.md, "Verdicts"): the worst of gate, checklists and incidents.

    Items outside the review's depth are ignored. A person's override of the verdict is recorded with the review and
    changes nothing here. GO WITH CONDITIONS is valid until its earliest date, GO for 90 days.
    """
    return conclude(work_out(facts, as_of))


def conclude(of: Workings) -> Judgement:
    """The judgement: what was worked out, and the fewest changes that better it."""
    ruling = of.ruling
    change = flips(of.facts, of.standings, of.found_gaps, of.gap_keys, ruling, of.as_of)
    return Judgement(
        as_of=of.as_of,
        verdict=ruling.verdict,
        valid_until=ruling.valid_until,
        parts=ruling.parts,
        causes=ruling.causes,
        conditions=ruling.conditions,
        sections=ruling.sections,
        headline=headline(ruling.sections),
        mean=mean(ruling.sections),
        assessed=assessed(ruling.sections),
        standings=of.standings,
        found_gaps=of.found_gaps,
        undecided=sum(not standing.decided for standing in of.standings.values()),
        flips=change.flips,
        flips_to=change.to,
        after_flips=change.remaining,
    )


def work_out(facts: Facts, as_of: date, last: Workings | None = None) -> Workings:
    """The same whatever `last` is. Of it everything is kept whose facts are the very same ones; `last` itself where
    all of them are."""
    if last is not None and (last.as_of, last.facts.policy) != (as_of, facts.policy):
        last = None
    if last is not None and _same(facts, last.facts):
        return last
    standings = all_standings(facts, as_of, last)
    keys = last.gap_keys if last is not None and _same_items(facts, last.facts) else gap_keys(facts, standings)
    found = find_gaps(facts, standings, frozen=facts.review.frozen_at is not None, keys=keys)
    return Workings(facts, as_of, standings, keys, found, rule(facts, standings, found, keys, as_of))


def all_standings(facts: Facts, as_of: date, last: Workings | None = None) -> dict[str, Standing]:
    """The standing of every item inside the review's depth, by item id, in checklist order.

    An item whose dossier is the very same one stands as in `last`, among the same people who see the same votes.
    """
    if last is not None and not _same_people(facts, last.facts):
        last = None
    kept, dossiers = (last.standings, last.facts.dossiers) if last is not None else ({}, {})
    found = {}
    for checklist in facts.checklists:
        for item in checklist.at(facts.review.depth):
            dossier = facts.dossiers.get(item.id)
            stood = kept.get(item.id)
            if stood is None or dossier is None or dossier is not dossiers.get(item.id):
                stood = item_standing(
                    dossier or Dossier(item, checklist.id), review=facts.review, as_of=as_of, viewer=facts.viewer
                )
            found[item.id] = stood
    return found


def _same_people(one: Facts, other: Facts) -> bool:
    """Whether votes are seen and confirmed alike: the review's people, and whoever looks at it while votes are secret."""
    return one.review == other.review and (one.viewer == other.viewer or not one.review.secret)


def _same_items(one: Facts, other: Facts) -> bool:
    return one.review.depth is other.review.depth and one.checklists == other.checklists


def _same(one: Facts, other: Facts) -> bool:
    """Whether they are the same to the rules; dossiers are compared by what they are, not by what they say."""
    return (
        _same_people(one, other)
        and _same_items(one, other)
        and one.dossiers.keys() == other.dossiers.keys()
        and all(dossier is other.dossiers[item_id] for item_id, dossier in one.dossiers.items())
        and one.gate == other.gate
        and one.incidents == other.incidents
        and (one.gaps or {}) == (other.gaps or {})
        and (one.conditions or {}) == (other.conditions or {})
    )
