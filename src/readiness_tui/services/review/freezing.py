"""What a person is told before the scorecard is frozen, in the app and on the command line alike."""

from __future__ import annotations

from collections.abc import Sequence

from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import full_day, plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core import tamper
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import open_rivals
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.review.people import Stranger, strangers
from readiness_tui.store import assessments

_SHOWN = 6  # names and items that are listed one by one


def freeze_question(desk: Desk) -> list[str]:
    """The sentences before “Freeze?”: the verdict, who signs it and who does not agree, what becomes a gap, and what
    cannot be done afterwards. Of the shared view: what is frozen is what everybody sees.

    Raises ReadinessError where it cannot be frozen: before the reveal of blind votes, and a second time.
    """
    tamper.refuse(desk)
    view = load(desk, shared=True)
    if view.lent is not None:
        raise ReadinessError(view.lent.words)
    if view.review.frozen_at is not None:
        raise ReadinessError(f"This review was frozen on {full_day(view.review.frozen_at.date())} already.")
    if view.review.secret:
        raise ReadinessError(
            "Votes are blind: a scorecard of them would show every item as undecided. Reveal them first"
            " (b in Checklists), then freeze."
        )
    with desk.store.read() as conn:
        dissents = assessments.dissents(conn, view.review.id)
        waiting = [one for one in open_rivals(conn, view.review) if not one.outlives_review]
    unknown = strangers(desk)
    return [
        _verdict(view),
        *_signers(view),
        *_dissent(view, dissents),
        *_gaps(view),
        *([f"Nobody here is called {_listed([_who(one) for one in unknown])}."] if unknown else []),
        *_unsettled(waiting),
        "Afterwards no vote, evidence, note, waiver or condition of this review can be changed, and it cannot be"
        " undone. Owners and dates of gaps can, and the next review starts from them.",
    ]


def _verdict(view: ReviewView) -> str:
    judged = view.judgement
    until = f", valid until {full_day(judged.valid_until)}" if judged.valid_until else ""
    conditions = f" with {plural(len(judged.conditions), 'condition')}" if judged.conditions else ""
    who = f" {view.review.override_by} decides {view.review.override_verdict}." if view.review.override_verdict else ""
    return (
        f"{one_line(view.review.system, 60)} {one_line(view.review.release, 60)} closes as {judged.verdict}{conditions}, as of"
        f" {full_day(judged.as_of)}{until}.{who}"
    )


def _signers(view: ReviewView) -> list[str]:
    """Reviewers sign by voting."""
    voted: dict[str, str] = {}
    for dossier in view.facts.dossiers.values():
        if dossier.item.id in view.judgement.standings:
            voted |= {name_key(vote.reviewer): vote.reviewer for vote in dossier.votes if vote.decided}
    silent = [name for name in view.review.reviewers if name_key(name) not in voted]
    known = {name_key(name): name for name in view.review.reviewers}
    signed = f"Signed by who voted: {_listed([known.get(key, name) for key, name in voted.items()])}." if voted else ""
    without = f"Without a vote: {_listed(silent)}." if silent else ""
    return [line for line in (signed or "Nobody has voted on anything.", without) if line]


def _dissent(view: ReviewView, dissents: dict[str, str]) -> list[str]:
    said = [f"{one_line(person)} disagrees: {one_line(reason, 300)}" for person, reason in dissents.items()]
    split = [
        item
        for item, standing in view.judgement.standings.items()
        if not standing.agreed and view.dossier(item).consensus is None
    ]
    if split:
        said.append(f"Reviewers differ, and no consensus is recorded: {_listed(split)}.")
    return said or ["Nobody dissents."]


def _gaps(view: ReviewView) -> list[str]:
    undecided = [item for item, standing in view.judgement.standings.items() if not standing.decided]
    if not undecided:
        return []
    word = "item becomes a gap" if len(undecided) == 1 else "items become gaps"
    return [f"{len(undecided)} undecided {word}: {_listed(undecided)}."]


def _unsettled(waiting: Sequence[Rival]) -> list[str]:
    """Two people wrote the same: what is stored is frozen, and the other version can be settled no more."""
    if not waiting:
        return []
    which = _listed([f"{one.title} ({one.by}’s beside the stored one)" for one in waiting])
    return [
        f"Two versions wait to be settled (# in the app): {which}. The freeze keeps what is stored; afterwards they cannot"
        " be settled."
    ]


def _who(stranger: Stranger) -> str:
    did = [said for said, so in (("voted", stranger.voted), ("owns something", stranger.owns)) if so]
    return f"{stranger.name} ({' and '.join(did)})"


def _listed(names: Sequence[str]) -> str:
    """`ana, ben and 38 more`"""
    shown, more = ", ".join(names[:_SHOWN]), len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
