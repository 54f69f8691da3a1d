"""A document printed piece by piece is the document printed whole, and no more of it is held than a few rows."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness_tui.cli.kit import streamed
from readiness_tui.cli.kit.printing import say_json
from readiness_tui.cli.kit.streamed import Streamed
from readiness_tui.domain.text.masking import masked
from readiness_tui.domain.text.sanitise import to_json

_ROWS = st.lists(
    st.dictionaries(st.sampled_from(["line", "reason", "excerpt"]), st.integers() | st.text(max_size=9), max_size=3),
    max_size=9,
)


def _named(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.text(st.characters(exclude_characters="\0"), max_size=3), inner, max_size=3)


_SHAPES = st.recursive(_ROWS.map(Streamed), lambda inner: st.lists(inner, max_size=3) | _named(inner), max_leaves=4)


def _whole(value: Any) -> Any:
    if isinstance(value, Streamed):
        return list(value.rows)
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    return [_whole(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    "text", ["\x000", "\x001", "\x0099", 'said “x"\x000', '"\x000"', "\\\x000", '\\"\x000', "\\u00000", "\0"]
)
def test_a_text_that_looks_like_a_place_stays_what_it_is(text: str) -> None:
    def value(rows: Any) -> dict[str, Any]:
        return {"rejected": rows, "warnings": [text, {"said": text}], "z": text}

    made = "".join(streamed.pieces(value(Streamed([{"excerpt": text}])), masked))
    assert made == to_json(masked(value([{"excerpt": text}])))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(_SHAPES, st.integers(1, 4))
def test_it_is_the_same_to_the_byte(value: Any, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streamed, "_AT_ONCE", at_once)
        assert "".join(streamed.pieces({"schema": 1, "found": value}, masked)) == to_json(
            masked({"schema": 1, "found": _whole(value)})
        )


def test_rows_are_made_as_they_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    held: list[int] = []

    def rows() -> Iterator[dict[str, object]]:
        for n in range(20_000):
            if n == 15_000:
                held.append(tracemalloc.get_traced_memory()[0])
            yield {"line": n, "excerpt": "password = hunter2hunter2" if n == 7 else "x" * 50}

    with capsys.disabled():
        tracemalloc.start()
        for piece in streamed.pieces({"rejected": Streamed(rows())}, masked):
            assert len(piece) < 200_000
        tracemalloc.stop()
    assert held[0] < 1_000_000  # the whole is more than 2 MB
    say_json({"rejected": Streamed(rows())})
    printed = json.loads(capsys.readouterr().out)["rejected"]
    assert [row["line"] for row in printed] == list(range(20_000))
    assert "hunter2" not in printed[7]["excerpt"]


def test_any_text_is_printed_where_nothing_is_streamed(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"a": "\0" + "0", "b": ["\0" + "17"]})
    assert json.loads(capsys.readouterr().out) == {"a": "\0" + "0", "b": ["\0" + "17"]}
