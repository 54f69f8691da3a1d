"""Eight people save at once: nothing is lost, and the file is nearly as fast as it could be."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.endurance.model import Tried

PROCESSES = 8
LEAST = 0.75  # of a bare loop
TURNS = 3  # the two are run in turns, so that a busy moment meets both
_NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
_SYSTEM = "Support bot"
_ROOT = Path(__file__).parents[2]


def saves(folder: Path, each: int) -> Iterator[Tried]:
    """`each` single scores by each of 8 processes, on both SQLite libraries where both are installed."""
    newer = importlib.util.find_spec("pysqlite3") is not None
    for library in ("sqlite3", *(["pysqlite3"] if newer else [])):
        yield from _library(folder, each, library)


def _library(folder: Path, each: int, library: str) -> Iterator[Tried]:
    began, wanted, tries, refused = time.monotonic(), PROCESSES * each, 0, 0
    broken: list[str] = []
    rates = {"bare": [0.0], "vote": [0.0]}
    for turn in range(TURNS):
        for job, measured in rates.items():
            path = folder / f"{library}-{job}-{turn}.db"
            _told(library, "lay", path)
            seconds, more = _run(library, job, path, each)
            measured.append(wanted / seconds)
            refused += more
            if job == "vote":
                tries += wanted
                broken += _lost(library, path, each)
    best = {job: max(found) for job, found in rates.items()}
    share = best["vote"] / best["bare"]
    said = f"{best['vote']:,.0f}/s beside {best['bare']:,.0f}/s, SQLite {_told(library, 'version', folder)}"
    what, took = f"{PROCESSES} processes × {each} saves at once, {library}", time.monotonic() - began
    waited = f"{refused} had no turn in 10 s, said so and were saved again" if refused else ""
    yield Tried(f"{what}, {TURNS} times: none is lost", tries, tuple(broken), waited, took)
    slow = (f"{share:.2f}",) if share < LEAST else ()
    yield Tried(f"{what}: at least {LEAST} of a bare loop's rate", 1, slow, f"{share:.2f} ({said})")


def _run(library: str, job: str, path: Path, each: int) -> tuple[float, int]:
    """Seconds from the moment when all may begin until the last is done, and how many saves had no turn in 10 s."""
    running = [_start(library, job, path, f"p{n}", str(each)) for n in range(PROCESSES)]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()  # it is open
    began = time.monotonic()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    refused = 0
    for process in running:
        out, err = process.communicate()
        refused += out.count("refused")
        if process.returncode:
            raise RuntimeError(f"{job} on {library}: {err[-2000:]}")
    return time.monotonic() - began, refused


def _lost(library: str, path: Path, each: int) -> list[str]:
    found = json.loads(_told(library, "look", path, str(each)))
    wanted = PROCESSES * each
    said = [f"{library}: {name} has {count} of {wanted}" for name, count in found["rows"].items() if count != wanted]
    return said + [f"{library}: {line}" for line in found["unsound"]]


def _start(library: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.endurance.saves", library, *map(str, words)],
        cwd=_ROOT, env=os.environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _told(library: str, *words: object) -> str:
    process = _start(library, *words)
    out, err = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{words[0]} on {library}: {err[-2000:]}")
    return out.strip()


# What the processes do: `python -m benchmarks.endurance.saves LIBRARY JOB PATH …`


def _lay(path: Path) -> None:
    from readiness_tui.domain.checklists.review import Review
    from readiness_tui.store import Store, reviews

    with Store.open(path, create=True) as store, store.write("ana", "review opened", now=_NOW) as tx:
        reviews.put(tx, Review(0, _SYSTEM, "1", date(2026, 11, 24), "ana"))


def _ready() -> None:
    print("open", flush=True)
    sys.stdin.readline()


def _vote(path: Path, name: str, count: str) -> None:
    from readiness_tui.domain.checklists.assessment import Vote
    from readiness_tui.domain.errors import ReadinessError
    from readiness_tui.store import Store, assessments

    with Store.open(path) as store:
        _ready()
        for number in range(int(count)):
            saved = False
            while not saved:
                try:
                    with store.write(name, "scored", now=_NOW, review_id=1) as tx:
                        assessments.put_vote(tx, 1, Vote(f"{name}-{number}", name, number % 3, at=_NOW))
                    saved = True
                except ReadinessError as refusal:  # no turn in 10 s: a person is told so, and saves again
                    if "locked by another" not in str(refusal):
                        raise
                    print("refused", flush=True)


_VOTE = "INSERT INTO vote(review_id, item_id, reviewer, points, na, na_reason, at) VALUES (1, ?, ?, ?, 0, '', ?)"
_CHANGE = f"INSERT INTO change(at, who, what, review_id, system) VALUES (?, ?, 'scored', 1, '{_SYSTEM}')"
_ROW = "INSERT INTO change_row(change_id, position, table_name, pk, item_id, new_json) VALUES (?, 0, 'vote', ?, ?, ?)"
_JSON = (
    '{"at":"%s","carried_from":null,"item_id":"%s","na":0,"na_reason":"","points":%d,"review_id":1,"reviewer":"%s",'
    '"together":0}'
)
_HASH = "UPDATE change SET hash = ? WHERE id = ?"
_HEAD = "UPDATE chain SET entries = entries + 1, last = ?, hash = ?"


def _bare(path: Path, name: str, count: str) -> None:
    """The same rows with as little as SQLite asks for: what is entered in the history is ready to be written, and so is a
    hash of the right length, which nobody works out."""
    from readiness_tui.sqlite import sqlite3

    conn = sqlite3.connect(path, timeout=60, isolation_level=None)
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute("PRAGMA foreign_keys = ON")
    _ready()
    at = _NOW.isoformat(timespec="microseconds")
    for number in range(int(count)):
        while True:
            try:
                conn.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError:
                continue
        item = f"{name}-{number}"
        conn.execute(_VOTE, (item, name, number % 3, at))
        change = conn.execute(_CHANGE, (at, name)).lastrowid
        conn.execute(_ROW, (change, f'[1,"{item}","{name}"]', item, _JSON % (at, item, number % 3, name)))
        made = f"{change:064x}"
        conn.execute(_HASH, (made, change))
        conn.execute(_HEAD, (change, made))
        conn.execute("COMMIT")
    conn.close()


def _look(path: Path, each: str) -> None:
    from readiness_tui.store import Store
    from readiness_tui.store.sqlite import sqlite3

    with Store.open(path) as store:
        unsound = store.integrity()
    conn = sqlite3.connect(path)
    rows = {
        "vote": conn.execute("SELECT count(*) FROM vote").fetchone()[0],
        "the history": conn.execute("SELECT count(*) FROM change WHERE what = 'scored'").fetchone()[0],
    }
    print(json.dumps({"rows": rows, "unsound": unsound}))


def _version(path: Path) -> None:
    from readiness_tui.sqlite import sqlite3

    print(sqlite3.sqlite_version)


def main(library: str, job: str, path: str, *words: str) -> None:
    if library == "sqlite3":
        sys.modules["pysqlite3"] = None  # type: ignore[assignment]  # as where the extra is not installed
    jobs: dict[str, Callable[..., None]] = {
        "lay": _lay,
        "vote": _vote,
        "bare": _bare,
        "look": _look,
        "version": _version,
    }
    jobs[job](Path(path), *words)


if __name__ == "__main__":
    main(*sys.argv[1:])
