"""Files to begin with, made once, and what has to hold of a file whatever was done to it."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.endurance.children import command, did, readiness, warmed
from readiness_tui.services.start.start import open_sample
from readiness_tui.sqlite import sqlite3

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
SYSTEM = "Support bot"  # that of the sample
#: The sample as an early version of the program wrote it.
_OLD = Path(__file__).parents[2] / "tests" / "store" / "data" / "version-9.sql.gz"


def sample(folder: Path) -> Path:
    """The filled sample in `folder`/sample.db."""
    path = folder / "sample.db"
    if not path.exists():

        def make() -> int:
            open_sample(folder, "ana", path=path, clock=lambda: NOW).close()
            return 0

        made = did(make)
        if made.status:
            raise RuntimeError(f"The sample could not be made: {made.said[-2000:]}")
    return path


def warm(folder: Path) -> None:
    """What every fork would do first to look at a file, done once in this process."""
    path = folder / "warm" / "work.db"
    fresh(sample(folder), path)
    log = log_file(folder / "warm" / "log.jsonl", 10)
    words = (
        ("doctor",), ("check", "--json", "--as-of", "2026-11-24"), ("score", "OBS-01", "1"), ("import", log), ("check",),
        ("scorecard",), ("scorecard", "--format", "json"), ("gate", "lock", "--yes", "--folder", path.parent), ("doctor",),
    )  # fmt: skip
    warmed(*(command("--db", path, *each) for each in words))


def old_file(folder: Path) -> Path:
    """A file of version 9, which opening upgrades."""
    path = folder / "old.db"
    if not path.exists():
        conn = sqlite3.connect(path)
        conn.executescript(gzip.decompress(_OLD.read_bytes()).decode())
        conn.close()
    return path


def fresh(base: Path, path: Path) -> Path:
    """A copy of `base` at `path`, and nothing beside it that another one left."""
    path.parent.mkdir(exist_ok=True)
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    return Path(shutil.copyfile(base, path))


def log_file(path: Path, count: int) -> Path:
    """So many requests of the sample's time, one a line."""
    with path.open("w", encoding="utf-8") as file:
        for n in range(count):
            at = (NOW - timedelta(days=3, seconds=n)).isoformat()
            file.write(
                json.dumps({
                    "trace_id": f"new-{n}", "timestamp": at, "model": "m", "prompt_version": "p1", "question": f"question {n}",
                    "answer": f"answer {n}", "latency_ms": 100 + n % 900, "tokens_in": n % 300, "tokens_out": 9, "status": "ok",
                })
                + "\n"
            )  # fmt: skip
    return path


def unsound(path: Path) -> list[str]:
    """What SQLite and `doctor` find wrong with a file."""
    conn = sqlite3.connect(path)
    try:
        said = [str(row[0]) for row in conn.execute("PRAGMA integrity_check").fetchall()]
        said += [f"{row[0]} refers to nothing" for row in conn.execute("PRAGMA foreign_key_check").fetchall()]
    finally:
        conn.close()
    found = [f"{path.name}: {line}" for line in said if line != "ok"]
    doctor = readiness("--db", path, "doctor")
    return found if doctor.status == 0 else [*found, f"doctor: {doctor.said[-500:]}"]


def verdict(path: Path) -> str:
    """What `check --json` says of the file."""
    return document(readiness("--db", path, "check", "--json", "--as-of", "2026-11-24").said)


def document(said: str) -> str:
    """The JSON in what a command wrote: what it told beside it (an upgrade, what it counts anew) is left out."""
    return said[max(said.find("{"), 0) :]


def counted(path: Path, *tables: str) -> tuple[int, ...]:
    """Rows of the tables."""
    conn = sqlite3.connect(path)
    try:
        return tuple(int(conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in tables)
    finally:
        conn.close()


def traces(path: Path) -> int:
    """Published traces, as everything else in the program sees them."""
    conn = sqlite3.connect(path)
    try:
        found = conn.execute(
            "SELECT count(*) FROM trace t JOIN import i ON i.id = t.import_id WHERE i.published_at IS NOT NULL"
        ).fetchone()
        return int(found[0])
    finally:
        conn.close()
