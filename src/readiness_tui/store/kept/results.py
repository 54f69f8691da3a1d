"""Results that are kept in the file: what was measured and judged, under the mark of all that it rests on.

They are only kept: without them everything is worked out anew. So they leave no trace in the history, the oldest go
when there are more than `MOST`, and writing them waits for nobody (`Store.keep`).

A result is given back only for the mark that it was kept under, and only where its digest is that of its place, its
mark and its text: a row that was cut short, mixed up or edited is as good as none. The digest is made with a key that does
not lie in the file, and each key has places of its own: who may write to the file alone cannot make a row that is given back.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping

from readiness_tui.store.sqlite import Connection

MOST = 200  # results in a file, of all reviews, people and days together
_LARGEST = 8 * 1024 * 1024  # characters of one that is kept


def get(conn: Connection, key: bytes, place: str, mark: str) -> str | None:
    """The text that was kept with this key at this place for this mark; None where there is none, or it is damaged."""
    place = _of(key, place)
    row = conn.execute("SELECT digest, body FROM kept WHERE place = ? AND mark = ?", (place, mark)).fetchone()
    if row is None:
        return None
    return _sound(key, place, mark, *row)


def damaged(conn: Connection, key: bytes) -> list[str]:
    """The places of the results that are never given back, because they are not what was kept there with this key. What was
    kept with another cannot be told."""
    rows = conn.execute(
        "SELECT place, mark, digest, body FROM kept WHERE substr(place, -length(?1)) = ?1 ORDER BY id", (_of(key, ""),)
    ).fetchall()
    return [row[0].removesuffix(_of(key, "")) for row in rows if _sound(key, *row) is None]


def put(conn: Connection, key: bytes, texts: Mapping[str, str], mark: str) -> None:
    """Keep texts by their place, in place of what was kept there, and let the oldest go."""
    for name, text in texts.items():
        if len(text) <= _LARGEST:
            place = _of(key, name)
            body = zlib.compress(text.encode(), 1)
            conn.execute(
                "INSERT OR REPLACE INTO kept(place, mark, digest, body) VALUES (?, ?, ?, ?)",
                (place, mark, _digest(key, place, mark, text), body),
            )
    conn.execute("DELETE FROM kept WHERE id NOT IN (SELECT id FROM kept ORDER BY id DESC LIMIT ?)", (MOST,))


def _of(key: bytes, place: str) -> str:
    """The place for results of this key."""
    return f"{place}#{hashlib.blake2b(b'place', key=key, digest_size=6).hexdigest()}"


def _sound(key: bytes, place: str, mark: str, digest: str, body: bytes) -> str | None:
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(body, 4 * _LARGEST)
        text = data.decode() if unpacker.eof else ""
    except (zlib.error, UnicodeDecodeError):
        return None
    return text if _digest(key, place, mark, text) == digest else None


def _digest(key: bytes, place: str, mark: str, text: str) -> str:
    said = hashlib.blake2b(key=key, digest_size=32)
    for part in (place, mark, text):
        data = part.encode()
        said.update(b"%d:" % len(data))
        said.update(data)
    return said.hexdigest()
