"""The migration that keeps what people say of a run beside its file: facts that it lacks, and risks that they accept.

Both are by the run's or the case's own id within a system, so that they survive a new import of the run.
"""

from __future__ import annotations

from typing import Any

from readiness_tui.store.sqlite import script

SCHEMA = """
CREATE TABLE run_fact(
    system TEXT NOT NULL,
    run_id TEXT NOT NULL,
    fact TEXT NOT NULL,
    value TEXT NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY(system, run_id, fact)
) STRICT, WITHOUT ROWID;
CREATE TABLE accepted_risk(
    system TEXT NOT NULL,
    case_key TEXT NOT NULL,
    version TEXT NOT NULL,
    reason TEXT NOT NULL,
    approver TEXT NOT NULL,
    expires TEXT NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY(system, case_key, version)
) STRICT, WITHOUT ROWID;
"""


def declared_facts(db: Any) -> None:
    script(db.conn, SCHEMA)
