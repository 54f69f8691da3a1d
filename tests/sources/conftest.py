"""What the tests of sources share: a file with given content, and everything a source reads from a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.runs.model import Case, EvalSet, Run, Trace
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import (
    CaseRecord,
    EvalSetRecord,
    Record,
    Reject,
    RunChecked,
    RunStart,
    TraceRecord,
    Warn,
)
from readiness_tui.sources.kit.declared import checked


class Read:
    """Everything that one file brought, sorted by kind. `records` keeps the order."""

    def __init__(self, records: list[Record], format: str = "") -> None:
        self.records = records
        self.format = format
        runs = {
            r.run.id: r.run for r in records if isinstance(r, (RunStart, RunChecked))
        }  # the later is the checked one
        self.runs: list[Run] = list(runs.values())
        self.cases: list[Case] = [r.case for r in records if isinstance(r, CaseRecord)]
        self.traces: list[Trace] = [r.trace for r in records if isinstance(r, TraceRecord)]
        self.sets: list[EvalSet] = [r.eval_set for r in records if isinstance(r, EvalSetRecord)]
        self.rejects: list[Reject] = [r for r in records if isinstance(r, Reject)]
        self.warnings: list[str] = [r.text for r in records if isinstance(r, Warn)]

    @property
    def case(self) -> dict[str, Case]:
        return {case.id: case for case in self.cases}


@pytest.fixture
def promptfoo_dir() -> Path:
    return Path(__file__).parent.parent / "data" / "promptfoo"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """make("name", content): bytes and text as they are, a list of dicts as JSON lines, anything else as JSON."""

    def write(name: str, content: Any) -> Path:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8", newline="")
        elif isinstance(content, list):
            path.write_text("".join(json.dumps(row) + "\n" for row in content), encoding="utf-8")
        else:
            path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


@pytest.fixture
def read() -> Callable[..., Read]:
    """read(path): recognise the file and read all of it."""

    def go(path: Path, format: str | None = None) -> Read:
        source, recognised = registry.recognise(path, format)
        return Read(list(checked(source.read(path))), recognised.format)

    return go
