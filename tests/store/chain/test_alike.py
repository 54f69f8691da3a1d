"""Which requests are copies: said of those that are, and of no other, whoever writes into the tables that say it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from readiness_tui.sqlite import sqlite3
from readiness_tui.store import Store, imports
from readiness_tui.store.chain import examine, seal
from tests.store.measured.test_plans import SEEN
from tests.store.measured.test_recorded import OTHER, bring
from tests.store.workers import NOW, SYSTEM

FLIP = "UPDATE import SET measured = -measured"  # nothing is refused of an import that is not measured
#: Found by what a command looks at before it judges too; most need no trigger dropped.
PAST = {
    "said of two that are none": "INSERT INTO trace_twin SELECT system_id, 7, started_at, key, import_id, 1 FROM trace WHERE id IN ('t1', 't2')",
    "said of one and of another": "UPDATE trace_twin SET content = 7",
    "said of another system's": "UPDATE trace_twin SET system_id = 3 - system_id",
    "said at another time": "UPDATE trace_twin SET at = at + 1",
    "not said": f"{FLIP}; DELETE FROM trace_twin; {FLIP}",
    "not said of one": f"{FLIP}; DELETE FROM trace_twin WHERE trace_key = (SELECT max(trace_key) FROM trace_twin); {FLIP}",
}


@pytest.fixture
def filled(store: Store) -> Store:
    """Two systems, each with copies within an import and in another one, and with requests that were replaced."""
    for system in (SYSTEM, OTHER):
        for brought in (
            [*SEEN, replace(SEEN[3], id="once more")],
            [replace(trace, answer="new") for trace in SEEN[:5]],
            [replace(SEEN[9], id="twin")],
        ):
            imports.publish(store, bring(store, system, brought), "ana", NOW)
    return store


def test_what_the_program_says_follows(filled: Store) -> None:
    with filled.read() as conn:
        assert conn.execute("SELECT count(*) FROM trace_twin").fetchone() > (7,)
        assert examine.whole(conn) == examine.sealed(conn) == []


@pytest.mark.parametrize("way", PAST)
def test_what_is_said_by_hand_is_named(filled: Store, way: str) -> None:
    with closing(sqlite3.connect(filled.path, isolation_level=None)) as hand:
        hand.execute("PRAGMA foreign_keys = OFF")
        (made,) = hand.execute("SELECT sql FROM sqlite_master WHERE name = 'trace_twin_keeps'").fetchone()
        guarded = PAST[way].startswith("UPDATE trace_twin")
        hand.executescript(f"DROP TRIGGER trace_twin_keeps; {PAST[way]}; {made}" if guarded else PAST[way])
    with filled.read() as conn:
        assert seal.unmoved(conn) is not guarded
        for found in (examine.whole(conn), examine.sealed(conn)):
            assert {one.table for one in found} == {"trace_twin"}, found
            assert all("to be a copy" in one.said or "to be one" in one.said or "is none" in one.said for one in found)
