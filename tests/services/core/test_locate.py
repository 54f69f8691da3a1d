"""A path that somebody typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core import locate


@pytest.mark.parametrize("text", ["a" * 5000, "line\n" * 300, "nul\0byte", "a/" * 5000, "\ud800\ud800" + "x" * 300])
def test_what_no_file_can_be_called_is_refused_with_a_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match=r"cannot be a file: .* Type another path"):
        locate.typed(text, tmp_path)


def test_what_one_can_be_is_taken_as_typed(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for text, path in {"a b.md": tmp_path / "a b.md", "/x/y": Path("/x/y"), "~": Path.home(), "~nobody-here/x": tmp_path / "~nobody-here/x",
                       "file/below": tmp_path / "file/below"}.items():  # fmt: skip
        assert locate.typed(text, tmp_path) == path
