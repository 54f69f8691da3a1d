"""What stands in the way: a lock that another holds, a file that cannot be written, is gone, or is another one."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.endurance.children import Child, Ended, Job, command, did, readiness
from benchmarks.endurance.disks import read_only, small_disk
from benchmarks.endurance.model import Tried
from benchmarks.endurance.stage import NOW, fresh, log_file, sample, traces, unsound, verdict
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess
from readiness_tui.sqlite import sqlite3

_ITEM = "OBS-01"


def obstacles(folder: Path, seconds: int) -> Iterator[Tried]:
    """`seconds`: how long the lock is held."""
    folder.mkdir(parents=True, exist_ok=True)
    base, path = sample(folder), folder / "work.db"
    log = log_file(folder / "log.jsonl", 500)
    yield _asked("a lock that another holds", lambda: _locked(fresh(base, path), log, seconds))
    yield _asked("a file that may only be read", lambda: _read_only(base, folder / "closed", log))
    yield _asked("the file is gone while it is open", lambda: _gone(fresh(base, path)))
    yield _asked("another file is in its place while it is open", lambda: _replaced(fresh(base, path), base))


def _asked(what: str, ask: Callable[[], tuple[int, list[str]]]) -> Tried:
    began = time.monotonic()
    tries, broken = ask()
    return Tried(
        f"{what}: a sentence, nothing lost, and it goes on", tries, tuple(broken), "", time.monotonic() - began
    )


def _locked(path: Path, log: Path, seconds: int) -> tuple[int, list[str]]:
    def hold() -> int:
        conn = sqlite3.connect(path, isolation_level=None)
        conn.execute("BEGIN IMMEDIATE")
        print("held", flush=True)
        time.sleep(seconds)
        conn.execute("ROLLBACK")
        return 0

    before = traces(path)
    holder = Child(hold)
    holder.until("held")
    said: list[tuple[str, Ended]] = []
    writes = {
        "score": command("--db", path, "score", _ITEM, "1"),
        "import": command("--db", path, "import", log),
        "app": _held_app(path, seconds),
    }
    children = {name: Child(job) for name, job in writes.items()}
    reading = readiness("--db", path, "check", "--as-of", "2026-11-24")
    for name, child in children.items():
        said.append((name, child.end()))
    holder.end()
    broken = [] if reading.status in (0, 1, 3) else [f"check could not read beside the lock: {reading.said[-300:]}"]
    for name, ended in said:
        waited = seconds > 20 and name != "app"
        if ended.status != (2 if waited else 0) or "Traceback" in ended.said:
            broken.append(f"{name}: exit status {ended.status}: {ended.said[-300:]}")
        elif waited and "locked by another program" not in ended.said:
            broken.append(f"{name} does not say what is the matter: {ended.said[-300:]}")
    again = readiness("--db", path, "import", log)
    if again.status or traces(path) != before + 500:
        broken.append(f"after the lock it does not go on: {again.said[-300:]}")
    return len(said) + 2, broken + unsound(path)


def _held_app(path: Path, seconds: int) -> Job:
    """The desk that the app works at: a save that is refused says so, and the same save goes through later."""

    def job() -> int:
        desk = open_desk(path, "ana", clock=lambda: NOW)
        until, refusals = time.monotonic() + seconds + 60, 0
        while time.monotonic() < until:
            try:
                assess.score(desk, [_ITEM], 2)
                break
            except ReadinessError as refusal:
                refusals += 1
                print(refusal, flush=True)
                load(desk)  # what is stored is still shown
        stored = [vote.points for vote in load(desk).dossier(_ITEM).votes if vote.reviewer == "ana"]
        desk.close()
        return 0 if stored == [2] and (refusals or seconds <= 20) else 1

    return job


def _read_only(base: Path, folder: Path, log: Path) -> tuple[int, list[str]]:
    """A file system that is mounted read-only; without the right to mount one, a folder that this user may not write."""
    broken: list[str] = []
    with small_disk(folder) as (disk, mounted):
        if not mounted and os.geteuid() == 0:  # to whom no permission applies
            return 0, ["neither may this process mount, nor do permissions bind it: run it as another user"]
        path = fresh(base, disk / "work.db")
        before = verdict(path)
        with read_only(disk, mounted):
            for words in (("score", _ITEM, "1"), ("import", log), ("scorecard", "--freeze", "--yes")):
                ended = readiness("--db", path, *words)
                if ended.status != 2 or "Traceback" in ended.said or path.name not in ended.said:
                    broken.append(f"{words[0]}: exit status {ended.status}: {ended.said[-300:]}")
        if verdict(path) != before:
            broken.append("the verdict is another one")
        return 3, broken + unsound(path)


def _saves_after(path: Path, happens: Callable[[], object]) -> Ended:
    """A desk is open; something happens to its file; then it saves."""

    def job() -> int:
        desk = open_desk(path, "ana", clock=lambda: NOW)
        load(desk)
        happens()
        try:
            assess.score(desk, [_ITEM], 1)
        except ReadinessError as refusal:
            print(refusal)
            return 2
        finally:
            desk.close()
        return 0

    return did(job)


def _gone(path: Path) -> tuple[int, list[str]]:
    aside = path.with_name("aside.db")
    ended = _saves_after(path, lambda: path.rename(aside))
    broken = (
        [] if ended.status == 2 and str(path) in ended.said else [f"exit status {ended.status}: {ended.said[-300:]}"]
    )
    if path.exists():
        broken.append("a file was made in its place")
    aside.rename(path)
    return 1, broken + unsound(path)


def _replaced(path: Path, base: Path) -> tuple[int, list[str]]:
    other = path.with_name("other.db")
    shutil.copyfile(base, other)
    before = base.read_bytes()
    ended = _saves_after(path, lambda: other.replace(path))
    broken = (
        [] if ended.status == 2 and str(path) in ended.said else [f"exit status {ended.status}: {ended.said[-300:]}"]
    )
    if path.read_bytes() != before:
        broken.append("the other file was written to")
    return 1, broken + unsound(path)
