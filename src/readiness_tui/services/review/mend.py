"""Mending what was typed wrong: a system's name, a review's release, day and people, a person's name.

The history keeps what it said: both names stand in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.checklists.standing import name_key
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import joined
from readiness_tui.services.core.write import change, system_change
from readiness_tui.services.review import meeting, roles
from readiness_tui.services.review.review_fields import field_texts, save_fields
from readiness_tui.services.review.reviews import known_as, once, seated
from readiness_tui.store import incidents, reviews, settings, systems
from readiness_tui.store.mended import former_names
from readiness_tui.store.rows import Row, Tx, fetch


def rename_system(desk: Desk, old: str, new: str) -> str:
    """Call a system `new` everywhere in the file; returns the name. Frozen scorecards keep the name they print.

    Raises ReadinessError where there is no such system, or another one is called so already.
    """
    name = one_line(new).strip()
    if not name:
        raise ReadinessError("What is the system called? Type its new name.")
    with desk.store.read() as conn:
        known = systems.all(conn)
        was = known_as(conn, old)
        taken = known_as(conn, name)
    if was not in known:
        raise ReadinessError(
            f"This file holds no system “{one_line(old)}”. It holds: {', '.join(map(one_line, known))}."
        )
    if taken in known and taken != was:
        raise ReadinessError(
            f"This file holds a system “{one_line(taken)}” already. Two systems are not merged: choose another name."
        )
    if name == was:
        raise ReadinessError(f"The system is called “{name}” already.")
    # Not undone from the history: what was saved since carries the new name. It is renamed back.
    with desk.store.write(
        desk.who, f"system renamed: {was} → {name}", now=desk.now(), system=was, undoable=False
    ) as tx:
        systems.rename(tx, was, name)
    return name


def edit_review(
    desk: Desk,
    *,
    release: str | None = None,
    held_on: date | None = None,
    owner: str | None = None,
    facilitator: str | None = None,
    reviewers: Sequence[str] | None = None,
    base: Review | None = None,
) -> Rival | None:
    """Change what the desk's review says of itself; None leaves what there is. Votes of somebody who leaves stand.

    `base`: the review as the writer saw it. Where somebody else has changed the same since, theirs stays and this is kept
    beside it until somebody settles the two, and is returned; of the reviewers, who joined or left meanwhile did so. Raises
    ReadinessError on a frozen review, which is superseded instead, and where a name would be missing.
    """
    if release is not None and not release.strip():
        raise ReadinessError("Which release is reviewed? Type its tag or a date, for example 2026.11.")
    if owner is not None and not owner.strip():
        raise ReadinessError("Who answers for what nobody else owns? A review needs an owner.")
    people = once(reviewers) if reviewers is not None else None
    given = {"release": release, "date": str(held_on) if held_on else None, "owner": owner, "facilitator": facilitator}
    wanted = {name: value.strip() for name, value in given.items() if value is not None}
    names = [*wanted, *(["reviewers"] if people is not None else [])]
    with change(desk, f"review edited: {', '.join(names) or 'nothing'}") as (tx, review):
        if people is not None:
            voting = people if base is None else once(joined(review.reviewers, people, base.reviewers))
            reviews.put(tx, seated(tx.conn, replace(review, reviewers=voting)))
        return save_fields(tx, desk, review, wanted, None if base is None else field_texts(base))


@dataclass(frozen=True, slots=True)
class RenamedPerson:
    """`merged`: in words, what two spellings had both said, and which of the two stands now."""

    old: str
    new: str
    rows: int
    merged: tuple[str, ...] = ()


#: Tables of a review in which a column names somebody.
_IN_REVIEWS = (
    ("evidence", "person"), ("evidence", "witness"), ("waiver", "approver"), ("override", "person"),
    ("na_confirmation", "person"), ("consensus", "person"), ("tick", "person"), ("dismissal", "person"),
    ("condition", "owner"),
)  # fmt: skip
#: Tables in which the name is part of the key, and what of the row says something.
_KEYED = {"vote": ("points", "na", "na_reason"), "dissent": ("reason",), "own_note": ("text",)}
#: Texts of which both are kept, one after the other.
_JOINED = {"dissent": ("reason", "; "), "own_note": ("text", "\n")}
_LABELS = {"human_label": ("verdict", "note"), "metric_label": ("verdict", "note")}
#: Fields whose value is a name, where two versions of it wait to be settled.
_NAMING = ("owner", "facilitator")
#: Lists of names in a review.
_LISTS = ("reviewers", "authors", "observers")


def rename_person(desk: Desk, old: str, new: str) -> RenamedPerson:
    """Call a person `new` in all of the system's reviews that are not frozen, in its gaps, labels and incident actions.

    However `old` was spelt (case and blanks aside), all of it becomes `new`. Where both names have said something of the
    same thing, the later word stands, as where one person votes again; the other stays in the history, and the answer
    names it. Two reasons of a dissent are kept both. Raises ReadinessError where nobody of that name did anything, and where
    votes would become another's before they may be seen (`roles.may_rename`).
    """
    before, name = one_line(old).strip(), one_line(new).strip()
    if not before or not name:
        raise ReadinessError("Who is meant? Name the person as written now, and the name that is right.")
    if before == name:
        raise ReadinessError(f"“{name}” is the name already.")
    with system_change(desk, f"person renamed: {before} → {name}") as (tx, review):
        for one in reviews.all(tx.conn, system=review.system):
            if one.frozen_at is None:
                roles.may_rename(desk, one, before, name)
        renamed = call_otherwise(tx, review.system, before, name)
        if not renamed.rows:
            raise ReadinessError(
                f"Nobody called “{before}” did anything in the reviews of {one_line(review.system)} that are not frozen."
            )
    if name_key(desk.who) == name_key(before):
        desk.who = name
    return renamed


def call_otherwise(tx: Tx, system: str, old: str, new: str) -> RenamedPerson:
    """`rename_person` as a part of a change that is going on."""
    moved = _Moved(tx, old, new)
    for one in reviews.all(tx.conn, system=system):
        if one.frozen_at is None:
            moved.review(one)
            meeting.rename_person(tx, one, moved.names)
    moved.system(system)
    settings.rename_person(tx, system, lambda listed: once(moved.names(listed)))
    if moved.rows:
        former_names.put(tx, former_names.PERSON, old, new)
    return RenamedPerson(old, new, moved.rows, tuple(moved.merged))


@dataclass
class _Moved:
    """What one renaming has moved in a transaction."""

    tx: Tx
    old: str
    new: str
    rows: int = 0
    merged: list[str] = field(default_factory=list)

    def names(self, names: Iterable[str]) -> list[str]:
        return [self.new if self._meant(name) else name for name in names]

    def _meant(self, name: object) -> bool:
        return isinstance(name, str) and name != self.new and name_key(name) == name_key(self.old)

    def review(self, review: Review) -> None:
        given: dict[str, Any] = {name: once(self.names(getattr(review, name))) for name in _LISTS}
        given |= {
            name: self.new for name in ("owner", "facilitator", "override_by") if self._meant(getattr(review, name))
        }
        changed = replace(review, **given)
        if changed != review:
            reviews.put(self.tx, changed)
            self.rows += 1
        for table, column in _IN_REVIEWS:
            for row in self._of(table, column, "review_id = ?", review.id):
                self._put(table, row, column)
        for table, says in _KEYED.items():
            self._keyed(
                table,
                "person" if table == "dissent" else "reviewer",
                says,
                "review_id = ?",
                review.id,
                hidden=review.secret,
            )
        if changed.reviewers != review.reviewers:  # two spellings may have been the only two
            reviews.put(self.tx, seated(self.tx.conn, reviews.get(self.tx.conn, review.id)))

    def system(self, system: str) -> None:
        for row in self._of("gap", "owner", "system = ?", system):
            self._put("gap", row, "owner")
        for column in ("approver", "person"):
            for row in self._of("accepted_risk", column, "system = ?", system):
                self._put("accepted_risk", row, column)
        for row in fetch(self.tx.conn, "SELECT * FROM rival WHERE system = ?", (system,)):
            self._rival(row)
        for table, says in _LABELS.items():
            self._keyed(table, "reviewer", says, "system = ?", system)
        for incident in incidents.all(self.tx.conn, system):
            for action in incident.actions:
                if self._meant(action.owner):
                    incidents.put_action(self.tx, incident.number, replace(action, owner=self.new))
                    self.rows += 1

    def _rival(self, row: Row) -> None:
        """What waits to be settled: who wrote it, whose it is, and whom it names. Settling it later brings no old name."""
        changed = dict(row)
        kind, _, whose = str(row["about"]).partition("/")
        if self._meant(row["person"]):
            changed["person"] = self.new
        if kind == "dissent" and self._meant(whose):
            changed["about"] = f"{kind}/{self.new}"
        if row["field"] in _NAMING and self._meant(row["value"]):
            changed["value"] = self.new
        if kind == "waiver" and row["value"]:
            said = json.loads(row["value"])
            if self._meant(said["approved by"]):
                changed["value"] = json.dumps({**said, "approved by": self.new}, ensure_ascii=False)
        if changed != row:
            self.tx.put("rival", changed)
            self.rows += 1

    def _of(self, table: str, column: str, where: str, value: int | str) -> list[Row]:
        found = fetch(self.tx.conn, f"SELECT * FROM {table} WHERE {where}", (value,))
        return [row for row in found if self._meant(row[column])]

    def _put(self, table: str, row: Row, column: str) -> None:
        self.tx.put(table, {**row, column: self.new})
        self.rows += 1

    def _keyed(
        self, table: str, column: str, says: Sequence[str], where: str, value: int | str, *, hidden: bool = False
    ) -> None:
        """Rows of which the name is part of the key: there may be one of the new name already. `hidden`: what they say is
        told to nobody yet."""
        for row in self._of(table, column, where, value):
            key = self.tx.key_of(table, row)
            there = self.tx.get(table, self.tx.key_of(table, {**row, column: self.new}))
            stands = row
            if there is not None:
                stands = self._both(table, row, there, says, hidden=hidden)
            self.tx.delete(table, key)
            self.tx.put(table, {**stands, column: self.new})
            self.rows += 1

    def _both(self, table: str, row: Row, there: Row, says: Sequence[str], *, hidden: bool) -> Row:
        if [row[name] for name in says] == [there[name] for name in says]:
            return min((there, row), key=_said_at)  # the same: since when it was said
        if table in _JOINED:
            column, between = _JOINED[table]
            return {**there, column: f"{there[column]}{between}{row[column]}"}
        later, other = sorted((there, row), key=_weight, reverse=True)
        of = row.get("item_id") or row.get("case_id")
        words = (
            "the later of two stands"
            if hidden
            else f"{_word(later, says)} stands, said later than {_word(other, says)}"
        )
        self.merged.append(f"{of}: {words}")
        return later


def _said_at(row: Row) -> str:
    return str(row.get("at") or "")


def _weight(row: Row) -> tuple[str, int]:
    """The later of two; of the same moment the one that counts less."""
    points = row.get("points")
    return _said_at(row), -(points if isinstance(points, int) else 0)


def _word(row: Row, says: Sequence[str]) -> str:
    if row.get("na"):
        return "n/a"
    return str(row[says[0]])
