"""What was measured of a request, replaced while its import was said to be unmeasured: named before any verdict is given."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from readiness_tui.cli.root import run
from readiness_tui.sqlite import sqlite3
from readiness_tui.store import Store, imports
from readiness_tui.store.chain import examine, seal
from tests.store.chain.test_alike import FLIP
from tests.store.measured.test_plans import SEEN
from tests.store.measured.test_recorded import OTHER, bring
from tests.store.workers import NOW, SYSTEM

#: A request that is seen: no later import replaced it.
_ONE = "trace_key = (SELECT max(m.trace_key) FROM trace_measure m WHERE m.trace_key NOT IN (SELECT key FROM trace_superseded))"
_ROW = "trace_key, of_import, shape, content, retried, longest_call_ms, call_minutes"
#: By what is put in place of a measurement; `{row}` names it.
SHAPES = {
    "another shape": "CREATE TEMP TABLE r AS SELECT * FROM trace_measure WHERE {row}; UPDATE r SET shape ="
    " (SELECT max(id) FROM trace_shape WHERE id <> r.shape); DELETE FROM trace_measure WHERE {row};"
    f" INSERT INTO trace_measure({_ROW}) SELECT {_ROW} FROM r",
    "none": "DELETE FROM trace_measure WHERE {row}",
}
VALUES = {
    "other retries": "CREATE TEMP TABLE r AS SELECT * FROM trace_measure WHERE {row}; UPDATE r SET retried = 1 - coalesce(retried, 0);"
    f" DELETE FROM trace_measure WHERE {{row}}; INSERT INTO trace_measure({_ROW}) SELECT {_ROW} FROM r",
    "other times": "CREATE TEMP TABLE r AS SELECT * FROM trace_measure WHERE {row}; UPDATE r SET longest_call_ms = 4242.0;"
    f" DELETE FROM trace_measure WHERE {{row}}; INSERT INTO trace_measure({_ROW}) SELECT {_ROW} FROM r",
}


@pytest.fixture
def filled(store: Store) -> Store:
    """Two systems, each with requests of which a later import replaced some."""
    for system in (SYSTEM, OTHER):
        for brought in (SEEN, [replace(trace, answer="new") for trace in SEEN[:5]]):
            imports.publish(store, bring(store, system, brought), "ana", NOW)
    return store


def by_hand(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as hand:
        hand.execute("PRAGMA foreign_keys = OFF")
        hand.executescript(f"{FLIP}; {sql.format(row=_ONE)}; {FLIP}")


def named(store: Store) -> set[str]:
    with store.read() as conn:
        assert seal.unmoved(conn)
        return {one.table for one in examine.sealed(conn)}


@pytest.mark.parametrize("again", [0, examine.AGAIN])
def test_what_the_program_measured_follows(again: int, filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine, "AGAIN", again)
    assert named(filled) == set()


@pytest.mark.parametrize("way", SHAPES)
@pytest.mark.parametrize("again", [0, examine.AGAIN])
def test_what_is_shown_is_counted(way: str, again: int, filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine, "AGAIN", again)
    by_hand(filled.path, SHAPES[way])
    assert "trace_measure" in named(filled)


@pytest.mark.parametrize("way", VALUES)
def test_few_requests_are_measured_again(way: str, filled: Store) -> None:
    by_hand(filled.path, VALUES[way])
    assert "trace_measure" in named(filled)


@pytest.mark.slow
@pytest.mark.parametrize("way", SHAPES | VALUES)
def test_check_gives_no_verdict(way: str, sample_db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--db", str(sample_db), "--who", "ana", "check"]) in (0, 1, 3)
    with closing(sqlite3.connect(sample_db, isolation_level=None)) as hand:
        hand.execute("DELETE FROM kept")
    capsys.readouterr()
    by_hand(sample_db, (SHAPES | VALUES)[way])
    assert run(["--db", str(sample_db), "--who", "ana", "check"]) == 4
    told = capsys.readouterr()
    assert told.out == ""
    assert "trace_measure" in told.err
