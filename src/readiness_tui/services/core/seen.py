"""What one person may see of what others said, before the reveal of blind voting: decided here, where it is read.

Kept from others until then: votes and their reasons, notes, votes kept against a proof, who confirmed a not-applicable,
an older consensus; and in the history all that such a change says. Seen by everybody: that somebody voted, evidence,
ticks, waivers, hits that were dismissed, gaps and dissent, which are the team's and not one reviewer's opinion of an
item. This guards against accidents, not against somebody who opens the file with SQL: it is not encrypted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import name_key, seen
from readiness_tui.store import audit
from readiness_tui.store.assessments import Parts
from readiness_tui.store.audit import AuditEntry, RowChange
from readiness_tui.store.sqlite import Connection

#: The column that says whose opinion a row is. A review's note has none: it is of whoever typed it last.
_WHOSE = {"vote": "reviewer", "own_note": "reviewer", "override": "person", "na_confirmation": "person",
          "consensus": "person", "item_note": ""}  # fmt: skip
_NOTES = frozenset({"own_note", "item_note"})
#: What follows from votes, and so would tell what they were.
_FOLLOWS = frozenset({"gap", "condition"})


def said(conn: Connection, review: Review, parts: Parts, viewer: str) -> Parts:
    """`parts` as `viewer` may see them ("" is the shared screen and every document: nobody's votes)."""
    if not review.secret:
        return parts
    own = name_key(viewer)
    by = audit.last_by(conn, review.id, "item_note") if parts.notes and own else {}
    return replace(
        parts,
        votes={item: left for item, votes in parts.votes.items() if (left := seen(votes, review, viewer))},
        overrides={item: one for item, one in parts.overrides.items() if name_key(one.by) == own},
        na_confirmed_by={},
        consensus={},
        notes={item: text for item, text in parts.notes.items() if own and name_key(by.get(item, "")) == own},
        own_notes={
            item: mine
            for item, notes in parts.own_notes.items()
            if (mine := {name: text for name, text in notes.items() if name_key(name) == own})
        },
    )


@dataclass(frozen=True, slots=True)
class Curtain:
    """What of the history is hidden from `viewer`: the opinions of others in these reviews."""

    viewer: str
    secret: frozenset[int]

    def hides(self, row: RowChange, who: str) -> bool:
        """Whether a row of a change that `who` made is somebody else's opinion, and not revealed yet."""
        return (
            _review_of(row) in self.secret
            and row.table in _WHOSE
            and name_key(whose(row, who)) != name_key(self.viewer)
        )

    def entries(self, conn: Connection, found: Sequence[AuditEntry]) -> list[AuditEntry]:
        """The entries, in words that tell no opinion where they hold one that is hidden."""
        if not self.secret or not found:
            return list(found)
        hidden: dict[int, list[RowChange]] = defaultdict(list)
        by = {entry.id: entry.who for entry in found}
        for number, row in audit.rows_of(conn, by, tuple(_WHOSE)):
            if self.hides(row, by[number]):
                hidden[number].append(row)
        return [self._veiled(entry, hidden[entry.id]) if entry.id in hidden else entry for entry in found]

    def rows(self, made: Sequence[RowChange], who: str) -> list[RowChange]:
        """The rows of a change that `who` made, without the opinions of others and what follows from them."""
        left = [row for row in made if not self.hides(row, who)]
        return left if len(left) == len(made) else [row for row in left if row.table not in _FOLLOWS]

    def _veiled(self, entry: AuditEntry, rows: Sequence[RowChange]) -> AuditEntry:
        if name_key(entry.who) == name_key(self.viewer) and entry.undoes is None:
            return entry  # in the viewer's own words
        return replace(entry, what=("undid: " if entry.undoes else "") + _plainly(rows, entry.who), why="")


def curtain(conn: Connection, viewer: str) -> Curtain:
    """What is hidden from `viewer` in the histories of this file."""
    found = conn.execute("SELECT id FROM review WHERE blind <> 0 AND revealed = 0").fetchall()
    return Curtain(viewer, frozenset(number for (number,) in found))


def whose(row: RowChange, who: str) -> str:
    """Whose opinion a row holds, of a change that `who` made; empty where it holds none."""
    column = _WHOSE.get(row.table)
    if column is None:
        return ""
    return str((row.new or row.old or {}).get(column, "")) if column else who


def voters(parts: Parts) -> dict[str, tuple[str, ...]]:
    """Who has voted on each item, each person once, without what they voted: that may be seen by everybody."""
    return {item: each_once(vote.reviewer for vote in votes if vote.decided) for item, votes in parts.votes.items()}


def each_once(names: Iterable[str]) -> tuple[str, ...]:
    """Each person once, as first spelt."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name_key(name), name)
    return tuple(found.values())


def merged_note(shared: str, own: Mapping[str, str], reviewers: Collection[str]) -> str:
    """The item's note after the reveal: what was there, then each reviewer's own with their name."""
    places = {name_key(name): place for place, name in enumerate(reviewers)}
    ordered = sorted(own, key=lambda name: (places.get(name_key(name), len(places)), name))
    return "\n".join([*([shared] if shared else []), *(f"{name}: {own[name]}" for name in ordered)])


def _review_of(row: RowChange) -> int | None:
    number = (row.new or row.old or {}).get("review_id")
    return number if isinstance(number, int) else None


def _plainly(rows: Sequence[RowChange], who: str) -> str:
    """A change that `who` made, without what it said: "voted on OBS-01, OBS-02"; with whose opinion, where it is not theirs."""
    items = ", ".join(sorted({str((row.new or row.old or {}).get("item_id", "")) for row in rows}))
    word = "wrote a note on" if all(row.table in _NOTES for row in rows) else "voted on"
    others = [name for name in each_once(whose(row, who) for row in rows) if name_key(name) not in ("", name_key(who))]
    return f"{word} {items}" + (f" for {', '.join(sorted(others))}" if others else "")
