"""NaN and Infinity as Python's json module writes them, although JSON has no such values."""

from __future__ import annotations

import re

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"|-?\b(?:NaN|Infinity)\b', re.DOTALL)


def as_null(data: bytes) -> tuple[bytes, int]:
    """The JSON text with null in place of each NaN and infinity outside its strings, and how many there were."""
    if b"NaN" not in data and b"Infinity" not in data:
        return data, 0
    count = 0

    def swap(match: re.Match[bytes]) -> bytes:
        nonlocal count
        if match.group().startswith(b'"'):
            return match.group()
        count += 1
        return b"null"

    return _TOKEN.sub(swap, data), count
