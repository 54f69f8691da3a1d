"""Raw records as they were in their file, compressed together, and one of them by its key.

A row of `trace_raw` holds the records of consecutive keys: their lengths as JSON, a newline, their bytes, all of it one
Zstandard frame (RFC 8878), or in files of earlier versions a zlib stream (RFC 1950). A length that is null: that record
was not kept.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import msgspec

from readiness_tui.domain.traces.kept_records import KeptOfImport
from readiness_tui.store.sqlite import Connection

BLOCK = 256  # records compressed together: for one of them some 200 KB are unpacked, in a quarter of a millisecond …
_BLOCK_CHARACTERS = 1 << 19  # … and fewer where they are long
_QUICK = 1  # Zstandard's level: smaller than zlib's quickest, in a third of its time
MAGIC = b"\x28\xb5\x2f\xfd"  # of a Zstandard frame, little-endian 0xFD2FB528
_lengths = msgspec.json.Decoder(list[int | None]).decode
_encode = msgspec.json.Encoder().encode


def blocks(records: Sequence[str | bytes | None], level: int = _QUICK) -> Iterator[tuple[int, bytes]]:
    """The records in blocks: how many are in it, and its bytes. None: a record that is not kept; bytes: one in ASCII."""
    first = size = 0
    for number, record in enumerate(records, 1):
        size += len(record or "")
        if number - first >= BLOCK or size >= _BLOCK_CHARACTERS or number == len(records):
            yield number - first, pack(records[first:number], level)
            first, size = number, 0


def pack(records: Sequence[str | bytes | None], level: int = _QUICK) -> bytes:
    """Lone surrogates survive."""
    import zstandard  # only here: most commands never need it

    parts = [record.encode("utf-8", "surrogatepass") if isinstance(record, str) else record for record in records]
    lengths = _encode([None if part is None else len(part) for part in parts])
    return zstandard.ZstdCompressor(level=level).compress(b"\n".join((lengths, b"".join(filter(None, parts)))))


def unpack(data: bytes) -> list[str | None]:
    return [None if one is None else one.decode("utf-8", "surrogatepass") for one in unpack_bytes(data)]


def unpack_bytes(data: bytes) -> list[bytes | None]:
    """The same as bytes of UTF-8, in which lone surrogates may stand."""
    if data.startswith(MAGIC):
        import zstandard

        plain = zstandard.ZstdDecompressor().decompress(data)
    else:
        plain = zlib.decompress(data)
    lengths, _, joined = plain.partition(b"\n")
    records: list[bytes | None] = []
    start = 0
    for length in _lengths(lengths):
        if length is None:
            records.append(None)
            continue
        records.append(joined[start : start + length])
        start += length
    return records


def of_trace(conn: Connection, key: int) -> str | None:
    """The raw record of the trace with this key; None where it was not kept."""
    first: int
    first, data = conn.execute(
        "SELECT first_key, data FROM trace_raw WHERE first_key <= ? ORDER BY first_key DESC LIMIT 1", (key,)
    ).fetchone()
    return unpack(data)[key - first]


def sampled(conn: Connection, system: str) -> Iterator[KeptOfImport]:
    """The published imports of a system that keep the raw records of some requests alone, the latest first: without
    those of which every request was replaced by later ones, so that nothing is tallied of them."""
    rows = conn.execute(
        "SELECT i.id, i.keep_raw, i.raw_kept, i.traces FROM import i JOIN system s ON s.id = i.system_id"
        " WHERE s.name = ? AND i.published_order IS NOT NULL AND i.raw_kept < i.traces"
        " AND (i.measured = 0 OR EXISTS (SELECT 1 FROM trace_tally y WHERE y.import_id = i.id))"
        " ORDER BY i.published_order DESC",
        (system,),
    ).fetchall()
    yield from (KeptOfImport(*row) for row in rows)


def sampled_by(conn: Connection, key: int) -> KeptOfImport:
    """What the import of the trace with this key keeps."""
    row = conn.execute(
        "SELECT i.id, i.keep_raw, i.raw_kept, i.traces FROM trace t JOIN import i ON i.id = t.import_id WHERE t.key = ?",
        (key,),
    ).fetchone()
    return KeptOfImport(*row)


def seen_of_import(conn: Connection, import_id: int) -> Iterator[tuple[str, str | None]]:
    """Id and raw record of an import's traces that no later import has replaced, in the order of its file.

    Reads a block at a time: use it outside a snapshot.
    """
    after = -1
    while block := conn.execute(
        "SELECT first_key, last_key, data FROM trace_raw WHERE import_id = ? AND first_key > ? ORDER BY first_key LIMIT 1",
        (import_id, after),
    ).fetchone():
        first, after, data = block
        records = unpack(data)
        rows = conn.execute(
            "SELECT key, id FROM trace WHERE import_id = ? AND key BETWEEN ? AND ? AND NOT EXISTS"
            " (SELECT 1 FROM trace_superseded s JOIN import i ON i.id = s.import_id"
            " WHERE s.key = trace.key AND i.published_order IS NOT NULL) ORDER BY key",
            (import_id, first, after),
        ).fetchall()
        yield from ((id, records[key - first]) for key, id in rows)
