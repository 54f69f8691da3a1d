"""Reviews, and the checklists that each of them was started with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from readiness_tui.domain.checklists.model import Checklist, Depth
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import systems
from readiness_tui.store.codec import day, dump, iso, load, opt_day, opt_moment, stamp, words
from readiness_tui.store.mended import supersessions
from readiness_tui.store.rows import Row, Tx, fetch
from readiness_tui.store.sqlite import Connection


def all(conn: Connection, *, system: str | None = None) -> list[Review]:
    """The newest first: by the day they are held, then by when they were made."""
    rows = fetch(conn, "SELECT * FROM review WHERE ?1 IS NULL OR system = ?1 ORDER BY held_on DESC, id DESC", (system,))
    return [_review(row) for row in rows]


def get(conn: Connection, review_id: int) -> Review:
    """Raises ReadinessError where there is no such review."""
    rows = fetch(conn, "SELECT * FROM review WHERE id = ?", (review_id,))
    if not rows:
        raise ReadinessError(f"There is no review {review_id} in this database. `readiness` lists those there are.")
    return _review(rows[0])


def latest(conn: Connection, *, system: str | None = None) -> Review | None:
    """The newest that no corrected one took the place of."""
    return next(iter(standing(conn, system=system)), None)


def standing(conn: Connection, *, system: str | None = None) -> list[Review]:
    """The newest first, without those that another one corrects."""
    gone = supersessions.replaced(conn)
    return [review for review in all(conn, system=system) if review.id not in gone]


def key(conn: Connection, review_id: int) -> str:
    """What names this review in every copy of its file: the entry of the history that made it, digested."""
    made = conn.execute(
        "SELECT c.id, c.at, c.who, c.what FROM change_row r JOIN change c ON c.id = r.change_id"
        " WHERE r.table_name = 'review' AND r.pk = ? ORDER BY r.change_id LIMIT 1",
        (dump([review_id]),),
    ).fetchone()
    return hashlib.sha256(dump([review_id, *(made or ())]).encode("utf-8", "surrogatepass")).hexdigest()


def imported_since(conn: Connection, review_id: int) -> frozenset[int] | None:
    """The imports that were published after the review was made, by the order of the history, which no clock can upset;
    None where the history does not say when it was made. An import of which it says nothing is none of them."""
    made = conn.execute(
        "SELECT table_name, pk, max(change_id), min(change_id) FROM change_row"
        " WHERE table_name = 'import' OR (table_name = 'review' AND pk = ?) GROUP BY table_name, pk",
        (dump([review_id]),),
    ).fetchall()
    opened = next((first for table, _, _, first in made if table == "review"), None)
    if opened is None:
        return None
    return frozenset(load(pk)[0] for table, pk, last, _ in made if table == "import" and last > opened)


def previous(conn: Connection, review: Review) -> Review | None:
    """The one of the same system that this one follows, else the one before it. What was superseded has no followers:
    the review that corrects it stands in its place."""
    follows, corrected = review.follows, supersessions.all(conn)
    while follows in corrected and corrected[follows].new != review.id:
        follows = corrected[follows].new
    if follows is not None and follows not in corrected:
        return get(conn, follows)
    earlier = [r for r in standing(conn, system=review.system) if (r.held_on, r.id) < (review.held_on, review.id)]
    return next(iter(earlier), None)


def put(tx: Tx, review: Review) -> int:
    """Insert (id 0: a new one is given) or update; returns the id. A frozen review is refused."""
    systems.put(tx, review.system)
    return tx.put(
        "review",
        {
            "id": review.id or None,
            "system": review.system,
            "release": review.release,
            "held_on": review.held_on.isoformat(),
            "owner": review.owner,
            "depth": review.depth.value,
            "checklists": dump(review.checklists),
            "reviewers": dump(review.reviewers),
            "facilitator": review.facilitator,
            "authors": dump(review.authors),
            "observers": dump(review.observers),
            "blind": int(review.blind),
            "revealed": int(review.revealed),
            "as_of": iso(review.as_of),
            "gate_id": review.gate_id,
            "candidate": dump(review.candidate),
            "baseline": dump(review.baseline),
            "declared": dump(review.declared),
            "override_verdict": review.override_verdict,
            "override_by": review.override_by,
            "override_reason": review.override_reason,
            "frozen_at": stamp(review.frozen_at),
            "follows": review.follows,
            "zone": review.zone,
        },
    )


def put_checklists(tx: Tx, review_id: int, checklists: Iterable[Checklist]) -> None:
    """What the review is judged by from now on; each text is kept once, by digest."""
    from readiness_tui.domain.checklists.codec import to_plain

    digests = []
    for checklist in checklists:
        if tx.get("checklist_text", checklist.digest) is None:
            tx.put(
                "checklist_text",
                {
                    "digest": checklist.digest,
                    "checklist_id": checklist.id,
                    "version": checklist.version,
                    "json": dump(to_plain(checklist)),
                },
            )
        digests.append(checklist.digest)
    for position, digest in enumerate(digests):
        tx.put("review_checklist", {"review_id": review_id, "position": position, "digest": digest})
    beyond = tx.conn.execute(
        "SELECT position FROM review_checklist WHERE review_id = ? AND position >= ?", (review_id, len(digests))
    ).fetchall()
    for (position,) in beyond:
        tx.delete("review_checklist", (review_id, position))


def checklists(conn: Connection, review_id: int) -> tuple[Checklist, ...]:
    """The review's checklists as they were when it was started (or last upgraded), in its order."""
    rows = conn.execute(
        "SELECT t.json FROM review_checklist r JOIN checklist_text t USING (digest) WHERE r.review_id = ?"
        " ORDER BY r.position",
        (review_id,),
    ).fetchall()
    return tuple(_checklist(text) for (text,) in rows)


@lru_cache(maxsize=128)
def _checklist(text: str) -> Checklist:
    """Cached by text: each checklist is parsed once for all reviews, and an edited one is another."""
    from readiness_tui.domain.checklists.codec import from_plain

    return from_plain(load(text))


def _review(row: Row) -> Review:
    return Review(
        id=row["id"],
        system=row["system"],
        release=row["release"],
        held_on=day(row["held_on"]),
        owner=row["owner"],
        depth=Depth(row["depth"]),
        checklists=words(row["checklists"]),
        reviewers=words(row["reviewers"]),
        facilitator=row["facilitator"],
        authors=words(row["authors"]),
        observers=words(row["observers"]),
        blind=bool(row["blind"]),
        revealed=bool(row["revealed"]),
        as_of=opt_day(row["as_of"]),
        gate_id=row["gate_id"],
        candidate=words(row["candidate"]),
        baseline=words(row["baseline"]),
        declared=load(row["declared"]),
        override_verdict=row["override_verdict"],
        override_by=row["override_by"],
        override_reason=row["override_reason"],
        frozen_at=opt_moment(row["frozen_at"]),
        follows=row["follows"],
        zone=row["zone"],
    )
