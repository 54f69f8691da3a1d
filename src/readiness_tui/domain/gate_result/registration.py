"""Whether the candidate's runs count as tested against the lock: all of them started after it, and before they were
imported (gate.md, "Lock, registration, tries"). Everything in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from readiness_tui.domain.gate.model import Lock
from readiness_tui.domain.metrics import RunData, utc
from readiness_tui.domain.runs.declared import start_known
from readiness_tui.domain.text.format import moment

_DECLARE = "declare its start"


def registration(lock: Lock | None, runs: Sequence[RunData], seen: Mapping[str, datetime]) -> tuple[bool, str]:
    """Whether every run is registered; if not, why, and what to do.

    `seen`: by run id, when the run was here at the latest: its import, or now for a file. A run of which that is not
    known is held to the lock alone.
    """
    if lock is None:
        return False, "the gate was never locked"
    for data in runs:
        run = data.run
        if run.started_at is None:
            return False, f"run {run.id!r} does not say when it started: {_DECLARE}"
        if not start_known(run.started_at, seen.get(run.id)):
            return False, f"run {run.id!r} says it started {moment(run.started_at)}, which had not come: {_DECLARE}"
        if utc(run.started_at) < utc(lock.at):
            began, locked = moment(run.started_at), moment(lock.at)
            return False, f"run {run.id!r} started {began}, before the lock of {locked}"
    return True, ""
