"""One whole record, as far as it can be shown: of what is too large only its beginning is read, and that is said."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from readiness_tui.domain.runs.model import Span, Trace
from readiness_tui.domain.text.format import plural
from readiness_tui.store import packing, traces
from readiness_tui.store.raw import records as raw_records
from readiness_tui.store.sqlite import Connection

LARGE = 2_000_000  # characters of all texts of a trace that are read whole
BEGINNING = 20_000  # characters of a text of a larger one
SPANS = 5_000  # of its steps
_SPAN_TEXT = 4_000_000  # characters in which they are looked for
_TEXTS = {"error": "error", "question": "question", "answer": "answer"}
_LISTS = {
    "chunks": "chunks",
    packing.CHUNK_TEXTS: "texts of the chunks",
    "tool_calls": "tool calls",
    "extra": "further fields",
}


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """`raw`: as the file had it, or why it is not there. `left`: what was not read, in words."""

    trace: Trace
    raw: str = ""
    left: tuple[str, ...] = ()


def read(conn: Connection, system: str, trace_id: str, *, raw: bool) -> FoundRecord | None:
    key = traces.key_of(conn, system, trace_id)
    if key is None:
        return None
    names = [*_TEXTS, *(name for name in _LISTS if name != packing.CHUNK_TEXTS), "spans"]
    lengths = conn.execute(
        f"SELECT {', '.join(f'coalesce(length({name}), 0)' for name in names)} FROM trace WHERE key = ?", (key,)
    ).fetchone()
    sizes = dict(zip(names, lengths, strict=True))
    sizes[packing.CHUNK_TEXTS] = packing.plain_size(
        conn.execute("SELECT substr(chunks, 1, 18) FROM trace_text WHERE key = ?", (key,)).fetchone()
    )
    record = traces.raw(conn, system, trace_id) if raw else ""
    if record is None:
        sampled = raw_records.sampled_by(conn, key)
        record = f"The raw record was not kept: {sampled}. What was read of it is above."
    if sum(sizes.values()) <= LARGE:
        row = conn.execute(f"SELECT {packing.TRACE_COLUMNS} FROM trace WHERE key = ?", (key,)).fetchone()
        return FoundRecord(packing.trace(row), record)
    return _beginning(conn, key, sizes, record)


def _beginning(conn: Connection, key: int, sizes: dict[str, int], record: str) -> FoundRecord:
    columns, left = [], []
    for name in packing.TRACE_COLUMNS.split(", "):
        size = sizes.get(name, 0)
        if name in _TEXTS and size > BEGINNING:
            columns.append(f"substr({name}, 1, {BEGINNING})")
            left.append(f"{_TEXTS[name]}, of which {BEGINNING:,} of {plural(size, 'character')} are read")
        elif name in _LISTS and size > LARGE // 4:
            columns.append("NULL")
            left.append(f"{_LISTS[name]}, of {plural(size, 'character')}")
        else:
            columns.append("NULL" if name == "spans" else name)
    row = conn.execute(f"SELECT {', '.join(columns)} FROM trace WHERE key = ?", (key,)).fetchone()
    trace = packing.trace(row)
    if sizes["spans"]:
        (text,) = conn.execute(f"SELECT substr(spans, 1, {_SPAN_TEXT}) FROM trace WHERE key = ?", (key,)).fetchone()
        spans, whole = first_spans(text)
        trace = replace(trace, spans=spans)
        if not whole:
            left.append(f"steps, of which the first {len(spans):,} are read")
    return FoundRecord(trace, record, tuple(left))


def first_spans(text: str, most: int = SPANS) -> tuple[tuple[Span, ...], bool]:
    """The steps at the beginning of a JSON list that may be cut off, and whether these are all."""
    found: list[Any] = []
    decoder, at = json.JSONDecoder(), 1
    while len(found) < most:
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            break
        found.append(value)
        if text[at : at + 1] != ",":
            break
        at += 1
    return msgspec.convert(tuple(found), tuple[Span, ...], strict=False), text[at:] == "]"
