"""How often each bound holds: simulated coverage, and the same numbers computed by other means."""

from readiness_tui.domain.coverage.oracles import Checked, oracles
from readiness_tui.domain.coverage.scenes import SCENES, Family, Scene, Side
from readiness_tui.domain.coverage.simulate import INSIDE, PROMISE, RUNS, Figures, cells, every_figure, simulate

__all__ = [
    "INSIDE",
    "PROMISE",
    "RUNS",
    "SCENES",
    "Checked",
    "Family",
    "Figures",
    "Scene",
    "Side",
    "cells",
    "every_figure",
    "oracles",
    "simulate",
]
