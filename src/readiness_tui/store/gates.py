"""Gates, which never change once stored, and who locked them when."""

from __future__ import annotations

from dataclasses import replace

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.model import Gate, Lock
from readiness_tui.store.codec import dump, load, moment, stamp
from readiness_tui.store.rows import Tx, fetch
from readiness_tui.store.sqlite import Connection


def put_gate(tx: Tx, system: str, gate: Gate, text: str = "") -> int:
    """Store a gate of a system and the text of the file it came from; returns its id.

    Versions count per system and name; a gate of the same name and digest is the same row.
    """
    from readiness_tui.domain.gate.codec import gate_to_plain

    same = tx.conn.execute(
        "SELECT id FROM gate WHERE system = ? AND name = ? AND digest = ?", (system, gate.name, gate.digest)
    ).fetchone()
    if same is not None:
        return int(same[0])
    (last,) = tx.conn.execute(
        "SELECT coalesce(max(version), 0) FROM gate WHERE system = ? AND name = ?", (system, gate.name)
    ).fetchone()
    version = last + 1
    plain = gate_to_plain(replace(gate, version=version))
    return tx.put(
        "gate",
        {
            "system": system,
            "name": gate.name,
            "version": version,
            "digest": gate.digest,
            "json": dump(plain),
            "source": text,
        },
    )


def get(conn: Connection, gate_id: int) -> Gate:
    """Raises ReadinessError where there is none."""
    row = conn.execute("SELECT version, digest, json FROM gate WHERE id = ?", (gate_id,)).fetchone()
    if row is None:
        raise ReadinessError(f"There is no gate {gate_id} in this database. Import the gate's YAML file again.")
    return _gate(*row)


def all(conn: Connection, system: str) -> list[tuple[int, Gate]]:
    """Those of a system with their ids, the newest first."""
    rows = conn.execute(
        "SELECT id, version, digest, json FROM gate WHERE system = ? ORDER BY id DESC", (system,)
    ).fetchall()
    return [(row[0], _gate(*row[1:])) for row in rows]


def before(conn: Connection, gate_id: int) -> int | None:
    """The latest other gate of the same system and name, where there is one."""
    row = conn.execute(
        "SELECT max(other.id) FROM gate JOIN gate other USING (system, name) WHERE other.id < gate.id AND gate.id = ?",
        (gate_id,),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def source(conn: Connection, gate_id: int) -> str:
    """The text of the file that the gate was read from."""
    row = conn.execute("SELECT source FROM gate WHERE id = ?", (gate_id,)).fetchone()
    return "" if row is None else str(row[0])


def add_lock(tx: Tx, system: str, lock: Lock) -> int:
    return tx.put(
        "gate_lock",
        {
            "system": system,
            "person": lock.by,
            "at": stamp(lock.at),
            "gate_digest": lock.gate_digest,
            "dataset_digest": lock.dataset_digest,
            "judge_digest": lock.judge_digest,
        },
    )


def locked_for(conn: Connection, lock: Lock) -> str:
    """The system that this lock was made for; "" where this file knows nothing of it.

    By gate and moment: the name of who made it comes back from a file without the white space around it.
    """
    row = conn.execute(
        "SELECT system FROM gate_lock WHERE gate_digest = ? AND at = ? ORDER BY id DESC LIMIT 1",
        (lock.gate_digest, stamp(lock.at)),
    ).fetchone()
    return str(row[0]) if row else ""


def locks(conn: Connection, system: str, gate_digest: str | None = None) -> list[Lock]:
    """The earliest first; of one gate of a system, or of all."""
    rows = fetch(
        conn,
        "SELECT * FROM gate_lock WHERE system = ?1 AND (?2 IS NULL OR gate_digest = ?2) ORDER BY at, id",
        (system, gate_digest),
    )
    return [
        Lock(row["person"], moment(row["at"]), row["gate_digest"], row["dataset_digest"], row["judge_digest"])
        for row in rows
    ]


def _gate(version: int, digest: str, text: str) -> Gate:
    from readiness_tui.domain.gate.codec import gate_from_plain

    return replace(gate_from_plain(load(text)), version=version, digest=digest)
