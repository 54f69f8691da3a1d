"""Whoever saves a credential among other words is told so, once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from readiness_tui.cli.root import run
from readiness_tui.domain.text.secrets import remark_on

KEY = "ghp_" + "Zk3vTq8LmN1pRs5UwXy7Ab9Cd2Ef4Gh6JkMn"


def test_what_was_typed_is_stored_and_its_writer_told(
    filled_sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = shutil.copy(filled_sample, tmp_path / "readiness.db")
    for typed, told in ((f"it logs {KEY}", 1), ("it logs nothing", 0)):
        assert run(["--db", str(file), "--who", "ana", "score", "OBS-01", "1", "--note", typed]) in (0, 1, 3)
        out, err = capsys.readouterr()
        assert err.count("holds what looks like a credential (github-token)") == told
        assert KEY not in out + err


def test_the_remark_names_each_kind_once_and_is_empty_for_none() -> None:
    said = remark_on([KEY, f"again {KEY}", "password=hunter2secret"])
    assert said.count("github-token") == 1
    assert "assigned-secret" in said
    assert remark_on(["nothing", ""]) == ""
