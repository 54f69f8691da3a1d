"""What works results out: a digest of the program itself, so that a result of another version is never taken for ours.

It is over the text of every module and template that a result or its words may rest on: an edited line in a checkout
counts as much as another wheel. Readers of files are left out: what they read is in the file already. The versions of
the interpreter, of SQLite and of the libraries that compute or print are part of it.

A program that was replaced while it ran (an update beside an open app, an edit in a checkout) is of no version: what it
works out may come from either.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from functools import cache
from pathlib import Path
from typing import NamedTuple

from readiness_tui.store.sqlite import sqlite3

_APART = frozenset(
    {"sources", "checklists", "sample_data"}
)  # folders of the package itself; domain/checklists is rules
_LIBRARIES = ("numpy-", "scipy-", "jinja2-", "markupsafe-", "msgspec-")
_SINCE = time.time_ns()  # when this process began to read the program, a moment ago
_Stamps = list[tuple[str, int, int, int, int]]  # of each file: its name, what it is, when it was changed and its size


class _ProgramRead(NamedTuple):
    """The digest of what was read, and by what a look that reads no file tells that it still holds."""

    digest: str
    beside: str  # interpreter, SQLite, libraries
    stamps: _Stamps


def digest() -> str | None:
    """The digest of the program that runs; None where its files cannot be read or are newer, and then nothing is kept."""
    seen = _at_first()
    return None if seen is None else seen.digest


def unchanged() -> bool:
    """Whether the program's files are still those that `digest` saw: by their stamps, and read again where those differ.

    Nobody can set the time of a file's last change, and what takes its place is another inode. Where a system keeps
    neither (Windows), the files are read again each time.
    """
    before = _at_first()
    if before is None:
        return False
    if os.name == "posix" and (_beside(), _stamps_now()) == (before.beside, before.stamps):
        return True
    now = _read()
    return now is not None and now.digest == before.digest


@cache
def _at_first() -> _ProgramRead | None:
    return _read()


def _read() -> _ProgramRead | None:
    beside, stamps = _beside(), []
    said = hashlib.sha256(beside.encode())
    try:
        for name, path in _files(_root()):
            with open(path, "rb", buffering=0) as file:
                stat = os.fstat(file.fileno())
                if stat.st_ctime_ns >= _SINCE:
                    return None
                data = file.read()
            stamps.append(_stamp(name, stat))
            said.update(f"\0{name} {len(data)}\0".encode())
            said.update(data)
    except OSError:
        return None
    return _ProgramRead(said.hexdigest(), beside, stamps)


def _stamps_now() -> _Stamps | None:
    try:
        return [_stamp(name, os.stat(path)) for name, path in _files(_root())]
    except OSError:
        return None


def _stamp(name: str, stat: os.stat_result) -> tuple[str, int, int, int, int]:
    return name, stat.st_dev, stat.st_ino, stat.st_ctime_ns, stat.st_size


def _beside() -> str:
    return repr((sys.version, sqlite3.sqlite_version, _libraries()))


def _root() -> Path:
    return Path(__file__).parent.parent.parent


def _files(root: Path) -> list[tuple[str, str]]:
    """Every file of ours by its name below `root`, in the order of names. Raises OSError where there is no such folder."""
    found: list[tuple[str, str]] = []
    left = [(str(root), "")]
    while left:
        folder, below = left.pop()
        for entry in os.scandir(folder):
            if f"{below}{entry.name}" in _APART or entry.name == "__pycache__":
                continue
            if entry.is_dir():
                left.append((entry.path, f"{below}{entry.name}/"))
            else:
                found.append((f"{below}{entry.name}", entry.path))
    return sorted(found)


def _libraries() -> list[str]:
    """The installed versions, as their folders name them: asking the libraries would mean importing them."""
    found: set[str] = set()
    for folder in sys.path:
        if folder.endswith("-packages"):
            try:
                names = os.listdir(folder)
            except OSError:
                continue
            found |= {name for name in names if name.endswith("-info") and name.lower().startswith(_LIBRARIES)}
    return sorted(found)
