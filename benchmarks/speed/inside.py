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
from typing import Any

_TIMES = 20
_WORDS = ("refund", "user4999@", "xylophone")  # that all requests may have, one in thousands, none


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


def score(database: str, system: str, who: str) -> None:
    """A vote, and the whole review judged again as the app shows it after each; of a copy."""
    from readiness_tui.services.core.desk import open_desk
    from readiness_tui.services.core.target import all_headings, choose
    from readiness_tui.services.core.view import load
    from readiness_tui.services.review import assess

    copy = Path(database).with_name(f"scored-{Path(database).name}")
    shutil.copy(database, copy)
    desk = open_desk(copy, who)
    if (large := choose(all_headings(desk), system)) is not None:
        desk.review_id = large.id
    items = [item.id for item in load(desk).items]
    with told(_TIMES):
        for number in range(_TIMES):
            assess.score(desk, [items[number % len(items)]], number % 3)
            load(desk)
    desk.close()


def page(database: str) -> None:
    """Pages of 100 from places all over the list, in every order."""
    from readiness_tui.domain.filters.model import Filter
    from readiness_tui.domain.filters.order import ListOrder
    from readiness_tui.store.listing import trace_pages

    every = Filter()

    with _listed(database) as (conn, system):
        keys = [key for (key,) in conn.execute("SELECT key FROM trace ORDER BY id LIMIT ?", (_TIMES,))]
        ids = [conn.execute("SELECT id FROM trace WHERE key = ?", (key,)).fetchone()[0] for key in keys]
        places = [
            (order, trace_pages.placed(conn, system, every, order, ident)) for order in ListOrder for ident in ids
        ]
        asked = [
            trace_pages.statement(conn, system, every, order, at[0] is not None, True, at, 100)
            for order, at in places
            if at is not None
        ]
        with told(len(asked)):
            for sql, values in asked:
                conn.execute(sql, values).fetchall()


def page_plain(database: str) -> None:
    """The same by OFFSET, of columns that an index has."""
    with _listed(database) as (conn, _):
        (n,) = conn.execute("SELECT count(*) FROM trace").fetchone()
        with told(_TIMES):
            for number in range(_TIMES):
                conn.execute(
                    "SELECT key, latency_ms FROM trace ORDER BY latency_ms, key LIMIT 100 OFFSET ?",
                    (n * number // _TIMES,),
                ).fetchall()


def search(database: str) -> None:
    """The first hundred with a word, with the index of words, of a copy."""
    from readiness_tui.domain.filters.order import ListOrder
    from readiness_tui.services.core.current import current_review
    from readiness_tui.services.core.desk import open_desk
    from readiness_tui.services.traces import index_words, parse_filter
    from readiness_tui.store.listing import trace_pages

    copy = Path(database).with_name(f"searched-{Path(database).name}")
    if not copy.exists():
        shutil.copy(database, copy)
    desk = open_desk(copy, "ana")
    index_words(desk, lambda done, total: True)
    wanted = [parse_filter(desk, f'"{word}"') for word in _WORDS]
    with desk.store.read() as conn:
        system = current_review(conn, desk).system
        with told(_TIMES * len(wanted)):
            for _ in range(_TIMES):
                for where in wanted:
                    sql, values = trace_pages.statement(conn, system, where, ListOrder.NEWEST, True, True, None, 100)
                    conn.execute(sql, values).fetchall()
    desk.close()


def search_plain(database: str) -> None:
    """The same by LIKE, through the table."""
    with _listed(database) as (conn, _), told(len(_WORDS)):
        for word in _WORDS:
            conn.execute(
                "SELECT id FROM trace WHERE question LIKE ? OR answer LIKE ? ORDER BY started_at DESC LIMIT 100",
                (f"%{word}%", f"%{word}%"),
            ).fetchall()


@contextmanager
def _listed(database: str) -> Iterator[tuple[Any, str]]:
    from readiness_tui.services.core.current import current_review
    from readiness_tui.services.core.desk import open_desk

    desk = open_desk(Path(database), "ana")
    with desk.store.read() as conn:
        yield conn, current_review(conn, desk).system
    desk.close()


_JOBS = (measure, save, score, page, page_plain, search, search_plain)
JOBS: dict[str, Callable[..., None]] = {job.__name__: job for job in _JOBS}

if __name__ == "__main__":
    JOBS[sys.argv[1]](*sys.argv[2:])
