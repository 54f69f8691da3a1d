"""What binds an entry: its JSON, which is the same for ever, and the schema's cookie, which the program's own changes move."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Trace
from readiness_tui.store import Store, codec, imports
from readiness_tui.store.chain import seal
from readiness_tui.store.codec import dump
from readiness_tui.store.listing import trace_words
from readiness_tui.store.measured import late_indexes
from readiness_tui.store.migrations import connect
from tests.store.workers import NOW, SYSTEM

_LEAF = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None, categories=None)) | st.sampled_from(["\0", "\x7f", "\u2028", "\ud800", "a\"\\\n\t", "😀"])
)  # fmt: skip


def _slow(value: Any) -> bytes:
    """Canonical JSON by Python's own library: what the hashes of stored files were made from."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "surrogatepass")


@given(st.dictionaries(st.text(st.characters(categories=["L", "N", "P"])), _LEAF))
def test_a_row_has_the_bytes_that_it_always_had(row: dict[str, Any]) -> None:
    assert dump(row).encode("utf-8", "surrogatepass") == _slow(row)


@given(st.text(), st.lists(_LEAF, max_size=9), st.lists(st.lists(_LEAF, max_size=6), max_size=3))
def test_an_entry_has_the_hash_that_it_always_had(before: str, entry: list[Any], rows: list[list[Any]]) -> None:
    assert seal.entry_hash(before, entry, rows) == hashlib.sha256(_slow([before, entry, rows])).hexdigest()


def test_every_character_is_written_alike() -> None:
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for at in range(0, len(every), 4096):
        some = every[at : at + 4096]
        assert dump(some).encode() == _slow(some)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), b"bytes", {1, 2}, object()], ids=lambda value: type(value).__name__
)
def test_what_no_json_holds_is_refused_and_never_written_in_another_way(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        dump([value])


def test_a_python_without_the_quick_way_writes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"b": ["é\n", 1.5, None], "a": {"d": True, "c": -1}}
    quick = dump(row)
    for other in (None, lambda: None):  # there is none; or one that is called otherwise
        with monkeypatch.context() as patched:
            patched.setattr(json.encoder, "c_make_encoder", other)
            assert codec._made_once() is None
    monkeypatch.setattr(codec, "_PARTS", None)
    assert dump(row) == quick


# The cookie


def _request(store: Store) -> None:
    import_id = imports.begin(store, SYSTEM, "log.jsonl", "test", "d1", "ana", NOW)
    imports.add_traces(store, import_id, [(Trace("t1", NOW + timedelta(seconds=1), question="where is it?"), "{}")])
    imports.publish(store, import_id, "ana", NOW)


def _unmoved(store: Store) -> bool:
    with store.read() as conn:
        return seal.unmoved(conn)


def _cookie(store: Store) -> int:
    with store.read() as conn:
        return seal.cookie(conn)


def test_what_the_program_makes_and_drops_itself_moves_the_cookie_and_what_is_kept_of_it(store: Store) -> None:
    before = _cookie(store)
    with store.write("", "put off", now=NOW) as tx:
        late_indexes.put_off(tx)
    dropped = _cookie(store)
    _request(store)
    late_indexes.make(store)
    made = _cookie(store)
    assert trace_words.make(store)
    assert before < dropped < made < _cookie(store), "each of them changed the schema"
    assert _unmoved(store)


def test_a_cookie_that_somebody_else_moved_stays_moved(store: Store, path: Path) -> None:
    other = connect(path)
    other.execute("CREATE TABLE notes_of_mine(text)")
    other.close()
    assert not _unmoved(store)
    with store.write("", "put off", now=NOW) as tx:
        late_indexes.put_off(tx)
    late_indexes.make(store)
    assert not _unmoved(store)
