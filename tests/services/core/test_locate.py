"""A path that somebody typed."""

from __future__ import annotations

import os
import subprocess
import sys
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


#: Whatever makes a folder of the person's own first, by what it keeps there.
_MAKERS = {
    "the last file": "locate.remember(pathlib.Path('x.db'))",
    "the key of kept results": "kept.own_key(make=True)",
    "what was typed": "drafts.keep_apart({'form': 'text'})",
    "a report of a fault": "crash_report.write_apart(['text'])",
}


@pytest.mark.parametrize("what", _MAKERS)
def test_a_folder_of_ones_own_and_all_that_leads_to_it_are_for_its_owner_alone(what: str, tmp_path: Path) -> None:
    """In a process of its own: a umask is the whole process's."""
    code = (
        f"import pathlib\nfrom readiness_tui.services.core import crash_report, drafts, kept, locate\n{_MAKERS[what]}"
    )
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "a" / "b")}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, umask=0, check=True)
    made = [tmp_path / "a", *(tmp_path / "a").rglob("*")]
    assert tmp_path / "a" / "b" / "readiness-tui" in made
    assert [one for one in made if one.is_dir() and one.stat().st_mode & 0o077] == []
