"""A small file system of its own, where this process may mount one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SIZE = 64 * 1024 * 1024


@contextmanager
def small_disk(at: Path) -> Iterator[tuple[Path, bool]]:
    """A folder, and whether it is a file system of its own."""
    at.mkdir()
    able = shutil.which("mount") is not None and os.geteuid() == 0
    mounted = able and _called("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(at))
    try:
        yield at, mounted
    finally:
        if mounted:
            _called("umount", str(at))


@contextmanager
def read_only(disk: Path, mounted: bool) -> Iterator[None]:
    """Nothing on it can be written: the file system where it is one, else the folder and its files for this user."""
    files = [disk, *disk.iterdir()]
    modes = [file.stat().st_mode & 0o777 for file in files]
    if mounted:
        _called("mount", "-o", "remount,ro", str(disk))
    else:
        for file, mode in zip(files, modes, strict=True):
            file.chmod(mode & 0o555)
    try:
        yield
    finally:
        if mounted:
            _called("mount", "-o", "remount,rw", str(disk))
        else:
            for file, mode in zip(files, modes, strict=True):
                file.chmod(mode)


def _called(*words: str) -> bool:
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0
