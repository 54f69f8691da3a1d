"""Marks: digests of stored rows that tell whether anything that a result rests on has changed.

A mark is over the rows themselves, as they are stored, so that it holds whoever changed them and however: a mark is
never the same for other rows. What an import brought is marked by the import, its runs and its golden sets, not by
each case and request: those never change once they are seen. Whatever takes the records of an import in anew has to
change the row of the import.

Every table is in one of the lists below, or a test knows that no result rests on it. Nothing of the domain is imported
here: a command that prints what was kept needs none of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from readiness_tui.store.sqlite import Connection

_SEEN = "JOIN import i ON i.id = t.import_id JOIN system s ON s.id = i.system_id WHERE s.name = :system AND i.published_order IS NOT NULL"
_OWN_INCIDENTS = "number IN (SELECT number FROM incident WHERE system = :system)"
_BEFORE = """(SELECT p.id FROM review p JOIN review r ON r.id = :review AND r.system = p.system
    WHERE (p.held_on, p.id) < (r.held_on, r.id) AND p.id NOT IN (SELECT old_review FROM supersession)
    ORDER BY p.held_on DESC, p.id DESC LIMIT 1)"""

_FOLLOWED = """(SELECT coalesce(s.new_review, r.follows) FROM review r
    LEFT JOIN supersession s ON s.old_review = r.follows WHERE r.id = :review)"""

#: The review of a file that is meant where none is named.
NEWEST = "WHERE id NOT IN (SELECT old_review FROM supersession) ORDER BY held_on DESC, id DESC LIMIT 1"

#: What gate and probes are held against.
MEASURED = (
    "SELECT * FROM review WHERE id = :review",
    "SELECT id, baseline FROM review WHERE system = :system ORDER BY id",
    "SELECT c.position, t.* FROM review_checklist c JOIN checklist_text t USING (digest) WHERE c.review_id = :review"
    " ORDER BY c.position",
    "SELECT t.* FROM import t JOIN system s ON s.id = t.system_id WHERE s.name = :system"
    " AND t.published_order IS NOT NULL ORDER BY t.id",
    # What was taken back is in no row above: the file is as before it was imported, and yet knows that it was. CROSS: the
    # entries first, of which few cannot be undone, then the rows of those.
    "SELECT t.change_id FROM change c CROSS JOIN change_row t ON t.change_id = c.id WHERE NOT c.undoable"
    " AND t.table_name = 'import' AND iif(json_valid(t.new_json), json_extract(t.new_json, '$.published_order'), NULL) IS NULL",
    f"SELECT t.* FROM run t {_SEEN} ORDER BY t.key",
    f"SELECT t.* FROM eval_set t {_SEEN} ORDER BY t.id",
    "SELECT * FROM gate WHERE system = :system ORDER BY id",
    "SELECT * FROM gate_lock WHERE system = :system ORDER BY id",
    "SELECT t.* FROM gate_change t JOIN gate g ON g.id = t.gate_id WHERE g.system = :system ORDER BY t.id",
    "SELECT * FROM human_label WHERE system = :system",
    "SELECT * FROM metric_label WHERE system = :system",
    "SELECT * FROM label_batch WHERE system = :system",
    "SELECT * FROM run_fact WHERE system = :system",
    "SELECT * FROM accepted_risk WHERE system = :system",
    "SELECT * FROM dismissal WHERE review_id = :review",
)

#: What only the probes over incidents and drills read beside it.
NOTES = (
    "SELECT * FROM incident WHERE system = :system ORDER BY number",
    f"SELECT * FROM incident_event WHERE {_OWN_INCIDENTS} ORDER BY id",
    f"SELECT * FROM incident_action WHERE {_OWN_INCIDENTS} ORDER BY id",
    f"SELECT * FROM incident_rival WHERE {_OWN_INCIDENTS} ORDER BY id",
    "SELECT * FROM evidence WHERE review_id = :review AND kind = 'drill' ORDER BY id",
)

#: What a verdict rests on beside both, and the last change to anything in the file.
JUDGED = (
    "SELECT * FROM vote WHERE review_id = :review",
    "SELECT * FROM evidence WHERE review_id = :review ORDER BY id",
    "SELECT * FROM waiver WHERE review_id = :review",
    "SELECT * FROM override WHERE review_id = :review",
    "SELECT * FROM na_confirmation WHERE review_id = :review",
    "SELECT * FROM consensus WHERE review_id = :review",
    "SELECT * FROM item_note WHERE review_id = :review",
    "SELECT * FROM own_note WHERE review_id = :review",
    "SELECT * FROM tick WHERE review_id = :review",
    "SELECT * FROM dissent WHERE review_id = :review",
    "SELECT * FROM condition WHERE review_id = :review",
    "SELECT * FROM rival WHERE system = :system ORDER BY id",
    "SELECT * FROM gap WHERE system = :system",
    "SELECT * FROM review WHERE system = :system ORDER BY id",
    f"SELECT * FROM scorecard WHERE review_id IN (:review, {_FOLLOWED}, {_BEFORE}) ORDER BY id",
    "SELECT * FROM supersession ORDER BY old_review",
    "SELECT * FROM condition_closing WHERE of_review = :review ORDER BY id",
    "SELECT * FROM change ORDER BY id DESC LIMIT 1",
)


def place(conn: Connection, review_id: int | None) -> tuple[int, str, str | None, str, bool] | None:
    """The id of a review (None: the newest in the file), its system, the day that is pinned to it, its time zone, and
    whether it is frozen."""
    where = "WHERE id = :review" if review_id is not None else NEWEST
    asked = f"SELECT id, system, as_of, zone, frozen_at IS NOT NULL FROM review {where}"
    row = conn.execute(asked, {"review": review_id}).fetchone()
    return None if row is None else (int(row[0]), str(row[1]), row[2], str(row[3]), bool(row[4]))


def superseded(conn: Connection, review_id: int) -> tuple[int, str, str, str] | None:
    """Which review took the place of this one, by whom, when and why; None where it stands."""
    found = conn.execute(
        "SELECT new_review, person, at, reason FROM supersession WHERE old_review = ?", (review_id,)
    ).fetchone()
    return None if found is None else (int(found[0]), str(found[1]), str(found[2]), str(found[3]))


def closed_conditions(conn: Connection, review_id: int) -> int:
    """How many conditions of a frozen review were closed since."""
    sql = "SELECT count(*) FROM condition_closing WHERE of_review = ?"
    return int(conn.execute(sql, (review_id,)).fetchone()[0])


def rows(conn: Connection, lists: Iterable[str], system: str, review_id: int) -> str:
    """The digest of what these queries find for a review of a system."""
    said = hashlib.sha256()
    asked = {"system": system, "review": review_id}
    for sql in lists:
        said.update(repr(conn.execute(sql, asked).fetchall()).encode("utf-8", "surrogatepass"))
        said.update(b"\0")
    return said.hexdigest()


def joined(*parts: object) -> str:
    """One mark of several values; no two lists of plain values have the same."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
