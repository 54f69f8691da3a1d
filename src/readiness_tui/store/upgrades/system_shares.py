"""To which systems the data of an older file belong, in which every system read all of it.

An import belongs to the systems whose reviews name a run of it as candidate or baseline, else to the system of the
review that was the newest when it came in; a golden set also to the systems whose runs claim it. Gates, locks and
labels follow the reviews and runs that they stand for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from readiness_tui.store.codec import load
from readiness_tui.store.sqlite import Connection

Owners = tuple[str, ...]  # systems; the first keeps the row itself, each further one gets a copy


@dataclass(slots=True)
class Shares:
    """Who gets what, by id. `main`: the system of the newest review, which gets what nobody can be found for."""

    systems: Owners
    main: str
    imports: dict[int, Owners] = field(default_factory=dict)
    gates: dict[int, Owners] = field(default_factory=dict)
    locks: dict[int, Owners] = field(default_factory=dict)
    labels: dict[str, Owners] = field(default_factory=dict)  # by run id
    why: dict[int, str] = field(default_factory=dict)  # of an import, in words


def shares(conn: Connection) -> Shares:
    newest = conn.execute("SELECT id, system FROM review ORDER BY held_on DESC, id DESC").fetchall()
    names = [name for (name,) in conn.execute("SELECT system FROM review GROUP BY system ORDER BY min(id)").fetchall()]
    found = Shares(tuple(names) or ("",), newest[0][1] if newest else "")
    if len(found.systems) > 1:
        _Audit(conn, newest, found.main).share(conn, found)
    return found


class _Audit:
    """What the audit trail says of when rows came to be, and in which review."""

    def __init__(self, conn: Connection, newest: list[tuple[int, str]], main: str) -> None:
        self._reviews, self._main = newest, main
        self._by_review = dict(newest)
        self._born: dict[tuple[str, str], tuple[int, str | None]] = {}
        for table, pk, change, review in conn.execute(
            "SELECT r.table_name, r.pk, min(c.id), c.review_id FROM change_row r JOIN change c ON c.id = r.change_id"
            " WHERE r.table_name IN ('review', 'import', 'gate', 'gate_lock') GROUP BY 1, 2"
        ).fetchall():
            self._born[table, pk] = change, self._by_review.get(review)

    def maker(self, table: str, row_id: int) -> str:
        """The system of the review in which a row was made."""
        return self._born.get((table, f"[{row_id}]"), (0, None))[1] or self._main

    def newest_when(self, import_id: int) -> str:
        """The system of the review that was the newest when an import was published."""
        at = self._born.get(("import", f"[{import_id}]"))
        if at is None:
            return self._main
        standing = (name for number, name in self._reviews if self._born.get(("review", f"[{number}]"), at)[0] <= at[0])
        return next(standing, self._main)

    def share(self, conn: Connection, found: Shares) -> None:
        named = _named(conn)
        runs = _grouped(conn.execute("SELECT import_id, id FROM run").fetchall())
        sets = _grouped(conn.execute("SELECT import_id, digest FROM eval_set").fetchall())
        for (import_id,) in conn.execute("SELECT id FROM import ORDER BY id").fetchall():
            owners = [name for run in runs[import_id] for name in named[run]]
            found.why[import_id] = "named by its review" if owners else "the newest review when it came in"
            found.imports[import_id] = tuple(dict.fromkeys(owners or [self.newest_when(import_id)]))
        claimed: dict[str, list[str]] = defaultdict(list)
        for import_id, digest in conn.execute(
            "SELECT import_id, json_extract(json, '$.dataset_digest') FROM run ORDER BY key"
        ).fetchall():
            claimed[digest] += found.imports[import_id]
        for import_id, digests in sets.items():
            owners = [name for digest in digests for name in claimed[digest]]
            if set(owners) - {*found.imports[import_id]}:
                found.why[import_id] += ", and runs claim it"
            found.imports[import_id] = tuple(dict.fromkeys((*found.imports[import_id], *owners)))
        for import_id, ids in runs.items():
            for run in ids:
                found.labels[run] = tuple(dict.fromkeys((*found.labels.get(run, ()), *found.imports[import_id])))
        self._gates(conn, found)

    def _gates(self, conn: Connection, found: Shares) -> None:
        used: dict[int, list[str]] = defaultdict(list)
        for review, gate, before in conn.execute(
            "SELECT id, gate_id, NULL FROM review UNION ALL SELECT review_id, gate_id, replaces FROM gate_change"
        ).fetchall():
            for number in (gate, before):
                used[number].append(self._by_review[review])
        by_digest: dict[str, list[str]] = defaultdict(list)
        for number, digest in conn.execute("SELECT id, digest FROM gate ORDER BY id").fetchall():
            found.gates[number] = tuple(dict.fromkeys(used[number] or [self.maker("gate", number)]))
            by_digest[digest] += found.gates[number]
        for number, digest in conn.execute("SELECT id, gate_digest FROM gate_lock ORDER BY id").fetchall():
            found.locks[number] = tuple(dict.fromkeys(by_digest[digest] or [self.maker("gate_lock", number)]))


def _named(conn: Connection) -> dict[str, list[str]]:
    """Run ids that reviews name, with the systems of those reviews."""
    named: dict[str, list[str]] = defaultdict(list)
    for system, candidate, baseline in conn.execute("SELECT system, candidate, baseline FROM review ORDER BY id"):
        for run in (*load(candidate), *load(baseline)):
            named[run].append(system)
    return named


def _grouped(rows: list[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, value in rows:
        found[key].append(value)
    return found
