"""Documents one after another are told apart wherever a block of the file ends, and what is broken is handed on as it is."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.sources.kit.large import one_by_one
from tests.sources.kit.large.test_skim import _VALUES

_SEPARATORS = st.sampled_from(["\n", ",\n", "  ", "\r\n\r\n", "\n,"])


def _lines(path: Path, most: int | None = None) -> list[bytes]:
    out = io.BytesIO()
    one_by_one.on_lines(path, out, most)
    return out.getvalue().splitlines()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60
)
@given(
    st.lists(st.dictionaries(st.text(max_size=3), _VALUES, max_size=4) | st.lists(_VALUES, max_size=3), max_size=6),
    _SEPARATORS,
    st.integers(1, 30),
    st.sampled_from(["", '{"a": ', '{"a": 1} no JSON {"b": 2}', '"', '{"a" "b"} ' + "x" * 50]),
)
def test_each_is_a_line_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, documents: list[Any], between: str, block: int, after: str
) -> None:
    monkeypatch.setattr(one_by_one, "_BLOCK", block)
    path = tmp_path / "several.json"
    text = between.join(json.dumps(one, indent=1, ensure_ascii=False) for one in documents) + between
    path.write_bytes(("\ufeff" + text + after).encode("utf-8"))
    lines = [line.decode("utf-8") for line in _lines(path)]
    assert [json.loads(line) for line in lines[: len(documents)]] == documents
    ends = [after] if not after.startswith('{"a": 1}') else ['{"a": 1}', 'no JSON {"b": 2}']
    assert [line.strip() for line in lines[len(documents) :]] == [one.strip() for one in ends if one]


def test_bytes_that_are_no_text_stay_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_by_one, "_BLOCK", 3)
    path = tmp_path / "several.json"
    path.write_bytes(b'{"a": "\xff\xc3"}\n{\n"b": 1}\n')
    assert _lines(path) == [b'{"a": "\xff\xc3"}', b'{ "b": 1}']


def test_the_first_of_them_are_enough_where_no_more_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "several.json"
    path.write_text('{\n"a": 1}\n' * 1000)
    assert _lines(path, 100) == [b'{ "a": 1}'] * 11
