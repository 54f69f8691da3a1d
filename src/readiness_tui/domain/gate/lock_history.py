"""What git says of a gate.lock: committed before the run, or after it (scoring.md, "Lock").

The file says of itself when the gate was locked, and whoever writes it may write what they like. Its first commit is a
second witness. The commit's own time counts: a rebase or a squash moves it on, and only the author's time shows then
that the lock is older.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from readiness_tui.domain.gate.model import Witness
from readiness_tui.domain.text.format import moment


class Kept(StrEnum):
    """Where the lock as it is in the folder is kept."""

    COMMITTED = "committed"
    CHANGED = "changed"  # committed before, and different in the folder
    UNTRACKED = "untracked"
    NOWHERE = "nowhere"  # no repository around it, or no git to ask: `why` says


@dataclass(frozen=True, slots=True)
class LockHistory:
    """The history of the lock as it stands now. `committed` and `authored`: its first commit with this content.

    `replaced`: an earlier commit holds another lock in this file. `complete` False: a shallow clone, whose oldest
    commit looks like the first.
    """

    kept: Kept
    committed: datetime | None = None
    authored: datetime | None = None
    commit: str = ""
    replaced: bool = False
    complete: bool = True
    why: str = ""


def witness(history: LockHistory, started: datetime | None) -> Witness:
    """Hold the history of a lock against the start of the earliest run (None: unknown)."""
    if history.kept is Kept.NOWHERE:
        return Witness(f"no history stands behind gate.lock: {history.why}")
    if history.kept is Kept.UNTRACKED:
        return Witness("gate.lock is not committed, so nothing but the file says when the gate was locked", late=True)
    if history.kept is Kept.CHANGED:
        return Witness("gate.lock differs from what is committed: it was changed, or locked again, since", late=True)
    assert history.committed is not None
    word = "was changed" if history.replaced else "was committed"
    said = f"gate.lock {word} on {moment(history.committed)} (commit {history.commit[:10]})"
    if started is None:
        return Witness(f"{said}; the run does not say when it started")
    if history.committed <= started:
        return Witness(f"{said}, before the run")
    if not history.complete:
        return Witness(
            f"{said} or earlier: the clone is shallow, so that its history is not complete; fetch all of it"
            " (fetch-depth: 0) to know whether that was before the run"
        )
    if history.authored is not None and history.authored <= started:
        return Witness(
            f"{said}, after the run started, but was written on {moment(history.authored)}, before it: a rebase or a"
            " squash moves a commit on"
        )
    return Witness(f"{said}, after the run started on {moment(started)}", late=True)
