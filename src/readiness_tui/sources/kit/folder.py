"""The files beside a file: exports that a tool writes in parts are put together again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import unwrap
from readiness_tui.sources.kit.fileio import head, unreadable
from readiness_tui.sources.kit.peek import Peek, peek

T = TypeVar("T")

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".gz", ".parquet"})
MOST = 500
_REMEMBERED = 4096  # kinds of files


def beside(path: Path) -> tuple[Path, ...]:
    """The other files of its folder that may hold records, by name; none where they are more than `MOST`. The folder of
    a file that was opened from a container is the container's.

    Raises ReadinessError where the folder cannot be listed.
    """
    path = unwrap.outside(path)
    try:
        found = [
            file
            for file in path.parent.iterdir()
            if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.name != path.name
        ]
        found = [file for file in found if file.is_file()]
    except OSError as error:
        raise unreadable(path.parent, error) from error
    return tuple(sorted(found)) if len(found) <= MOST else ()


class ByContent(Generic[T]):
    """What files hold, judged by how they begin. Equal bytes hold the same, so that they are looked at once."""

    def __init__(self, holds: Callable[[Peek], T | None]) -> None:
        self._holds = holds
        self._seen: dict[bytes, T | None] = {}

    def of(self, path: Path) -> T | None:
        """None also for a file that cannot be read."""
        try:
            key = hashlib.sha256(head(path)).digest()
            if key not in self._seen:
                if len(self._seen) >= _REMEMBERED:
                    self._seen.clear()
                self._seen[key] = self._holds(peek(head(unwrap.inside(path))))
        except ReadinessError:
            return None
        return self._seen[key]


def size(*paths: Path) -> int:
    """Bytes of the files together; one that has gone counts none."""
    total = 0
    for path in paths:
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total
