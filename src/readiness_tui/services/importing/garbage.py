"""Memory while a file is read: Python's search for circles is held back, and what was freed is handed back at the end."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects between two searches of the youngest, of which each fiftieth looks at older ones too.
_SELDOM = (100_000, 50, 100)

_lock = threading.Lock()
_open = 0  # imports under way
_before = gc.get_threshold()


@contextmanager
def collected_seldom() -> Iterator[None]:
    """What a record becomes has no circles, and each search for them goes through all the records of a batch: a tenth of
    an import's time. Of several blocks at once, the last that ends restores what was before."""
    global _open, _before
    with _lock:
        if not _open:
            _before = gc.get_threshold()
            gc.set_threshold(*_SELDOM)
        _open += 1
    try:
        yield
    finally:
        with _lock:
            _open -= 1
            last = not _open
            if last:
                gc.set_threshold(*_before)
        if last:
            _hand_back()


def _hand_back() -> None:
    """Texts of records leave gaps, some ten MiB, that glibc keeps; what is judged next in this process would come on top.
    Other libraries have no such call, and keep less."""
    import ctypes

    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # TypeError: Windows has no library without a name
        return
    trim(0)
