"""The audit trail walked from its first entry to its head: which entries are not as they were made, and which are gone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.store.chain import baseline, seal
from readiness_tui.store.chain.found import ByHand
from readiness_tui.store.sqlite import Connection

_GONE = "removed from the audit trail"


def walk(conn: Connection) -> Iterator[ByHand]:
    """What differs, in the order of the entries."""
    head = seal.head(conn)
    if head is None:
        (count,) = conn.execute("SELECT count(*) FROM chain").fetchone()
        yield ByHand("chain", "", f"it has {count} rows, and one is the head of the audit trail")
        return
    known = f"the head knows {head.entries} entries, the last of them {head.last}"
    renamed = _renamings(conn)
    stands = baseline.digest(conn)
    last = count = missing = 0
    for number, entry, rows, stored in entries(conn):
        made = seal.entry_hash(stands, _filed_then(entry, renamed), rows)
        if made != stored and number > last + 1:  # an older file may lack some, and was bound as it was
            missing += number - last - 1
            yield ByHand("change", _numbers(last + 1, number - 1), _GONE, known)
        elif made != stored:
            when, who = str(entry[1]), str(entry[2])
            told = f"{number} ({one_line(who, 40)}, {when[:16].replace('T', ' ')} UTC)"  # not what it says: votes may be blind
            said = "this entry of the audit trail, or a row that it changed, is not what was written"
            yield ByHand("change", told, said, _since(when))
        # What follows is held against what this entry says of itself, so that one change is named once.
        stands, last, count = stored or made, number, count + 1
    if head.last > last:
        yield ByHand("change", _numbers(last + 1, head.last), _GONE, known)
    elif (head.last, head.entries, head.hash) != (last, count + missing, stands) or not 0 <= head.since <= last:
        yield ByHand("chain", "", f"the audit trail has {count} entries, the last of them {last}", known)
    for number, rows_left in _orphans(conn):
        yield ByHand("change_row", f"of entry {number}", f"{rows_left} of an entry that the audit trail does not have")


Entry = tuple[object, ...]


def entries(conn: Connection) -> Iterator[tuple[int, Entry, list[Entry], str | None]]:
    """Every entry in its order: its number, its values of `seal.ENTRY`, its rows of `seal.ROW`, and its hash."""
    changed = conn.execute(f"SELECT change_id, {seal.ROW} FROM change_row ORDER BY change_id, position")
    by_entry = ((number, [row[1:] for row in some]) for number, some in groupby(changed, lambda row: row[0]))
    ahead = next(by_entry, None)
    for *entry, stored in conn.execute(f"SELECT {seal.ENTRY}, hash FROM change ORDER BY id"):
        number = entry[0]
        while ahead is not None and ahead[0] < number:
            ahead = next(by_entry, None)
        rows = ahead[1] if ahead is not None and ahead[0] == number else []
        yield number, tuple(entry), rows, stored


def _orphans(conn: Connection) -> list[tuple[int, int]]:
    return conn.execute(
        "SELECT change_id, count(*) FROM change_row WHERE change_id NOT IN (SELECT id FROM change) GROUP BY change_id"
    ).fetchall()


def _renamings(conn: Connection) -> list[tuple[int, str, str]]:
    """The entries that gave a system another name, the latest first: their ids, the name before and after."""
    return conn.execute(
        "SELECT change_id, json_extract(old_json, '$.name'), json_extract(new_json, '$.name') FROM change_row"
        " WHERE table_name = 'system' AND json_valid(old_json) AND json_valid(new_json) ORDER BY change_id DESC"
    ).fetchall()


def _filed_then(entry: Entry, renamed: list[tuple[int, str, str]]) -> Entry:
    """The entry with the name that its system had when it was made."""
    name = entry[6]
    for number, before, after in renamed:
        if number > entry[0] and name == after:  # type: ignore[operator]
            name = before
    return (*entry[:6], name, *entry[7:])


def _numbers(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"


def _since(when: str) -> str:
    return f"changed after {when[:16].replace('T', ' ')} UTC"
