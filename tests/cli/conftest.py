"""The command line in this process: arguments in; exit status, stdout and stderr out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.cli.root import run

COURSE_GATE = """\
name: course
thresholds:
  faithfulness: ">= 0.85"
  retrieval_hit_rate: ">= 0.80"
  latency_p95_ms: "<= 3500"
  cost_per_success: "<= 0.08"
"""
COURSE_NUMBERS = {"faithfulness": 0.88, "retrieval_hit_rate": 0.82, "latency_p95_ms": 3100, "cost_per_success": 0.06}

#: One item that blocks, so that a test can bring the verdict where it wants it.
MINI = """\
id: mini
title: Mini
version: "1"
items:
  - id: MIN-01
    title: Rollback was tried
    why: Because a release can go wrong.
    evidence: A dated drill.
    improve: Try it.
    severity: blocker
    depth: course
"""


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Result]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run `readiness …`; no command may ever show a traceback."""

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Result(code, out, err)

    return call


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one."""
    folder = tmp_path / "support-bot"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def mini(place: Path, cli: Cli) -> Path:
    """A review of one blocker item in ./readiness.db; nothing is decided yet."""
    (place / "lists").mkdir()
    (place / "lists" / "mini.yaml").write_text(MINI, encoding="utf-8")
    made = cli(
        "new",
        "--system",
        "bot",
        "--release",
        "1",
        "--date",
        "2026-11-24",
        "--checklist",
        "mini",
        "--checklists",
        "lists",
    )
    assert made.code == 0, made.err
    return place / "readiness.db"
