"""Gaps back from a tracker: what a file says for certain is read, anything else is refused with its place."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.settings.gap_file import GapRow, read_gaps

DAY = date(2026, 12, 1)
WHOLE = ("k1", "ana", DAY, "Done")


def written(folder: Path, text: str) -> Path:
    path = folder / "gaps"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def said(row: GapRow) -> tuple[object, ...]:
    return row.key, row.owner, row.due, row.state


@pytest.mark.parametrize(
    "text",
    [
        "Gap Key,Assignee,Due Date,Status\nk1,ana,2026-12-01,Done\n",
        "GAP KEY;assignee;due date;STATUS\r\nk1;ana;2026-12-01;Done\r\n",
        "\ufeffstatus\t Due  Date\tAssignee\tgap key\nDone\t2026-12-01\tana\tk1\n",
        "Gap Key,Assignee,Due Date,Status\n\nk1,ana,2026-12-01,Done,,\n,,,\n",
        '{"key": "k1", "owner": "ana", "due": "2026-12-01", "state": "Done", "points": 3, "title": "a\u2028b"}\r\n\r\n',
        '{"KEY": "k1", "Owner": "ana", "Due": "2026-12-01", "State": "Done"}',
        json.dumps({"gaps": [{"key": "k1", "owner": "ana", "due": "2026-12-01", "state": "Done"}]}, indent=2),
        '[{"key": "k1", "owner": "ana", "due": "2026-12-01", "state": "Done"}]',
    ],
)
def test_one_gap_is_read_the_same_however_it_is_written(text: str, tmp_path: Path) -> None:
    assert [said(row) for row in read_gaps(written(tmp_path, text))] == [WHOLE]


def test_what_is_empty_says_nothing(tmp_path: Path) -> None:
    for text in ("gap_key,assignees\nk1,\nk2\n", '{"key": "k1", "owner": null}\n{"key": "k2", "due": ""}'):
        assert [said(row) for row in read_gaps(written(tmp_path, text))] == [
            ("k1", "", None, ""), ("k2", "", None, "")]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('{"gaps": [{"key": "k", "owner": "a"}, {"key": "k", "owner": "b"}]}', "gap 2", "gap 1 of its list already"),
        ('[{"key": "k", "state": "a"}, {"key": "k ", "state": "b"}]', "gap 2", "gap 1 of its list already"),
        ('{"key": "k", "owner": "a"}\n\n{"key": "k", "owner": "b"}', "line 3", "line 1 already"),
        ("Gap Key,Status\nk,a\nk ,b\n", "line 3", "line 2 already"),
        ('{"key": "k", "owner": "a", "owner": "b"}', "the whole", "stands twice"),
        ('{"key": "k", "owner": "a", "Owner": "b"}', "line 1", "“owner” stands there twice"),
        ('{"key": "k", "owner": 7}', "line 1", "“owner” is no text"),
        ('{"key": "k", "owner": ["ana"]}', "line 1", "“owner” is no text"),
        ('{"key": "k", "state": true}', "line 1", "“state” is no text"),
        ('{"gaps": [{"key": 3, "owner": "a"}]}', "gap 1", "“key” is no text"),
        ('{"key": "k", "due": 20261201}', "line 1", "“due” is no text"),
        ('{"key": "k", "title": "t"}', "line 1", "neither owner nor due nor state"),
        ('{"gaps": [3]}', "gap 1", "no gap"),
        ('{"key": "k", "owner": "a"}\n{', "line 2", "no JSON"),
        ('{"gaps": [\n{"key": "k", "state": "a", "state": "b"}]}', "the whole", "stands twice"),
        ('{"gaps": [\n{"key": "k",\n "state": NaN}]}', "line 3", "NaN"),
        ("Gap Key,Summary\nk,t\n", "line 1", "none of “Assignee”, “Due Date”, “Status”"),
        ("gap_key,title\nk,t\n", "line 1", "none of “assignees”, “state”"),
        ("Gap Key,Assignee,assignee\nk,a,b\n", "line 1", "2 columns “Assignee”"),
        ("Gap Key,Assignee\nk,ana,2026-12-01\n", "line 2", "3 cells, and the header 2"),
        ('Gap Key,Assignee\n"k",ana\n"two\nlines",ana,x\n', "line 3", "3 cells"),
        ("Gap Key,Due Date\nk,1.12.2026\n", "line 2", "is not a date"),
        ('Gap Key,Status\nk,"a\n', "line 2", "cannot be read"),
        ("Gap Key,Status\n,a\n", "line 2", "no key"),
    ],
)
def test_what_is_not_certain_is_refused_with_its_place(text: str, place: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ReadinessError) as refused:
        read_gaps(written(tmp_path, text))
    assert f"gaps, {place}" in str(refused.value)
    assert reason in str(refused.value)
