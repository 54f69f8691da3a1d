"""What no whole command shows alone, each in a process of its own: `python inside.py JOB DATABASE …` prints its cost."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def told(times: int = 1) -> Iterator[None]:
    began, cpu = time.perf_counter(), time.process_time()
    yield
    used, took = time.process_time() - cpu, time.perf_counter() - began
    print(json.dumps({"cpu": used / times, "wall": took / times}))


def measure(small: str, database: str) -> None:
    """The gate and every probe of the newest review, from what is stored, with nothing kept. The small file comes first:
    loading libraries is no part of the figure."""
    from readiness_tui.services.core.current import current_review
    from readiness_tui.services.core.desk import open_desk
    from readiness_tui.services.core.measure import measure as measured
    from readiness_tui.store import reviews

    def of(path: Path) -> None:
        desk = open_desk(path, "ana")
        with desk.store.read() as conn:
            review = current_review(conn, desk)
            measured(conn, desk, review, reviews.checklists(conn, review.id), desk.as_of(review))
        desk.close()

    copies = []
    for name in (small, database):
        copies.append(Path(name).with_name(f"cold-{Path(name).name}"))
        shutil.copy(name, copies[-1])
        with closing(sqlite3.connect(copies[-1])) as file:  # what was kept of it is gone
            file.execute("DELETE FROM kept")
            file.commit()
    of(copies[0])
    with told():
        of(copies[1])


def save(database: str, source: str) -> None:
    """A reviewer's saves while an import of `source` runs in another process: the 95th percentile of what each took."""
    from readiness_tui.services.core.current import current_review
    from readiness_tui.services.core.desk import open_desk
    from readiness_tui.services.review.assess import score
    from readiness_tui.store import reviews

    desk = open_desk(Path(database), "ana")
    with desk.store.read() as conn:
        lists = reviews.checklists(conn, current_review(conn, desk).id)
    items = [item.id for one in lists for item in one.items]
    command = [sys.executable, "-c", "from readiness_tui.cli import main; main()", "--db", database, "import", source]
    took: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as importing:
        while importing.poll() is None:
            began = time.perf_counter()
            score(desk, [items[len(took) % len(items)]], len(took) % 3)
            took.append(time.perf_counter() - began)
            time.sleep(0.05)
        assert importing.returncode == 0, importing.stderr and importing.stderr.read()
    desk.close()
    print(json.dumps({"cpu": 0.0, "wall": sorted(took)[int(0.95 * len(took))], "saves": len(took)}))


JOBS: dict[str, Callable[..., None]] = {job.__name__: job for job in (measure, save)}

if __name__ == "__main__":
    JOBS[sys.argv[1]](*sys.argv[2:])
