"""A CI system reads its log line by line and obeys some of them: no value and no file name makes one of those."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.cli.common import say, say_document, say_json, say_table, tell
from readiness_tui.cli.root import run
from readiness_tui.domain.text.sanitise import disarmed, disarmed_json, to_json
from tests.hostile import OBEYED

ORDERS = (
    "::error file=a.py::x",
    "::set-output name=a::b",
    "  ::add-mask::x",
    "\u00a0::stop-commands::x",
    "::",
    "##[error]x",
    "x ##[set-env name=A;]b",
    "##vso[task.setvariable variable=a]b",
    "x ##VSO[task.complete]",
    "##teamcity[buildStatus status='SUCCESS']",
    "section_start:0:x",
    "###[group]x",
)
_PIECES = st.text(alphabet=":#[]vso \t\n\u00a0\u2003abc", max_size=30)
_TEXTS = st.one_of(_PIECES, st.lists(st.one_of(_PIECES, st.sampled_from(ORDERS)), max_size=5).map("\n".join))


@pytest.mark.parametrize("order", ORDERS)
def test_it_stands_there_and_is_not_obeyed(order: str, capsys: pytest.CaptureFixture[str]) -> None:
    for text in (order, f"first\n{order}", f"first\r\n{order}"):
        say(text)
        tell(text)
        say_document(text)
        say_table([["a", "b"], [text, text]])
        say_json({"a": text})
        out, err = capsys.readouterr()
        assert OBEYED.search(out) is None
        assert OBEYED.search(err) is None
        assert order.strip() in out.replace("\\", "")


@given(_TEXTS)
def test_nothing_that_is_obeyed_gets_through(text: str) -> None:
    assert OBEYED.search(disarmed(text)) is None
    assert disarmed(text).replace("\\", "") == text
    assert disarmed(disarmed(text)) == disarmed(text)


@given(st.recursive(_TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3)))
def test_json_is_the_same_value(value: object) -> None:
    for indent in (None, 2):
        told = disarmed_json(to_json(value, indent=indent))
        assert OBEYED.search(told) is None
        assert json.loads(told) == value


@given(st.text(alphabet="ab:# \n", max_size=30).filter(lambda text: OBEYED.search(text) is None))
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert disarmed(text) == text


@pytest.mark.parametrize("name", ["::error::x.jsonl", "a\n::error::x.jsonl", "##vso[task.x]y"])
@pytest.mark.parametrize(
    "command", ["import", "import --json", "import --explain", "checklists check", "dataset check", "{it}"]
)
def test_a_file_name_is_no_order(
    name: str, command: str, mini: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path(name).write_text("neither this\nnor that\n")
    asked = [name] if command == "{it}" else [*command.split(), name]
    assert run(["--db", str(mini), *asked]) == 2
    out, err = capsys.readouterr()
    assert OBEYED.search(out) is None
    assert OBEYED.search(err) is None
    assert "error::x" in out + err or "vso" in out + err
