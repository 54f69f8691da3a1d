"""A line that is too long is told by its number, its length and the limit, wherever it stands; a quote that nobody closed, by
the line of its row, and the bar goes on meanwhile."""

from __future__ import annotations

import json

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import jsonio, recordio
from readiness_tui.sources.kit.base import Progress, Reject
from readiness_tui.sources.kit.fileio import HEAD
from readiness_tui.sources.promptfoo import table

MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(recordio, "MAX_LINE", MIB)
    monkeypatch.setattr(table, "MAX_LINE", MIB)


def _row(size: int, *, dense: bool = False) -> str:
    return json.dumps({"a": [1] * (size // 3) if dense else "x" * size})


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("ending", ["\n", "\r\n", " \n"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_line_that_is_too_long_is_one_reject_wherever_it_stands(make, at, ending, dense):
    rows = [_row(3 * MIB, dense=dense) if number == at else json.dumps({"a": number}) for number in (1, 2, 3)]
    found = list(recordio.records(make("x.jsonl", ending.join(rows) + ending)))
    (bad,) = [item for item in found if isinstance(item, Reject)]
    assert (bad.line, bad.reason) == (at, "the line has 3.0 MiB, and a line is read up to 1 MiB")
    assert [item.value["a"] for item in found if isinstance(item, recordio.Entry)] == [n for n in (1, 2, 3) if n != at]


def test_the_last_line_is_measured_without_a_line_end(make):
    found = list(recordio.records(make("x.jsonl", '{"a": 1}\n' + _row(3 * MIB))))
    assert [item.reason for item in found if isinstance(item, Reject)] == [
        "the line has 3.0 MiB, and a line is read up to 1 MiB"
    ]


def test_a_long_document_on_one_line_is_no_line(make):
    text = json.dumps({"about": "x" * 2 * MIB, "cases": [{"n": 1}]})
    found = list(recordio.records(make("x.json", text + "\n"), "cases"))
    assert [item.value.get("n") for item in found if isinstance(item, recordio.Entry)] == [None, 1]


@pytest.mark.parametrize("after", ["", "\n"])
def test_one_line_that_is_too_much_for_a_document_is_not_told_to_become_lines(make, monkeypatch, after):
    monkeypatch.setattr(jsonio, "MAX_VALUES", 100_000)
    with pytest.raises(
        ReadinessError,
        match=r"holds .* commas.* It is one line of 1 MiB: export it with each record on a line of its own",
    ):
        list(recordio.records(make("x.jsonl", _row(MIB, dense=True) + after)))
    with pytest.raises(ReadinessError, match=r"Export it as JSON lines, or in parts\."):
        list(recordio.records(make("x.json", json.dumps({"a": [1] * 200_000}, indent=1))))


def test_a_first_line_beyond_a_document_is_named(make, monkeypatch):
    monkeypatch.setattr(jsonio, "MAX_DOCUMENT", 2 * MIB)
    monkeypatch.setattr(recordio, "MAX_DOCUMENT", 2 * MIB)
    with pytest.raises(ReadinessError, match=r"has 3 MiB.* Its first line alone is longer than 2 MiB"):
        list(recordio.records(make("x.jsonl", _row(3 * MIB) + '\n{"a": 1}\n')))


LINE = "c{n},some words of an answer,ok\n"


def _table(rows: int, opened: int) -> str:
    return "id,text,state\n" + "".join(
        LINE.format(n=n).replace("some", '"some') if n == opened else LINE.format(n=n) for n in range(2, rows)
    )


def test_an_open_quote_is_told_by_the_line_of_its_row_and_what_was_lost(make):
    short = list(recordio.records(make("x.csv", _table(50, opened=7))))
    assert [(item.line, item.reason) for item in short if isinstance(item, Reject)] == [
        (7, "a quote in the row of line 7 is not closed up to the end of the file; lines 7 to 49 were lost to it")
    ]
    found = list(recordio.records(make("x.csv", _table(100_000, opened=7))))
    (bad,) = [item for item in found if isinstance(item, Reject)]
    assert bad.reason.startswith("a quote in the row of line 7 is not closed within 1,048,576 characters; lines 7 to ")
    lost = int(bad.reason.split()[-5])
    entries = [item for item in found if isinstance(item, recordio.Entry)]
    assert (entries[5].line, entries[5].value["id"]) == (lost + 1, f"c{lost + 1}")
    assert len(entries) == 100_000 - 2 - (lost - 6)


def test_a_table_of_promptfoo_tells_how_far_it_is_and_where_a_quote_was_opened(make, promptfoo_dir):
    text = (promptfoo_dir / "baseline.csv").read_text()
    rows = text.splitlines(keepends=True)
    whole = "".join(rows[:3]) + '"' + ("a,b,c" * 20 + "\n") * 40_000
    assert len(whole) > HEAD
    found = list(table.read_table(make("x.csv", whole)))
    done = [(item.done, item.total) for item in found if isinstance(item, Progress)]
    assert len(done) >= 3
    assert done == sorted(set(done))
    assert {total for _, total in done} == {len(whole)}
    bad = next(item for item in found if isinstance(item, Reject))
    assert bad.line == 4
    assert bad.reason.startswith("a quote in the row of line 4 is not closed within 1,048,576 characters; lines 4 to ")
