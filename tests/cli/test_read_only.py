"""A file that cannot be written: what reads prints the same, what writes is told why it cannot, and nothing changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from readiness_tui.cli.root import run
from readiness_tui.store.opening import look
from tests.store.old_files import unpacked

READS = (
    "check", "check --json", "gate show", "gate check", "gate plan", "scorecard", "scorecard --format json", "gaps",
    "gaps --format csv", "conditions", "runs", "traces", "imports", "compare", "labels", "votes", "people", "review show",
    "incident list", "incident show 1", "incident export 1", "incident trends", "labels export {out}",
    "imports --rejects 4", "gaps import {out} --dry-run",
)  # fmt: skip
WRITES = (
    "score OBS-01 2", "owner item/safety/SAF-03 ana", "due item/safety/SAF-03 2026-12-01", "review edit --owner ben",
    "gate lock --folder {folder}", "incident start smoke", "incident log -i 2 line", "people --add eve", "compact", "evidence verify",
    "import {file}", "labels import {out}", "scorecard --freeze --yes", "new --release 9 --yes",
)  # fmt: skip


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch):
    """From here on no file can be written, as on a disk that is mounted read-only."""
    return lambda: monkeypatch.setattr(look, "why_not", lambda path: "its disk is mounted read-only")


def files(folder: Path) -> list[Path]:
    """But what a newer SQLite keeps beside a file in WAL mode: the folder is only said to be read-only."""
    return sorted(path for path in folder.iterdir() if not path.name.endswith(("-wal", "-shm")))


def asked(command: str, tmp_path: Path) -> list[str]:
    given = {
        "out": tmp_path / "labels.jsonl", "folder": tmp_path,
        "file": Path(__file__).parents[1] / "data" / "promptfoo" / "baseline.json",
    }  # fmt: skip
    return [part.format_map(given) for part in command.split()]


@pytest.mark.slow
@pytest.mark.parametrize("command", READS)
def test_what_reads_prints_the_same(
    command: str, sample_db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], read_only
) -> None:
    if "import" in command.split():
        assert run(["--db", str(sample_db), "gaps", "--format", "csv"]) == 0
        (tmp_path / "labels.jsonl").write_text(capsys.readouterr().out)
    arguments = ["--db", str(sample_db), *asked(command, tmp_path)]
    expected = run(arguments), capsys.readouterr()
    before = sample_db.read_bytes()
    read_only()
    assert (run(arguments), capsys.readouterr()) == expected
    assert expected[0] in (0, 1, 3)
    assert sample_db.read_bytes() == before


@pytest.mark.parametrize("command", WRITES)
def test_what_writes_is_told_why_it_cannot(
    command: str, sample_db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], read_only
) -> None:
    if "labels" in command:
        assert run(["--db", str(sample_db), *asked("labels export {out}", tmp_path)]) == 0
    before, beside = sample_db.read_bytes(), files(tmp_path)
    read_only()
    assert run(["--db", str(sample_db), *asked(command, tmp_path)]) == 2
    assert "can only be read: its disk is mounted read-only. Nothing can be saved in it." in capsys.readouterr().err
    assert sample_db.read_bytes() == before
    assert files(tmp_path) == beside


@pytest.mark.slow
def test_figures_from_an_upgraded_copy_are_said_to_be_from_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], read_only
) -> None:
    old = unpacked("version-9", tmp_path / "old.db")
    new = Path(shutil.copy(old, tmp_path / "new.db"))
    assert run(["--db", str(new), "scorecard", "--format", "json"]) == 0
    upgraded = capsys.readouterr().out
    before = old.read_bytes()
    read_only()
    assert run(["--db", str(old), "scorecard", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert out == upgraded
    assert "What is read is a private copy, upgraded from database version 9 to" in err
    assert old.read_bytes() == before
    assert run(["--db", str(old), "doctor"]) in (0, 1)
    assert "○" in (said := capsys.readouterr().out)
    assert "What is read is a private copy" in said
