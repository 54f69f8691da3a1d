"""Ids of a file, and the lines on which they stood first, in little memory."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.sources.kit import grouping
from readiness_tui.sources.kit.grouping import FirstLines
from readiness_tui.sources.kit.recordio import Line


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "_EXACT", 3)
    monkeypatch.setattr(grouping, "_LEAST", 5)


@given(st.lists(st.text("abc", max_size=3) | st.text(max_size=3)))
def test_the_first_line_of_an_id_is_found_as_in_a_dictionary(ids):
    lines, known = FirstLines(), {}
    for line, ident in enumerate(ids, 1):
        assert lines.before(ident, line) == known.get(ident)
        known.setdefault(ident, line)


def test_the_number_of_a_record_on_its_line_is_kept():
    lines = FirstLines()
    for n in range(1, 20):
        assert lines.before(f"id {n}", Line(1, n)) is None
    assert str(lines.before("id 17", Line(1, 30))) == "1 (record 17 of the list)"


def test_an_id_takes_a_few_bytes(monkeypatch):
    monkeypatch.setattr(grouping, "_LEAST", 65_536)
    lines = FirstLines()
    for n in range(60_000):
        lines.before(f"{n:032x}", n + 1)
    kept = sys.getsizeof(lines._hashes) + sys.getsizeof(lines._lines) + sys.getsizeof(lines._exact)
    assert kept < 40 * 60_000
    assert lines.before(f"{59_999:032x}", 70_000) == 60_000
