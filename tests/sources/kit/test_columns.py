"""Headers as pandas, spreadsheets and hands write them; each cell stays under the name of its own column."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.sources.kit import recordio
from readiness_tui.sources.kit.base import Reject, Warn
from readiness_tui.sources.kit.columns import columns
from readiness_tui.sources.kit.peek import FileKind, peek


def _rows(path):
    found = list(recordio.records(path))
    entries = [item.value for item in found if isinstance(item, recordio.Entry)]
    warned = [item.text for item in found if isinstance(item, Warn)]
    return entries, warned, [item.reason for item in found if isinstance(item, Reject)]


@pytest.mark.parametrize(
    ("text", "row", "said"),
    [
        (",q,score\n0,x,0.5\n", {"q": "x", "score": "0.5"}, "the first column is an index; it was left out"),
        ("Unnamed: 0,q\n0,x\n", {"q": "x"}, "the first column is an index; it was left out"),
        ("q,Unnamed: 0,s\nx,0,1\n", {"q": "x", "s": "1"}, "column 2 is an older index (“Unnamed: 0”); it was left out"),
        ("q,Unnamed: 0.1,s\nx,0,1\n", {"q": "x", "s": "1"}, "column 2 is an older index"),
        ("q,score,\nx,0.5,\n", {"q": "x", "score": "0.5"}, ""),
        ("q,score\nx,0.5,\n", {"q": "x", "score": "0.5"}, ""),
        ("q,,score\nx,y,0.5\n", {"q": "x", "column 2": "y", "score": "0.5"}, "column 2 has no name"),
        (
            "q,s,s\nx,1,2\n",
            {"q": "x", "s": "1", "s (2)": "2"},
            "two columns are named “s”; column 3 is taken as “s (2)”",
        ),
        ("sep=;\nq;s\nx;1\n", {"q": "x", "s": "1"}, ""),
        ("\ufeffq,s\nx,1\n", {"q": "x", "s": "1"}, "starts with a byte order mark"),
    ],
)
def test_an_odd_header_is_read_and_said(make, text, row, said):
    entries, warned, rejected = _rows(make("t.csv", text))
    assert entries == [row]
    assert rejected == []
    assert [said in one for one in warned] == ([True] if said else [])


def test_a_row_with_a_cell_too_many_is_refused_alone(make):
    entries, _, rejected = _rows(make("t.csv", "q,s\nx,1\ny,2,z\nw,3\n"))
    assert [entry["q"] for entry in entries] == ["x", "w"]
    assert rejected == ["the row has 3 cells, and the header names 2 columns"]


@given(st.lists(st.sampled_from(["", "a", "b", "a (2)", "Unnamed: 0", "index", " a "]), min_size=1, max_size=8))
def test_names_are_unique_and_only_what_has_no_name_or_is_an_index_goes(header):
    found = columns(header)
    assert len(found.names) == len(header)
    kept = [name for name in found.names if name is not None]
    assert len(set(kept)) == len(kept)
    assert all(kept)
    for at, (given_name, name) in enumerate(zip(header, found.names, strict=True)):
        if name is None:
            assert at == 0 or given_name.strip() in ("", "Unnamed: 0")


@given(st.lists(st.lists(st.text("ab,\"'\n ", max_size=4), min_size=3, max_size=3), min_size=1, max_size=5))
def test_cells_come_back_as_they_were_written(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["x", "y", "z"], *rows])
    (header, *read) = csv.reader(io.StringIO(text.getvalue()))
    named = columns(header).names
    assert [dict(zip(named, row, strict=True)) for row in read] == [dict(zip("xyz", row, strict=True)) for row in rows]


def test_a_header_of_many_columns_is_said_briefly():
    found = columns(["a"] * 5_000 + ["Unnamed: 0"] * 5_000)
    assert len({name for name in found.names if name is not None}) == 5_000
    assert len(found.said) == 21
    assert found.said[-1] == "and 9,979 more columns like these"


def test_a_line_of_more_parts_than_a_table_has_columns_is_no_header(make):
    assert columns(["a"] * 10_001).names == ()
    assert peek(b"x," * 30_000).kind is FileKind.TEXT
