"""A bundle for a reviewer who scores apart: what they may see of the review, and nobody else's votes."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path

from readiness_tui.domain.checklists.assessment import Proposal
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.share.bundle import Answer, Bundle, ItemText, Origin, harmless
from readiness_tui.domain.share.envelope import MOST, enveloped
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.reports.atomic import write_bytes
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.measure import measure
from readiness_tui.services.core.seen import said
from readiness_tui.services.review import roles
from readiness_tui.services.share.lent import lent
from readiness_tui.store import assessments, reviews
from readiness_tui.store.rows import frozen_words

_SHOWN = 20  # examples and details of a proof that a bundle holds


def bundle(desk: Desk, reviewer: str = "") -> Bundle:
    """The desk's review for `reviewer` ("": for whoever takes it), as of today.

    Raises ReadinessError for an observer, of a frozen review, and of what is a copy itself.
    """
    with (
        desk.store.read() as conn
    ):  # measured first: it may read every request, and nobody should wait for the file meanwhile
        review = current_review(conn, desk)
        checklists = reviews.checklists(conn, review.id)
        proposals = measure(conn, desk, review, checklists, desk.as_of(review)).proposals
    with desk.store.read(snapshot=True) as conn:
        review = current_review(conn, desk)
        if frozen := frozen_words(conn, review.id):
            raise ReadinessError(frozen.replace("; nothing was saved", ""))
        if lent(conn, review.id) is not None:
            raise ReadinessError(
                "This file is a copy to score itself. `readiness share back -o FILE` makes the answer for the file that it came from."
            )
        if roles.observes(review, reviewer):
            raise ReadinessError(f"{one_line(reviewer, 40)} observes this review, and observers do not vote.")
        whom = roles.spelling(conn, review, reviewer) if reviewer.strip() else ""
        day = desk.as_of(review)
        checklists = reviews.checklists(conn, review.id)
        # What may not be seen by whoever makes the bundle is in none: they could read it there.
        parts = said(conn, review, assessments.dossier_parts(conn, review.id), desk.who)
        me = name_key(desk.who) == name_key(whom)
        mine = name_key(whom)
        known = {item.id for one in checklists for item in one.items}
        made = Bundle(
            Origin(reviews.key(conn, review.id), review.id, review.system, review.release, review.held_on),
            whom,
            desk.who,
            day,
            review.as_of is not None,
            review.owner,
            review.depth,
            review.zone,
            review.blind,
            review.revealed,
            review.facilitator,
            review.reviewers,
            review.authors,
            review.observers,
            checklists,
            tuple(_short(one) for item, one in proposals.items() if item in known),
            tuple(piece for item, pieces in parts.evidence.items() if item in known for piece in pieces),
            tuple(one for item, one in parts.waivers.items() if item in known),
            tuple(ItemText(item, name) for item, names in parts.ticks.items() if item in known for name in names),
            tuple(
                ItemText(item, text)
                for item, text in parts.notes.items()
                if item in known and (me or not review.secret)
            ),
            tuple(
                ItemText(item, text)
                for item, notes in parts.own_notes.items()
                if item in known
                for name, text in notes.items()
                if name_key(name) == mine
            ),
            tuple(
                replace(vote, reviewer=whom, carried_from=None, together=False)
                for item, votes in parts.votes.items()
                if item in known
                for vote in votes
                if mine and name_key(vote.reviewer) == mine
            ),
        )
    return harmless(made)


def _short(proposal: Proposal) -> Proposal:
    return replace(proposal, examples=proposal.examples[:_SHOWN], details=proposal.details[:_SHOWN],
                   against=max(proposal.against, len(proposal.examples)))  # fmt: skip


def write(path: Path, value: Bundle | Answer, *, packed: bool = False) -> None:
    """Write the file, compressed where its name ends in .gz or it is to be `packed`. Raises ReadinessError where it
    cannot be."""
    data = enveloped(value).encode()
    if len(data) > MOST:
        raise ReadinessError(
            f"The bundle would have {len(data) / 2**20:,.0f} MiB, and one is read up to {MOST // 2**20} MiB: its checklists or"
            " notes are too long. Give a copy of the file instead (`readiness backup`)."
        )
    write_bytes(path, gzip.compress(data, mtime=0) if packed or path.name.endswith(".gz") else data)
