"""`python -m benchmarks.endurance`: each promise tried as often as docs/reliability.md says."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

import click

from benchmarks.endurance.broken_files import broken_files
from benchmarks.endurance.children import own_home, read_ahead
from benchmarks.endurance.full_disk import full_disk
from benchmarks.endurance.giants import giants
from benchmarks.endurance.kills import kills
from benchmarks.endurance.model import Part, Tried
from benchmarks.endurance.obstacles import obstacles
from benchmarks.endurance.saves import saves
from benchmarks.endurance.starters import starters
from readiness_tui.cli.common import as_json, say, say_json

PARTS = {
    part.name: part
    for part in (
        Part("saves", "saves of each of 8 processes", 500, saves),
        Part("kills", "kills in each phase", 100, kills),
        Part("starters", "rounds of 4 processes that start at once", 8, starters),
        Part("obstacles", "seconds that a lock is held", 60, obstacles),
        Part("full_disk", "sizes of what is left of the disk", 14, full_disk),
        Part("broken_files", "broken files of each format", 3_000, broken_files),
        Part("giants", "percent of a giant's size", 100, giants),
    )
}


@click.command()
@click.option("--part", "parts", multiple=True, type=click.Choice(sorted(PARTS)), help="These alone.")
@click.option("--rounds", type=click.IntRange(1), help="Instead of the documented number of each part.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="Where the files are laid out (default: a temporary one)."
)
@click.option("--format", "formats", multiple=True, help="Of broken_files: these formats alone, in this order.")
@as_json
def main(
    parts: tuple[str, ...], rounds: int | None, folder: Path | None, formats: tuple[str, ...], as_json: bool
) -> None:
    """What must hold when a process is killed, the disk is full, a lock is held, or a file is broken or far too large.

    Exit status 1 where something did not hold; each time is printed.
    """
    home = Path(mkdtemp(prefix="readiness-endurance-", dir=folder))
    found: list[tuple[Part, Tried]] = []
    if formats:
        PARTS["broken_files"] = replace(PARTS["broken_files"], run=partial(broken_files, formats=formats))
    try:
        own_home(home)
        read_ahead()
        for part in PARTS.values():
            if not parts or part.name in parts:
                (home / part.name).mkdir()
                for one in part.run(home / part.name, rounds or part.rounds):
                    found.append((part, one))
                    if not as_json:
                        say(_line(one))
    finally:
        shutil.rmtree(home, ignore_errors=True)
    if as_json:
        say_json(
            {"schema": 1, "machine": _machine(), "tried": [{"part": part.name, **asdict(one)} for part, one in found]}
        )
    else:
        say(f"{_machine()}: {sum(not one.broken for _, one in found)} of {len(found)} promises held")
    raise SystemExit(any(one.broken for _, one in found))


def _line(one: Tried) -> str:
    figure = f" ({one.figure})" if one.figure else ""
    broken = "".join(f"\n    {line}" for line in one.broken[:20])
    more = f"\n    … and {len(one.broken) - 20:,} more" if len(one.broken) > 20 else ""
    return f"{'●' if not one.broken else '✗'} {one.held:,} of {one.tries:,}  {one.promise}{figure}, {one.seconds:.0f} s{broken}{more}"


def _machine() -> str:
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
