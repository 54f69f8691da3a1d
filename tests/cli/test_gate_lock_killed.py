"""A `gate lock` that was killed after its commit is finished by the next command in its folder, whichever it is."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from readiness_tui.cli.root import run
from readiness_tui.services.core.locate import pending_lock
from readiness_tui.sources.settings.lock import read_lock
from readiness_tui.store import Store, gates

_KILLED = """
import os, signal, sys
from readiness_tui.services.gate import lock_writing
lock_writing.finish = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from readiness_tui.cli.root import run
run(["--db", sys.argv[1], "gate", "lock"])
"""


@pytest.mark.parametrize(
    "next_one",
    ["gate check", *(pytest.param(one, marks=pytest.mark.slow) for one in ("gate show", "check", "gate lock"))],
)
def test_the_next_command_finishes_it(
    next_one: str, sample_db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert subprocess.run([sys.executable, "-c", _KILLED, str(sample_db)], check=False).returncode == -9
    assert os.listdir(folder) == [pending_lock(folder, sample_db).name]
    assert run(["--db", str(sample_db), *next_one.split()]) in (0, 1, 3)
    assert os.listdir(folder) == ["gate.lock"]
    assert "A `gate lock` was interrupted here: gate.lock is written now" in capsys.readouterr().err
    with Store.open(sample_db) as store, store.read() as conn:
        assert gates.locks(conn, "Support bot")[-1] == replace(read_lock(folder / "gate.lock"), sets=())
    assert run(["--db", str(sample_db), "gate", "check"]) in (0, 1, 3)
    assert "interrupted" not in capsys.readouterr().err
