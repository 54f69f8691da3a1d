"""Digests of what an import brought: in blocks, so that what was changed can be found, and of all of them one in the row
of the import, which the audit trail vouches for.

They are made of the rows as they lie in the file, just before the import is published. Of a block's rows each has four
bytes of its own digest in `marks`, by which the one that was changed is named. Raw records are digested unpacked, because
`compact` packs them anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from readiness_tui.store.codec import dump
from readiness_tui.store.sqlite import Connection

_ROWS = 250  # of a block
_MARK = 4  # bytes
_TRACE = (
    "key, import_id, system_id, id, started_at, prompt_version, model, index_version, app_version, status, outcome, error,"
    " question, answer, chunks, tool_calls, retrieval, feedback, latency_ms, cost, tokens_in, tokens_out, scores, cached,"
    " cold, extra, spans, person, session, (SELECT x.chunks FROM trace_text x WHERE x.key = trace.key)"
)
_RUN = "key, import_id, id, started_at, json, cases"
_CASE = "position, run_key, id, variant, repeat, json, raw"
_SET = "id, import_id, name, digest, json"
_REJECT = "position, import_id, line, reason, excerpt"

_OWN_TRACES = "WHERE import_id = ? AND key BETWEEN ? AND ? ORDER BY key"

Row = tuple[Any, ...]  # its place among the rows of its owner first


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one part of an import, by their places. `owner`: the run of cases, else 0."""

    part: str
    owner: int
    first: int
    last: int
    rows: int
    digest: str
    marks: bytes


_ORDER = ("run", "run_case", "eval_set", "import_reject", "trace", "trace_raw")
ALL = frozenset(_ORDER)
#: What a gate is judged by, beside requests: little beside them.
OF_RUNS = frozenset(_ORDER[:3])


def blocks(conn: Connection, import_id: int, parts: frozenset[str] = ALL) -> Iterator[Block]:
    """The blocks of what an import brought, as it lies in the file now: of these parts, which hold `OF_RUNS`. Reads in chunks."""
    yield from _blocks("run", 0, conn.execute(f"SELECT {_RUN} FROM run WHERE import_id = ? ORDER BY key", (import_id,)))
    for (run,) in conn.execute("SELECT key FROM run WHERE import_id = ? ORDER BY key", (import_id,)).fetchall():
        cases = f"SELECT {_CASE} FROM run_case WHERE run_key = ? ORDER BY position"
        yield from _blocks("run_case", run, conn.execute(cases, (run,)))
    yield from _blocks("eval_set", 0, _of_import(conn, "eval_set", _SET, "id", import_id))
    if "import_reject" in parts:
        yield from _blocks("import_reject", 0, _of_import(conn, "import_reject", _REJECT, "position", import_id))
    if "trace" in parts:
        yield from _blocks("trace", 0, _traces(conn, import_id))
    if "trace_raw" in parts:
        yield from _raw(conn, import_id)


def _of_import(conn: Connection, part: str, names: str, place: str, import_id: int) -> Iterable[Row]:
    return conn.execute(f"SELECT {names} FROM {part} WHERE import_id = ? ORDER BY {place}", (import_id,))


def seal(conn: Connection, import_id: int) -> list[Block]:
    """The blocks of a staged import, to be entered in the transaction that publishes it."""
    return list(blocks(conn, import_id))


def enter(conn: Connection, import_id: int, made: Sequence[Block]) -> str:
    """Store the blocks; returns the digest of them all, for the row of the import."""
    conn.executemany(
        "INSERT INTO content_block(import_id, part, owner, first, last, rows, digest, marks) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ((import_id, one.part, one.owner, one.first, one.last, one.rows, one.digest, one.marks) for one in made),
    )
    return digest_of(made)


def stored(conn: Connection, import_id: int) -> list[Block]:
    """The blocks that were entered when the import was published, in the order of `blocks`."""
    order = "CASE part " + " ".join(f"WHEN '{part}' THEN {at}" for at, part in enumerate(_ORDER)) + " END"
    found = conn.execute(
        "SELECT part, owner, first, last, rows, digest, marks FROM content_block WHERE import_id = ?"
        f" ORDER BY {order}, owner, first",
        (import_id,),
    ).fetchall()
    return [Block(*row) for row in found]


def digest_of(made: Iterable[Block]) -> str:
    """One digest of an import's blocks, in their order."""
    said = dump([[one.part, one.owner, one.first, one.last, one.rows, one.digest] for one in made])
    return hashlib.sha256(said.encode()).hexdigest()


def rows_of(conn: Connection, import_id: int, block: Block) -> dict[int, bytes]:
    """The marks of the rows that lie at a block's places now."""
    between = (block.first, block.last)
    if block.part == "trace":
        found = conn.execute(f"SELECT {_TRACE} FROM trace {_OWN_TRACES}", (import_id, *between))
    elif block.part == "run_case":
        found = conn.execute(
            f"SELECT {_CASE} FROM run_case WHERE run_key = ? AND position BETWEEN ? AND ? ORDER BY position",
            (block.owner, *between),
        )
    else:
        names, place = {"run": (_RUN, "key"), "eval_set": (_SET, "id"), "import_reject": (_REJECT, "position")}[
            block.part
        ]
        found = conn.execute(
            f"SELECT {names} FROM {block.part} WHERE import_id = ? AND {place} BETWEEN ? AND ? ORDER BY {place}",
            (import_id, *between),
        )
    return {row[0]: _digest(row)[:_MARK] for row in found}


def marks_of(block: Block) -> dict[int, bytes]:
    """The marks of the rows that a block was made of, by their places."""
    found = {block.first + at: block.marks[at * _MARK : (at + 1) * _MARK] for at in range(block.last - block.first + 1)}
    return {place: mark for place, mark in found.items() if mark != bytes(_MARK)}


def _traces(conn: Connection, import_id: int) -> Iterator[Row]:
    keys = "SELECT min(first_key), max(last_key) FROM trace_raw WHERE import_id = ?"
    first, last = conn.execute(keys, (import_id,)).fetchone()
    while first is not None and first <= last:
        rows = conn.execute(f"SELECT {_TRACE} FROM trace {_OWN_TRACES} LIMIT 1000", (import_id, first, last)).fetchall()
        yield from rows
        if not rows:
            return
        first = rows[-1][0] + 1


def _blocks(part: str, owner: int, rows: Iterable[Row]) -> Iterator[Block]:
    encode, sha256 = _encoder(), hashlib.sha256
    for _, some in groupby(rows, lambda row: row[0] // _ROWS):
        places: list[int] = []
        digests: list[bytes] = []
        for row in some:  # one at a time: cases may be long
            places.append(row[0])
            digests.append(sha256(encode(row)).digest())
        first, last = places[0], places[-1]
        mark = {place: one[:_MARK] for place, one in zip(places, digests, strict=True)}
        if len(mark) <= last - first:  # a place without a row has none
            mark = {place: mark.get(place, bytes(_MARK)) for place in range(first, last + 1)}
        said = sha256(b"".join(digests)).hexdigest()
        yield Block(part, owner, first, last, len(places), said, b"".join(mark.values()))


def _digest(row: Row) -> bytes:
    return hashlib.sha256(_encoder()(row)).digest()


@cache
def _encoder() -> Callable[[Row], bytes]:
    import msgspec  # only here: the audit trail is bound without it

    return msgspec.msgpack.Encoder().encode


def _raw(conn: Connection, import_id: int) -> Iterator[Block]:
    """All raw records of an import as one block: where they are cut may change."""
    from readiness_tui.store.raw.records import unpack_bytes

    said = hashlib.sha256()
    first, last, count = -1, -1, 0
    while row := conn.execute(
        "SELECT first_key, last_key, data FROM trace_raw WHERE import_id = ? AND first_key > ? ORDER BY first_key LIMIT 1",
        (import_id, last),
    ).fetchone():
        start, last, data = row
        first = start if first < 0 else first
        parts: list[bytes] = []
        for key, record in enumerate(unpack_bytes(data), start):
            parts += (b"%d %d\n" % (key, -1 if record is None else len(record)), record or b"")
            count += 1
        said.update(b"".join(parts))
    if count:
        yield Block("trace_raw", 0, first, last, count, said.hexdigest(), b"")
