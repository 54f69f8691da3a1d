"""A JSON document printed piece by piece: its long lists are gone through once, and never held as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from readiness_tui.domain.text.sanitise import to_json

_AT_ONCE = 500  # rows
_PLACE = re.compile(r'(?<!\\)"\\u0000([0-9]+)"')  # where rows belong: a whole text, and no end of one


@dataclass(frozen=True, slots=True)
class Streamed:
    """A list of a document, of which there may be very much: its elements, to be gone through once."""

    rows: Iterable[Any]


def pieces(value: Any, mask: Callable[[Any], Any]) -> Iterator[str]:
    """The document as `to_json` would write it whole, masked by `mask`."""
    later: list[Streamed | str] = []
    text = to_json(mask(_without(value, later)))
    parts = _PLACE.split(text) if later else [text]
    for at, part in enumerate(parts):
        if at % 2 == 0:
            yield part
        elif isinstance(put := later[int(part)], str):
            yield to_json(mask(put))
        else:
            line = parts[at - 1].rpartition("\n")[2]
            yield from _rows(put, mask, " " * (len(line) - len(line.lstrip())))


def _without(value: Any, later: list[Streamed | str]) -> Any:
    """The value with a place for each of its streamed lists, and for each text that would pass for such a place."""
    if isinstance(value, Streamed) or (isinstance(value, str) and value.startswith("\0")):
        later.append(value)
        return f"\0{len(later) - 1}"
    if isinstance(value, dict):
        return {key: _without(inner, later) for key, inner in value.items()}
    return [_without(inner, later) for inner in value] if isinstance(value, (list, tuple)) else value


def _rows(streamed: Streamed, mask: Callable[[Any], Any], margin: str) -> Iterator[str]:
    rows = iter(streamed.rows)
    between = "[\n"
    while some := list(islice(rows, _AT_ONCE)):
        listed = to_json(mask(some))[2:-2]
        yield between + margin + listed.replace("\n", f"\n{margin}")
        between = ",\n"
    yield "[]" if between == "[\n" else f"\n{margin}]"
