"""Batches of the lot: how many cases people label to check a judge, decided before the first of them is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from readiness_tui.store.codec import moment, stamp
from readiness_tui.store.rows import Tx, fetch
from readiness_tui.store.sqlite import Connection, script

if TYPE_CHECKING:
    from readiness_tui.domain.labels.lot import Batch

# A label of the whole answer stays in `human_label`; its key, and so what the audit trail says of it, is as it was.
SCHEMA = """
ALTER TABLE human_label ADD COLUMN drawn TEXT NOT NULL DEFAULT 'other';
ALTER TABLE human_label ADD COLUMN value REAL;
CREATE TABLE metric_label(
    system TEXT NOT NULL,
    run_id TEXT NOT NULL,
    case_id TEXT NOT NULL,
    variant TEXT NOT NULL,
    metric TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    verdict TEXT NOT NULL,
    note TEXT NOT NULL,
    at TEXT,
    blind INTEGER NOT NULL DEFAULT 0,
    answer TEXT,
    drawn TEXT NOT NULL DEFAULT 'other',
    value REAL,
    PRIMARY KEY(system, run_id, case_id, variant, metric, reviewer)
) STRICT, WITHOUT ROWID;
CREATE TABLE label_batch(
    system TEXT NOT NULL,
    lock TEXT NOT NULL,
    run_id TEXT NOT NULL,
    metric TEXT NOT NULL,
    number INTEGER NOT NULL,
    size INTEGER NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY(system, lock, run_id, metric, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_row_metric_label ON change_row(change_id) WHERE table_name = 'metric_label';
CREATE INDEX change_row_label_batch ON change_row(change_id) WHERE table_name = 'label_batch';
"""


def metric_labels(db: Any) -> None:
    """The migration: labels of one metric, how a label came about, and the batches. Earlier labels were not drawn."""
    script(db.conn, SCHEMA)


def put(tx: Tx, system: str, batch: Batch) -> None:
    tx.put(
        "label_batch",
        {
            "system": system,
            "lock": batch.lock,
            "run_id": batch.run_id,
            "metric": batch.metric,
            "number": batch.number,
            "size": batch.size,
            "person": batch.by,
            "at": stamp(batch.at or tx.now),
        },
    )


def all(conn: Connection, system: str) -> tuple[Batch, ...]:
    """A system's batches, of all locks, runs and metrics, in their order."""
    from readiness_tui.domain.labels.lot import Batch

    rows = fetch(conn, "SELECT * FROM label_batch WHERE system = ? ORDER BY lock, run_id, metric, number", (system,))
    return tuple(
        Batch(row["lock"], row["run_id"], row["metric"], row["number"], row["size"], row["person"], moment(row["at"]))
        for row in rows
    )
