"""An item of a checklist explained: its question, why it matters, what its scores mean, why it counts what it counts."""

from __future__ import annotations

from readiness_tui.domain.checklists.assessment import Dossier, Standing
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.explanation.model import Explanation, Passage, passage
from readiness_tui.domain.explanation.proofs import how_proven
from readiness_tui.domain.explanation.scores import why_counts
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.verdict.sections import FULL, worth

SEVERITIES = {
    Severity.BLOCKER: "A blocker: at 0 or undecided it holds the release back, at 1 it is a condition.",
    Severity.MAJOR: "Major: below 2 it is a condition, with an owner and a date.",
    Severity.MINOR: "Minor: below 2 it is a gap, and changes no verdict by itself.",
}
MARKS = {
    "met": "● met: 2 points, with evidence or a proof.",
    "partial": "◐ partial: 1 point, in part, or only claimed.",
    "missing": "○ missing: 0 points, somebody looked and it is not there.",
    "undecided": "· undecided: nobody voted. It counts 0 and stays in the sum.",
    "conflict": "! conflict: a vote and a proof disagree. The lower of both counts until somebody settles it.",
    "n/a": "– not applicable: it leaves the sum, with a reason; on a blocker a second person confirms.",
}


def item_explained(standing: Standing, dossier: Dossier, review: Review) -> Explanation:
    """`dossier`: as the viewer may see it."""
    item = standing.item
    weight = f"It weighs {item.weight} in its checklist, and adds {worth(standing)} of {FULL * item.weight} now."
    if not item.weight:
        weight = "It weighs nothing: it is for information, and in no sum."
    elif not standing.applicable:
        weight = "It is not applicable, and so in no sum."
    because = why_counts(standing) if standing.in_sum else ""
    return Explanation(
        item.id,
        f"{item.id} {item.title}",
        (
            passage("What is asked", f"Met means: {item.evidence}"),
            passage("Why it matters", item.why or "the checklist does not say", SEVERITIES[item.severity] if item.weight else ""),
            passage(
                "What the scores mean",
                "0 missing, 1 partial or only claimed, 2 met: somebody attached evidence, or a proof shows it.",
            ),
            passage("How it stands", MARKS[standing.word], f"It counts {standing.counts}: {because}." if because else "", weight),
            how_proven(item, dossier.proposal),
            _votes(standing, dossier, review),
            passage("What to do", _to_do(standing)),
        ),
        ("points", "evidence", "assurance", "claimed", "proof", "conflict", str(item.severity), "waiver"),
    )  # fmt: skip


def _to_do(standing: Standing) -> str:
    if not standing.applicable:
        return "nothing: it does not apply"
    return standing.item.improve or "the checklist does not say" if standing.counts < FULL else "nothing: it is met"


def _votes(standing: Standing, dossier: Dossier, review: Review) -> Passage:
    """What the votes say, and how several become one."""
    if review.secret:
        return passage(
            "Votes", "Votes are blind: each sees their own until the facilitator reveals all of them at once."
        )
    if not dossier.votes:
        return passage("Votes", "Nobody has voted.")
    said = ", ".join(f"{vote.reviewer} {'n/a' if vote.na else vote.points}" for vote in dossier.votes)
    several = len(dossier.votes) > 1
    agreed = dossier.consensus
    return passage(
        "Votes",
        f"{plural(len(dossier.votes), 'vote')}: {said}.",
        f"They differ by {standing.spread}." if standing.spread else "",
        "Of several votes the lowest counts, with its own evidence, until a consensus is recorded with a reason."
        if several and agreed is None
        else "",
        f"Consensus {'n/a' if agreed.na else agreed.points}, recorded by {agreed.by}: {agreed.reason}"
        if agreed
        else "",
    )
