"""Indexes in an order in which records do not come in: made when the first import into a new table is complete.

Kept up to date from the first batch on, they would have a page in each batch for nearly each of its records, and so cost
more than all else that is stored. Made at once they are read off the table and sorted; whoever wants to save waits for
one of them. A later import adds to them as it comes in.
"""

from __future__ import annotations

from readiness_tui.store import staging
from readiness_tui.store.chain import seal
from readiness_tui.store.db import Store
from readiness_tui.store.rows import Tx

#: As `upgrades/explore.py` makes them, by name.
LATE = {"trace_latency": "trace(system_id, latency_ms)", "trace_cost": "trace(system_id, cost)"}


def put_off(tx: Tx) -> None:
    """For the first batch of a file that holds no requests yet."""
    with seal.own_schema(tx.conn):
        for name in LATE:
            tx.conn.execute(f"DROP INDEX IF EXISTS {name}")


def make(store: Store) -> None:
    """Make those that are put off, each in a transaction of its own; nothing where none is."""
    with store.read() as conn:
        known = {name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()}
    for name in LATE.keys() - known:
        with staging.batch(store) as tx, seal.own_schema(tx.conn):
            tx.conn.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {LATE[name]}")
