"""What imports brought held against the digests that were made when they were published."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store.chain import contents
from readiness_tui.store.chain.found import ByHand
from readiness_tui.store.sqlite import Connection

_NAMED = 20  # rows of an import that are named one by one
_COUNTED = (
    ("trace", "SELECT import_id, count(*) FROM trace GROUP BY import_id"),
    ("run", "SELECT import_id, count(*) FROM run GROUP BY import_id"),
    ("run_case", "SELECT r.import_id, count(*) FROM run_case c JOIN run r ON r.key = c.run_key GROUP BY r.import_id"),
    ("eval_set", "SELECT import_id, count(*) FROM eval_set GROUP BY import_id"),
    ("import_reject", "SELECT import_id, count(*) FROM import_reject GROUP BY import_id"),
)
_NAMES = {
    "trace": "SELECT id FROM trace WHERE key = ?1 AND ?2 = 0",
    "run": "SELECT id FROM run WHERE key = ?1 AND ?2 = 0",
    "run_case": "SELECT id FROM run_case WHERE position = ?1 AND run_key = ?2",
    "eval_set": "SELECT name FROM eval_set WHERE id = ?1 AND ?2 = 0",
    "import_reject": "SELECT NULL WHERE ?1 <> ?1 AND ?2 = 0",
}


#: Of imports that brought any of `contents.OF_RUNS`, and of some more.
_WITH_RUNS = (
    " AND (i.id IN ({}) OR EXISTS (SELECT 1 FROM content_block b WHERE b.import_id = i.id AND b.part IN ('run', 'eval_set'))"
    " OR EXISTS (SELECT 1 FROM run r WHERE r.import_id = i.id) OR EXISTS (SELECT 1 FROM eval_set e WHERE e.import_id = i.id))"
)


def changed(conn: Connection, system: str | None = None) -> Iterator[ByHand]:
    """What differs, of the published imports of a system, or of all."""
    yield from _differing(conn, system, contents.ALL, contents.ALL, None)


def newest(conn: Connection, requests: int) -> set[int]:
    """The newest imports, while they brought so many requests at most."""
    brought = conn.execute(
        "SELECT import_id, sum(rows) FROM content_block WHERE part = 'trace' GROUP BY import_id ORDER BY import_id DESC"
    ).fetchall()
    of_some: set[int] = set()
    for number, rows in brought:
        requests -= rows
        if requests < 0:
            break
        of_some.add(number)
    return of_some


def quickly(conn: Connection, of_some: set[int]) -> Iterator[ByHand]:
    """What differs of runs, their cases and golden sets; and of the requests of some imports."""
    yield from _differing(conn, None, contents.OF_RUNS, contents.OF_RUNS | {"trace"}, of_some)


def _differing(
    conn: Connection, system: str | None, parts: frozenset[str], more: frozenset[str], of_some: set[int] | None
) -> Iterator[ByHand]:
    """Of all imports these parts, of some of them more."""
    counted = {part: dict(conn.execute(sql).fetchall()) for part, sql in _COUNTED if part in parts}
    quick = of_some is not None
    for number in of_some or ():
        own = conn.execute("SELECT count(*) FROM trace WHERE import_id = ?", (number,)).fetchone()[0]
        counted.setdefault("trace", {})[number] = own
    for number, path, digest, at, who, name in conn.execute(
        "SELECT i.id, i.path, i.contents, i.published_at, i.person, s.name FROM import i"
        " LEFT JOIN system s ON s.id = i.system_id WHERE i.published_order IS NOT NULL"
        + (_WITH_RUNS.format(", ".join(map(str, sorted(of_some or ())))) if quick else "")
        + " ORDER BY i.id"
    ).fetchall():
        if system is not None and name not in (system, None):
            continue
        since = f"imported {str(at)[:16].replace('T', ' ')} UTC by {one_line(str(who), 40)}"
        one = _Import(conn, number, f"of import {number}, {one_line(str(path), 60)}", since, name)
        of_this = more if of_some is None or number in of_some else parts
        yield from one.changed(
            digest, {part: found.get(number, 0) for part, found in counted.items() if part in of_this}, of_this
        )


class _Import:
    """One import, as it was published and as it is."""

    def __init__(self, conn: Connection, number: int, called: str, since: str, system: str | None) -> None:
        self._conn, self._number, self._called, self._since, self._system = conn, number, called, since, system

    def changed(self, digest: str, counted: dict[str, int], parts: frozenset[str]) -> Iterator[ByHand]:
        sealed = contents.stored(self._conn, self._number)
        if contents.digest_of(sealed) != digest:
            yield self._named("content_block", "", "the digests of the blocks are not those of the import")
        sealed = [block for block in sealed if block.part in parts]
        for part, count in counted.items():
            then = sum(block.rows for block in sealed if block.part == part)
            if count > then:
                yield self._named(part, "", f"{count - then} rows more than the import brought")
        now = {(block.part, block.owner, block.first): block for block in self._now(parts)}
        told = 0
        for block in sealed:
            found = now.get((block.part, block.owner, block.first))
            if found == block:
                continue
            if block.part == "trace_raw":
                yield self._named("trace_raw", "", "the raw records are not those of the file")
                continue
            for one in self._rows(block):
                told += 1
                if told <= _NAMED:
                    yield one
        if told > _NAMED:
            yield self._named("import", "", f"{told - _NAMED} more of what it brought is not as it was")

    def _now(self, parts: frozenset[str]) -> Iterator[contents.Block]:
        """The blocks as they are, up to one that cannot be read (raw records that do not unpack, each library in its own way)."""
        made = contents.blocks(self._conn, self._number, parts)
        while True:
            try:
                block = next(made, None)
            except self._conn.Error:
                raise
            except Exception:
                return
            if block is None:
                return
            yield block

    def _rows(self, block: contents.Block) -> Iterator[ByHand]:
        then, now = contents.marks_of(block), contents.rows_of(self._conn, self._number, block)
        named = False
        for place in sorted(then.keys() | now.keys()):
            if then.get(place) == now.get(place):
                continue
            named = True
            if place not in now:
                yield self._named(block.part, self._place(block, place), "gone: the import brought it")
            elif place not in then:
                yield self._named(block.part, self._place(block, place), "added: the import did not bring it")
            else:
                yield self._named(block.part, self._place(block, place), "not as the import brought it")
        if not named:
            where = f"{block.first} to {block.last}"
            yield self._named(block.part, where, "these rows are not as the import brought them")

    def _place(self, block: contents.Block, place: int) -> str:
        row = self._conn.execute(_NAMES[block.part], (place, block.owner)).fetchone()
        known = (
            row
            or self._conn.execute(
                "SELECT id FROM trace_id WHERE import_id = ?1 AND key = ?2 AND ?3 = 'trace'",
                (self._number, place, block.part),
            ).fetchone()
        )
        return one_line(str(known[0]), 60) if known else f"number {place}"

    def _named(self, table: str, row: str, said: str) -> ByHand:
        return ByHand(table, f"{row} {self._called}".strip(), said, self._since, self._system)
