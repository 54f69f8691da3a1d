"""The disk fills up in each thing that the program writes: a sentence, nothing lost, and with room again it goes through.

On a small file system of its own where this process may mount one; else a file may not grow beyond a limit (RLIMIT_FSIZE),
which the program meets at the same calls, with another error. The figure says which of the two it was.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.endurance.children import Ended, Job, command, did
from benchmarks.endurance.disks import small_disk
from benchmarks.endurance.model import Tried
from benchmarks.endurance.stage import fresh, log_file, old_file, sample, traces, unsound, verdict, warm

_KIB = (0, 1, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192)
_DONE = ("already", "was frozen at")  # what is said of a thing that was done, and is asked for once more


def full_disk(folder: Path, rounds: int) -> Iterator[Tried]:
    """Each thing that is written, with so many sizes of what is left of the disk (at most all of `_KIB`)."""
    folder.mkdir(parents=True, exist_ok=True)
    bases = {"sample": sample(folder), "old": old_file(folder)}
    warm(folder)
    log = log_file(folder / "log.jsonl", 3_000)
    with small_disk(folder / "disk") as (disk, mounted):
        for name, (base, job) in _writes(disk, log).items():
            yield _one(name, bases[base], disk, job, _KIB[:rounds], mounted)


def _writes(disk: Path, log: Path) -> dict[str, tuple[str, Job]]:
    path = disk / "work.db"

    def readiness(*words: object) -> Job:
        return command("--db", path, *words)

    return {
        "a save": ("sample", readiness("score", "OBS-01", "1")),
        "an import": ("sample", readiness("import", log)),
        "a migration": ("old", readiness("score", "OBS-01", "1")),
        "a freeze": ("sample", readiness("scorecard", "--freeze", "--yes")),
        "an export": ("sample", readiness("scorecard", "-o", disk / "card.md", "--as-of", "2026-11-24")),
        "a gate lock": ("sample", readiness("gate", "lock", "--yes", "--folder", disk)),
        "a backup": ("sample", readiness("backup", disk / "copy.db")),
    }


def _one(name: str, base: Path, disk: Path, job: Job, left: tuple[int, ...], mounted: bool) -> Tried:
    began, broken, refused = time.monotonic(), [], 0
    path = disk / "work.db"
    for kib in left:
        for there in disk.iterdir():
            there.unlink()
        fresh(base, path)
        (disk / "card.md").write_text("A card that was there before.\n", encoding="utf-8")
        version = base.name == "sample.db"
        before = (traces(path), verdict(path)) if version else ()
        ended = _filled(disk, job, kib) if mounted else did(_limited(job, path.stat().st_size + kib * 1024))
        refused += ended.status == 2
        for line in _wrong(ended, disk):
            broken.append(f"{name} with {kib} KiB left: {line}")
        broken += [f"{name} with {kib} KiB left: {line}" for line in unsound(path)]
        if ended.status == 2 and before and before != (traces(path), verdict(path)):
            broken.append(f"{name} with {kib} KiB left: it was refused, and something is different")
        again = did(job)
        done = ended.status in (0, 1, 3) and any(words in again.said for words in _DONE)
        if again.status not in (0, 1, 3) and not done:
            broken.append(f"{name}: with room again it does not go through: {again.said[-300:]}")
    if not refused:
        broken.append(f"{name}: the disk was never full, so this shows nothing")
    how = "a small file system that is full" if mounted else "files that may not grow (no right to mount here)"
    return Tried(
        f"the disk is full in {name}: a sentence, nothing lost, and it goes through with room again", len(left), tuple(broken),
        f"{refused} of {len(left)} refused; {how}", time.monotonic() - began,
    )  # fmt: skip


def _wrong(ended: Ended, disk: Path) -> Iterator[str]:
    if ended.status not in (0, 1, 2, 3) or "Traceback" in ended.said:
        yield f"exit status {ended.status}: {ended.said[-400:]}"
    elif ended.status == 2 and str(disk) not in ended.said:
        yield f"the sentence does not say where: {ended.said[-300:]}"
    card = (disk / "card.md").read_text(encoding="utf-8")
    if not card.endswith("\n") or len(card) < 20:
        yield f"half a document is left: {card[-60:]!r}"
    for made in disk.iterdir():
        if made.stat().st_size == 0 and not made.name.startswith("."):
            yield f"{made.name} is left, empty"


def _filled(disk: Path, job: Job, kib: int) -> Ended:
    """Done while only so much is left, then there is room again."""
    ballast = disk / ".ballast"
    room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(room - kib * 1024, 1))
    try:
        return did(job)
    finally:
        ballast.unlink()


def _limited(job: Job, size: int) -> Job:
    def run() -> int:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        return job()

    return run
