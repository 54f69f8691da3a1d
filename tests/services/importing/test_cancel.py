"""An import that is cancelled, at whatever moment and in whatever way, leaves nothing behind."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.importing.pieces import piecewise
from readiness_tui.services.review.reviews import new_review
from readiness_tui.sources.kit import recordio

TABLES = ("import", "trace", "trace_raw", "trace_id", "import_reject")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(recordio, "BLOCK", 4096)
    monkeypatch.setattr(piecewise, "MOST", 20)
    desk = open_desk(tmp_path / "r.db", "ana", create=True)
    new_review(desk, system="bot", release="1")
    yield desk
    desk.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "traces.jsonl"
    rows = [
        {"trace_id": f"t{n}", "model": "m", "latency_ms": n, "status": "ok", "answer": "x" * 90} for n in range(200)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"no": "id"}, rows[0]]), encoding="utf-8")
    return path


def left(desk: Desk) -> dict[str, int]:
    with desk.store.read() as conn:
        return {name: conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


def test_cancelled_at_any_moment_nothing_is_left(desk: Desk, file: Path) -> None:
    before, thresholds, moments = left(desk), gc.get_threshold(), 0
    while True:
        moments += 1
        asked: list[tuple[int, int]] = []

        def progress(done: int, total: int, asked: list[tuple[int, int]] = asked, last: int = moments) -> bool:
            asked.append((done, total))
            return len(asked) < last

        (result,) = import_path(desk, file, progress=progress)
        assert gc.get_threshold() == thresholds
        if not result.cancelled:
            break
        assert len(asked) == moments
        assert left(desk) == before
        assert result.summary.endswith("cancelled, nothing was kept")
    assert moments > 4
    assert asked[-1] == (file.stat().st_size, file.stat().st_size)  # after all is staged, before it is published
    assert result.traces == left(desk)["trace"] == 200
    assert [reject.line for reject in result.rejected] == [201, 202]
    assert "stands in the file already, on line 1" in result.rejected[1].reason


def test_interrupted_nothing_is_left(desk: Desk, file: Path) -> None:
    before, thresholds = left(desk), gc.get_threshold()

    def interrupted(done: int, total: int) -> bool:
        assert gc.get_threshold() != thresholds
        if done == total:
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        import_path(desk, file, progress=interrupted)
    assert left(desk) == before
    assert gc.get_threshold() == thresholds
