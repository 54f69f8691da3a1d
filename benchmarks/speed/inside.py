"""What no whole command shows alone, each in a process of its own: `python inside.py JOB DATABASE …` prints its cost."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def told(times: int = 1) -> Iterator[None]:
    began, cpu = time.perf_counter(), time.process_time()
    yield
    used, took = time.process_time() - cpu, time.perf_counter() - began
    print(json.dumps({"cpu": used / times, "wall": took / times}))


def measure(database: str) -> None:
    """The gate and every probe of the newest review, from what is stored, with nothing kept."""
    from readiness_tui.services.core import measure as measuring
    from readiness_tui.services.core.desk import open_desk
    from readiness_tui.services.core.view import current_review
    from readiness_tui.store import reviews

    desk = open_desk(Path(database), "ana")
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        lists = reviews.checklists(conn, review.id)
        with told():
            measuring.measure(conn, desk, review, lists, desk.as_of(review))
    desk.close()


JOBS: dict[str, Callable[[str], None]] = {job.__name__: job for job in (measure,)}

if __name__ == "__main__":
    JOBS[sys.argv[1]](*sys.argv[2:])
