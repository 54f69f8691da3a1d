"""Owners, dates and states of gaps back from the tracker that they were exported to.

A gap is found by its key. What somebody has changed here in the meantime is not overwritten unseen: both stand in the
answer, until it is asked for. A second import of the same file finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.text.dates import doubt
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.verdict.gap import Gap, GapState
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.write import together
from readiness_tui.services.review import gaps
from readiness_tui.sources.settings.gap_file import GapRow, read_gaps
from readiness_tui.store import gaps as stored
from readiness_tui.store.audit import row_history
from readiness_tui.store.sqlite import Connection

#: What trackers call a state, beside our own words.
_WORDS = {
    "to do": GapState.OPEN, "todo": GapState.OPEN, "backlog": GapState.OPEN, "in progress": GapState.IN_PROGRESS,
    "done": GapState.CLAIMED_DONE, "closed": GapState.CLAIMED_DONE, "resolved": GapState.CLAIMED_DONE,
}  # fmt: skip
#: What each of our states is called in an export that has fewer words.
_TO_DO = (GapState.OPEN, GapState.REOPENED, GapState.ACCEPTED, GapState.CLAIMED_DONE)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one gap: what stands here and what the file says."""

    key: str
    field: str
    here: str
    file: str


@dataclass(frozen=True, slots=True)
class GapsBack:
    """`conflicts` were changed here too and stand as they are; `kept`, in words, is what no file can change."""

    changed: tuple[FieldChange, ...] = ()
    conflicts: tuple[FieldChange, ...] = ()
    kept: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    same: int = 0


def bring_back(desk: Desk, path: Path, *, overwrite: bool = False, dry_run: bool = False) -> GapsBack:
    """Take owners, dates and states from the file; `overwrite`: also where they were changed here.

    All of it is saved, or nothing. Raises ReadinessError for a file that cannot be read.
    """
    rows = read_gaps(path)
    with desk.store.read() as conn:
        found = _all(conn, current_review(conn, desk), desk, rows, overwrite)
    if found.changed and not dry_run:
        with together(desk, f"gaps from {one_line(path.name, 60)}", anyway=True) as (tx, review):
            found = _all(tx.conn, review, desk, rows, overwrite)  # somebody may have changed one meanwhile
            for change in found.changed:
                _save(desk, change)
    return found


def _all(conn: Connection, review: Review, desk: Desk, rows: Sequence[GapRow], overwrite: bool) -> GapsBack:
    known = stored.all(conn, review.system)
    found = [
        _compared(conn, review.system, known[row.key], row, desk.as_of(review)) for row in rows if row.key in known
    ]
    return GapsBack(
        tuple(change for one in found for change in (*one.changed, *(one.conflicts if overwrite else ()))),
        () if overwrite else tuple(change for one in found for change in one.conflicts),
        tuple(said for one in found for said in one.kept),
        tuple(row.key for row in rows if row.key not in known),
        sum(not (one.changed or one.conflicts or one.kept) for one in found),
    )


def _save(desk: Desk, change: FieldChange) -> None:
    if change.field == "owner":
        gaps.set_owner(desk, change.key, change.file)
    elif change.field == "due":
        gaps.set_due(desk, change.key, date.fromisoformat(change.file))
    else:
        gaps.set_state(desk, change.key, GapState(change.file))


def _compared(conn: Connection, system: str, gap: Gap, row: GapRow, today: date) -> GapsBack:
    changed, conflicts, kept = [], [], []
    past = row_history(conn, "gap", (system, gap.key))
    state, why = _state(gap, row.state)
    if why:
        kept.append(f"{gap.key}: {why}")
    due = row.due.isoformat() if row.due else ""
    if row.due is not None and row.due > today and row.due != gap.due and (said := doubt(row.due, today)):
        kept.append(f"{gap.key}: {said} It was left out")
        due = ""
    here = {"owner": gap.owner, "due": gap.due.isoformat() if gap.due else "", "state": gap.state.value}
    for name, there in (("owner", row.owner), ("due", due), ("state", state)):
        if not there or there in (here[name], mask(here[name])):
            continue
        before = [str(one.get(name) or "") for one in past]
        change = FieldChange(gap.key, name, here[name], there)
        if here[name] and (there in before or len(dict.fromkeys(before)) > 1):  # somebody has changed it here since
            conflicts.append(change)
        else:
            changed.append(change)
    return GapsBack(tuple(changed), tuple(conflicts), tuple(kept))


def _state(gap: Gap, typed: str) -> tuple[str, str]:
    """The state that the file asks for, "" where it is as here; and why it cannot be had."""
    word = typed.casefold()
    if not word or word == gap.state.value:
        return "", ""
    own = next((one for one in GapState if one.value == word), None)
    wanted = _WORDS.get(word) if own not in gaps.BY_HAND else own
    if wanted is None and own is None and word != "open":
        return "", f"“{one_line(typed, 30)}” is no state of a gap"
    if not gap.state.live:
        return "", "" if wanted is GapState.CLAIMED_DONE else f"it is {gap.state} by what the review found"
    if word in ("to do", "todo", "backlog", "open") and gap.state in _TO_DO:
        return "", ""
    if wanted is None:
        return "", f"a gap becomes {own} by what the review finds, not by a file"
    if gap.state is GapState.ACCEPTED:
        return "", "its risk is accepted by a waiver"
    return ("", "") if wanted is gap.state else (wanted.value, "")
