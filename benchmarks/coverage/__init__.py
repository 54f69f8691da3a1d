"""How often each bound holds: simulated coverage, and the same numbers computed by other means."""

from benchmarks.coverage.oracles import OracleCheck, oracles
from benchmarks.coverage.scene import BoundSide, Family, Scene
from benchmarks.coverage.scenes import SCENES
from benchmarks.coverage.simulate import INSIDE, PROMISE, RUNS, CoverageFigures, cells, every_figure, simulate

__all__ = [
    "INSIDE",
    "PROMISE",
    "RUNS",
    "SCENES",
    "BoundSide",
    "CoverageFigures",
    "Family",
    "OracleCheck",
    "Scene",
    "cells",
    "every_figure",
    "oracles",
    "simulate",
]
