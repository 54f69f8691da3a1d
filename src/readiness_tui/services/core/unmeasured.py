"""Requests that an earlier version of the program imported: measured once, in batches, as soon as somebody opens the file.

Nothing that is judged comes out otherwise; until it is done, each command reads all of their system record by record.
"""

from __future__ import annotations

from collections.abc import Callable

from readiness_tui.services.core.desk import Desk
from readiness_tui.store.measured import waiting


def unmeasured(desk: Desk) -> int | None:
    """How many wait, 0 where only some days have to be tallied anew (an import was killed), None where nothing does."""
    with desk.store.read() as conn:
        left = sum(one.traces for one in waiting.imports(conn))
        return left if left or waiting.systems_with_stale_days(conn) else None


def measure_unmeasured(desk: Desk, progress: Callable[[int, int], bool]) -> bool:
    """Measure them. `progress` is given how many are done, of how many; where it returns False it stops, to go on there
    another time, and the answer is False. Raises ReadinessError on trouble with the file."""
    from readiness_tui.store.measured import older  # only here: most files have nothing to measure

    return older.measure(desk.store, progress)
