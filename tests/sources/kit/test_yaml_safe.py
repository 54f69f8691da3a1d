"""YAML from outside: plain data with line numbers, or a sentence that says why not."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.kit import yaml_safe
from readiness_tui.sources.kit.yaml_safe import MAX_BYTES, MAX_DEPTH, load_yaml, read_yaml

PARSERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])]


@pytest.fixture(params=PARSERS, ids=lambda parser: parser.__name__)
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_safe, "_PARSER", request.param)


both_parsers = pytest.mark.usefixtures("_parser")


def refusal(text: str) -> str:
    with pytest.raises(ReadinessError) as caught:
        load_yaml(text, "own.yaml")
    return str(caught.value)


@both_parsers
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("y", "y"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("190:20:30.15", "190:20:30.15"),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("=", "="),
        ("+1", "+1"),
        (".5", ".5"),
        ("٣", "٣"),
        ('"true"', "true"),
        ("'1'", "1"),
        ('"<<"', "<<"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("0", 0),
        ("-12", -12),
        ("9223372036854775807", 2**63 - 1),
        ("0.99", 0.99),
        ("-1.5e-3", -0.0015),
    ],
)
def test_a_value_keeps_the_type_it_was_written_with(written: str, value: Any) -> None:
    loaded = load_yaml(f"key: {written}\n", "own.yaml").value
    assert isinstance(loaded, dict)
    assert loaded["key"] == value
    assert type(loaded["key"]) is type(value)


@both_parsers
def test_keys_are_text_whatever_they_look_like() -> None:
    assert load_yaml('1: a\ntrue: b\nnull: c\n"<<": d\n', "own.yaml").value == {
        "1": "a",
        "true": "b",
        "null": "c",
        "<<": "d",
    }


@both_parsers
@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("a: 1\nb: &x [1]\n", "2:4", "anchors and aliases are not accepted"),
        ("a: 1\n\nb: *x\n", "3:4", "anchors and aliases are not accepted"),
        ("*x : 1\n", "1:1", "anchors and aliases are not accepted"),
        ("a:\n  <<: {b: 1}\n", "2:3", "merge keys"),
        ("a: 1\nb: 2\n\na: 3\n", "4:1", 'the key "a" stands twice in one mapping, first in line 1'),
        ("x:\n  - a: 1\n    'a': 2\n", "3:5", "first in line 2"),
        ("1: a\n'1': b\n", "2:1", "stands twice"),
        ("a: !!python/object/apply:os.system [x]\n", "1:4", "tags are not accepted"),
        ("a: 1\nb: !!int 5\n", "2:4", "tags are not accepted"),
        ("a: ! b\n", "1:4", "tags are not accepted"),
        ("!own\na: b\n", "1:1", "tags are not accepted"),
        ("? [a]\n: b\n", "1:3", "a key is a list or a mapping"),
        ("a: 1\n---\nb: 2\n", "2:1", "a second document"),
        ("a: 1\nb: [1,\n", "3:1", "the YAML cannot be read"),
        ("a: b: c\n", "1:5", "the YAML cannot be read"),
        ("a:\n\t- b\n", "2:1", "the YAML cannot be read"),
        ("a: 1\nb: x\x1b[2J\n", "2:5", "U+001B"),
        ("a: 1\nb: \ud800\n", "2:4", "U+D800"),
        ('a: "\\UFFFFFFFF"\n', "1", "the YAML cannot be read"),
        ("a: 1e999\n", "1:4", "too large"),
        ("a: 9223372036854775808\n", "1:4", "too large"),
        (f"a: {'9' * 5000}\n", "1:4", "too large"),
    ],
)
def test_what_is_not_plain_data_is_refused_with_its_place(text: str, place: str, reason: str) -> None:
    message = refusal(text)
    assert message.startswith(f"own.yaml:{place}:")
    assert reason in message
    assert message.endswith(".")  # a remedy follows the reason
    assert len(message) < 300


@both_parsers
def test_half_a_character_made_by_an_escape_is_refused() -> None:
    assert refusal('a: "\\ud83d"\n').startswith("own.yaml:1:")


@both_parsers
@pytest.mark.parametrize("text", ["", "\n\n# only a remark\n", "---\n", "null\n", "\ufeff"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert "the file is empty" in refusal(text)


@both_parsers
def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert refusal("\n".join(lines)).startswith("own.yaml:1:5: anchors")


@both_parsers
@pytest.mark.parametrize(
    "nest",
    [
        lambda levels: "[" * levels + "]" * levels,
        lambda levels: "{a: " * levels + "1" + "}" * levels,
        lambda levels: "".join("  " * n + f"k{n}:\n" for n in range(levels)) + "  " * levels + "- 1",
    ],
    ids=["flow lists", "flow mappings", "block mappings"],
)
def test_depth_has_a_limit(nest: Any) -> None:
    load_yaml(nest(MAX_DEPTH - 1), "own.yaml")
    assert f"deeper than {MAX_DEPTH} levels" in refusal(nest(MAX_DEPTH + 1))


@both_parsers
@pytest.mark.parametrize("bracket", ["[", "- ", "{a: "])
def test_endless_nesting_is_refused_before_the_stack_ends(bracket: str) -> None:
    assert "deeper" in refusal(bracket * 100_000)


def test_size_has_a_limit_in_bytes() -> None:
    head = "a: "
    assert load_yaml(head + "x" * (MAX_BYTES - len(head)), "own.yaml").line() == 1
    assert "larger than 1 MiB" in refusal(head + "x" * (MAX_BYTES - len(head) + 1))
    assert "larger than 1 MiB" in refusal(head + "é" * (MAX_BYTES // 2))


def test_the_number_of_values_has_a_limit() -> None:
    assert "more than 100,000 values" in refusal("a: [" + "1," * 100_001 + "]")


@both_parsers
def test_lines_of_fields_and_entries() -> None:
    located = load_yaml(
        "# remark\ntitle: x\nitems:\n  - id: A\n    why: >-\n      long\n      text\n\n"
        "  - id: B\n    tags: [a,\n      b]\nlast:\n  deep:\n    key: 1\n",
        "own.yaml",
    )
    lines = {
        (): 2,
        ("title",): 2,
        ("items",): 3,
        ("items", 0): 4,
        ("items", 0, "why"): 5,
        ("items", 1): 9,
        ("items", 1, "id"): 9,
        ("items", 1, "tags", 0): 10,
        ("items", 1, "tags", 1): 11,
        ("last", "deep", "key"): 14,
    }
    assert {path: located.line(path) for path in lines} == lines
    assert located.at(("items", 1, "tags", 1)) == "own.yaml:11:7"


def test_a_path_that_is_not_there_gives_the_line_around_it() -> None:
    located = load_yaml("a:\n  - b: 1\n  - c: 2\n", "own.yaml")
    assert located.line(("a", 1, "missing")) == 3
    assert located.line(("a", 1, "label-of-a-union", "c")) == 3
    assert located.resolve(("a", 1, "label-of-a-union", "c")) == ("a", 1, "c")
    assert located.line(("nothing", "here")) == 1


def test_messages_show_control_characters_of_the_file_and_its_name() -> None:
    with pytest.raises(ReadinessError) as caught:
        load_yaml('"a\\e]52;c;x\\a": 1\n"a\\e]52;c;x\\a": 2\n', "bad\x1b[2J.yaml")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", str(caught.value))
    assert "bad␛[2J.yaml:2" in str(caught.value)


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    for name, head in (("plain.yaml", b""), ("bom.yaml", b"\xef\xbb\xbf")):
        path = tmp_path / name
        path.write_bytes(head + b"a: 1\r\nb: \xc3\xa9\r\n")
        located = read_yaml(path)
        assert located.value == {"a": 1, "b": "é"}
        assert located.line(("b",)) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a: 1\nb: \xff\n", ":2:4: the file is not UTF-8"),
        ("a: 1\n".encode("utf-16"), ":1: the file is not UTF-8"),
        (b"a: 1\nb: \x00\n", ":2:4: the file holds the character U+0000"),
        (b"a: " + b"x" * MAX_BYTES, "larger than 1 MiB"),
    ],
)
def test_a_file_that_is_not_text_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes(content)
    with pytest.raises(ReadinessError, match=re.escape(reason)):
        read_yaml(path)


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match="does not exist"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(ReadinessError, match="not an ordinary file"):
        read_yaml(tmp_path)
    with pytest.raises(ReadinessError, match="cannot be read"):
        read_yaml(Path("nul\x00.yaml"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(ReadinessError, match="not an ordinary file"):
        read_yaml(tmp_path / "pipe.yaml")


# Pieces that a parser trips over, so that random texts reach past its first token.
_PIECES = st.sampled_from(
    [
        *("a: ", "- ", "\n", "  ", "[", "]", "{", "}", ",", "? ", ": ", "|\n", ">-\n", "'", '"', "\t", "# c"),
        *("&x ", "*x", "!!int ", "! ", "<<: ", "---\n", "...\n", "%YAML 1.1\n", "%TAG ! x\n", "\\ud800"),
        *("no", "010", "1e999", "-", "~", "\\UFFFFFFFF", "\x85", "\u2028", "\ufeff", "é"),
    ]
)
_TEXTS = st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=25).map("".join))


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.__name__)
def test_any_text_loads_or_is_refused_in_a_sentence(parser: Any) -> None:
    @settings(max_examples=200, deadline=None)
    @given(_TEXTS)
    def run(text: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yaml_safe, "_PARSER", parser)
            try:
                located = load_yaml(text, "own.yaml")
            except ReadinessError as error:
                refused = str(error)
            else:
                refused = None
        if refused is not None:
            assert re.match(r"own\.yaml:\d+:\d+: .+\.", refused, re.DOTALL)
            return
        json.dumps(located.value, allow_nan=False).encode()
        assert 1 <= located.line() <= len(text.splitlines())

    run()


_KEYS = st.text(max_size=64)  # YAML holds a simple key to 1,024 characters, and JSON may write six for one
_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
@both_parsers
@settings(max_examples=150, deadline=None)
@given(st.dictionaries(_KEYS, _PLAIN, min_size=1, max_size=4))
def test_json_is_read_as_what_it_says(value: dict[str, Any]) -> None:
    # JSON with its text escaped is YAML too, which gives an oracle that shares no code with the loader.
    text = json.dumps(value)
    if re.search(r"\\ud[89a-f]", text):  # JSON writes one character as two escapes there; YAML does not
        text = json.dumps(value, ensure_ascii=False)
    if re.search("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]", text):
        return
    assert load_yaml(text, "own.yaml").value == value
