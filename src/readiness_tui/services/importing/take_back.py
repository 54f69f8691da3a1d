"""Taking an import back: what it brought goes, and what it had replaced is there again. The history keeps both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.format import plural
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.services.core.cards import content
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.write import resync
from readiness_tui.services.importing.readers import replacements
from readiness_tui.services.review.evidence import still_found
from readiness_tui.store import assessments, imports, reviews, scorecards
from readiness_tui.store.imports import ImportInfo
from readiness_tui.store.mended import retraction
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection


@dataclass(frozen=True, slots=True)
class TakenBack:
    """`evidence`: pieces ("OBS-01 trace t-7") that name what is not here any more, and count as claims from now on.
    `frozen`: releases whose frozen scorecards were judged with it, and stay as they are."""

    info: ImportInfo
    evidence: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        counts = ((self.info.runs, "run"), (self.info.cases, "case"), (self.info.traces, "trace"))
        gone = ", ".join(plural(n, word) for n, word in counts if n) or "its golden set"
        said = [f"Import {self.info.id} ({one_line(self.info.path, 100)}) was taken back: {gone}."]
        if self.evidence:
            said.append(f"Not found any more, so only claims: {', '.join(self.evidence)}.")
        if self.frozen:
            said.append(
                f"The frozen scorecard of {', '.join(self.frozen)} was judged with it and stays as it is;"
                " where that matters, supersede it."
            )
        return " ".join(said)


def take_back(desk: Desk, import_number: int) -> TakenBack:
    """Take an import of the desk's system back: nothing of it is seen from the moment this is saved.

    Raises ReadinessError, with nothing changed, where there is none of this number, or it was read again since.
    """
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        known = imports.all(conn, review.system)
    info = next((one for one in known if one.id == import_number), None)
    if info is None:
        raise ReadinessError(f"There is no import {import_number}. `readiness imports` lists them with their numbers.")
    again = replacements(known).get(info.id)
    if again is not None:
        raise ReadinessError(
            f"Import {info.id} ({one_line(info.path, 100)}) was read again as import {again}. Take that one back first."
        )
    what = f"import {info.id} taken back: {info.path}"
    with desk.store.write(desk.who, what, now=desk.now(), system=review.system, undoable=False) as tx:
        retraction.hide(tx, info.id)
        lost = tuple(_lost(tx, desk, review))
        frozen = tuple(_frozen(tx.conn, review.system, info))
    retraction.remove(desk.store, review.system, info.id)
    resync(desk)
    return TakenBack(info, lost, frozen)


def _lost(tx: Tx, desk: Desk, review: Review) -> list[str]:
    """Evidence of reviews that are not frozen, naming what cannot be found any more: it says so from now on."""
    lost = []
    for one in reviews.all(tx.conn, system=review.system):
        if one.frozen_at is not None:
            continue
        for piece in assessments.evidence(tx.conn, one.id):
            now = still_found(tx.conn, review.system, piece, desk.now())
            if now != piece:
                assessments.add_evidence(tx, one.id, now)
                lost.append(f"{piece.item_id} {piece.kind} {one_line(piece.ref, 60)}")
    return lost


def _frozen(conn: Connection, system: str, info: ImportInfo) -> list[str]:
    """Releases whose frozen scorecards name the file among what they rest on."""
    mark = (Path(info.path).name, info.digest)
    found = []
    for review in reviews.standing(conn, system=system):
        kept = scorecards.get(conn, review.id)
        if kept is not None and not kept.fault and mark in content(kept).method.inputs:
            found.append(one_line(review.release, 40))
    return found
