"""Whole processes, measured: CPU seconds (user and system), wall seconds, and the most memory they held."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Use:
    """What a command used. `memory`: its largest resident set, in MB (10⁶ bytes)."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True, slots=True)
class Side:
    """A command that is measured. `before`: what has to be laid out anew each time, not measured. `tells`: the command
    does more than what is asked about; its last line of output is {"cpu": s, "wall": s} of that part."""

    name: str
    command: tuple[str, ...]
    before: Callable[[], None] = lambda: None
    tells: bool = False


def python(*arguments: object) -> tuple[str, ...]:
    return (sys.executable, *map(str, arguments))


def once(side: Side, folder: Path) -> Use:
    """Run it. Raises RuntimeError where it fails. A whole command of ours says a verdict by 1 or 3; a script that tells what
    it used has failed then, as one that Python gave up has."""
    allowed = (0,) if side.tells else (0, 1, 3)
    side.before()
    with (folder / "output").open("wb") as out, (folder / "errors").open("wb") as errors:
        began = time.perf_counter()
        process = subprocess.Popen(side.command, cwd=folder, stdout=out, stderr=errors, env=_environment())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - began
    if process.returncode not in allowed:
        said = (folder / "errors").read_text(encoding="utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"{side.name}: exit status {process.returncode}\n{said}")
    memory = used.ru_maxrss / (1000 if sys.platform.startswith("linux") else 10**6) * 1.024
    if side.tells:
        told = json.loads((folder / "output").read_bytes().splitlines()[-1])
        return Use(told["cpu"], told["wall"], told.get("memory", memory))
    return Use(used.ru_utime + used.ru_stime, wall, memory)


def in_turns(sides: Sequence[Side], folder: Path, runs: int) -> list[Use]:
    """The medians of `runs` runs of each, taken in turns (A B C A B C), so that a busy moment meets all of them."""
    found: list[list[Use]] = [[] for _ in sides]
    for _ in range(runs):
        for side, seen in zip(sides, found, strict=True):
            seen.append(once(side, folder))
    return [
        Use(median(u.cpu for u in seen), median(u.wall for u in seen), max(u.memory for u in seen)) for seen in found
    ]


def _environment() -> dict[str, str]:
    """Ours, without what would change an answer; compiled modules are kept, as on any machine."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("READINESS_")}
    return known | {"READINESS_WHO": "ana", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
