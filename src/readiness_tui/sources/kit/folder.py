"""The files beside a file: exports that a tool writes in parts are put together again."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.sources.kit.fileio import unreadable

SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".csv"})
MOST = 500


def beside(path: Path) -> tuple[Path, ...]:
    """The other files of its folder that may hold records, by name; none where they are more than `MOST`.

    Raises ReadinessError where the folder cannot be listed.
    """
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


def size(*paths: Path) -> int:
    """Bytes of the files together; one that has gone counts none."""
    total = 0
    for path in paths:
        try:
            total += path.stat().st_size
        except OSError:
            continue
    return total
