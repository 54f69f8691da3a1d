"""The Day-21 scorecard: composed from the review, exported, frozen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from readiness_tui import __version__
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.scorecard.compose import compose
from readiness_tui.domain.scorecard.model import Dissent, GateCheck, Scorecard
from readiness_tui.domain.scorecard.trend import Earlier, trend_point
from readiness_tui.domain.verdict.model import Part
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core import tamper
from readiness_tui.services.core.cards import content
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import Kind, save
from readiness_tui.services.core.templates import templates_folder
from readiness_tui.services.core.view import ReviewView, load, read_facts
from readiness_tui.services.core.write import sync
from readiness_tui.services.core.zones import name_of
from readiness_tui.services.share.lent import refuse as refuse_copy
from readiness_tui.store import assessments, imports, reviews, scorecards
from readiness_tui.store.chain import seal
from readiness_tui.store.rows import Tx, frozen_words
from readiness_tui.store.sqlite import Connection

TREND = 12  # earlier reviews that the page shows
_STILL_BLIND = (
    "Votes are still blind, so every item would be frozen as undecided. The facilitator reveals them first: b in"
    " Checklists, or `readiness votes --reveal`."
)


def compose_card(desk: Desk, view: ReviewView) -> Scorecard:
    """The scorecard of this view, compared with the previous frozen one of the system. Raises TamperedError where the file
    was changed past the program."""
    tamper.refuse(desk)
    with desk.store.read() as conn:
        refuse_copy(conn, view.review.id)
        return _compose(conn, view)


def current_card(desk: Desk, *, as_of: date | None = None) -> Scorecard:
    """The scorecard as it stands; of a frozen review the one that was frozen, unless another day is asked for.

    What is imported or noted after a freeze belongs to the next review and does not move a frozen verdict.
    """
    frozen = frozen_card(desk) if as_of is None else None
    return frozen or compose_card(desk, load(desk, as_of=as_of, shared=True))


def frozen_card(desk: Desk) -> Scorecard | None:
    """The scorecard that closed the desk's review; None while it is open. Raises TamperedError as `compose_card` does."""
    tamper.refuse(desk)
    frozen = _frozen(desk)
    if frozen is None:
        return None
    return content(frozen)


def frozen_gate(card: Scorecard) -> GateCheck:
    """The gate's part of a frozen verdict: as it was judged then, whatever was imported since."""
    causes = tuple(cause for cause in card.causes if cause.part is Part.GATE)
    remark = f"The review is frozen: this is its gate as of {card.as_of}, and nothing that came later."
    return GateCheck(card.as_of, card.parts[Part.GATE], causes, card.gate, (remark,))


def card_of(desk: Desk, view: ReviewView) -> Scorecard:
    """The same for the review's own day, of its shared view at hand."""
    return current_card(desk) if view.frozen is not None else compose_card(desk, view)


def _frozen(desk: Desk) -> scorecards.StoredScorecard | None:
    """The scorecard that closed the review; nothing is measured or judged for it."""
    with desk.store.read() as conn:
        return scorecards.get(conn, current_review(conn, desk).id)


def _compose(conn: Connection, view: ReviewView) -> Scorecard:
    before = reviews.previous(conn, view.review)
    kept = scorecards.get(conn, before.id) if before is not None else None
    previous = content(kept) if kept is not None else None
    return compose(
        view.facts,
        view.judgement,
        app_version=__version__,
        input_digests={Path(info.path).name: info.digest for info in imports.all(conn, view.review.system)},
        runs=[*view.measured.candidate_runs, *view.measured.baseline_runs],
        dissents=[Dissent(person, reason) for person, reason in assessments.dissents(conn, view.review.id).items()],
        previous=previous,
        history=str(seal.head(conn)) if view.review.frozen_at is not None else "",
    )


def render(card: Scorecard, format: str, templates: Path | None = None) -> str:
    """The card as "md", "json" or "summary" text. `templates`: a folder that may hold a scorecard.md.j2 in place of ours."""
    if format == "json":
        from readiness_tui.reports.scorecard_json import scorecard_json

        return scorecard_json(card)
    if format == "summary":
        from readiness_tui.reports.summary import scorecard_summary

        return scorecard_summary(card)
    from readiness_tui.reports.scorecard_md import scorecard_markdown

    return scorecard_markdown(card, templates)


def text(desk: Desk, *, format: str = "md", as_of: date | None = None, templates: Path | None = None) -> str:
    """The scorecard as "md", "json" or "html" text, or as the "summary" of ten lines. Of a frozen review markdown and JSON are
    what was frozen, byte for byte; the others are made of those values.

    `templates`: a folder with a scorecard.md.j2 or scorecard.html.j2, else the one beside the database.
    """
    folder = templates_folder(desk, templates)
    tamper.refuse(desk)
    frozen = _frozen(desk) if as_of is None else None
    if frozen is not None and format in ("md", "json"):
        return frozen.intact.json if format == "json" else frozen.markdown
    card = content(frozen) if frozen is not None else compose_card(desk, load(desk, as_of=as_of, shared=True))
    if format == "html":
        from readiness_tui.reports.page.scorecard import scorecard_html

        return scorecard_html(card, _earlier(desk), folder)
    return render(card, format, folder)


def _earlier(desk: Desk) -> list[Earlier]:
    """The frozen reviews that the desk's review comes after, the oldest first: each as it was frozen."""
    found: list[Earlier] = []
    with desk.store.read() as conn:
        review: Review | None = current_review(conn, desk)
        for _ in range(TREND):
            review = reviews.previous(conn, review) if review is not None else None
            kept = scorecards.get(conn, review.id) if review is not None else None
            if kept is not None:
                card = content(kept)
                found.append(Earlier(card.release, card.as_of, trend_point(card)))
    return found[::-1]


def freeze(desk: Desk, *, templates: Path | None = None) -> Scorecard:
    """Close the review with its scorecard: nothing in it changes from now on. Undecided items become gaps."""
    tamper.refuse(desk)
    view = load(desk, shared=True)
    with desk.store.read() as conn:
        if said := frozen_words(conn, view.review.id):
            raise ReadinessError(said)
        refuse_copy(conn, view.review.id)
    folder = templates_folder(desk, templates)
    if view.review.secret:
        raise ReadinessError(_STILL_BLIND)
    with desk.store.write(desk.who, "scorecard frozen", now=desk.now(), review_id=view.review.id, undoable=False) as tx:
        review = reviews.get(tx.conn, view.review.id)
        tx.guard_review(review.id)
        if review.secret:  # turned on meanwhile
            raise ReadinessError(_STILL_BLIND)
        # The day is kept with the review: what is frozen is judged as of then for ever. So is the zone, where that day
        # ended in the next one of UTC: what happened in its evening has happened.
        day = desk.as_of(review)
        zone = review.zone or (name_of(desk.zone) if desk.utc_day(review, day) != day else "")
        frozen = replace(review, as_of=day, frozen_at=desk.now(), zone=zone)
        reviews.put(tx, frozen)
        sync(tx, desk, review.id)
        facts, measured = read_facts(tx.conn, desk, frozen, desk.as_of(frozen))
        from readiness_tui.domain.verdict.judge import judge

        judgement = judge(facts, desk.as_of(frozen))
        card = _compose(tx.conn, replace(view, review=frozen, facts=facts, judgement=judgement, measured=measured))
        scorecards.put(
            tx,
            scorecards.StoredScorecard(
                review_id=review.id,
                frozen_at=desk.now(),
                by=desk.who,
                as_of=judgement.as_of,
                verdict=judgement.verdict,
                json=render(card, "json"),
                markdown=render(card, "md", folder),
                digest=card.digest,
            ),
        )
    return card


def dissent(desk: Desk, person: str, reason: str, *, base: str | None = None) -> Rival | None:
    """Record that a person disagrees with the verdict; an empty reason takes it back.

    `base`: their reason as the writer saw it, "" for none. Where another one has been recorded since, that one stays and
    this one is kept beside it until somebody settles the two: it is returned.
    """
    from readiness_tui.services.core.write import change

    if not person.strip():
        raise ReadinessError("Who disagrees? A dissent is kept with its name.")
    with change(desk, f"dissent of {person}", reason) as (tx, review):
        saw = None if base is None else {"reason": base}
        return save(tx, desk, review, DISSENT, person.strip(), {"reason": reason.strip()}, saw)


def _read_dissent(conn: Connection, review: Review, person: str) -> dict[str, str]:
    return {"reason": assessments.dissents(conn, review.id).get(person, "")}


def _write_dissent(tx: Tx, desk: Desk, review: Review, person: str, values: dict[str, str]) -> None:
    assessments.put_dissent(tx, review.id, person, values["reason"])


DISSENT = Kind(
    "dissent",
    read=_read_dissent,
    write=_write_dissent,
    row=lambda review, person: ("dissent", (review.id, person)),
    of_review=True,
)
