"""Gzip data unpacked to a file, up to a size that no export has: a block is held at a time."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import IO

from readiness_tui.domain.errors import ReadinessError

MOST = 4 * 1024**3  # bytes that a gzip file may grow to


def unpacked(path: Path, out: IO[bytes]) -> tuple[str, ...]:
    """Nothing is to be said of it. Raises ReadinessError where it is broken or too large, OSError where it cannot be written."""
    done = 0
    try:
        with gzip.open(path) as packed:
            while block := packed.read(1024 * 1024):
                done += len(block)
                if done > MOST:
                    raise ReadinessError(f"{path} unpacks to more than {MOST // 1024**3} GiB. Unpack and split it.")
                out.write(block)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ReadinessError(
            f"{path}: the gzip data are broken or cut off ({error}). Export the file again."
        ) from error
    return ()
