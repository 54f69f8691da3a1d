"""The sample, as the pages and pictures show it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from readiness_tui.services.core.desk import Desk
from readiness_tui.services.start.start import open_sample

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)


@contextmanager
def sample(folder: Path) -> Iterator[Desk]:
    """A fresh copy of it in `folder`, on the day of its review."""
    desk = open_sample(folder, "ana", path=folder / "sample.db", clock=lambda: NOW)
    try:
        yield desk
    finally:
        desk.close()
