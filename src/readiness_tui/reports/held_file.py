"""An open file that one process has to itself. The lock goes with the handle, however the process ends."""

from __future__ import annotations

from typing import Any

fcntl: Any
try:
    import fcntl
except ImportError:  # Windows: nothing can be asked, but what is open cannot be removed, which keeps two apart as well
    fcntl = None


def take(handle: int) -> bool:
    """Whether the file is this process's now; False where another has it. Where neither can be told it is."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True


def tells() -> bool:
    """Whether this system can say that another process has a file."""
    return fcntl is not None
