"""The outline of a shape: all that it shows but names, versions and steps, of which a log may have others in each request.

A log of a million tools has a million shapes and a handful of outlines. Metrics, the search for whole records and the
question who sent a request ask for no more; what does ask for names reads shapes.
"""

from __future__ import annotations

import json
from typing import Any

_decode = json.JSONDecoder().decode  # not msgspec, which refuses half a surrogate pair in a name
_encode = json.JSONEncoder(separators=(",", ":")).encode
_VERSIONS_AND_STATUS, _CALLS, _STEPS = slice(1, 6), 12, 16  # of the marks, as `shape._skeleton` takes them


def outline(text: str) -> str:
    """The outline of a shape, both as `TraceShape.text`: a shape itself, whose calls are of tools named by their order.

    Which calls are of one tool stays, as whether there was a retry rests
    on it; names of scores stay, as metrics are found by them."""
    marks = _decode(text)
    marks[_VERSIONS_AND_STATUS] = [None] * 5
    marks[_CALLS] = _numbered(marks[_CALLS])
    marks[_STEPS] = None
    return _encode(marks)


def _numbered(calls: list[list[Any]] | None) -> list[list[Any]] | None:
    if not calls:
        return calls
    names: dict[str, str] = {}
    return [[names.setdefault(name, str(len(names))), *said] for name, *said in calls]
