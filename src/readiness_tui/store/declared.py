"""What people say of runs beside their files: facts that a file lacks, and high-risk failures that somebody lives with."""

from __future__ import annotations

from datetime import date

from readiness_tui.domain.gate_result.high_risk import AcceptedRisk
from readiness_tui.domain.runs.model import DeclaredFact, Fact
from readiness_tui.store.codec import stamp
from readiness_tui.store.rows import Tx, fetch
from readiness_tui.store.sqlite import Connection


def facts(conn: Connection, system: str) -> dict[str, tuple[DeclaredFact, ...]]:
    """By run id, in the order of `Fact`."""
    rows = fetch(conn, "SELECT run_id, fact, value, person FROM run_fact WHERE system = ?", (system,))
    found: dict[str, tuple[DeclaredFact, ...]] = {}
    for row in sorted(rows, key=lambda row: [*Fact].index(Fact(row["fact"]))):
        one = DeclaredFact(Fact(row["fact"]), row["value"], row["person"])
        found[row["run_id"]] = (*found.get(row["run_id"], ()), one)
    return found


def put_fact(tx: Tx, system: str, run_id: str, fact: Fact, value: str) -> None:
    """Whoever writes says so; replaces what was said of it before."""
    row = {"system": system, "run_id": run_id, "fact": fact.value, "value": value}
    old = tx.get("run_fact", (system, run_id, fact.value))
    if old is None or old["value"] != value:
        tx.put("run_fact", {**row, "person": tx.who, "at": stamp(tx.now)})


def take_back(tx: Tx, system: str, run_id: str, fact: Fact) -> bool:
    return tx.delete("run_fact", (system, run_id, fact.value))


def risks(conn: Connection, system: str) -> tuple[AcceptedRisk, ...]:
    """Those of a system, lapsed ones too."""
    rows = fetch(conn, "SELECT * FROM accepted_risk WHERE system = ? ORDER BY case_key, version", (system,))
    return tuple(
        AcceptedRisk(
            row["case_key"], row["version"], row["reason"], row["approver"], date.fromisoformat(row["expires"])
        )
        for row in rows
    )


def put_risk(tx: Tx, system: str, risk: AcceptedRisk) -> None:
    tx.put(
        "accepted_risk",
        {
            "system": system,
            "case_key": risk.case,
            "version": risk.version,
            "reason": risk.reason,
            "approver": risk.approver,
            "expires": risk.expires.isoformat(),
            "person": tx.who,
            "at": stamp(tx.now),
        },
    )


def drop_risk(tx: Tx, system: str, case: str, version: str) -> bool:
    return tx.delete("accepted_risk", (system, case, version))
