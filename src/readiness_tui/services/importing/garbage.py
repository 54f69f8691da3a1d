"""Python's search for circles among objects, held back while a file is read."""

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
            if not _open:
                gc.set_threshold(*_before)
