"""With other processes beside it, an import stores what it stores alone, byte for byte; and whatever happens to them,
nothing is lost, nothing is left and nobody stays behind."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from benchmarks.speed.material import write_otlp, write_records

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Trace
from readiness_tui.domain.traces.kept_records import KeptRecords
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.importing.pieces import piecewise, workers
from readiness_tui.services.importing.pieces.workers import CORES, Workers, cores
from readiness_tui.services.importing.result import ImportedFile
from readiness_tui.services.review.reviews import new_review
from readiness_tui.sources.kit import recordio
from readiness_tui.sources.kit.base import TraceRecord
from readiness_tui.sources.kit.pieces.piece import Before, Gathered, Piece
from readiness_tui.store import imports as staged

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
Tables = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(piecewise, "LARGE", 0)
    monkeypatch.setattr(piecewise, "MOST", 40)
    monkeypatch.setattr(recordio, "BLOCK", 8192)
    monkeypatch.setattr(recordio, "MAX_LINE", 4096)
    monkeypatch.setattr(staged, "os", SimpleNamespace(getpid=lambda: 1234))  # it is kept with an import


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The processes that were started; at the end none may be left."""
    found: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    class Noted(popen):  # type: ignore[misc,valid-type]
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            found.append(self)

    monkeypatch.setattr(workers.subprocess, "Popen", Noted)
    yield found
    assert all(process.poll() is not None for process in found)


def tables(path: Path) -> Tables:
    with closing(sqlite3.connect(path)) as conn:
        names = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {name: conn.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names.fetchall()}


def counts(path: Path) -> dict[str, int]:
    """Of all rows but those of shapes, which are of no import."""
    return {name: len(rows) for name, rows in tables(path).items() if name != "trace_shape"}


def empty(path: Path) -> Desk:
    desk = open_desk(path, "ana", create=True, clock=lambda: NOW)
    new_review(desk, system="bot", release="1")
    return desk


def imported(
    path: Path, *files: Path, count: int, monkeypatch: pytest.MonkeyPatch, **given: Any
) -> tuple[Tables, list[ImportedFile]]:
    monkeypatch.setenv(CORES, str(count))
    desk = empty(path)
    found = [one for file in files for one in import_path(desk, file, **given)]
    desk.close()
    return tables(path), found


def odd(path: Path) -> Path:
    """Records of many kinds: usual ones, and whatever is refused, mended, noted or stands twice."""
    write_records(path, 300)
    usual = path.read_text(encoding="utf-8").splitlines()
    lines = ["\ufeff" + usual[0], "", "   ", *usual[1:120], usual[5], "no json", '{"no": "id"}', usual[3] + usual[130]]
    lines += [
        '{"trace_id": "nan", "latency_ms": NaN, "model": "m"}',
        '{"trace_id": "long", "answer": "%s"}' % ("x" * 5000),
    ]
    lines += [
        json.dumps({"trace_id": f"u{n}", "latency": n, "started_at": f"{n}th of May", "status": "?"}) for n in range(60)
    ]
    lines += [json.dumps({"trace_id": f"n{n}", f"of_{n}": n, "scores": {"faithfulness": 2 + n}}) for n in range(50)]
    lines += ['{"trace_id": "same", "trace_id": "same"}', *usual[131:], *usual[40:50], '{"trace_id": ""}']
    lines += [json.dumps({"trace_id": "leak", "answer": "mail ana@example.org, key AKIAIOSFODNN7EXAMPLE"})]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def spans(path: Path) -> Path:
    write_otlp(path, 150)
    usual = path.read_text(encoding="utf-8").splitlines()
    torn = (
        usual[7].replace('"kind": 2', '"kind": {"a": []}').replace('"startTimeUnixNano": "', '"startTimeUnixNano": "x')
    )
    path.write_text("\n".join([*usual[:90], torn, "{", '{"resourceSpans": 3}', *usual[80:]]), encoding="utf-8")
    return path


def packed(path: Path) -> Path:
    with gzip.open(path.with_suffix(".jsonl.gz"), "wb") as file:
        file.write(odd(path).read_bytes())
    return path.with_suffix(".jsonl.gz")


MADE: dict[str, Callable[[Path], Path]] = {"records": odd, "spans": spans, "packed": packed}


@pytest.mark.parametrize(
    "kind", ["records", *(pytest.param(one, marks=pytest.mark.slow) for one in ("spans", "packed"))]
)
@pytest.mark.parametrize("keep", ["all", pytest.param("sample:3", marks=pytest.mark.slow)])
def test_the_outcome_is_that_of_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]], kind: str, keep: str
) -> None:
    file = MADE[kind](tmp_path / "log.jsonl")
    alone, said = imported(tmp_path / "1.db", file, count=1, monkeypatch=monkeypatch, keep_raw=keep)
    assert not started
    beside, told = imported(tmp_path / "2.db", file, count=2, monkeypatch=monkeypatch, keep_raw=keep)
    assert len(started) == 2
    assert len(alone["trace"]) > 100
    assert len(alone["import_reject"]) > 0
    assert len(alone["content_block"]) > 1
    assert beside == alone
    assert told == said


@pytest.mark.slow
def test_what_the_system_has_of_a_trace_is_put_together_with_what_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]]
) -> None:
    usual = spans(tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()
    parts = [json.loads(line) for line in usual[:60]]
    for part in parts:
        part["resourceSpans"][0]["scopeSpans"][0]["spans"].pop(0)  # the request itself comes with the other file
    first, then = tmp_path / "first.jsonl", tmp_path / "then.jsonl"
    first.write_text("\n".join(map(json.dumps, parts)), encoding="utf-8")
    then.write_text("\n".join(usual), encoding="utf-8")
    alone, _ = imported(tmp_path / "1.db", then, first, count=1, monkeypatch=monkeypatch)
    beside, _ = imported(tmp_path / "2.db", then, first, count=2, monkeypatch=monkeypatch)
    assert started
    assert beside == alone
    assert all(row[12] for row in alone["trace"][-60:])  # `question`, which stands in the request alone


def test_with_prices_one_process_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]]
) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text(
        "version: '2026-11'\ndate: 2026-11-20\nmodels:\n  birch-2-2026-08-01: {input: 3.50, output: 14}\n",
        encoding="utf-8",
    )
    rows = [
        {"trace_id": f"t{n}", "model": f"birch-{2 + n % 2}-2026-08-01", "tokens_in": 1000, "tokens_out": n}
        for n in range(90)
    ]
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    _, (result,) = imported(
        tmp_path / "1.db", file, count=2, monkeypatch=monkeypatch, prices=prices, format="trace_record"
    )
    assert not started
    assert any("birch-3" in said for said in result.warnings)
    with closing(sqlite3.connect(tmp_path / "1.db")) as conn:
        assert conn.execute("SELECT count(cost) FROM trace").fetchone() == (45,)


@pytest.mark.slow
def test_a_process_that_dies_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]]
) -> None:
    file = odd(tmp_path / "log.jsonl")
    alone, said = imported(tmp_path / "1.db", file, count=1, monkeypatch=monkeypatch)
    asked = 0

    def progress(done: int, total: int) -> bool:
        nonlocal asked
        asked += 1
        if asked in (4, 9):
            started[asked % 2].kill()
        return True

    beside, told = imported(tmp_path / "2.db", file, count=2, monkeypatch=monkeypatch, progress=progress)
    assert asked > 9
    assert (beside, told) == (alone, said)


@pytest.mark.parametrize(
    "called", ["", *(pytest.param(one, marks=pytest.mark.slow) for one in ("/nowhere/python", "/bin/false"))]
)
def test_where_no_process_can_be_started_it_is_read_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, called: str
) -> None:
    file = write_records(tmp_path / "log.jsonl", 200)
    alone, said = imported(tmp_path / "1.db", file, count=1, monkeypatch=monkeypatch)
    monkeypatch.setattr(workers.sys, "executable", called)
    assert imported(tmp_path / "2.db", file, count=2, monkeypatch=monkeypatch) == (alone, said)


@pytest.mark.slow
def test_cancelled_at_any_moment_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]]
) -> None:
    monkeypatch.setenv(CORES, "2")
    monkeypatch.setattr(recordio, "BLOCK", 40_000)
    file, desk = odd(tmp_path / "log.jsonl"), empty(tmp_path / "r.db")
    before = counts(tmp_path / "r.db")
    for last in range(1, 100):
        asked: list[tuple[int, int]] = []

        def progress(done: int, total: int, asked: list[tuple[int, int]] = asked, last: int = last) -> bool:
            asked.append((done, total))
            return len(asked) < last

        (result,) = import_path(desk, file, progress=progress)
        assert asked == sorted(asked)
        assert all(process.poll() is not None for process in started)
        if not result.cancelled:
            break
        assert counts(tmp_path / "r.db") == before
    desk.close()
    assert last > 4
    assert asked[-1] == (file.stat().st_size, file.stat().st_size)


def test_a_number_of_processors_that_is_none_stops_an_import_before_anything_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]]
) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text('{"trace_id": "a", "model": "m", "status": "ok", "latency_ms": 1}\n' * 3, encoding="utf-8")
    desk = empty(tmp_path / "r.db")
    monkeypatch.setenv(CORES, "0")
    with pytest.raises(ReadinessError, match=r"READINESS_CORES is “0”\. Say how many processors"):
        import_path(desk, file)
    assert tables(tmp_path / "r.db")["import"] == []
    desk.close()


@pytest.mark.parametrize(("told", "meant"), [("1", 1), (" 3 ", 3), ("99", 4), ("", None)])
def test_how_many_processors_are_used(monkeypatch: pytest.MonkeyPatch, told: str, meant: int | None) -> None:
    monkeypatch.setenv(CORES, told)
    if meant is None:
        assert 1 <= cores() <= 4
    else:
        assert cores() == meant


@pytest.mark.parametrize("told", ["0", "-1", "two", "1.5", "²"])
def test_what_is_no_number_of_processors_is_said(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv(CORES, told)
    with pytest.raises(ReadinessError, match=CORES):
        cores()


class Given:
    """Reads pieces that hold traces already."""

    def read(self, piece: Piece, before: Before, gathered: Gathered) -> Iterator[TraceRecord]:
        for trace in piece.content:
            yield TraceRecord(trace, trace.id)

    def pieces(self, most: int, held: int) -> Iterator[Piece]:
        yield Piece([Trace(f"a{n}") for n in range(5)])
        yield Piece([Trace("b1"), Trace("b2", tokens_in=2**70), Trace("b3", cost=float("nan"))])

    def gather(self, gathered: Gathered) -> None:
        pass

    def ended(self) -> Iterator[TraceRecord]:
        yield from ()


class GivenSource:
    name = title = "given"

    def recognise(self, path: Path, head: bytes) -> None:
        return None

    def in_pieces(self, path: Path) -> Given:
        return Given()

    def read(self, path: Path) -> Iterator[TraceRecord]:
        raise AssertionError


@pytest.mark.parametrize("count", [pytest.param("1", marks=pytest.mark.slow), "2"])
def test_what_cannot_be_stored_is_refused_and_all_beside_it_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: str
) -> None:
    from readiness_tui.services.importing.imports import import_as

    monkeypatch.setenv(CORES, count)
    file, desk = tmp_path / "given", empty(tmp_path / "r.db")
    file.write_text("x", encoding="utf-8")
    result = import_as(desk, file, GivenSource(), "given")
    desk.close()
    assert (result.traces, len(result.rejected)) == (6, 2)
    assert [row[3] for row in tables(tmp_path / "r.db")["trace"]] == ["a0", "a1", "a2", "a3", "a4", "b1"]
    assert ["b2" in reject.reason or "b3" in reject.reason for reject in result.rejected] == [True, True]


@pytest.mark.slow
def test_killed_nobody_stays_and_nothing_is_seen(tmp_path: Path) -> None:
    file = write_records(tmp_path / "log.jsonl", 4_000)
    empty(tmp_path / "r.db").close()
    code = f"""
import sys
from pathlib import Path
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.importing.pieces import piecewise, workers
piecewise.LARGE, piecewise.MOST = 0, 40
made = workers._Worker.__init__
def told(self, *given):
    made(self, *given)
    print(self._process.pid, flush=True)
workers._Worker.__init__ = told
def progress(done, total):
    print("read", flush=True)
    sys.stdin.readline()
    return True
import_path(open_desk(Path({str(tmp_path / "r.db")!r}), "ana"), Path({str(file)!r}), progress=progress)
"""
    importing = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, CORES: "2"},
    )
    assert importing.stdout is not None
    assert importing.stdin is not None
    pids = [int(importing.stdout.readline()) for _ in range(2)]
    for _ in range(3):
        assert importing.stdout.readline() == "read\n"
        importing.stdin.write("\n")
        importing.stdin.flush()
    importing.kill()
    importing.wait()
    until = time.monotonic() + 30
    while any(map(_runs, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(_runs, pids))
    with closing(sqlite3.connect(tmp_path / "r.db")) as conn:
        assert conn.execute("SELECT count(*) FROM import WHERE published_at IS NOT NULL").fetchone() == (0,)
    desk = open_desk(tmp_path / "r.db", "ana")
    (again,) = import_path(desk, file)
    desk.close()
    assert again.traces == 4_000


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
def test_pieces_come_back_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Also where one takes much longer than the next, and with what stands between them in its place."""
    items: list[Any] = []
    for n in range(9):
        items.append(Piece([Trace(f"{n}-{at}") for at in range(400 if n % 3 == 0 else 1)]))
        items.append(recordio.reject(n, "between", b""))
    with closing(Workers(3, Given(), KeptRecords())) as beside:
        found = list(workers.in_order(items, beside))
    assert [item[0] if isinstance(item, tuple) else item for item in found] == items
    assert [item[1].traces for item in found if isinstance(item, tuple) and item[1]] == [400, 1, 1] * 3
