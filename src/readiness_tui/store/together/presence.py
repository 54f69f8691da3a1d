"""Who has the file open, and where in it they are: a row for each process that runs the app.

Nothing rests on it and it leaves no history; it is written only where nobody has to wait for it (`Store.keep`). A row
says which machine and process wrote it. On this machine a process that is gone is seen at once; of others the beat is
counted: a row whose beat stands still is somebody who left. No clock of another machine is trusted.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from readiness_tui.store.codec import stamp
from readiness_tui.store.rows import fetch
from readiness_tui.store.sqlite import Connection

_WINDOWS = os.name == "nt"
_OLD = timedelta(days=1)  # rows of other machines that nobody has renewed for so long are cleared away


@dataclass(frozen=True, slots=True)
class Presence:
    """Where a process is: in a room of a review, at an item ("" for none). `beat` counts what it wrote."""

    process: str
    person: str
    review_id: int
    room: str
    item: str
    beat: int

    @property
    def here(self) -> bool:
        """Whether it runs on this machine."""
        return self.process.startswith(f"{_machine()}/")

    @property
    def running(self) -> bool:
        """Whether a process of this machine still runs; of others nobody can say."""
        return not self.here or self.process == _named(int(self.process.rsplit("/", 2)[1]))


def own_process() -> str:
    """The name of this process in its row."""
    return _named(os.getpid())


def all(conn: Connection) -> list[Presence]:
    """Every row, this process's too."""
    rows = fetch(conn, "SELECT process, person, review_id, room, item, beat FROM presence ORDER BY person, process")
    return [Presence(**row) for row in rows]


def put(conn: Connection, own: Presence, now: datetime) -> None:
    """Say where this process is, and clear away the rows of processes that are gone."""
    gone = [one.process for one in all(conn) if not one.running]
    conn.executemany("DELETE FROM presence WHERE process = ?", [(name,) for name in gone])
    conn.execute("DELETE FROM presence WHERE at < ?", (stamp(now - _OLD),))
    conn.execute(
        "INSERT OR REPLACE INTO presence(process, person, review_id, room, item, beat, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (own.process, own.person, own.review_id, own.room, own.item, own.beat, stamp(now)),
    )


def remove(conn: Connection, process: str) -> None:
    """This process leaves."""
    conn.execute("DELETE FROM presence WHERE process = ?", (process,))


@cache
def _machine() -> str:
    """This machine; two containers with one name count their processes apart."""
    try:
        apart = os.readlink("/proc/self/ns/pid")
    except OSError:
        apart = ""
    return f"{platform.node()} {apart}".replace("/", " ")


def _named(pid: int) -> str:
    """Machine, process, and when it began: a number that another process has got since is another name."""
    return f"{_machine()}/{pid}/{_began(pid)}"


def _began(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        pass
    if _WINDOWS:  # to ask there would be to send a Ctrl-C
        return "runs"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "gone"
    except OSError:
        pass
    return "runs"
