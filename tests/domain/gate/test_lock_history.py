"""What the history of a gate.lock says of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from readiness_tui.domain.gate.lock_history import Kept, LockHistory, witness

LOCKED = datetime(2026, 11, 20, 9, 14, tzinfo=UTC)
COMMITTED = datetime(2026, 11, 20, 9, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("history", "hours", "late", "words"),
    [
        ({}, 1, False, "was committed on 20 Nov 2026 09:19 UTC (commit abc), before the run"),
        ({}, 0, False, "(commit abc), before the run"),
        ({}, -1, True, "after the run started on 20 Nov 2026 08:19 UTC"),
        ({"authored": LOCKED - timedelta(days=1)}, -1, False, "a rebase or a squash"),
        ({"authored": COMMITTED - timedelta(hours=1)}, -1, False, "a rebase or a squash"),
        ({"replaced": True}, -1, True, "gate.lock was changed on"),
        ({"complete": False}, -1, False, "the clone is shallow"),
        ({"complete": False}, 1, False, "before the run"),
        ({}, None, False, "the run does not say when it started"),
        ({"kept": Kept.UNTRACKED}, 1, True, "is not committed"),
        ({"kept": Kept.CHANGED}, 1, True, "differs from what is committed"),
        ({"kept": Kept.NOWHERE, "why": "git is not installed"}, 1, False, "git is not installed"),
    ],
)
def test_what_a_history_says_of_a_run(history: dict[str, object], hours: int | None, late: bool, words: str) -> None:
    known = replace(LockHistory(Kept.COMMITTED, COMMITTED, COMMITTED, "abc"), **history)  # type: ignore[arg-type]
    said = witness(known, None if hours is None else COMMITTED + timedelta(hours=hours))
    assert said.late is late
    assert words in said.text
