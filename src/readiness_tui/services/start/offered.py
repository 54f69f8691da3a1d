"""The names that a shell may offer while somebody types a command: of the file's systems and reviews, and nothing else of it.

A key press must not wait, write, upgrade or complain: whatever is in the way, nothing is offered.
"""

from __future__ import annotations

from pathlib import Path

from readiness_tui.services.core.locate import target
from readiness_tui.store.kept.heading import Heading, headings
from readiness_tui.store.migrations import connect

_WAIT_MS = 200  # for a file that somebody is writing to


def reviews(given: Path | None) -> list[Heading]:
    """Every review of the file that a command would take (`--db`, else as `locate.target`); none where it cannot be read."""
    try:
        path = target(given)
        if path is None or not path.is_file():
            return []
        conn = connect(path, "ro")
    except Exception:
        return []
    try:
        conn.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
        return headings(conn)
    except Exception:
        return []
    finally:
        conn.close()
