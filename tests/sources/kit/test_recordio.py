"""Records out of files whose first record is longer than what is looked at."""

from __future__ import annotations

import json

import pytest

from readiness_tui.sources.kit.base import Reject
from readiness_tui.sources.kit.fileio import HEAD
from readiness_tui.sources.kit.recordio import Entry, records, reject

LONG = "x" * (HEAD + 1)


def _values(path, *wrappers):
    return [item.value for item in records(path, *wrappers) if isinstance(item, Entry)]


@pytest.mark.parametrize("text", [LONG, "short"])
def test_json_lines_are_lines_however_long_the_first_is(make, text):
    rows = [{"a": text, "n": n} for n in range(3)]
    assert _values(make("x.jsonl", rows)) == rows


def test_nan_in_a_long_first_line_is_missing(make):
    path = make("x.jsonl", f'{{"a": "{LONG}", "n": NaN}}\n{{"n": 1}}\n')
    assert [value["n"] for value in _values(path)] == [None, 1]


@pytest.mark.parametrize("indent", [None, 1])
def test_a_long_document_of_its_own_is_one(make, indent):
    document = {"about": LONG, "cases": [{"n": 1}, {"n": 2}]}
    path = make("x.json", json.dumps(document, indent=indent) + "\n")
    assert _values(path, "cases") == [{"about": LONG}, {"n": 1}, {"n": 2}]


def test_records_of_a_list_that_share_a_line_are_told_apart_by_their_number(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('[{"a": 1}, {"a": 2}, 7, {"a": 4}]')
    found = list(records(path))
    rejects = [reject(item.line, "odd", item.raw) if isinstance(item, Entry) else item for item in found]
    assert [(one.line, one.reason.partition(":")[0]) for one in rejects if isinstance(one, Reject)] == [
        (1, f"record {n} of the list") for n in (1, 2, 3, 4)
    ]
    assert found[1].line == 1
    assert str(found[1].line) == "1 (record 2 of the list)"
    path.write_text('[\n{"a": 1},\n{"a": 2}\n]')
    assert [str(item.line) for item in records(path) if isinstance(item, Entry)] == ["2", "3"]
