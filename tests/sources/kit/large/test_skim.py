"""A large document cut short is JSON, says the truth of what it keeps, and names every member of the document."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.sources.kit.large import skim

_TEXT = st.text(st.sampled_from('ab"\\{}[],: \n/é\U0001f600'), max_size=12)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | _TEXT,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=25,
)
_DOCUMENTS = st.dictionaries(_TEXT, _VALUES, max_size=6) | st.lists(_VALUES, max_size=8)


def _begins(part: Any, whole: Any) -> bool:
    """Whether a value is another's beginning: a list's first elements, an object's members; a value itself is whole."""
    if isinstance(whole, list) and isinstance(part, list):
        return len(part) <= len(whole) and all(map(_begins, part, whole))
    if isinstance(whole, dict) and isinstance(part, dict):
        return all(key in whole and _begins(value, whole[key]) for key, value in part.items())
    return bool(part == whole)


def _small(monkeypatch: pytest.MonkeyPatch, block: int = 7, each: int = 40, everything: int = 400) -> None:
    for name, value in {"_BLOCK": block, "EACH": each, "LEAST": 1, "ALL": everything}.items():
        monkeypatch.setattr(skim, name, value)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60
)
@given(_DOCUMENTS, st.booleans(), st.integers(3, 40), st.integers(8, 60), st.integers(60, 400))
def test_what_is_kept_is_the_beginning_of_what_is_there(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    document: Any,
    spread: bool,
    block: int,
    each: int,
    everything: int,
) -> None:
    _small(monkeypatch, block, each, everything)
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document, indent=1 if spread else None, ensure_ascii=False), encoding="utf-8")
    assert _begins(json.loads(skim.skim(path) or b"[]"), document if skim.skim(path) else [])


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60
)
@given(st.dictionaries(_TEXT, st.lists(_VALUES, min_size=1), min_size=1, max_size=6), st.integers(3, 40))
def test_a_member_behind_a_long_one_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any], block: int
) -> None:
    _small(monkeypatch, block, each=150, everything=10_000)
    path = tmp_path / "document.json"
    path.write_text(
        json.dumps({"long": ["}]", '{"'] * 300, **document, "last": {"a": 1}}, ensure_ascii=False), encoding="utf-8"
    )
    kept = json.loads(skim.skim(path))
    assert kept.keys() == {"long", *document, "last"}
    assert kept["last"] == {"a": 1}
    assert kept["long"] == document.get("long", kept["long"]) or 0 < len(kept["long"]) < 300


def test_many_long_members_are_each_cut_the_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _small(monkeypatch, each=400, everything=600)
    path = tmp_path / "columns.json"
    path.write_text(json.dumps({f"column{n}": [n] * 300 for n in range(20)}))
    kept = json.loads(skim.skim(path))
    assert list(kept) == [f"column{n}" for n in range(20)]
    assert {name: set(cells) for name, cells in kept.items()} == {f"column{n}": {n} for n in range(20)}
    assert len(skim.skim(path)) <= 600 + 2


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("", None),
        ("text", None),
        ("17", None),
        ("\\" * 99, None),
        ('{"a": "never closed', {}),
        ('{"a": 1, "b": [1, 2', {"a": 1, "b": [1]}),
        ("[" * 150, None),
        ("{" * 150, {}),
    ],
    ids=range(8),
)
def test_of_what_is_broken_only_what_is_complete_is_kept(content: str, shown: Any, tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text(content)
    assert json.loads(skim.skim(path) or b"null") == shown


def test_no_more_is_held_than_is_kept_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _small(monkeypatch, block=64 * 1024, each=256 * 1024, everything=512 * 1024)
    path = tmp_path / "large.json"
    path.write_text(
        '{"first": [' + '{"name": "a \\"quoted\\" [text]", "n": 12},\n' * 150_000 + '1], "data": [{"a": 1}]}'
    )
    tracemalloc.start()
    try:
        kept = skim.skim(path)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < path.stat().st_size / 3
    assert json.loads(kept)["data"] == [{"a": 1}]
