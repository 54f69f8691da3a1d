"""What commands print of a review: worked out once, kept in the file, and read from then on.

Each value is the same whether it was kept or is made now: what `_…` makes of the judged review. What it rests on:
`services/core/kept.py`. So nothing of the domain is imported before something has to be made.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line, to_json
from readiness_tui.services.core import kept
from readiness_tui.store.kept import marks

if TYPE_CHECKING:
    from readiness_tui.domain.checklists.model import Checklist
    from readiness_tui.domain.scorecard.model import GapLine, GateCard, GateCheck, Scorecard
    from readiness_tui.services.core.desk import Desk
    from readiness_tui.services.core.view import ReviewView

Printed = dict[str, str]


def other_day(desk: Desk, as_of: date | None) -> date | None:
    """The day that was asked for, where the review is not pinned to it anyway: a frozen review gives what was frozen."""
    if as_of is None:
        return None
    with desk.store.read() as conn:
        place = marks.place(conn, desk.review_id)
    return None if place is not None and place[2] == as_of.isoformat() else as_of


def check(desk: Desk, as_of: date | None = None) -> Printed:
    """`check`: its `verdict`, and what it prints as `text` and as `json`."""
    day = other_day(desk, as_of)

    def make() -> Printed:
        from readiness_tui.services.review.scorecard import current_card

        return of_card(desk, current_card(desk, as_of=day), day)

    return kept.result(desk, "check", make, as_of=day)


def of_card(desk: Desk, card: Scorecard, as_of: date | None = None) -> Printed:
    """The same of the review's scorecard at hand, as it is `in_effect`; conditions that were closed since are said."""
    from readiness_tui.domain.text.masking import mask, masked
    from readiness_tui.reports import check as report
    from readiness_tui.services.review.conditions import in_effect

    card, closed = in_effect(desk, card) if other_day(desk, as_of) is None else (card, ())
    return {
        "verdict": card.verdict.value,
        "text": mask(report.check_text(card, closed)),
        "json": to_json(masked(report.check_object(card, closed))),
    }


def published(desk: Desk, card: Scorecard, as_of: date | None = None) -> Scorecard:
    """What CI shows of the review's scorecard at hand: the card itself, unless its verdict has lapsed."""
    from readiness_tui.services.review.conditions import in_effect

    if other_day(desk, as_of) is not None:
        return card
    now, _ = in_effect(desk, card)
    return card if now.verdict is card.verdict else now


def beside(desk: Desk, as_of: date | None = None) -> tuple[str, ...]:
    """What is said beside the desk's scorecard: by whom it was superseded, when and why; and of another day than that of
    the freeze, that what was closed since is not in its judgement."""
    with desk.store.read() as conn:
        place = marks.place(conn, desk.review_id)
        found = marks.superseded(conn, place[0]) if place is not None else None
        closed = marks.closed_conditions(conn, place[0]) if place is not None else 0
    said = []
    if found is not None:
        new, by, at, reason = found
        said.append(
            f"This scorecard was superseded by {one_line(by, 40)} on {at[:10]}: {one_line(reason, 200).rstrip('.')}."
            f" Review {new} stands in its place."
        )
    if closed and other_day(desk, as_of) is not None:
        of_them = "1 condition of the frozen scorecard was" if closed == 1 else f"{closed} conditions of it were"
        said.append(f"{of_them} closed since it was frozen; that is not in this judgement, which is of another day.")
    return tuple(said)


def gate_check(desk: Desk, folder: Path, as_of: date | None = None) -> Printed:
    """`gate check` on the file, as `check`. A gate.lock in the folder is looked at each time: git may say more of it."""
    from readiness_tui.services.core.locate import LOCK_NAME

    day = other_day(desk, as_of)

    def make() -> Printed:
        return of_gate(gate_checked(desk, folder, day))

    return make() if (folder / LOCK_NAME).is_file() else kept.result(desk, "gate check", make, as_of=day)


def gate_checked(desk: Desk, folder: Path, as_of: date | None = None) -> GateCheck:
    """The gate's part of the verdict; of a frozen review as it was frozen, unless another day is asked for."""
    from readiness_tui.services.core.view import load
    from readiness_tui.services.review.check import check_review
    from readiness_tui.services.review.scorecard import frozen_card, frozen_gate

    day = other_day(desk, as_of)
    card = frozen_card(desk) if day is None else None
    if card is not None:
        return frozen_gate(card)
    view = load(desk, as_of=day, shared=True)
    if view.lent is not None:
        raise ReadinessError(view.lent.words)
    return check_review(view, folder)


def of_gate(found: GateCheck) -> Printed:
    """The same of a gate that was judged just now."""
    from readiness_tui.domain.text.masking import mask, masked
    from readiness_tui.reports import check as report

    return {
        "verdict": str(found.verdict),
        "text": mask(report.gate_check_text(found)),
        "json": to_json(masked(report.gate_check_object(found))),
    }


def gate_show(desk: Desk) -> Printed:
    """`gate show` as `text` and as `json`."""

    def make() -> Printed:
        from readiness_tui.services.core.view import load
        from readiness_tui.services.review.check import gate_of
        from readiness_tui.services.review.scorecard import frozen_card

        if (card := frozen_card(desk)) is not None:
            return _gate_show(card.gate, card.as_of)
        view = load(desk, shared=True)
        return _gate_show(gate_of(view), view.as_of)

    return kept.result(desk, "gate show", make)


def _gate_show(gate: GateCard, as_of: date) -> Printed:
    from readiness_tui.domain.text.masking import mask, masked
    from readiness_tui.reports import check as report

    return {"text": mask(report.gate_text(gate)), "json": to_json(masked(report.gate_show_object(gate, as_of)))}


def gaps(desk: Desk, format: str, *, everything: bool = False) -> str:
    """`gaps` as one of its formats or as "json"; `everything`: verified and closed ones too.

    Gaps live across reviews: where a later review has taken them over, a frozen one gives those of its scorecard.
    """

    def make() -> str:
        from readiness_tui.services.core.current import current_review
        from readiness_tui.services.core.target import followed
        from readiness_tui.services.core.view import load
        from readiness_tui.services.review.scorecard import frozen_card
        from readiness_tui.store import reviews

        card = frozen_card(desk) if not everything and followed(desk) else None
        if card is None:
            return _gaps(load(desk, shared=True), format, everything=everything)
        with desk.store.read() as conn:
            lists = reviews.checklists(conn, current_review(conn, desk).id)
        return _listed(card.gaps, lists, format)

    return kept.result(desk, f"gaps {format}{' all' if everything else ''}", make)


def _gaps(view: ReviewView, format: str, *, everything: bool) -> str:
    from readiness_tui.domain.scorecard.gap_lines import gap_lines

    return _listed(gap_lines(view.facts, view.judgement, done=everything), view.facts.checklists, format)


def _listed(found: Sequence[GapLine], checklists: Sequence[Checklist], format: str) -> str:
    from readiness_tui.domain.scorecard.gap_notes import gap_notes
    from readiness_tui.domain.text.masking import masked
    from readiness_tui.reports.gaps import gaps_as, gaps_object

    notes, found = gap_notes(found, checklists), masked(tuple(found))
    return to_json(gaps_object(found)) + "\n" if format == "json" else gaps_as(found, notes, format)


def scorecard(desk: Desk, format: str, *, as_of: date | None = None, templates: Path | None = None) -> str:
    """The scorecard in one of the formats of `services.review.scorecard.text`. Where a team has templates of its own, it is written anew each time."""
    from readiness_tui.services.core.templates import templates_folder

    day = other_day(desk, as_of)

    def make() -> str:
        from readiness_tui.services.review.scorecard import text

        return text(desk, format=format, as_of=day, templates=templates)

    if templates_folder(desk, templates) is not None:
        return make()
    return kept.result(desk, f"scorecard {format}", make, as_of=day)


def runs(desk: Desk) -> list[dict[str, str | int | None]]:
    """A row for each run, as `runs --json` prints it."""

    def make() -> list[dict[str, str | int | None]]:
        from readiness_tui.domain.text.masking import masked
        from readiness_tui.services.runs import listed

        return masked(listed(desk))

    return kept.result(desk, "runs", make)


def keep(desk: Desk) -> None:
    """Keep what is asked for most, once, after an import or many changes; nobody has to care whether it could be kept."""
    with suppress(ReadinessError):  # whoever asks for it is told
        _keep(desk)


def _keep(desk: Desk) -> None:
    seen = kept.now(desk)
    if seen is None or kept.find(desk, seen, "check") is not None:
        return
    from readiness_tui.domain.text.masking import masked
    from readiness_tui.services.core.view import load
    from readiness_tui.services.review.check import check_review, gate_of
    from readiness_tui.services.review.scorecard import card_of
    from readiness_tui.services.runs import listed

    view = load(desk, shared=True)
    if view.frozen is not None:  # its card is printed as it is
        return
    kept.keep(
        desk,
        seen,
        {
            "check": of_card(desk, card_of(desk, view)),
            "gate check": of_gate(check_review(view)),
            "gate show": _gate_show(gate_of(view), view.as_of),
            "gaps text": _gaps(view, "text", everything=False),
            "runs": masked(listed(desk)),
        },
    )
