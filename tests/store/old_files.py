"""Files as earlier versions of the program wrote them: dumps under `tests/store/data`, made by those versions."""

from __future__ import annotations

import gzip
from pathlib import Path

from readiness_tui.store.sqlite import sqlite3

FOLDER = Path(__file__).with_name("data")


def unpacked(name: str, path: Path) -> Path:
    """The dump as a database."""
    conn = sqlite3.connect(path)
    conn.executescript(gzip.decompress((FOLDER / f"{name}.sql.gz").read_bytes()).decode())
    conn.close()
    return path
