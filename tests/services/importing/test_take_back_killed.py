"""A take-back that is killed at any of its batches leaves no word about requests that are gone: their keys are given again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.importing.imported import all_imports
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review.reviews import new_review
from readiness_tui.store import leftovers
from readiness_tui.store.chain import alike
from readiness_tui.store.measured.recorded import StoredTraces

ROWS = 600  # in blocks of 256

#: Takes the last import back, one block of requests a batch, and is killed by itself once `batches` of them are gone.
KILLED = """
import os, signal, sys
from pathlib import Path
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.importing.take_back import take_back
from readiness_tui.store import leftovers

leftovers._BLOCKS = 1
some, left = leftovers._remove_some, int(sys.argv[2])

def counted(*given):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return some(*given)

def last(*_):
    os.kill(os.getpid(), signal.SIGKILL)

leftovers._remove_some, leftovers.late_indexes.make = counted, last
take_back(open_desk(Path(sys.argv[1]), "ana"), 2)
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(tmp_path / "readiness.db", "ana", create=True)
    new_review(opened, system="bot", release="1")
    yield opened
    opened.close()


def log(path: Path, first: int) -> Path:
    """Requests of which each second says what the one before it says."""
    rows = (
        {"trace_id": f"t{n}", "model": "birch-2026-01-01", "prompt_version": "p7", "question": f"Where is {n // 2}?",
         "answer": "Sent.", "latency_ms": 9, "status": "success", "started_at": "2026-11-21T10:00:00Z"}
        for n in range(first, first + ROWS)
    )  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def copies(desk: Desk) -> int:
    with desk.store.read() as conn:
        assert [*alike.changed(conn)] == []
        return sum(one.copies for one in StoredTraces(conn, "bot").counted())


def told_of_nobody(desk: Desk) -> int:
    with desk.store.read() as conn:
        (found,) = conn.execute(
            "SELECT count(*) FROM trace_twin WHERE trace_key NOT IN (SELECT key FROM trace)"
        ).fetchone()
        return int(found)


@pytest.mark.slow
@pytest.mark.parametrize("batches", [0, 1, 2, 3])
def test_what_is_imported_after_it_has_all_its_copies(
    batches: int, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_path(desk, log(tmp_path / "first.jsonl", 0))
    second = log(tmp_path / "second.jsonl", ROWS)
    import_path(desk, second)
    whole = copies(desk)
    assert whole == ROWS
    path = tmp_path / "readiness.db"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), str(batches)], capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    assert [info.id for info in all_imports(desk)] == [1]
    assert told_of_nobody(desk) == 0
    assert copies(desk) == ROWS // 2

    # As from another machine, whose process cannot be asked for: what it left stays a day, beside what comes in.
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(leftovers, "dead", lambda *_: False)
        import_path(desk, second)
    assert copies(desk) == whole
    leftovers.sweep(desk.store, desk.now())  # the day after
    assert copies(desk) == whole
    assert told_of_nobody(desk) == 0
    with desk.store.read() as conn:
        assert conn.execute("SELECT count(*) FROM import WHERE published_at IS NULL").fetchone() == (0,)
