"""Writing over what somebody else may have changed meanwhile: one way for everything that people type.

A writer says what they saw (`base`). Each value is weighed on its own (`domain/verdict/rival.py`): what they left alone
stays as it is stored now, what only they changed is written, and where somebody else has changed the same value to
another, the stored one stays and theirs is kept beside it until somebody settles the two (`services/review/settling.py`).
All of it is read and written in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import OtherText
from readiness_tui.domain.verdict.rival import UNSEEN, Rival, Unseen, Weighed, weigh
from readiness_tui.services.core.desk import Desk
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.together import rivals

__all__ = [
    "SECTION",
    "UNSEEN",
    "Kind",
    "Unseen",
    "day_text",
    "joined",
    "of_section",
    "open_rivals",
    "save",
    "seen",
    "unmoved",
]

BESIDE = ", kept beside another's"
SECTION = "section/"  # of an incident's note: these are kept with the incident, and go where it is exported to

#: The values of a thing, by field, as text.
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that people change: how its values are read and written.

    `read` raises ReadinessError where there is no such thing (any more). `write` is given all values, the changed ones
    among them, checks them and raises ReadinessError for what cannot be. `row`: table, key and the column of each field, to tell who wrote a value; fields without a column are found by their name.
    `of_review`: it belongs to one review, else to the system.
    """

    name: str
    read: Callable[[Connection, Review, str], dict[str, str]]
    write: Callable[[Tx, Desk, Review, str, dict[str, str]], None]
    row: Callable[[Review, str], tuple[str, tuple[int | str, ...]]]
    of_review: bool
    columns: Texts = field(default_factory=dict)
    days: frozenset[str] = frozenset()  # fields that are days, typed in any form that a day has
    moments: frozenset[str] = frozenset()  # and those that are times, in UTC
    long: frozenset[str] = frozenset()  # fields of more than a line


def save(
    tx: Tx, desk: Desk, review: Review, kind: Kind, ref: str, new: Texts, base: Texts | None = None, *, by: str = ""
) -> Rival | None:
    """Write the values of the thing `ref`, those of `new` alone; `base`: what the writer saw of them, None for any.
    `by`: whose they are, where that is not who writes.

    Returns the first of the values that could not be written because somebody else had changed it; it is kept.
    """
    stored = kind.read(tx.conn, review, ref)
    about, of = f"{kind.name}/{ref}", review.id if kind.of_review else None
    kept: list[Rival] = []
    changed: dict[str, str] = {}
    for name, value in new.items():
        outcome = weigh(stored.get(name, ""), value, None if base is None else base.get(name))
        if outcome is Weighed.BESIDE:
            if tx.entry is None and not tx.what.endswith(BESIDE):
                tx.what += BESIDE  # the history does not say that it was written
            kept.append(rivals.put(tx, review.system, of, about, name, value, by))
        elif outcome is Weighed.WRITE:
            changed[name] = value
    if changed:
        kind.write(tx, desk, review, ref, {**stored, **changed})
        for name, value in changed.items():
            rivals.agreed(tx, review.system, of, about, name, value)
    return kept[0] if kept else None


def seen(**values: str | date | Unseen | None) -> dict[str, str] | None:
    """A base by field, without what the writer did not say; None where they said nothing."""
    said = {name: day_text(value) for name, value in values.items() if not isinstance(value, Unseen)}
    return said or None


def day_text(value: str | date | None) -> str:
    """A value as a rival holds it."""
    return value if isinstance(value, str) else value.isoformat() if value is not None else ""


def joined(stored: Sequence[str], wanted: Sequence[str], saw: Sequence[str]) -> tuple[str, ...]:
    """A list that two people changed at once: what is stored, without what the writer took out of what they saw, and with
    what they added."""
    gone = set(saw) - set(wanted)
    return tuple(
        dict.fromkeys([*(one for one in stored if one not in gone), *(one for one in wanted if one not in saw)])
    )


def open_rivals(conn: Connection, review: Review) -> list[Rival]:
    """What waits to be settled in a review and its system, the sections of incident notes aside.

    While votes are blind notes are each person's own: they wait until the reveal, and nobody is shown two of them. What
    is of a frozen review can be settled no more; a corrected one that supersedes it has both.
    """
    found = rivals.all(conn, review.system, review.id)
    if review.frozen_at is not None:
        return [one for one in found if one.outlives_review]
    return [one for one in found if not (review.secret and one.about.startswith("note/"))]


def of_section(number: int, other: OtherText) -> Rival:
    """The second text of a section of an incident's note, as a rival."""
    return Rival(other.id, f"{SECTION}{number}/{other.section}", other.section, other.text, other.by, other.at)


def unmoved(stored: object, base: object, said: str) -> None:
    """For what is decided and no text: raises ReadinessError with `said` where what is stored is not what the writer saw.

    Nothing is lost by it: what they typed stays in their form, and what was decided meanwhile is read first.
    """
    if not isinstance(base, Unseen) and stored != base:
        raise ReadinessError(said)
