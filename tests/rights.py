"""A process gives up what root may do, so that it meets permissions as anybody else does."""

from __future__ import annotations

import ctypes
import os
import sys


def give_up() -> None:
    """For the rest of this process, and only where it runs as root.

    On Linux its capabilities go and the user stays: what is installed in a folder of root's own is still found, and a file
    of mode 444 cannot be written. Elsewhere it becomes a user without rights.
    """
    if os.getuid() != 0:
        return
    if sys.platform != "linux":
        os.setgid(65534)
        os.setuid(65534)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, of this thread: see capset(2)
    none = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; each in two halves
    if libc.capset(header, none) != 0:
        raise OSError(ctypes.get_errno(), "capset")
