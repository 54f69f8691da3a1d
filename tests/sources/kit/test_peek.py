"""The look at a file's head: what it shows, how often it is taken, and that no file makes it long."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources import registry
from readiness_tui.sources.kit import peek as module
from readiness_tui.sources.kit.peek import DEPTH, ELEMENTS, TOKENS, Peek, outline, peek
from readiness_tui.sources.kit.shipped import shipped_folder

SAMPLE = shipped_folder("sample_data")
SIZE = 1024 * 1024
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b", '"]}', "{[", "c\\"]), inner, max_size=4)
    ),
    max_leaves=30,
)


def paths(value: Any, *around: str) -> Iterator[str]:
    """The key paths of a value, as `outline` names them."""
    if around and len(around) <= DEPTH:
        yield ".".join(around)
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, *around, json.dumps(key)[1:-1])
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, *around, "[]")


@given(JSON.filter(lambda value: isinstance(value, dict | list)), st.sampled_from([None, 2]))
def test_the_outline_has_every_key_down_to_three_levels(value: Any, indent: int | None) -> None:
    assert set(outline(json.dumps(value, indent=indent))) == set(paths(value))


@given(JSON.filter(lambda value: isinstance(value, dict | list)), st.data())
def test_what_is_cut_off_shows_a_part_of_it(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    cut = outline(text[: data.draw(st.integers(0, len(text)))])
    assert cut.keys() <= outline(text).keys()


@pytest.mark.parametrize(
    "element",
    [{"a": {"b": [1, "]"]}}, [["[", "x\\"], "}"], 7, "{", json.loads("[" * 30 + "]" * 30)],
    ids=["object", "lists", "number", "text", "deep"],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_a_key_behind_a_long_list_is_found(element: Any, indent: int | None) -> None:
    text = json.dumps(
        {"config": {"list": [element] * (3 * ELEMENTS)}, "evalId": "e", "results": {"version": 3}}, indent=indent
    )
    found = outline(text)
    assert (found["evalId"], found["results.version"]) == ("e", 3)


def test_of_a_list_the_first_hundred_values_count() -> None:
    found = outline(json.dumps({"cases": [{f"k{n}": n} for n in range(ELEMENTS + 5)]}))
    assert found[f"cases.[].k{ELEMENTS - 1}"] == ELEMENTS - 1
    assert f"cases.[].k{ELEMENTS}" not in found


# What is parsed, and how much of it


class Counting:
    """A pattern that counts how often it is asked."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern, self.asked = pattern, 0

    def search(self, text: str, position: int) -> re.Match[str] | None:
        self.asked += 1
        return self._pattern.search(text, position)

    def match(self, text: str, position: int) -> re.Match[str] | None:
        self.asked += 1
        return self._pattern.match(text, position)


@lru_cache(1)
def rows() -> list[dict[str, Any]]:
    return [
        {"alpha": n, "beta": "words [ and", "gamma": [n, None], "delta": {"deep": {"er": [{"w": n}]}}}
        for n in range(9000)
    ]


#: Text of a megabyte that is nobody's, made where it is looked at → the most tokens that an outline of it needs.
FOREIGN = {
    "a list of records": (lambda: json.dumps(rows()), 28 * ELEMENTS),
    "pretty-printed": (lambda: json.dumps(rows()[:4000], indent=2), 28 * ELEMENTS),
    "records in an object": (lambda: json.dumps({"stuff": rows(), "more": 1}), 28 * ELEMENTS),
    "records in an object, cut off": (lambda: json.dumps({"stuff": rows()})[:-9], 28 * ELEMENTS),
    "a list of numbers": (lambda: json.dumps([*range(150_000)]), 2 * ELEMENTS + 2),
    "a list of lists": (lambda: json.dumps([[n, "]"] for n in range(80_000)]), 6 * ELEMENTS + 2),
    "an object of records": (lambda: json.dumps({f"k{n}": record for n, record in enumerate(rows())}), TOKENS),
    "an object of numbers": (lambda: json.dumps({f"key {n}": n for n in range(60_000)}), TOKENS),
    "a long text": (lambda: json.dumps({"blob": "{[,:" * 250_000}), 5),
    "a long text that does not end": (lambda: '{"blob": "' + "x" * SIZE, 5),
    "open brackets": (lambda: "[" * SIZE, TOKENS),
    "objects in one another": (lambda: '{"a":' * (SIZE // 5), TOKENS),
    "commas": (lambda: "[" + "," * SIZE, ELEMENTS + 2),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_no_text_takes_long_to_outline(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made, most = FOREIGN[name]
    text = made()
    assert len(text) > SIZE * 0.8
    tokens, rests = Counting(module._TOKEN), Counting(module._REST)
    monkeypatch.setattr(module, "_TOKEN", tokens)
    monkeypatch.setattr(module, "_REST", rests)
    outline(text)
    assert 0 < tokens.asked <= most
    assert rests.asked <= tokens.asked


def test_equal_bytes_are_looked_at_once_and_others_are_others(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = count_looks(monkeypatch)
    assert peek(b'{"a": 1}') is peek(bytes([*b'{"a": 1}']))
    assert peek(b'{"a": 2}').records == ({"a": 2},)
    assert looked == [b'{"a": 1}', b'{"a": 2}']


@pytest.mark.parametrize("content", ["a,b\nx,y\n", '[{"hello": "you"}]', "words\n"], ids=["table", "list", "text"])
def test_all_sources_share_one_look(content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = count_looks(monkeypatch)
    (tmp_path / "file").write_text(content, encoding="utf-8")
    with pytest.raises(ReadinessError, match="in none of the formats"):
        registry.recognise(tmp_path / "file")
    assert looked[0] == content.encode()
    assert len(looked) == (2 if content.startswith("[") else 1)  # what is in a list is looked at as lines


def test_a_long_file_of_no_known_format_is_looked_at_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = count_looks(monkeypatch)
    (tmp_path / "file").write_text(text := FOREIGN["records in an object"][0](), encoding="utf-8")
    with pytest.raises(ReadinessError, match='its keys: "more", "stuff"'):
        registry.recognise(tmp_path / "file")
    whole = len(text)
    assert [len(head) for head in looked[:2]] == [registry.HEAD, whole]
    assert [len(head) for head in looked[2:]] == [registry.HEAD, pytest.approx(whole, rel=0.02)]  # and its records


@pytest.mark.parametrize("name", ["golden_set.jsonl", "structured_log.jsonl", "runs/candidate.promptfoo.json"])
def test_what_is_read_was_looked_at_when_it_was_recognised(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = count_looks(monkeypatch)
    source, _ = registry.recognise(SAMPLE / name)
    for _ in source.read(SAMPLE / name):
        pass
    assert len(looked) == 1


def count_looks(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The heads that are parsed from now on."""
    looked: list[bytes] = []
    look = module._look

    def counted(head: bytes) -> Peek:
        looked.append(head)
        return look(head)

    monkeypatch.setattr(module, "_short", lru_cache(maxsize=32)(counted))
    monkeypatch.setattr(module, "_long", lru_cache(maxsize=1)(counted))
    return looked
