"""What git says about a gate.lock: committed before the run, or after it (scoring.md, "Lock").

The file states when the gate was locked, but anybody can edit it. Its first commit is a second witness. The commit
time counts; a rebase or a squash moves it forward, and then only the author time shows that the lock is older.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from readiness_tui.domain.gate.model import Witness
from readiness_tui.domain.text.format import moment


class Kept(StrEnum):
    """Whether git has the lock as it is in the folder."""

    COMMITTED = "committed"
    CHANGED = "changed"  # committed before, and different in the folder
    UNTRACKED = "untracked"
    NOWHERE = "nowhere"  # no repository, or no git installed: see `why`


@dataclass(frozen=True, slots=True)
class LockHistory:
    """The history of the current lock. `committed` and `authored`: times of the first commit with this content.

    `replaced`: an earlier commit has a different lock in this file. `complete` False: in a shallow clone the oldest
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
    """Compare the history of a lock with the start of the earliest run (None: unknown)."""
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
