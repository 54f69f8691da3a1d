"""How far the bounds can be trusted: their coverage on simulated data, and other computations of the same."""

from __future__ import annotations

from collections.abc import Callable

from readiness_tui.domain.coverage import Checked, Figures, cells, oracles, simulate


def measured(runs: int, on_progress: Callable[[int, int], object] = lambda done, total: None) -> list[Figures]:
    """Every row of the grid, from `runs` samples each. `on_progress` hears how many rows are done, of how many."""
    grid = list(cells())
    found = []
    for done, (scene, n) in enumerate(grid):
        on_progress(done, len(grid))
        found.append(simulate(scene, n, runs))
    on_progress(len(grid), len(grid))
    return found


def compared() -> list[Checked]:
    """Every comparison of our figures with somebody else's."""
    return list(oracles())
