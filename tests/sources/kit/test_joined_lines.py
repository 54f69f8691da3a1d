"""Objects that a writer ran together on one line are read apart; what cannot be is a reject with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.sources.kit.base import Reject
from readiness_tui.sources.kit.recordio import Entry, records


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ('{"a": 1}{"a": 2}', [{"a": 1}, {"a": 2}]),
        ('{"a": 1} {"a": 2}  {"a": 3} ', [{"a": 1}, {"a": 2}, {"a": 3}]),
        ('{"a": "}{\\"b"}', [{"a": '}{"b'}]),  # inside a text
        ('{"a": [{"b": 1}, {"b": 2}]}', [{"a": [{"b": 1}, {"b": 2}]}]),
        ('{"a": 1}{"a": 2', None),
        ('{"a": 1}, {"a": 2}', None),
    ],
)
def test_objects_on_one_line(tmp_path: Path, line: str, values: list[dict[str, object]] | None) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(f'{{"first": 0}}\n{line}\n{{"last": 9}}\n', encoding="utf-8")
    found = [item for item in records(path) if isinstance(item, (Entry, Reject))]
    assert [item.value for item in found if isinstance(item, Entry)] == [{"first": 0}, *(values or []), {"last": 9}]
    assert [item.line for item in found if isinstance(item, Reject)] == ([] if values else [2])
