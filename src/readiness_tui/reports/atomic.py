"""Files that are there whole or not at all: a reader, or a power cut, never meets half a document."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError


def write_text(path: Path, text: str) -> None:
    """Replace `path` by `text` (UTF-8, newlines as given): a new file in the same folder, flushed to the disk, renamed.

    Permissions of a file already there are kept. Raises ReadinessError where the folder is missing or cannot be
    written, or a directory is in the way; then whatever was at `path` is unchanged.
    """
    path = path.resolve() if path.is_symlink() else path  # write where the link points, and keep the link
    folder = path.parent
    if path.is_dir():
        raise ReadinessError(
            f"{path} is a directory, so the document cannot be written there. Give the name of a file."
        )
    if not folder.is_dir():
        raise ReadinessError(f"The folder {folder} does not exist, so {path.name} cannot be written. Create it first.")
    temporary = ""
    try:
        data = text.encode("utf-8")
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(path))
        os.replace(temporary, path)
        temporary = ""
        _sync_folder(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReadinessError(
            f"{path} could not be written: {reason}. What was there before is unchanged. Choose another folder."
        ) from error
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced; of a new one, what the umask leaves."""
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where folders can be synced (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
