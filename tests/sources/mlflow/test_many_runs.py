"""However many runs a server has, one of them is held at a time, and a name that is none of theirs is still refused."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.sources.mlflow import server as module

MANY = 5_000


class Run(dict[str, Any]):
    """A dict of which it can be told whether it is still held."""

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


class ManyRuns:
    url = "http://tracking"

    def __init__(self) -> None:
        self.alive: weakref.WeakSet[Run] = weakref.WeakSet()
        self.most = 0

    def version(self) -> str:
        return "3.0"

    def pages(self, path: str, *_: object) -> Iterator[dict[str, Any]]:
        if path.endswith("experiments/search"):
            yield {"experiment_id": "0", "name": "Default"}
            return
        for n in range(MANY):
            run = Run(info={"run_id": f"r{n}", "run_name": f"run {n}", "experiment_id": "0"}, data={})
            self.alive.add(run)
            self.most = max(self.most, len(self.alive))
            yield run
            del run


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> ManyRuns:
    monkeypatch.setattr(module, "_traces", lambda *_: iter(()))
    monkeypatch.setattr(module, "_with_spans", lambda *_: iter(()))
    return ManyRuns()


@pytest.mark.parametrize(("runs", "expected"), [((), MANY), (("run 7", "r4999", "r7"), 2)])
def test_runs_are_written_one_at_a_time(many: ManyRuns, tmp_path: Path, runs: tuple[str, ...], expected: int) -> None:
    pulled = module.fetch(many, tmp_path / "x.jsonl", None, runs=runs)  # type: ignore[arg-type]
    assert pulled is not None
    assert pulled.runs == expected
    assert many.most <= 3
    assert len((tmp_path / "x.jsonl").read_text().splitlines()) == expected + 1


def test_an_unknown_name_is_refused_with_some_that_there_are(many: ManyRuns, tmp_path: Path) -> None:
    with pytest.raises(ReadinessError, match=r"has no run nope\. There are: run 0, run 1, run 10, ") as refused:
        module.fetch(many, tmp_path / "x.jsonl", None, runs=("run 7", "nope"))  # type: ignore[arg-type]
    assert len(str(refused.value)) < 200
