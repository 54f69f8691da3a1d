"""Ids of a file, and the lines on which they stood first, in little memory."""

from __future__ import annotations

import errno
import io
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.errors import NoRoomError
from readiness_tui.sources.kit.pieces import first_lines
from readiness_tui.sources.kit.pieces.first_lines import FirstLines
from readiness_tui.sources.kit.recordio import Line


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the filter is soon of no help, and most of the log on the disk."""
    for name, value in {"_EXACT": 3, "_BITS": 32, "_PARTS": 2, "_BLOCK": 32}.items():
        monkeypatch.setattr(first_lines, name, value)


@settings(deadline=None)  # files are made
@given(st.lists(st.text("abc", max_size=3) | st.text(max_size=3)))
def test_the_first_line_of_an_id_is_found_as_in_a_dictionary(ids):
    lines, at_once, known, told = FirstLines(), FirstLines(), {}, []
    for line, ident in enumerate(ids, 1):
        told.append(known.get(ident))
        assert lines.before(ident, line) == told[-1]
        known.setdefault(ident, line)
    assert at_once.before_all(ids, range(1, len(ids) + 1)) == told


def test_each_of_many_ids_is_found_again_in_the_memory_or_on_the_disk():
    lines, ids = FirstLines(), [f"{n:032x}" for n in range(500)]
    assert lines.before_all(ids, range(1, 501)) == [None] * 500
    assert lines.before_all(ids[::-1], [900] * 500) == list(range(500, 0, -1))
    assert lines.before("another", 901) is None


def test_the_number_of_a_record_on_its_line_is_kept():
    lines = FirstLines()
    for n in range(1, 20):
        assert lines.before(f"id {n}", Line(1, n)) is None
    assert str(lines.before("id 17", Line(1, 30))) == "1 (record 17 of the list)"


def test_what_looks_like_an_entry_across_two_of_them_is_none():
    """The bytes of two entries beside each other hold those of others."""
    log = first_lines._LineLog()
    first, second = (0x1111_1111_2222_2222, 0x4444_4444, 0x5555_5555), (0x6666_6666_7777_7778, 0x8888_8888, 9)
    for entry in (first, second):
        log.add(*entry)
    across = first_lines._hashes.unpack_from(b"".join(first_lines._entry.pack(*entry) for entry in (first, second)), 8)
    assert across[1] % 2 == 0  # so that it is sought among them
    assert log.line_of(*across) is None
    assert [log.line_of(*entry[:2]) for entry in (first, second)] == [0x5555_5555, 9]


def test_memory_does_not_grow_with_the_ids(monkeypatch):
    for name, value in {"_EXACT": 1_000, "_BITS": 2**20, "_PARTS": 16, "_BLOCK": 4_096}.items():
        monkeypatch.setattr(first_lines, name, value)
    tracemalloc.start()
    try:
        lines, held = FirstLines(), []
        for start in (0, 10_000, 20_000, 30_000):
            lines.before_all([f"{n:032x}" for n in range(start, start + 10_000)], range(start, start + 10_000))
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[3] - held[1] < 2 * 20_000  # a dictionary holds some 150 bytes an id, one table of places 25
    assert lines.before(f"{39_999:032x}", 70_000) == 39_999


@pytest.mark.parametrize("short", [False, True], ids=["refused", "half written"])
def test_a_full_disk_of_temporary_files_is_a_sentence(monkeypatch: pytest.MonkeyPatch, short: bool) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            if short:
                return super().write(bytes(data)[:5])
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: Full())
    with pytest.raises(NoRoomError, match=r"\(No space left on device\), where the ids of a file wait"):
        FirstLines().before_all([f"{n:032x}" for n in range(500)], range(500))
