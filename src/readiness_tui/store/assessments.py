"""What people said about the items of a review. All of it is audited; a frozen review refuses every write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeVar

from readiness_tui.domain.checklists.assessment import Consensus, Evidence, EvidenceKind, LookUp, Override, Vote, Waiver
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.store.audit import row_history
from readiness_tui.store.codec import day, iso, load, opt_day, opt_moment, stamp
from readiness_tui.store.rows import Row, Tx, fetch
from readiness_tui.store.sqlite import Connection

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dismissal:
    """One hit of a refuting probe, declared harmless. `hit` is the probe's stable id of it."""

    query: str
    hit: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything stored about the items of one review, by item id: what services assemble dossiers from."""

    votes: dict[str, tuple[Vote, ...]] = field(default_factory=dict)
    evidence: dict[str, tuple[Evidence, ...]] = field(default_factory=dict)
    waivers: dict[str, Waiver] = field(default_factory=dict)
    overrides: dict[str, Override] = field(default_factory=dict)
    na_confirmed_by: dict[str, str] = field(default_factory=dict)
    consensus: dict[str, Consensus] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    own_notes: dict[str, dict[str, str]] = field(default_factory=dict)  # by item, then by who wrote it
    ticks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dismissals: tuple[Dismissal, ...] = ()


#: The tables that say something about an item, which their rows name.
BY_ITEM = frozenset(
    {"vote", "evidence", "waiver", "override", "na_confirmation", "consensus", "item_note", "own_note", "tick"}
)


def dossier_parts(conn: Connection, review_id: int, items: Collection[str] | None = None) -> Parts:
    """Ten short queries, whatever the number of items. `items`: of these alone."""
    return Parts(
        votes=_many(votes(conn, review_id, items), lambda v: v.item_id),
        evidence=_many(evidence(conn, review_id, items), lambda e: e.item_id),
        waivers={w.item_id: w for w in waivers(conn, review_id, items)},
        overrides={o.item_id: o for o in overrides(conn, review_id, items)},
        na_confirmed_by={row["item_id"]: row["person"] for row in _of(conn, "na_confirmation", review_id, items)},
        consensus={c.item_id: c for c in consensuses(conn, review_id, items)},
        notes={row["item_id"]: row["text"] for row in _of(conn, "item_note", review_id, items)},
        own_notes={
            item: {row["reviewer"]: row["text"] for row in rows}
            for item, rows in _many(_of(conn, "own_note", review_id, items), lambda row: str(row["item_id"])).items()
        },
        ticks={
            item: tuple(row["name"] for row in rows)
            for item, rows in _many(_of(conn, "tick", review_id, items), lambda row: str(row["item_id"])).items()
        },
        dismissals=tuple(dismissals(conn, review_id)),
    )


# Votes


def votes(conn: Connection, review_id: int, items: Collection[str] | None = None) -> list[Vote]:
    """In the order of items and reviewers. `items`: of these alone."""
    return [_vote(row) for row in _of(conn, "vote", review_id, items)]


def votes_given(conn: Connection, review_id: int, item_id: str, reviewer: str) -> list[Vote]:
    """Each vote that the reviewer has had on the item, the oldest first."""
    return [_vote(row) for row in row_history(conn, "vote", (review_id, item_id, reviewer))]


def _vote(row: Row) -> Vote:
    return Vote(
        item_id=row["item_id"],
        reviewer=row["reviewer"],
        points=row["points"],
        na=bool(row["na"]),
        na_reason=row["na_reason"],
        at=opt_moment(row["at"]),
        carried_from=row["carried_from"],
        together=bool(row["together"]),
    )


def put_vote(tx: Tx, review_id: int, vote: Vote) -> None:
    """Replaces the reviewer's earlier vote on the item, which stays in the audit trail."""
    tx.put(
        "vote",
        {
            "review_id": review_id,
            "item_id": vote.item_id,
            "reviewer": vote.reviewer,
            "points": vote.points,
            "na": int(vote.na),
            "na_reason": vote.na_reason,
            "at": stamp(vote.at or tx.now),
            "carried_from": vote.carried_from,
            "together": int(vote.together),
        },
    )


def votes_typed_by(conn: Connection, review_id: int, item_id: str) -> dict[str, str]:
    """By the key of the reviewer's name, who typed the vote of theirs that stands on the item: what the audit trail says
    last of its row. What came in an answer of theirs they typed themselves."""
    rows = conn.execute(
        "SELECT r.pk, iif(c.idempotency_key GLOB 'answer/*', json_extract(r.pk, '$[2]'), c.who) FROM change_row r JOIN change c ON c.id = r.change_id"
        " WHERE r.table_name = 'vote' AND r.item_id = ? ORDER BY r.change_id",
        (item_id,),
    ).fetchall()
    keys = [(load(pk), who) for pk, who in rows]
    last = {reviewer: who for (review, _, reviewer), who in keys if review == review_id}
    standing = {vote.reviewer for vote in votes(conn, review_id, [item_id])}
    return {name_key(reviewer): who for reviewer, who in last.items() if reviewer in standing}


def clear_vote(tx: Tx, review_id: int, item_id: str, reviewer: str) -> bool:
    """Undecided again; False where there was no vote."""
    return tx.delete("vote", (review_id, item_id, reviewer))


# Evidence


def evidence(conn: Connection, review_id: int, items: Collection[str] | None = None) -> list[Evidence]:
    """In the order of attachment. `items`: of these alone."""
    rows = _of(conn, "evidence", review_id, items, "ORDER BY id")
    return [
        Evidence(
            id=row["id"],
            item_id=row["item_id"],
            kind=EvidenceKind(row["kind"]),
            ref=row["ref"],
            by=row["person"],
            witness=row["witness"],
            dated=opt_day(row["dated"]),
            at=opt_moment(row["at"]),
            lookup=LookUp(row["lookup"]),
            commit=row["commit_id"],
            looked=opt_moment(row["looked_at"]),
        )
        for row in rows
    ]


def add_evidence(tx: Tx, review_id: int, piece: Evidence) -> int:
    """Attach (`piece.id` 0) or replace; returns its id."""
    return tx.put(
        "evidence",
        {
            "id": piece.id or None,
            "review_id": review_id,
            "item_id": piece.item_id,
            "kind": piece.kind.value,
            "ref": piece.ref,
            "person": piece.by,
            "witness": piece.witness,
            "dated": iso(piece.dated),
            "at": stamp(piece.at or tx.now),
            "lookup": piece.lookup.value,
            "commit_id": piece.commit,
            "looked_at": stamp(piece.looked),
        },
    )


def remove_evidence(tx: Tx, evidence_id: int) -> bool:
    return tx.delete("evidence", evidence_id)


# Waivers, overrides, not applicable, consensus


def waivers(conn: Connection, review_id: int, items: Collection[str] | None = None) -> list[Waiver]:
    return [
        Waiver(row["item_id"], row["reason"], row["approver"], day(row["given"]), day(row["expires"]))
        for row in _of(conn, "waiver", review_id, items)
    ]


def put_waiver(tx: Tx, review_id: int, waiver: Waiver) -> None:
    tx.put(
        "waiver",
        {
            "review_id": review_id,
            "item_id": waiver.item_id,
            "reason": waiver.reason,
            "approver": waiver.approver,
            "given": waiver.given.isoformat(),
            "expires": waiver.expires.isoformat(),
        },
    )


def remove_waiver(tx: Tx, review_id: int, item_id: str) -> bool:
    return tx.delete("waiver", (review_id, item_id))


def overrides(conn: Connection, review_id: int, items: Collection[str] | None = None) -> list[Override]:
    return [
        Override(row["item_id"], row["person"], row["reason"], row["digest"])
        for row in _of(conn, "override", review_id, items)
    ]


def put_override(tx: Tx, review_id: int, override: Override) -> None:
    tx.put(
        "override",
        {
            "review_id": review_id,
            "item_id": override.item_id,
            "person": override.by,
            "reason": override.reason,
            "digest": override.digest,
        },
    )


def remove_override(tx: Tx, review_id: int, item_id: str) -> bool:
    return tx.delete("override", (review_id, item_id))


def confirm_na(tx: Tx, review_id: int, item_id: str, by: str) -> None:
    """A second person confirms that the item does not apply."""
    tx.put("na_confirmation", {"review_id": review_id, "item_id": item_id, "person": by})


def clear_na_confirmation(tx: Tx, review_id: int, item_id: str) -> bool:
    return tx.delete("na_confirmation", (review_id, item_id))


def consensuses(conn: Connection, review_id: int, items: Collection[str] | None = None) -> list[Consensus]:
    return [
        Consensus(row["item_id"], row["points"], bool(row["na"]), row["person"], row["reason"])
        for row in _of(conn, "consensus", review_id, items)
    ]


def put_consensus(tx: Tx, review_id: int, consensus: Consensus) -> None:
    tx.put(
        "consensus",
        {
            "review_id": review_id,
            "item_id": consensus.item_id,
            "points": consensus.points,
            "na": int(consensus.na),
            "person": consensus.by,
            "reason": consensus.reason,
        },
    )


def clear_consensus(tx: Tx, review_id: int, item_id: str) -> bool:
    return tx.delete("consensus", (review_id, item_id))


# Notes, ticks, dismissed hits, dissent


def put_note(tx: Tx, review_id: int, item_id: str, text: str) -> None:
    """An empty text removes the note."""
    if text:
        tx.put("item_note", {"review_id": review_id, "item_id": item_id, "text": text})
    else:
        tx.delete("item_note", (review_id, item_id))


def notes_given(conn: Connection, review_id: int, item_id: str, reviewer: str = "") -> list[str]:
    """Each note that the item has had, the oldest first; with a reviewer, each of their own while votes are blind."""
    table, key = ("own_note", (review_id, item_id, reviewer)) if reviewer else ("item_note", (review_id, item_id))
    return [row["text"] for row in row_history(conn, table, key)]


def put_own_note(tx: Tx, review_id: int, item_id: str, reviewer: str, text: str) -> None:
    """What one reviewer noted while votes are blind. An empty text removes it."""
    if text:
        tx.put("own_note", {"review_id": review_id, "item_id": item_id, "reviewer": reviewer, "text": text})
    else:
        tx.delete("own_note", (review_id, item_id, reviewer))


def put_tick(tx: Tx, review_id: int, item_id: str, name: str, by: str, *, on: bool = True) -> None:
    """Tick a sub-point of an item, or take the tick away."""
    if on:
        tx.put("tick", {"review_id": review_id, "item_id": item_id, "name": name, "person": by})
    else:
        tx.delete("tick", (review_id, item_id, name))


def dismissals(conn: Connection, review_id: int, query: str | None = None) -> list[Dismissal]:
    return [
        Dismissal(row["query"], row["hit"], row["reason"], row["person"])
        for row in _of(conn, "dismissal", review_id)
        if query in (None, row["query"])
    ]


def put_dismissal(tx: Tx, review_id: int, dismissal: Dismissal) -> None:
    tx.put(
        "dismissal",
        {
            "review_id": review_id,
            "query": dismissal.query,
            "hit": dismissal.hit,
            "reason": dismissal.reason,
            "person": dismissal.by,
        },
    )


def remove_dismissal(tx: Tx, review_id: int, query: str, hit: str) -> bool:
    return tx.delete("dismissal", (review_id, query, hit))


def dissents(conn: Connection, review_id: int) -> dict[str, str]:
    """Who disagrees with the verdict, and why."""
    return {row["person"]: row["reason"] for row in _of(conn, "dissent", review_id)}


def put_dissent(tx: Tx, review_id: int, person: str, reason: str) -> None:
    """An empty reason takes the dissent back."""
    if reason:
        tx.put("dissent", {"review_id": review_id, "person": person, "reason": reason})
    else:
        tx.delete("dissent", (review_id, person))


def _of(
    conn: Connection, table: str, review_id: int, items: Collection[str] | None = None, order: str = ""
) -> list[Row]:
    """A review's rows, of these `items` or of all, in the order of the primary key (these tables have no rowid)."""
    some = "" if items is None else f" AND item_id IN ({', '.join('?' * len(items))})"
    return fetch(conn, f"SELECT * FROM {table} WHERE review_id = ?{some} {order}", (review_id, *sorted(items or ())))


def _many(values: list[T], key: Callable[[T], str]) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = defaultdict(list)
    for value in values:
        found[key(value)].append(value)
    return {name: tuple(group) for name, group in found.items()}
