"""What is killed: for each, how it is laid out, what it does, and what has to hold afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.endurance.children import Ended, Job, command, did, readiness
from benchmarks.endurance.stage import (
    NOW,
    SYSTEM,
    counted,
    document,
    fresh,
    log_file,
    old_file,
    sample,
    traces,
    verdict,
)
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess
from readiness_tui.sources.settings import lock as lock_file
from readiness_tui.sqlite import sqlite3
from readiness_tui.store import gates
from readiness_tui.store.migrations import MIGRATIONS

IMPORTED = 50_000
_CARD = "A card that was there before.\n"


def _nothing(ended: Ended) -> None:
    pass


@dataclass(frozen=True)
class Phase:
    """`lay_out` makes what `job` works on; `look` gives a sentence for each thing that does not hold after it was killed.

    `begun`: what it says when the phase begins ("" = at once). `endless`: it goes on until it is killed, after at most so
    many seconds. `undisturbed`: called once after a run that was not killed, to see what it should come to.
    """

    name: str
    path: Path
    lay_out: Callable[[], object]
    job: Job
    look: Callable[[Ended], list[str]]
    begun: str = ""
    endless: float = 0.0
    undisturbed: Callable[[Ended], None] = field(default=_nothing)


def phases() -> tuple[Callable[[Path], Phase], ...]:
    return (save, importing, migration, freeze, export, lock, retally)


def save(folder: Path) -> Phase:
    """One vote after the other through the service that the app and the commands call."""
    base, path = sample(folder), folder / "work.db"
    items = ("OBS-01", "OBS-02", "OBS-03", "REL-01", "DEP-01")

    def vote(number: int) -> tuple[str, int]:
        return items[number % len(items)], number % 3

    def job() -> int:
        desk = open_desk(path, "ana", clock=lambda: NOW)
        print("begun", flush=True)
        for number in range(1_000_000):
            item, points = vote(number)
            assess.score(desk, [item], points)
            print(number, flush=True)
        return 0

    def look(ended: Ended) -> list[str]:
        acknowledged = len([line for line in ended.said.splitlines() if line.isdigit()])
        desk = open_desk(path, "ana", clock=lambda: NOW)
        view = load(desk)
        desk.close()
        wrong = []
        for item in items:
            mine = [one.points for one in view.dossier(item).votes if one.reviewer == "ana"]
            sure = [points for number in range(acknowledged) for one, points in [vote(number)] if one == item]
            pending, points = vote(acknowledged)  # it may be stored, its answer lost
            allowed = [*sure[-1:], *([points] if pending == item else [])]
            if sure and (not mine or mine[0] not in allowed):
                wrong.append(f"{item}: the vote is {mine}, acknowledged was {sure[-1]}")
        return wrong

    return Phase("a save", path, lambda: fresh(base, path), job, look, "begun", 1.5)


def importing(folder: Path) -> Phase:
    """A log of 50,000 requests: all of them or none, for whoever looks, and the next import takes away what is left."""
    base, path = sample(folder), folder / "work.db"
    log = log_file(folder / "log.jsonl", IMPORTED)
    there = traces(base)
    before = [""]
    after: list[str] = []
    seen = [0]

    def lay_out() -> None:
        fresh(base, path)
        if not before[0]:
            before[0] = verdict(path)
            fresh(base, path)

    def undisturbed(ended: Ended) -> None:
        after.append(verdict(path))

    def look(ended: Ended) -> list[str]:
        seen[0] += 1
        found = traces(path)
        if found not in (there, there + IMPORTED):
            return [f"{found - there} of {IMPORTED} requests are there"]
        wrong = []
        if f"{IMPORTED:,} traces" in ended.said and found == there:
            wrong.append("it said that it was done, and nothing is there")
        if verdict(path) != (before[0] if found == there else after[0]):
            wrong.append("the verdict is neither that of before nor that of after")
        if seen[0] % 10 == 1:  # it takes as long as the whole import
            again = readiness("--db", path, "import", log)
            if again.status or traces(path) != there + IMPORTED or verdict(path) != after[0]:
                wrong.append(f"imported again it is not whole: {again.said[-300:]}")
            if left := counted(path, "trace")[0] - traces(path):
                wrong.append(f"{left} requests of the killed import are left after the next")
        return wrong

    return Phase(
        f"an import of {IMPORTED:,}", path, lay_out, command("--db", path, "import", log), look, undisturbed=undisturbed
    )


def migration(folder: Path) -> Phase:
    """A file of an early version, opened: it is of that version or of this one, and the copy made before is whole."""
    base, path = old_file(folder), folder / "work.db"
    known: list[str] = []

    def version(of: Path) -> int:
        conn = sqlite3.connect(of)
        try:
            return int(conn.execute("PRAGMA user_version").fetchone()[0])
        finally:
            conn.close()

    old = version(base)

    def job() -> int:
        open_desk(path, "ana").close()
        return 0

    def look(ended: Ended) -> list[str]:
        # `unsound` asked doctor, which opened the file and so brought it up: whatever the kill had left.
        wrong = [] if version(path) == len(MIGRATIONS) else [f"the file is of version {version(path)}"]
        if verdict(path) != known[0]:
            wrong.append("the verdict is not that of a file that nobody killed")
        copies = sorted(path.parent.glob(f"{path.name}.v*.backup"))
        for copy in copies:
            conn = sqlite3.connect(copy)
            whole = conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok" and version(copy) == old
            conn.close()
            if not whole:
                wrong.append(f"{copy.name} calls itself a backup and is none")
        return wrong if copies else [*wrong, "there is no copy of the file as it was"]

    return Phase(
        "a migration", path, lambda: fresh(base, path), job, look, undisturbed=lambda ended: known.append(verdict(path))
    )


def freeze(folder: Path) -> Phase:
    """The review is open without a card, or frozen with a whole one."""
    base, path = sample(folder), folder / "work.db"
    job = command("--db", path, "scorecard", "--freeze", "--yes", "--format", "json", "-o", folder / "card.json")

    def look(ended: Ended) -> list[str]:
        conn = sqlite3.connect(path)
        frozen = conn.execute("SELECT count(*) FROM review WHERE frozen_at IS NOT NULL").fetchone()[0]
        cards = [row[0] for row in conn.execute("SELECT json FROM scorecard").fetchall()]
        conn.close()
        if frozen != len(cards):
            return [f"{frozen} reviews are frozen, and {len(cards)} have a card"]
        wrong = ["it said that it was done, and nothing is frozen"] if ended.status == 0 and not frozen else []
        told = readiness("--db", path, "scorecard", "--format", "json")
        if told.status not in (0, 1, 3) or (cards and json.loads(told.said) != json.loads(cards[0])):
            wrong.append(f"the card cannot be read back: {told.said[-300:]}")
        if not frozen and (again := did(job)).status not in (0, 1, 3):
            wrong.append(f"it cannot be frozen any more: {again.said[-300:]}")
        return wrong

    return Phase("a freeze", path, lambda: fresh(base, path), job, look)


def export(folder: Path) -> Phase:
    """A document in place of another: the one or the other, whole."""
    base, path = sample(folder), folder / "work.db"
    target = folder / "out" / "card.md"
    whole: list[str] = []

    def lay_out() -> None:
        fresh(base, path)
        target.parent.mkdir(exist_ok=True)
        target.write_text(_CARD, encoding="utf-8")

    def look(ended: Ended) -> list[str]:
        there = target.read_text(encoding="utf-8")
        for left in target.parent.glob(".*"):
            left.unlink()  # a hidden temporary file is what a kill may leave
        strange = [file.name for file in target.parent.iterdir() if file != target]
        wrong = [f"{name} was left beside it" for name in strange]
        if there not in (_CARD, whole[0]):
            wrong.append(f"the document is neither: {there[:80]!r} … {len(there)} characters")
        if ended.status in (0, 1, 3) and there != whole[0]:
            wrong.append("it said that it was written, and the old one is there")
        return wrong

    return Phase(
        "an export", path, lay_out, command("--db", path, "scorecard", "--as-of", "2026-11-24", "-o", target), look,
        undisturbed=lambda ended: whole.append(target.read_text(encoding="utf-8")),
    )  # fmt: skip


def lock(folder: Path) -> Phase:
    """`gate.lock` and the file say the same of the lock, after whatever the next command mends."""
    base, path = sample(folder), folder / "work.db"
    written = folder / "locks" / "gate.lock"
    job = command("--db", path, "gate", "lock", "--yes", "--folder", written.parent)

    def lay_out() -> None:
        fresh(base, path)
        written.parent.mkdir(exist_ok=True)
        for left in written.parent.iterdir():
            left.unlink()

    def look(ended: Ended) -> list[str]:
        conn = sqlite3.connect(path)
        stored = gates.locks(conn, SYSTEM)
        conn.close()
        here = lock_file.read_lock(written) if written.exists() else None
        latest = max(stored, key=lambda one: one.at, default=None)
        if here is not None and (latest is None or (latest.at, latest.gate_digest) != (here.at, here.gate_digest)):
            return [f"gate.lock is of {here.at}, the file's last lock of {latest.at if latest else 'never'}"]
        if ended.status == 0 and here is None:
            return ["it said that it was locked, and there is no gate.lock"]
        return []

    return Phase("a gate lock", path, lay_out, job, look)


def retally(folder: Path) -> Phase:
    """Requests that an earlier version stored are counted anew: stopped anywhere, the verdict is the one that a whole count gives."""
    base, path = folder / "upgraded.db", folder / "work.db"
    fresh(old_file(folder), base)

    def upgrade() -> int:
        open_desk(base, "ana").close()
        return 0

    if (done := did(upgrade)).status:
        raise RuntimeError(done.said[-2000:])
    known: list[str] = []

    def look(ended: Ended) -> list[str]:
        same = verdict(path) == known[0]
        return [] if same else ["the verdict is not that of a file that nobody killed"]

    return Phase(
        "a re-tally", path, lambda: fresh(base, path), command("--db", path, "check", "--json", "--as-of", "2026-11-24"), look,
        undisturbed=lambda ended: known.append(document(ended.said)),
    )  # fmt: skip
