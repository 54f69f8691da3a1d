"""Killed (-9) at a moment that chance picks, in each thing that the program writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from benchmarks.endurance.children import Child, killed
from benchmarks.endurance.model import Tried
from benchmarks.endurance.phases import Phase, phases
from benchmarks.endurance.stage import unsound, warm

_MISSES = 3  # times as many tries as kills are wanted: what was done before its kill was not killed


def kills(folder: Path, rounds: int) -> Iterator[Tried]:
    """`rounds` kills in each phase; after each the file is sound, what was acknowledged is there, and nothing is half there."""
    warm(folder)
    for make in phases():
        yield _phase(make, folder, rounds)


def _phase(make: Callable[[Path], Phase], folder: Path, rounds: int) -> Tried:
    began = time.monotonic()
    home = folder / make.__name__
    home.mkdir(parents=True)
    phase = make(home)
    chance, broken = Random(phase.name), []
    longest = _length(phase)
    hits = tries = 0
    while hits < rounds and tries < _MISSES * rounds + 10:
        tries += 1
        phase.lay_out()
        ended = killed(phase.job, chance.uniform(0, longest), phase.begun)
        hits += ended.killed
        if not ended.killed and not phase.begun:
            longest = min(longest, ended.seconds)  # the first time is the slowest
        if not ended.killed and ended.status not in (0, 1, 3):
            broken.append(f"try {tries}: it failed by itself: {ended.said[-500:]}")
            continue
        broken += [f"try {tries}: {line}" for line in (*unsound(phase.path), *phase.look(ended))]
    if hits < rounds:
        broken.append(f"only {hits} of {tries} tries were killed before they were done: this shows little")
    return Tried(
        f"killed in the middle of {phase.name}: sound, nothing acknowledged is lost, nothing half there", hits, tuple(broken),
        f"{hits} of {tries} tries were killed before they were done, within {longest:.2f} s", time.monotonic() - began,
    )  # fmt: skip


def _length(phase: Phase) -> float:
    """Seconds that it takes when nobody kills it."""
    if phase.endless:
        return phase.endless
    phase.lay_out()
    child = Child(phase.job)
    if phase.begun:
        child.until(phase.begun)
    began = time.monotonic()
    ended = child.end()
    if ended.status not in (0, 1, 3):
        raise RuntimeError(f"{phase.name} does not even work undisturbed: {ended.said[-2000:]}")
    phase.undisturbed(ended)
    return max(time.monotonic() - began, 0.01)
