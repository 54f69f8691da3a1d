"""`python -m tests.walk [--minutes 5] [--seed 1] [--stage hostile …] [--terminal | --chart FILE]`: walk the app and report what
broke.

At random: inside, which sees more, or with `--terminal` as real processes in a pseudo-terminal. There, and to its end, with
`--chart`: every key of every place, the nearest untried first. FILE keeps how far it came, and the next run goes on there.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from tests.walk import chart, charted, outside
from tests.walk.inside import Found, walk
from tests.walk.stages import STAGES, Stage

IDLE = 6  # apps in a row that found nothing new: what is left cannot be reached
SCREENS = ((24, 80), (40, 120))  # rows and columns, for every other stage


def main() -> int:
    asks = ArgumentParser(prog="python -m tests.walk", description=__doc__)
    asks.add_argument("--minutes", type=float, default=5)
    asks.add_argument("--seed", type=int, default=1)
    asks.add_argument("--stage", nargs="*", default=list(STAGES), choices=list(STAGES))
    asks.add_argument("--terminal", action="store_true")
    asks.add_argument("--chart", type=Path)
    asked = asks.parse_args()
    kept = asked.chart.absolute() if asked.chart else None
    with tempfile.TemporaryDirectory(prefix="walk-") as folder:
        for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
            os.environ[name] = folder
        os.chdir(folder)  # what is exported lies there
        stages = [Stage(name, Path(folder)) for name in asked.stage]
        if asked.terminal:
            return _in_a_terminal(stages, asked.seed, asked.minutes * 60)
        if kept is not None:
            return _to_the_end(stages, asked.seed, asked.minutes * 60, kept)
        found, seed, end = Found(), asked.seed, time.monotonic() + asked.minutes * 60
        while time.monotonic() < end:
            asyncio.run(walk(stages[seed % len(stages)], seed, found, until=end))
            seed += 1
    print(
        f"\n{found.steps} steps, {seed - asked.seed} apps, {len(found.places)} places, {len(found.tried)} different steps"
    )
    for what, account in found.faults.items():
        print(f"\n=== {what}, {found.counts[what]} times\n{account}")
    return 1 if found.faults else 0


def _to_the_end(stages: list[Stage], seed: int, seconds: float, path: Path) -> int:
    """Every key of every place of every stage."""
    charts, faults, end = chart.read(path), charted.Faults(), time.monotonic() + seconds
    waiting = [(stage, 0) for stage in stages]
    while waiting and time.monotonic() < end:  # in turn, so that each has come as far when time is up
        stage, idle = waiting.pop(0)
        one = charts.setdefault(stage.name, chart.Chart())
        before = one.counts
        try:
            charted.walk(stage, seed, SCREENS[list(STAGES).index(stage.name) % 2], one, faults, until=end)
        finally:  # also of a walk that is stopped by Ctrl+C
            chart.keep(path, charts)
        seed, idle = seed + 1, idle + 1 if one.counts == before else 0
        if one.left() and (idle < IDLE or one.owes):
            waiting.append((stage, idle))
    print("\n".join([*chart.told(charts), *(f"not at its end: {stage.name}" for stage, _ in waiting)]))
    for what, account in faults.found.items():
        print(f"\n=== {what}\n{account}")
    return 1 if faults.found or waiting else 0


def _in_a_terminal(stages: list[Stage], seed: int, seconds: float) -> int:
    wrong = 0
    for number, stage in enumerate(stages, seed):
        walked = outside.walk(stage, number, seconds / len(stages))
        print(
            f"{stage.name}: {walked.presses} presses, {walked.starts} starts; {walked.wrong or 'all well'}", flush=True
        )
        wrong += bool(walked.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
