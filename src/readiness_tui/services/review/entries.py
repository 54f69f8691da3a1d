"""What somebody says of several items at once, as a command or a file says it: saved together, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from readiness_tui.domain.checklists.assessment import Standing
from readiness_tui.domain.checklists.entries import ItemEntry
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.dates import doubt
from readiness_tui.domain.verdict.gaps import gap_keys
from readiness_tui.domain.verdict.model import Judgement, Verdict
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.judging import judged, worked_out
from readiness_tui.services.core.view import ReviewView, load, read_facts
from readiness_tui.services.core.write import sync, together
from readiness_tui.services.review import assess, gaps
from readiness_tui.services.review.evidence import Places, places_of
from readiness_tui.services.review.items import item_ids, outside_depth
from readiness_tui.store import gaps as stored
from readiness_tui.store.rows import Tx

_SHOWN = 5  # problems of a file


def of_file(file: Path) -> list[ItemEntry]:
    """What a YAML file says of items (docs/scripts.md). Raises ReadinessError with the line and field that is wrong."""
    from readiness_tui.sources.settings.scores import read_scores

    return list(read_scores(file))


@dataclass(frozen=True, slots=True)
class ItemNow:
    """Where an item stands now: its points in effect, in words. `outside`: of the review's depth, so that it counts for
    nothing."""

    item: str
    title: str
    said: str
    outside: bool


@dataclass(frozen=True, slots=True)
class Followed:
    """What came of it: the items, each section that moved with its percent before and after, and the verdict."""

    items: tuple[ItemNow, ...]
    sections: tuple[tuple[str, int | None, int | None], ...]
    before: Verdict
    after: Verdict
    mine: bool  # votes are blind: only the caller's own are in it
    copy: bool = False  # a reviewer's copy, in which there is no verdict


class _NotKeptError(Exception):
    """Ends a dry run: everything is rolled back."""


def apply(
    desk: Desk, entries: Sequence[ItemEntry], what: str = "", *, dry_run: bool = False, sure: bool = False
) -> Followed:
    """Save all that is said, as one change of `desk.who`. `dry_run`: say what would follow, and save nothing.

    Raises ReadinessError, with its place in the file, where one of them cannot be saved: none is then. A date that is
    probably mistyped is refused unless `sure`.
    """
    before, places = load(desk), places_of(desk)
    ids = _checked(desk, entries, None if sure else before.as_of)
    after: Judgement | None = None
    try:
        with together(desk, what or f"scored: {', '.join(dict.fromkeys(ids))}") as (tx, review):
            for item, entry in zip(ids, entries, strict=True):
                with _placed(entry):
                    _assess(desk, item, entry, places)
            if any(entry.owner or entry.due for entry in entries):
                sync(tx, desk, review.id)  # an item that has just become a gap can have an owner
                keys = _gap_keys(tx, desk, review)
                for item, entry in zip(ids, entries, strict=True):
                    with _placed(entry):
                        _own(desk, keys.get(item, ""), item, entry)
            if dry_run:
                sync(tx, desk, review.id)
                day = desk.as_of(review)
                after = judged(desk, read_facts(tx.conn, desk, review, day, desk.who)[0], day)[1]
                raise _NotKeptError
    except _NotKeptError:
        pass
    return _followed(desk, after or load(desk).judgement, ids, before)


@contextmanager
def watched(desk: Desk, items: Sequence[str]) -> Iterator[list[Followed]]:
    """What follows from what the block saves: one entry, once it has ended."""
    before = load(desk)
    found: list[Followed] = []
    yield found
    found.append(_followed(desk, load(desk).judgement, items, before))


def confirm_all_na(desk: Desk, items: Sequence[str]) -> None:
    """`desk.who` confirms that the items do not apply: all of them, or none."""
    with together(desk, f"not applicable confirmed: {', '.join(items)}"):
        for item in items:
            assess.confirm_na(desk, item, desk.who)


def _checked(desk: Desk, entries: Sequence[ItemEntry], today: date | None) -> list[str]:
    """The item of each entry. Raises one ReadinessError for all items that there are not, and, where `today` is given,
    all dates that are probably mistyped, so that a file is mended in one go. An item that a file has twice, in two
    spellings, is refused: which of the two is meant, nobody can tell."""
    ids: list[str] = []
    wrong: list[str] = []
    first: dict[str, str] = {}
    for entry in entries:
        try:
            (item,) = item_ids(desk, [entry.item])
            ids.append(item)
            if entry.where and first.setdefault(item, entry.where) != entry.where:
                raise ReadinessError(
                    f"{item} stands in this file twice, first on line {first[item].split(':')[-2]}. Keep one."
                )
            if today is not None:
                _check_dates(entry, today)
        except ReadinessError as refusal:
            if not entry.where:
                raise
            wrong.append(f"{entry.where}: {refusal.on_command_line}")
    if wrong:
        more = [f"There are {len(wrong) - _SHOWN} more problems like these."] if len(wrong) > _SHOWN else []
        raise ReadinessError("\n".join([*wrong[:_SHOWN], *more, "Nothing was saved."]))
    return ids


@contextmanager
def _placed(entry: ItemEntry) -> Iterator[None]:
    """What is wrong with an entry is told with its place in the file."""
    try:
        yield
    except ReadinessError as refusal:
        if not entry.where:
            raise
        raise ReadinessError(f"{entry.where}: {refusal} Nothing was saved.", by_command=refusal.by_command) from refusal


def _assess(desk: Desk, item: str, entry: ItemEntry, places: Places) -> None:
    for piece in entry.evidence:
        assess.attach(desk, [item], piece.kind, piece.ref, witness=piece.witness, dated=piece.dated, places=places)
    if entry.not_applicable:
        assess.not_applicable(desk, item, entry.not_applicable)
    elif entry.points is not None or entry.undecided:
        assess.score(desk, [item], entry.points)
    if entry.note is not None:
        assess.note(desk, item, entry.note)
    if entry.waiver is not None:
        assess.waive(desk, item, entry.waiver.reason, entry.waiver.approver, entry.waiver.until)


def _own(desk: Desk, key: str, item: str, entry: ItemEntry) -> None:
    if (entry.owner or entry.due) and not key:
        raise ReadinessError(
            f"{item} is no gap, so there is nothing to own or to be due: it is met, undecided or does not apply."
        )
    if entry.owner:
        gaps.set_owner(desk, key, entry.owner)
    if entry.due is not None:
        gaps.set_due(desk, key, entry.due)


def _gap_keys(tx: Tx, desk: Desk, review: Review) -> dict[str, str]:
    """The live gap of each item, as it is inside the open transaction."""
    day = desk.as_of(review)
    facts, _ = read_facts(tx.conn, desk, review, day)
    known = stored.all(tx.conn, review.system)
    keys = gap_keys(facts, worked_out(desk, facts, day).standings)
    return {item: key for item, key in keys.items() if key in known and known[key].state.live}


def _check_dates(entry: ItemEntry, today: date) -> None:
    if entry.due is not None and (said := doubt(entry.due, today)):
        raise ReadinessError(said)
    for piece in entry.evidence:
        if piece.dated is not None and (said := doubt(piece.dated, today, past=True)):
            raise ReadinessError(said)


def _followed(desk: Desk, after: Judgement, ids: Sequence[str], view: ReviewView) -> Followed:
    before, items = view.judgement, tuple(dict.fromkeys(ids))
    outside = outside_depth(desk, items)
    made = []
    for item in items:
        standing = after.standings.get(item)
        waived = "; its risk is accepted by a waiver" if standing is not None and standing.waived else ""
        made.append(ItemNow(item, standing.item.title if standing else "", _said(standing) + waived, item in outside))
    olds = {one.checklist.id: one for one in before.sections}
    moved = tuple(
        (one.checklist.title, olds[one.checklist.id].percent, one.percent)
        for one in after.sections
        if one.checklist.id in olds and any(item.id in items for item in one.checklist.items)
    )
    return Followed(tuple(made), moved, before.verdict, after.verdict, view.review.secret, view.lent is not None)


def _said(standing: Standing | None) -> str:
    if standing is None:
        return "stored"
    if standing.na_awaiting:
        return "not applicable once a second person confirms it"
    if standing.points is None or not standing.applicable:
        return "not applicable" if not standing.applicable else "undecided"
    if standing.conflict:
        return f"{standing.vote} contradicts its proof, counts {standing.points}"
    if standing.vote is not None and standing.points < standing.vote:
        return f"{standing.vote} claimed, counts {standing.points} without evidence"
    return f"{standing.points} {standing.word}" + (", the lowest of several votes" if standing.spread else "")
