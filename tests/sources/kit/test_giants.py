"""Limits of what is read: each is a sentence with its place, and none is reached by reading all of it first."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit import jsonio, recordio
from readiness_tui.sources.kit.archive import Archive
from readiness_tui.sources.kit.base import Reject
from readiness_tui.sources.kit.measures import moved
from readiness_tui.sources.kit.peek import seen
from tests.sources.hostile.strange import CONTENTS


def test_a_document_of_more_values_than_memory_is_meant_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonio, "MAX_VALUES", 100)
    path = tmp_path / "dense.json"
    path.write_bytes(b"[" + b"{}," * 100 + b"{}]")
    assert jsonio.document(path)
    path.write_bytes(b"[" + b"{}," * 101 + b"{}]")
    with pytest.raises(
        ReadinessError, match=r"dense.json: the document holds 101 commas, and is read up to 100 values\."
    ):
        jsonio.document(path)


def test_so_is_a_member_of_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zipfile

    monkeypatch.setattr(jsonio, "MAX_VALUES", 100)
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("few.json", b"[" + b"1," * 99 + b"1]")
        made.writestr("many.json", b"[" + b"1," * 101 + b"1]")
    with Archive(path) as archive:
        assert archive.read("few.json")
        with pytest.raises(jsonio.RecordError, match=r'the member "many.json" holds 101 commas'):
            archive.read("many.json")


@pytest.mark.parametrize("columns", [10_001, 50_000])
def test_a_table_of_too_many_columns_says_so_on_its_first_line(columns: int, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    names = ",".join(f"a_column_with_a_long_name_{n}" for n in range(columns))
    path.write_text(f"{names}\n{'1,' * (columns - 1)}1\n")
    found = [item for item in recordio.records(path) if isinstance(item, Reject)]
    assert [item.line for item in found] == [1]
    assert found[0].reason == f"its first line has {columns:,} parts, and a table is read up to 10,000 columns"
    path.write_text(f"{'x,' * columns}x\n")
    with pytest.raises(ReadinessError, match="a table whose first line has more than 10,000 parts"):
        registry.recognise(path)


def test_zeros_are_no_utf16() -> None:
    assert "binary" in seen(bytes(5_000))
    assert "UTF-16" in seen("text in two bytes each".encode("utf-16-le"))
    assert "UTF-16" in seen("text in two bytes each".encode("utf-16-be"))


@pytest.mark.parametrize(
    "start", [datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC), datetime(2026, 1, 1)]
)
@pytest.mark.parametrize(
    "milliseconds", [1e300, -1e300, 1e18, -1e18, float("inf"), float("nan"), 10**400 // 10**390, 5.0]
)
def test_a_time_is_moved_within_the_calendar_or_not_known(start: datetime, milliseconds: float) -> None:
    found = moved(start, milliseconds)
    assert found is None or abs((found - start).total_seconds() * 1000 - milliseconds) < 1
    assert abs(milliseconds) < 1e15 or found is None or milliseconds != milliseconds


def test_lines_are_counted_through_whole_blocks_of_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "gap.jsonl"
    path.write_bytes(b'{"a": 1}\n' + b"\n" * 3_000_000 + b'{"a": 2}\n   \n' + b" " * 2_000_000 + b'{"a": 3}\n')
    found = [item for item in recordio.lines(path) if isinstance(item, tuple)]
    assert [(number, text.strip()) for number, text in found] == [
        (1, b'{"a": 1}'),
        (3_000_002, b'{"a": 2}'),
        (3_000_004, b'{"a": 3}'),
    ]


@pytest.mark.slow
def test_blanks_are_looked_at_once(tmp_path: Path) -> None:
    """Quadratic in 400,000 blanks is hours."""
    blanks = [content for content in CONTENTS if len(content) >= 400_000]
    assert len(blanks) >= 50
    path = tmp_path / "blanks"
    for content in blanks:
        path.write_bytes(content)
        with suppress(ReadinessError):
            registry.recognise(path)
