"""A document is written whole, or what was there stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.reports.atomic import write_text


def test_it_replaces_the_file_and_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "scorecard.md"
    path.write_text("old")
    path.chmod(0o640)
    write_text(path, "né\r\nw\n")
    assert path.read_bytes() == "né\r\nw\n".encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["scorecard.md"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.md", tmp_path / "link.md"
    real.write_text("old")
    link.symlink_to(real)
    write_text(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "scorecard.md"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(ReadinessError, match=r"scorecard\.md could not be written: No space left on device"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["scorecard.md"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("readiness_tui.reports.atomic.tempfile.mkstemp", refused)
    with pytest.raises(ReadinessError, match="Permission denied"):
        write_text(tmp_path / "x.md", "new")


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match="is a directory"):
        write_text(tmp_path, "x")
    with pytest.raises(ReadinessError, match=r"folder .*missing does not exist"):
        write_text(tmp_path / "missing" / "x.md", "x")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReadinessError, match="does not exist"):
        write_text(tmp_path / "file" / "x.md", "x")
