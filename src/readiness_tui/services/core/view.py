"""One review as a front end sees it: the facts, the judgement on them, and what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from readiness_tui.domain.checklists.assessment import Dossier, Proposal
from readiness_tui.domain.checklists.model import Item
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.gate_result.model import GateOutcome
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.probes import acceptable
from readiness_tui.domain.verdict.gap import Gap, StoredCondition
from readiness_tui.domain.verdict.judge import Workings
from readiness_tui.domain.verdict.model import Facts, Judgement, Verdict
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core import cards, measured_kept, tamper
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.judging import judged
from readiness_tui.services.core.known import read_known
from readiness_tui.services.core.measure import Measured, measure
from readiness_tui.services.core.rivals import of_section, open_rivals
from readiness_tui.services.core.seen import said, voters
from readiness_tui.services.share.lent import Lent, lent
from readiness_tui.store import audit, gaps, reviews, scorecards
from readiness_tui.store.chain.found import ByHand
from readiness_tui.store.runs import RunInfo
from readiness_tui.store.scorecards import StoredScorecard
from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One of the course's seven deliverables: state is "yes", "part" or "no"."""

    day: int
    title: str
    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class ReviewView:
    """Everything a screen or a report shows of one review, read at one moment."""

    review: Review
    as_of: date
    facts: Facts
    workings: Workings
    judgement: Judgement
    gaps: dict[str, Gap]
    proposals: dict[str, Proposal]
    acceptable: tuple[str, ...]
    runs: tuple[RunInfo, ...]
    measured: Measured
    saved_at: datetime | None
    handed_in: tuple[HandedIn, ...]
    who: str
    frozen: StoredScorecard | None = None
    holds_until: date | None = None  # the last day of the frozen verdict; None: a NO-GO, or it names none
    lapsed: bool = False  # that day is over: no release may rest on the frozen verdict any more
    voted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # who, by item; not what, so blind or not
    by_hand: tuple[ByHand, ...] = ()  # what was changed past the program, of all that this rests on
    rivals: tuple[Rival, ...] = ()  # what waits to be settled; see services/review/settling.py
    lent: Lent | None = None  # the file is a reviewer's copy, in which there is no verdict

    @property
    def unjudged(self) -> str:
        """Why no verdict is told of it, in a sentence; "" where one is."""
        if self.by_hand:
            return tamper.words(self.by_hand)
        return "" if self.lent is None else self.lent.words

    @property
    def gate(self) -> GateOutcome:
        return self.facts.gate

    def dossier(self, item_id: str) -> Dossier:
        return self.facts.dossiers[item_id]

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of the review's depth, in checklist order."""
        return tuple(item for checklist in self.facts.checklists for item in checklist.at(self.review.depth))


def read_facts(conn: Connection, desk: Desk, review: Review, as_of: date, viewer: str = "") -> tuple[Facts, Measured]:
    """Everything `judge` reads, from one snapshot of the file."""
    checklists = reviews.checklists(conn, review.id)
    measured = measure(conn, desk, review, checklists, as_of)
    known = read_known(conn, desk, review)
    before = reviews.previous(conn, review)
    parts = said(conn, review, known.parts, viewer)
    dossiers = {
        item.id: Dossier(
            item=item,
            checklist_id=checklist.id,
            votes=parts.votes.get(item.id, ()),
            evidence=parts.evidence.get(item.id, ()),
            proposal=measured.proposals.get(item.id),
            override=parts.overrides.get(item.id),
            waiver=parts.waivers.get(item.id),
            na_confirmed_by=parts.na_confirmed_by.get(item.id, ""),
            consensus=parts.consensus.get(item.id),
            note=parts.notes.get(item.id, ""),
            mine="\n".join(parts.own_notes.get(item.id, {}).values()) if review.secret else "",
            # A tick that a later version of the checklist no longer has stays stored, and counts for nothing.
            ticks=tuple(name for name in item.ticks if name in parts.ticks.get(item.id, ())),
        )
        for checklist in checklists
        for item in checklist.items
    }
    facts = Facts(
        review=review,
        checklists=checklists,
        dossiers=_the_same(desk, review, viewer, dossiers),
        gate=measured.gate,
        incidents=_in_scope(before, known.incidents),
        gaps=known.gaps,
        conditions=_conditions(conn, review, before, known.conditions),
        viewer=viewer,
    )
    return facts, measured


def _conditions(
    conn: Connection, review: Review, before: Review | None, own: dict[str, StoredCondition]
) -> dict[str, StoredCondition]:
    """The review's own, and those that the review it follows left open: who saw to one then sees to it now, by the same
    day."""
    return own if review.follows is None or before is None else gaps.open_conditions(conn, before.id) | own


def _the_same(desk: Desk, review: Review, viewer: str, dossiers: dict[str, Dossier]) -> dict[str, Dossier]:
    """Those that say what they said the last time are the very same ones, which need not be judged again."""
    name = f"dossiers/{viewer if review.secret else ''}"
    kept = desk.cache.get(name)
    before = kept[1] if kept is not None else {}
    same = {item_id: old if (old := before.get(item_id)) == one else one for item_id, one in dossiers.items()}
    desk.cache[name] = (review.id, same)
    return same


def _in_scope(before: Review | None, all_of_them: tuple[Incident, ...]) -> tuple[Incident, ...]:
    """Incidents of the same system that are open, or were closed since the review before."""
    return tuple(
        incident
        for incident in all_of_them
        if incident.open or before is None or incident.closed is None or incident.closed >= before.held_on
    )


def load(desk: Desk, *, as_of: date | None = None, shared: bool = False) -> ReviewView:
    """Read the desk's review and judge it. `shared`: as others see it (blind votes hidden), not as `desk.who` does."""
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        day = desk.as_of(review, as_of)
        facts, measured = read_facts(conn, desk, review, day, "" if shared else desk.who)
        workings, judgement = judged(desk, facts, day)
        votes = {item_id: dossier.votes for item_id, dossier in facts.dossiers.items()}
        shown = {item.id for checklist in facts.checklists for item in checklist.at(review.depth)}
        frozen, by_hand = scorecards.get(conn, review.id), tamper.look(desk)
        until = _holds_until(conn, review, frozen) if frozen is not None and not by_hand else None
        proposals = {item_id: p for item_id, p in measured.proposals.items() if item_id in shown}
        view = ReviewView(
            review=review,
            as_of=day,
            facts=facts,
            workings=workings,
            judgement=judgement,
            gaps=facts.gaps or {},
            proposals=proposals,
            acceptable=acceptable(proposals, votes),
            runs=measured.runs,
            measured=measured,
            saved_at=audit.last_saved(conn, review.system),
            handed_in=handed_in(facts, judgement, measured, frozen=frozen is not None),
            who=desk.who,
            frozen=frozen,
            holds_until=until,
            lapsed=until is not None and as_of is None and desk.today(review) > until,
            voted=voters(read_known(conn, desk, review).parts),
            by_hand=by_hand,
            rivals=_rivals(conn, review, desk),
            lent=lent(conn, review.id),
        )
    measured_kept.keep(desk)
    return view


def _holds_until(conn: Connection, review: Review, frozen: StoredScorecard) -> date | None:
    if frozen.verdict is Verdict.NO_GO:
        return None
    return cards.holds_until(cards.content(frozen), scorecards.closings(conn, review.id))


def _rivals(conn: Connection, review: Review, desk: Desk) -> tuple[Rival, ...]:
    of_notes = [
        of_section(one.number, other) for one in read_known(conn, desk, review).incidents for other in one.rivals
    ]
    return (*open_rivals(conn, review), *of_notes)


def handed_in(facts: Facts, judgement: Judgement, measured: Measured, *, frozen: bool) -> tuple[HandedIn, ...]:
    """The course's seven deliverables, computed from what the review holds."""

    def checklist(day: int, title: str, checklist_id: str) -> HandedIn:
        section = next((s for s in judgement.sections if s.checklist.id == checklist_id), None)
        if section is None or section.total == 0:
            return HandedIn(day, title, "no", f"the {checklist_id} checklist is not part of this review")
        if section.decided == section.total:
            return HandedIn(day, title, "yes")
        state = "part" if section.decided else "no"
        return HandedIn(day, title, state, f"{section.decided} of {section.total} items decided")

    notes = [incident for incident in facts.incidents if incident.timeline or incident.fields]
    return (
        HandedIn(
            15, "eval set", "yes" if measured.has_eval_set else "no", "" if measured.has_eval_set else "none imported"
        ),
        HandedIn(16, "gate", "yes" if facts.gate.gate else "no", "" if facts.gate.gate else "no gate file read"),
        HandedIn(17, "log", "yes" if measured.trace_count else "no", "" if measured.trace_count else "no traces"),
        checklist(18, "middleware", "safety"),
        checklist(19, "deployment checklist", "deployment"),
        HandedIn(20, "incident note", "yes" if notes else "no", "" if notes else "no incident is written up"),
        HandedIn(21, "scorecard", "yes" if frozen else "part", "" if frozen else "not frozen"),
    )
