"""Owners, dates and states of gaps back from the tracker that they were exported to.

A gap is found by its key. What somebody has changed here in the meantime is not overwritten unseen: both stand in the
answer, until it is asked for. A second import of the same file finds nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from readiness_tui.domain.text.dates import doubt
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.verdict.gap import Gap, GapState
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.reports.gap_trackers import exported_as
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
        review = current_review(conn, desk)
        known = stored.all(conn, review.system)
        known |= {mask(key): gap for key, gap in known.items() if mask(key) not in known}  # as the file was written
        found = [
            _compared(conn, review.system, known[row.key], row, desk.as_of(review)) for row in rows if row.key in known
        ]
    wanted = [change for one in found for change in (*one.changed, *(one.conflicts if overwrite else ()))]
    beside: list[FieldChange] = []  # what somebody else has changed here since it was compared
    if wanted and not dry_run:
        with together(desk, f"gaps from {one_line(path.name, 60)}", anyway=True) as (tx, _):
            beside = [change for change in wanted if _save(desk, change) is not None]
            now = stored.all(tx.conn, review.system)
            beside = [replace(change, here=_here(now[change.key])[change.field]) for change in beside]
    moved_on = {(one.key, one.field) for one in beside}
    return GapsBack(
        tuple(change for change in wanted if (change.key, change.field) not in moved_on),
        (*(() if overwrite else (change for one in found for change in one.conflicts)), *beside),
        tuple(said for one in found for said in one.kept),
        tuple(row.key for row in rows if row.key not in known),
        sum(not (one.changed or one.conflicts or one.kept) for one in found),
    )


def _save(desk: Desk, change: FieldChange) -> Rival | None:
    """Where somebody else has changed it since it was compared, the file's word is kept beside theirs, and returned."""
    if change.field == "owner":
        return gaps.set_owner(desk, change.key, change.file, base=change.here)
    if change.field == "due":
        saw = date.fromisoformat(change.here) if change.here else None
        return gaps.set_due(desk, change.key, date.fromisoformat(change.file), base=saw)
    return gaps.set_state(desk, change.key, GapState(change.file), base=GapState(change.here))


def _here(gap: Gap) -> dict[str, str]:
    return {"owner": gap.owner, "due": gap.due.isoformat() if gap.due else "", "state": gap.state.value}


def _compared(conn: Connection, system: str, gap: Gap, row: GapRow, today: date) -> GapsBack:
    changed, conflicts, kept = [], [], []
    past = row_history(conn, "gap", (system, gap.key))
    state, why = _state(gap, row.state)
    if why:
        kept.append(f"{gap.key}: {why}")
    due = row.due.isoformat() if row.due else ""
    if row.due is not None and row.due != gap.due and (said := doubt(row.due, today)):
        kept.append(f"{gap.key}: {said} It was left out")
        due = ""
    here = _here(gap)
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
    if not word or word == gap.state.value or word in exported_as(gap.state):
        return "", ""
    own = next((one for one in GapState if one.value == word), None)
    wanted = _WORDS.get(word) if own not in gaps.BY_HAND else own
    if wanted is None and own is None and word != "open":
        return "", f"“{one_line(typed, 30)}” is no state of a gap"
    if not gap.state.live:
        return "", "" if wanted is GapState.CLAIMED_DONE else f"it is {gap.state} by what the review found"
    if wanted is None:
        return "", f"a gap becomes {own} by what the review finds, not by a file"
    if gap.state is GapState.ACCEPTED:
        return "", "its risk is accepted by a waiver"
    return ("", "") if wanted is gap.state else (wanted.value, "")
