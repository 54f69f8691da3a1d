"""Four processes open the same old file at the same moment: one upgrades it, all of them go on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.endurance.children import at_once
from benchmarks.endurance.model import Tried
from benchmarks.endurance.stage import fresh, old_file, unsound
from readiness_tui.services.core.desk import open_desk
from readiness_tui.store.migrations import MIGRATIONS

STARTERS = 4


def starters(folder: Path, rounds: int) -> Iterator[Tried]:
    folder.mkdir(parents=True, exist_ok=True)
    began, broken, base = time.monotonic(), [], old_file(folder)
    for number in range(rounds):
        path = fresh(base, folder / "work.db")

        def job(path: Path = path) -> int:
            desk = open_desk(path, "ana")
            print(f"version {desk.store.version}, backup {desk.store.migration_backup}")
            desk.close()
            return 0

        ended = at_once([job] * STARTERS)
        for one in ended:
            if one.status or f"version {len(MIGRATIONS)}," not in one.said:
                broken.append(f"round {number}: {one.said[-300:]}")
        copies = list(folder.glob(f"{path.name}.v*.backup"))
        if len(copies) != 1 or sum(str(copies[0]) in one.said for one in ended) != 1:
            broken.append(f"round {number}: {len(copies)} copies were made")
        broken += [f"round {number}: {line}" for line in unsound(path)]
    yield Tried(
        f"{STARTERS} processes start at once on a file of an early version: upgraded once, and all of them go on",
        rounds * STARTERS, tuple(broken), seconds=time.monotonic() - began,
    )  # fmt: skip
