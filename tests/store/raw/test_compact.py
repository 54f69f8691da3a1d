"""A smaller file with the same in it: blocks of earlier versions packed anew, unused pages given back, kill or no kill."""

from __future__ import annotations

import random
import signal
import time
import zlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import Trace
from readiness_tui.store import Store, imports, traces
from readiness_tui.store.migrations import connect
from readiness_tui.store.raw import compact
from readiness_tui.store.raw import records as raw_records
from tests.store.test_processes import rest, start
from tests.store.workers import NOW, SYSTEM

SAID = " ".join(f"word{number % 97}" for number in range(60))


def old_blocks(records: Sequence[str | None], level: int = 0):
    """As versions before Zstandard packed them."""
    for at in range(0, len(records), 64):
        parts = [(record or "").encode("utf-8", "surrogatepass") for record in records[at : at + 64]]
        head = msgspec.json.encode([len(part) for part in parts])
        yield len(parts), zlib.compress(head + b"\n" + b"".join(parts), 1)


def fill(store: Store, monkeypatch: pytest.MonkeyPatch, numbers: range) -> dict[str, str]:
    """An import with blocks of the old form; returns each trace's raw record."""
    held = {f"t-{number}": f'{{"n": {number}, "said": "{SAID}", "x": "{number * 7919 % 10007}"}}' for number in numbers}
    with monkeypatch.context() as patch:
        patch.setattr(raw_records, "blocks", old_blocks)
        import_id = imports.begin(store, SYSTEM, "old.jsonl", "test", f"old {numbers}", "ana", NOW)
        some = ((Trace(id, NOW + timedelta(seconds=n)), raw) for n, (id, raw) in enumerate(held.items()))
        imports.add_traces(store, import_id, some)
        imports.publish(store, import_id, "ana", NOW)
    return held


def all_raw(store: Store, names: Sequence[str]) -> dict[str, str | None]:
    with store.read() as conn:
        return {name: traces.raw(conn, SYSTEM, name) for name in names}


def blocks(store: Store) -> list[tuple[int, bool]]:
    """How many records each block holds, and whether it is one of today's."""
    with store.read() as conn:
        rows = conn.execute("SELECT last_key - first_key + 1, data FROM trace_raw ORDER BY first_key").fetchall()
    return [(count, data.startswith(raw_records.MAGIC)) for count, data in rows]


@pytest.mark.slow
def test_old_blocks_are_packed_anew_and_hold_the_same(store: Store, monkeypatch) -> None:
    held = fill(store, monkeypatch, range(300)) | fill(store, monkeypatch, range(1000, 3300))
    assert {new for _, new in blocks(store)} == {False}
    told: list[tuple[int, int]] = []
    assert compact.repack(store, lambda done, total: told.append((done, total))) == 5 + 36
    assert told[-1] == (41, 41)
    assert told == sorted(told)
    assert len(told) > 2
    assert {new for _, new in blocks(store)} == {True}
    assert sum(count for count, _ in blocks(store)) == len(held)
    assert all_raw(store, [*held]) == held
    assert store.integrity() == []
    assert compact.repack(store, lambda done, total: None) == 0


@pytest.mark.slow
def test_pages_are_given_back(store: Store, path: Path, monkeypatch) -> None:
    held = fill(store, monkeypatch, range(2_000))
    compact.repack(store, lambda done, total: None)
    store.close()
    before = compact.size(path)
    compact.give_back(path)
    assert compact.size(path) < before
    with Store.open(path) as again:
        assert all_raw(again, [*held]) == held
        with again.read() as conn:
            assert conn.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert again.integrity() == []


def test_a_file_that_somebody_else_uses_is_left_alone(store: Store, path: Path, monkeypatch) -> None:
    held = fill(store, monkeypatch, range(100))
    store.close()
    monkeypatch.setattr(compact, "PATIENCE", 0.05)
    other = connect(path)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM trace").fetchone()
    before = path.read_bytes()
    with pytest.raises(ReadinessError, match="open elsewhere"):
        compact.give_back(path)
    other.close()
    assert path.read_bytes() == before
    with Store.open(path) as again:
        assert all_raw(again, [*held]) == held


def test_while_an_import_comes_in_nothing_is_done(store: Store, monkeypatch) -> None:
    import_id = imports.begin(store, SYSTEM, "now.jsonl", "test", "now", "ana", NOW)
    with pytest.raises(ReadinessError, match="an import is coming in"):
        compact.prepare(store, NOW)
    store.importing.discard(import_id)  # as if its process had died
    compact.prepare(store, NOW)
    with store.read() as conn:
        assert conn.execute("SELECT count(*) FROM import").fetchone() == (0,)


def test_a_full_disk_is_said_before_anything_is_done(store: Store, path: Path, monkeypatch) -> None:
    store.close()
    monkeypatch.setattr(compact.shutil, "disk_usage", lambda folder: compact.shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(ReadinessError, match=r"0 MB free.*as it was"):
        compact.give_back(path)


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [3, pytest.param(40, marks=pytest.mark.slow)], ids=["small", "full"])
def test_killed_while_compacting(store: Store, path: Path, monkeypatch, rounds: int) -> None:
    """Every record is there, once, whenever it dies; and the last one that lives finishes."""
    held = fill(store, monkeypatch, range(6_000))
    store.close()
    chance = random.Random(rounds)
    for _ in range(rounds):
        process = start("compact", path, "now")
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        time.sleep(chance.uniform(0, 0.25))
        process.send_signal(signal.SIGKILL)
        rest(process)
        with Store.open(path) as again:
            assert again.integrity() == []
            assert sum(count for count, _ in blocks(again)) == len(held)
            some = chance.sample([*held], 40)
            assert all_raw(again, some) == {name: held[name] for name in some}
    process = start("compact", path, "now")
    assert rest(process) == "open\npacked\ndone\n"
    with Store.open(path) as again:
        assert all_raw(again, [*held]) == held
        assert {new for _, new in blocks(again)} == {True}
