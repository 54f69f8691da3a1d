"""Checks a gate.lock against the git history of its folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.lock_history import witness
from readiness_tui.domain.gate.model import Lock, Witness
from readiness_tui.domain.metrics import utc
from readiness_tui.domain.runs.model import Run
from readiness_tui.domain.text.format import moment
from readiness_tui.services.core.locate import LOCK_NAME
from readiness_tui.sources.settings.lock import read_lock


def of_file(path: Path, runs: Iterable[Run]) -> Witness:
    """What git says of the lock file, for runs that are held to it."""
    from readiness_tui.sources.settings.git_history import lock_history

    starts = [utc(run.started_at) for run in runs if run.started_at is not None]
    return witness(lock_history(path), min(starts, default=None))


def of_folder(folder: Path, lock: Lock | None, runs: Iterable[Run]) -> str:
    """The same for a lock of the database, whose file lies in `folder`; nothing where there is none.

    A remark and no more: the database's own audit trail says when the gate was locked.
    """
    path = folder / LOCK_NAME
    if lock is None or not path.is_file():
        return ""
    try:
        found = read_lock(path)
        if (found.gate_digest, utc(found.at)) == (lock.gate_digest, utc(lock.at)):
            return sentence(of_file(path, runs))
    except ReadinessError as refusal:
        return str(refusal)
    return (
        f"The {LOCK_NAME} in this folder is another lock than the review's: {found.by} locked it on {moment(found.at)}."
    )


def sentence(said: Witness) -> str:
    """What git says, as a remark."""
    return f"Git: {said.text}."
