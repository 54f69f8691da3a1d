"""The journal of what was acknowledged: whatever a death or a disk leaves of it, each whole record is read once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.importing.receiving import spool
from readiness_tui.services.importing.receiving.spool import Spool, SpoolRecord

RECORDS = [SpoolRecord({"system": "Bot", "at": at}, body) for at, body in enumerate((b"", b"RDY1" * 9, b"\0\n\xff"))]


@pytest.fixture
def made(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "x.db")


def test_what_was_appended_is_read_back(made: Spool) -> None:
    segment = made.append(RECORDS[:2])
    assert made.append(RECORDS[2:]) is segment
    assert segment.read() == spool.Contents(tuple(RECORDS))


@given(st.data())
def test_a_file_cut_anywhere_gives_the_whole_records_before(data: st.DataObject) -> None:
    frames = [spool._framed(record) for record in RECORDS]
    whole = b"".join(frames)
    cut = data.draw(st.integers(0, len(whole)))
    ends = [sum(map(len, frames[:n])) for n in range(4)]
    before = max(n for n in range(4) if ends[n] <= cut)
    padding = data.draw(st.sampled_from([b"", bytes(500)]))  # a file system may have made the room already
    found = spool._contents(whole[:cut] + padding)
    assert found == spool.Contents(tuple(RECORDS[:before]), torn=cut - ends[before] + len(padding))


@given(st.integers(0, 2), st.data())
def test_a_damaged_record_costs_none_but_itself(at: int, data: st.DataObject) -> None:
    frames = [bytearray(spool._framed(record)) for record in RECORDS]
    frames[at][data.draw(st.integers(0, len(frames[at]) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    found = spool._contents(b"".join(frames))
    assert found.records == tuple(record for n, record in enumerate(RECORDS) if n != at)
    assert (found.torn, found.damaged) == ((len(frames[at]), 0) if at == 2 else (0, len(frames[at])))


def test_a_write_that_fails_leaves_what_was_there(made: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = made.append(RECORDS[:1])

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            made.append(RECORDS[1:2])
    assert segment.read() == spool.Contents(tuple(RECORDS[:1]))
    later = made.append(RECORDS[2:])
    assert later is not segment
    assert later.read() == spool.Contents(tuple(RECORDS[2:]))


def test_a_segment_ends_at_its_size_and_a_group_stays_together(made: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "SEGMENT", 50)
    first = made.append(RECORDS)
    second = made.append(RECORDS[:1])
    assert (len(first.read().records), len(second.read().records)) == (3, 1)
    assert [segment.path for segment in (first, second)] == spool.waiting(made.folder)


def test_the_next_process_takes_over_what_is_left_and_no_one_elses(made: Spool, tmp_path: Path) -> None:
    mine = made.append(RECORDS)
    other = Spool(tmp_path / "x.db")
    assert other.left() == []
    mine.release()  # as the death of a process does
    (taken,) = other.left()
    assert taken.read().records == tuple(RECORDS)
    taken.remove()
    assert not mine.path.exists()
    other.close()
    assert not other.folder.exists()


def test_where_it_cannot_be_written_nothing_is_received(tmp_path: Path) -> None:
    (tmp_path / "x.db.received").write_text("a file", encoding="utf-8")
    with pytest.raises(ReadinessError, match="cannot be written"):
        Spool(tmp_path / "x.db")


def test_its_files_are_this_persons_alone(made: Spool) -> None:
    segment = made.append(RECORDS)
    assert segment.path.stat().st_mode & 0o777 == 0o600
    assert made.folder.stat().st_mode & 0o777 == 0o700
