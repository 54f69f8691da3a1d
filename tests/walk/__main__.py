"""`python -m tests.walk [--minutes 5] [--seed 1] [--stage hostile …] [--terminal]`: walk the app at random and report what broke.

`--terminal`: as real processes in a pseudo-terminal, else inside, which is faster and sees more.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from tests.walk import outside
from tests.walk.inside import Found, walk
from tests.walk.stages import STAGES, Stage


def main() -> int:
    asks = ArgumentParser(prog="python -m tests.walk", description=__doc__)
    asks.add_argument("--minutes", type=float, default=5)
    asks.add_argument("--seed", type=int, default=1)
    asks.add_argument("--stage", nargs="*", default=list(STAGES), choices=list(STAGES))
    asks.add_argument("--terminal", action="store_true")
    asked = asks.parse_args()
    with tempfile.TemporaryDirectory(prefix="walk-") as folder:
        for name in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
            os.environ[name] = folder
        os.chdir(folder)  # what is exported lies there
        stages = [Stage(name, Path(folder)) for name in asked.stage]
        if asked.terminal:
            return _in_a_terminal(stages, asked.seed, asked.minutes * 60)
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
