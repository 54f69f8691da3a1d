"""One item for somebody who is read to, or has no screen: a fact a line, each with its name before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from readiness_tui.domain.checklists.assessment import Dossier, Proposal, Standing
from readiness_tui.domain.checklists.carried import LastTime
from readiness_tui.domain.checklists.evidence import evidence_text
from readiness_tui.reports.plain import wrapped

_POINTS = ("missing", "partial", "met")
_DETAILS = 4  # of a proof


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """All that is told of an item. `number` of `total`: its place among those that are asked. `last`: what was said last
    time, `waits`: whether it can be confirmed, `alone`: why it is to be looked at by itself. `me`: whose votes may be told
    while they are blind."""

    number: int
    total: int
    section: str
    dossier: Dossier
    standing: Standing
    blind: bool
    last: LastTime | None = None
    waits: bool = False
    alone: tuple[str, ...] = ()


def item_lines(facts: ItemFacts) -> Iterator[str]:
    """At most 80 columns each."""
    item, dossier = facts.dossier.item, facts.dossier
    yield from wrapped(f"{item.id}, {item.title}.", f"Item {facts.number} of {facts.total}: ")
    yield from wrapped(f"{facts.section}. Severity: {item.severity}.", "Section: ")
    yield from wrapped(item.why, "Why: ")
    yield from wrapped(item.evidence, "What shows it: ")
    for name in item.ticks:
        yield from wrapped(f"{name}, {'ticked' if name in dossier.ticks else 'not ticked'}.", "Part: ")
    if dossier.proposal is not None:
        yield from proof_lines(dossier.proposal)
    if facts.last is not None:
        yield from wrapped(f"{facts.last.word}, in release {facts.last.release}.", "Last time: ")
        if facts.waits and facts.alone:
            yield from wrapped(f"{'; '.join(facts.alone)}.", "Look at it, because ")
    for piece in dossier.evidence:
        yield from wrapped(f"{evidence_text(piece)}, by {piece.by}.", "Evidence: ")
    for name, note in (("Note: ", dossier.note), ("My note: ", dossier.mine)):
        if note:
            yield from wrapped(note, name)
    if dossier.waiver is not None:
        waiver = dossier.waiver
        yield from wrapped(
            f"its risk is accepted until {waiver.expires} by {waiver.approver}: {waiver.reason}", "Waiver: "
        )
    for vote in dossier.votes:
        who = "mine" if facts.blind else vote.reviewer
        said = f"not applicable, because {vote.na_reason}" if vote.na else str(vote.points)
        yield from wrapped(f"{who}, {said}.", "Vote: ")
    yield from wrapped(f"{_stands(facts.standing)}.", "Now: ")
    if facts.standing.applicable and facts.standing.counts < 2:
        yield from wrapped(item.improve, "To do: ")


def proof_lines(proposal: Proposal) -> Iterator[str]:
    """What imported data says of an item, and what it proposes."""
    yield from wrapped(proposal.missing or proposal.text, "Proof: ")
    if rests := "; ".join(filter(None, (proposal.window, proposal.sampling))):
        yield from wrapped(f"rests on {rests}.", "Proof: ")
    if not proposal.missing:
        for detail in proposal.details[:_DETAILS]:
            yield from wrapped(detail, "Proof: ")
    if proposal.examples:
        yield from wrapped(f"for example {proposal.some()}.", "Proof: ")
    if proposal.points is not None:
        yield from wrapped(f"{proposal.points} {_POINTS[proposal.points]}.", "The proof proposes ")


def _stands(standing: Standing) -> str:
    if standing.na_awaiting:
        return "undecided until a second person confirms that it does not apply"
    if not standing.applicable:
        return "does not apply"
    if standing.points is None:
        return "undecided"
    if standing.conflict:
        return f"voted {standing.vote}, but the proof does not agree: counts {standing.points}"
    if standing.vote is not None and standing.points < standing.vote:
        return f"voted {standing.vote} without evidence: counts {standing.points}"
    return f"{standing.points} {standing.word}"
