"""The migration by which imports, traces, gates, labels and the history belong to a system.

In a file of one system all of it is that system's. Where there are several, which read each other's data until now,
`system_shares` says whose what is; what two of them rest on is stored for both, so that neither loses it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from readiness_tui.store.codec import dump, load
from readiness_tui.store.sqlite import Connection, script
from readiness_tui.store.upgrades.system_shares import Owners, Shares, shares

WHO = "readiness"  # in the history, where the program itself decided
_LISTED = 20
# `placed`: under which number an import is stored for a system, and by how much the keys of its traces are moved.
_BEFORE = """
CREATE TABLE system(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TEMP TABLE placed(
    old INTEGER NOT NULL, system_id INTEGER NOT NULL, new INTEGER NOT NULL, nth INTEGER NOT NULL,
    shift INTEGER NOT NULL, PRIMARY KEY(old, system_id)
) STRICT, WITHOUT ROWID;
ALTER TABLE change ADD COLUMN system TEXT; -- in whose history it is; NULL: in everybody's
"""
_AFTER = """
DROP TABLE placed;
CREATE INDEX import_published ON import(system_id, published_order);
CREATE INDEX import_digest ON import(system_id, digest, published_order);
CREATE INDEX gate_lock_digest ON gate_lock(system, gate_digest, at);
-- Covers the gate's metrics too, so that they need not read the wide rows.
CREATE INDEX trace_time ON trace(system_id, started_at, key, import_id, latency_ms, cost, outcome, cached, cold);
CREATE INDEX eval_set_import ON eval_set(import_id);
CREATE INDEX incident_system ON incident(system);
DROP INDEX incident_uid;
DROP INDEX incident_event_uid;
DROP INDEX incident_action_uid;
CREATE UNIQUE INDEX incident_uid ON incident(system, uid) WHERE uid <> '';
CREATE UNIQUE INDEX incident_event_uid ON incident_event(number, uid) WHERE uid <> '';
CREATE UNIQUE INDEX incident_action_uid ON incident_action(number, uid) WHERE uid <> '';
"""
_COLUMN = "system TEXT NOT NULL,\n    "
_EDITS = {  # what is different in the definition of each table that is made anew
    "import": {"path TEXT": "system_id INTEGER NOT NULL REFERENCES system(id),\n    path TEXT"},
    "trace": {"\n    id TEXT": "\n    system_id INTEGER NOT NULL, -- the import's; here for the index\n    id TEXT"},
    "human_label": {"run_id TEXT": _COLUMN + "run_id TEXT", "KEY(run_id": "KEY(system, run_id"},
    "gate": {
        "\n    name TEXT": f"\n    {_COLUMN}name TEXT",
        "(name, v": "(system, name, v",
        "(name, d": "(system, name, d",
    },
    "gate_lock": {"person TEXT": _COLUMN + "person TEXT"},
}


def system_column(db: Any) -> None:
    conn: Connection = db.conn
    found = shares(conn)
    script(db.conn, _BEFORE)
    conn.executemany("INSERT INTO system(name) VALUES (?)", [(name,) for name in found.systems])
    _place(conn, found)
    _imports(conn, len(found.systems))
    moved = _gates(conn, found)
    _labels(conn, found)
    _settings(conn, found)
    guards = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in guards:  # what the audit trail says stays; its rows only get the columns that their tables got
        conn.execute(f"DROP TRIGGER {name}")
    _history(conn, found)
    for _, sql in guards:
        conn.execute(sql)
    script(db.conn, _AFTER)
    if len(found.systems) > 1:
        _tell(conn, found, moved)


def _rebuild(conn: Connection, table: str, copy: str, **values: str) -> None:
    """Make a table anew with its `_EDITS`. `copy`: FROM and more; `values`: columns that are not taken as they are."""
    (sql,) = conn.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    for old, new in _EDITS[table].items():
        assert sql.count(old) == 1, (table, old)
        sql = sql.replace(old, new)
    conn.execute(sql.replace(f"CREATE TABLE {table}(", f"CREATE TABLE {table}_anew(", 1))
    names = [name for (name,) in conn.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()]
    taken = {name: f"t.{name}" for name in names} | values
    conn.execute(
        f"INSERT INTO {table}_anew({', '.join(taken)}) SELECT {', '.join(taken.values())} FROM {table} t {copy}"
    )
    last = conn.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    conn.execute(f"DROP TABLE {table}")
    conn.execute(f"ALTER TABLE {table}_anew RENAME TO {table}")
    if last is not None:  # a number that was given once is not given again
        conn.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        (most,) = conn.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()
        conn.execute("INSERT INTO sqlite_sequence(name, seq) VALUES (?, ?)", (table, max(most, last[0])))


def _place(conn: Connection, found: Shares) -> None:
    (last,) = conn.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'import'").fetchone()
    (most,) = conn.execute("SELECT coalesce(max(last_key), 0) FROM trace_raw").fetchone()
    for (number,) in conn.execute("SELECT id FROM import ORDER BY id").fetchall():
        for nth, name in enumerate(found.imports.get(number, (found.main,))):
            new, shift = number, 0
            if nth:
                last += 1
                low, high = conn.execute(
                    "SELECT min(first_key), max(last_key) FROM trace_raw WHERE import_id = ?", (number,)
                ).fetchone()
                new, shift = last, most + 1 - (low or 0)
                most += 0 if low is None else high - low + 1
            conn.execute(
                "INSERT INTO placed SELECT ?, id, ?, ?, ? FROM system WHERE name = ?", (number, new, nth, shift, name)
            )


def _imports(conn: Connection, systems: int) -> None:
    """Imports and all that they brought. Copies come in between, so the order is spread, and stays the same."""
    placed, copies = "CROSS JOIN placed p ON p.old = t.", "JOIN placed p ON p.old = t.import_id AND p.nth > 0"
    if systems > 1:
        conn.execute(
            "CREATE TEMP TABLE later AS SELECT s.key, t.import_id AS earlier, s.import_id AS later"
            " FROM trace_superseded s JOIN trace t ON t.key = s.key"
        )
    _rebuild(
        conn, "import", f"{placed}id", id="p.new", system_id="p.system_id", seen=f"(t.seen + 1) * {systems} - 1",
        published_order=f"t.published_order * {systems} + p.nth",
    )  # fmt: skip
    _rebuild(conn, "trace", f"{placed}import_id", key="t.key + p.shift", import_id="p.new", system_id="p.system_id")
    if systems == 1:
        return
    for table, columns in (
        ("import_reject", "position, line, reason, excerpt"),
        ("eval_set", "name, digest, json"),
        ("run", "id, started_at, json, cases"),
    ):
        conn.execute(f"INSERT INTO {table}(import_id, {columns}) SELECT p.new, {columns} FROM {table} t {copies}")
    conn.execute(
        "INSERT INTO run_case SELECT n.key, c.id, c.variant, c.repeat, c.position, c.json, c.raw FROM run t"
        f" {copies} JOIN run n ON n.import_id = p.new AND n.id = t.id JOIN run_case c ON c.run_key = t.key"
    )
    conn.execute(f"INSERT INTO trace_id SELECT p.new, t.id, t.key + p.shift FROM trace_id t {copies}")
    conn.execute(
        "INSERT INTO trace_raw(import_id, first_key, last_key, data)"
        f" SELECT p.new, t.first_key + p.shift, t.last_key + p.shift, t.data FROM trace_raw t {copies}"
    )
    # A trace takes the place of an earlier one of its own system alone.
    conn.execute("DELETE FROM trace_superseded")
    conn.execute(
        "INSERT INTO trace_superseded SELECT w.key + e.shift, l.new FROM later w JOIN placed e ON e.old = w.earlier"
        " JOIN placed l ON l.old = w.later AND l.system_id = e.system_id"
    )
    conn.execute("DROP TABLE later")


def _gates(conn: Connection, found: Shares) -> int:
    """Gates and locks; each further system gets its own, which its reviews name from now on. Returns how many."""
    numbers = {"gate": found.gates, "gate_lock": found.locks}
    copies: list[tuple[int, str, int]] = []
    for table, owners in numbers.items():
        main = f"(SELECT name FROM system WHERE id = {found.systems.index(found.main) + 1})"
        _rebuild(conn, table, "", system=main)
        names = [name for (name,) in conn.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()]
        columns = ", ".join(name for name in names if name not in ("id", "system"))
        for number, systems in owners.items():
            conn.execute(f"UPDATE {table} SET system = ? WHERE id = ?", (systems[0], number))
            for system in systems[1:]:
                made = conn.execute(
                    f"INSERT INTO {table}(system, {columns}) SELECT ?, {columns} FROM {table} WHERE id = ?",
                    (system, number),
                ).lastrowid
                copies.append((int(made or 0), system, number if table == "gate" else 0))
    for made, system, number in copies:
        own = "SELECT id FROM review WHERE system = ?"
        conn.execute("UPDATE review SET gate_id = ? WHERE gate_id = ? AND system = ?", (made, number, system))
        for column in ("gate_id", "replaces"):
            conn.execute(
                f"UPDATE gate_change SET {column} = ? WHERE {column} = ? AND review_id IN ({own})",
                (made, number, system),
            )
    return len(copies)


def _labels(conn: Connection, found: Shares) -> None:
    conn.execute("CREATE TEMP TABLE labelled(run_id TEXT NOT NULL, system TEXT NOT NULL)")
    for (run,) in conn.execute("SELECT DISTINCT run_id FROM human_label").fetchall():
        owners = found.labels.get(run, (found.main,))
        conn.executemany("INSERT INTO labelled VALUES (?, ?)", [(run, name) for name in owners])
    _rebuild(conn, "human_label", "JOIN labelled l ON l.run_id = t.run_id", system="l.system")
    conn.execute("DROP TABLE labelled")


def _settings(conn: Connection, found: Shares) -> None:
    """Who sits in the meeting, and where each person is in the queue of labels."""
    kept = "FROM setting WHERE name = 'attendees' OR name LIKE 'labelling/%'"
    for name, value in conn.execute(f"SELECT name, value {kept}").fetchall():
        head, slash, rest = name.partition("/")
        conn.execute("DELETE FROM setting WHERE name = ?", (name,))
        conn.executemany(
            "INSERT INTO setting VALUES (?, ?)", [(f"{head}/{own}{slash}{rest}", value) for own in found.systems]
        )


def _history(conn: Connection, found: Shares) -> None:
    """In whose history each entry is: its review's, else that of the rows it changed."""
    if len(found.systems) == 1:
        conn.execute("UPDATE change SET system = ?", (found.main,))
    else:
        reviews = dict(conn.execute("SELECT id, system FROM review").fetchall())
        incidents = dict(conn.execute("SELECT number, system FROM incident").fetchall())
        said: dict[int, set[str]] = {}
        for change, review, table, pk, old, new in conn.execute(
            "SELECT c.id, c.review_id, r.table_name, r.pk, r.old_json, r.new_json"
            " FROM change c LEFT JOIN change_row r ON r.change_id = c.id"
        ).fetchall():
            row = load(new or old or "{}")
            owners: Owners = (reviews.get(review) or row.get("system") or incidents.get(row.get("number")) or "",)
            if table == "import":
                owners = found.imports.get(load(pk)[0], owners)
            said.setdefault(change, set()).update(filter(None, owners))
        conn.executemany(
            "UPDATE change SET system = ? WHERE id = ?",
            [(next(iter(names)), change) for change, names in said.items() if len(names) == 1],
        )
    for change, position, table, pk, old, new, told in conn.execute(
        "SELECT r.change_id, r.position, r.table_name, r.pk, r.old_json, r.new_json, c.system"
        " FROM change_row r JOIN change c ON c.id = r.change_id"
        " WHERE r.table_name IN ('human_label', 'gate', 'gate_lock')"
    ).fetchall():
        key = load(pk)
        if table == "human_label":
            owners = found.labels.get(key[0], (found.main,))
            system = told if told in owners else owners[0]
            key = [system, *key]
        else:
            system = (found.gates if table == "gate" else found.locks).get(key[0], (found.main,))[0]
        rows = [None if text is None else dump(load(text) | {"system": system}) for text in (old, new)]
        conn.execute(
            "UPDATE change_row SET pk = ?, old_json = ?, new_json = ? WHERE change_id = ? AND position = ?",
            (dump(key), *rows, change, position),
        )


def _tell(conn: Connection, found: Shares, gates: int) -> None:
    """What was decided, as an entry in everybody's history. It has the time of the last change: the store has no clock."""
    paths = dict(conn.execute("SELECT id, path FROM import WHERE published_order IS NOT NULL").fetchall())
    given = [
        (path, " and ".join(found.imports[number]), found.why[number])
        for number, path in paths.items()
        if number in found.imports
    ]
    lines = [f"{path} to {owners} ({why})" for path, owners, why in given[:_LISTED]]
    if len(given) > _LISTED:
        counted = Counter(owners for _, owners, _ in given[_LISTED:])
        lines += [f"{count} more to {owners}" for owners, count in counted.items()]
    if gates:
        lines.append("gates and locks that several reviews use, to each of their systems")
    (at,) = conn.execute("SELECT max(at) FROM change").fetchone()
    conn.execute(
        "INSERT INTO change(at, who, what, why, undoable) VALUES (?, ?, ?, ?, 0)",
        (at, WHO, f"upgraded the file: what was imported belongs to {' or '.join(found.systems)}", "; ".join(lines)),
    )
