"""Raw records in compressed blocks: whole, in order, quickly at one of them, and those of earlier versions too."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.store.raw import records as raw_records

records = st.lists(st.none() | st.text(st.characters(), max_size=30), min_size=1, max_size=12)


@given(records)
def test_what_goes_in_comes_out(some: list[str | None]) -> None:
    """Lone surrogates, newlines and empty texts too, and which were not kept."""
    assert raw_records.unpack(raw_records.pack(some)) == some


@given(records, st.integers(1, 4), st.integers(1, 40))
def test_blocks_hold_all_in_order_and_none_is_too_large(some: list[str | None], most: int, characters: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(raw_records, "BLOCK", most)
        patch.setattr(raw_records, "_BLOCK_CHARACTERS", characters)
        blocks = list(raw_records.blocks(some))
    held = [raw_records.unpack(data) for _, data in blocks]
    assert [len(one) for one in held] == [count for count, _ in blocks]
    assert [record for one in held for record in one] == some
    assert all(len(one) <= most for one in held)
    assert all(sum(map(len, filter(None, one[:-1]))) < characters for one in held)


def test_a_block_of_an_earlier_version_is_read() -> None:
    texts = ["{}", "né\ud800", ""]
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    old = zlib.compress(b"\n".join((json.dumps([len(one) for one in parts]).encode(), b"".join(parts))), 1)
    assert raw_records.unpack(old) == texts
