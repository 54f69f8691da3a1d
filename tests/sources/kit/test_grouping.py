"""What belongs together and is too much for memory: refused by name, and everything beside it read."""

from __future__ import annotations

import errno
import io

import pytest

from readiness_tui.domain.errors import NoRoomError
from readiness_tui.sources.kit import grouping
from readiness_tui.sources.kit.grouping import GroupedRecord, Groups


@pytest.mark.parametrize("size", [1, 2 * grouping.PART], ids=["in memory", "over files"])
@pytest.mark.parametrize(("most", "largest"), [(3, 1000), (100, 30)], ids=["number", "bytes"])
def test_a_key_with_too_much_is_refused_and_nothing_else_is(
    monkeypatch: pytest.MonkeyPatch, size: int, most: int, largest: int
) -> None:
    monkeypatch.setattr(grouping, "MOST", most)
    monkeypatch.setattr(grouping, "LARGEST", largest)
    with Groups(size) as groups:
        for line in range(1, 11):
            groups.add("endless", GroupedRecord("span", line, "ten letter"))
            if line % 4 == 0:
                groups.add("short", GroupedRecord("span", line, f"of {line}"))
        found = dict(groups)
        refused = list(groups.refused())
    assert found == {"short": [GroupedRecord("span", 4, "of 4"), GroupedRecord("span", 8, "of 8")]}
    assert [reject.line for reject in refused] == [1]
    assert refused[0].reason.startswith('"endless" has 10 spans or rows')
    assert "nothing of it was taken in" in refused[0].reason


def test_what_just_fits_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST", 3)
    with Groups(1) as groups:
        for line in (1, 2, 3):
            groups.add("whole", GroupedRecord("span", line, "x"))
        assert [len(records) for _, records in groups] == [3]
        assert not list(groups.refused())


@pytest.mark.parametrize("size", [1, 2 * grouping.PART], ids=["in memory", "over files"])
def test_records_that_are_kept_as_one_count_as_many(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(grouping, "MOST", 5)
    with Groups(size) as groups:
        for key, many in (("fits", 2), ("fits", 3), ("endless", 2), ("endless", 4)):
            groups.add(key, GroupedRecord("span", 1, "[]", many))
        assert dict(groups) == {"fits": [GroupedRecord("span", 1, "[]", 2), GroupedRecord("span", 1, "[]", 3)]}
        assert [reject.reason.partition(" spans")[0] for reject in groups.refused()] == ['"endless" has 6']


class _Full(io.RawIOBase):
    """A file on a disk that is full."""

    def readable(self) -> bool:
        return True

    writable = seekable = readable

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def readinto(self, buffer: object) -> int:
        return 0

    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("text", ["short", "x" * 100_000], ids=["in the buffer", "at once"])
def test_a_full_disk_of_temporary_files_is_a_sentence(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("tempfile.TemporaryFile", lambda: io.BufferedRandom(_Full()))
    with pytest.raises(
        NoRoomError,
        match=r"files in .* \(No space left on device\), where spans or rows that belong together wait.*TMPDIR",
    ):
        _group_all(text)


def _group_all(text: str) -> None:
    with Groups(2 * grouping.PART) as groups:
        groups.add("key", GroupedRecord("span", 1, text))
        list(groups)


def test_a_folder_that_takes_no_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[io.BytesIO] = []

    def make() -> io.BytesIO:
        if made:
            raise OSError(errno.EMFILE, "Too many open files")
        made.append(io.BytesIO())
        return made[0]

    monkeypatch.setattr("tempfile.TemporaryFile", make)
    with pytest.raises(NoRoomError, match="Too many open files"), Groups(2 * grouping.PART):
        pass
    assert made[0].closed
