"""The outline of a shape: all that it shows but names, versions and steps, of which a log may have others in each request.

A log of a million tools has a million shapes and a handful of outlines. Metrics, the search for whole records and the
question who sent a request ask for no more; what does ask for names reads shapes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":")).encode


@cache
def _decoder() -> Callable[[str], Any]:
    import msgspec  # what only asks rules needs none of it

    return msgspec.json.Decoder().decode


def outline(text: str) -> str:
    """The outline of a shape, both as `TraceShape.text`: a shape itself, whose calls are of tools named by their order.

    What it keeps and what not, by `shape._skeleton`: which calls are of one tool stays, as whether there was a retry rests
    on it; names of scores stay, as metrics are found by them."""
    there, _, _, _, _, _, outcome, error, question, answered, user, chunks, calls, *rest, _, scores = _decoder()(text)
    plain = [
        there,
        *[None] * 5,
        outcome,
        error,
        question,
        answered,
        user,
        chunks,
        _numbered(calls),
        *rest,
        None,
        scores,
    ]
    return _encode(plain)


def _numbered(calls: list[list[Any]] | None) -> list[list[Any]] | None:
    if not calls:
        return calls
    names: dict[str, str] = {}
    return [[names.setdefault(name, str(len(names))), *said] for name, *said in calls]
