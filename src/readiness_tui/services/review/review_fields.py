"""What several people may change at once of a review itself: release, date, owner, facilitator, depth, declared settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from readiness_tui.domain.checklists.declared import problem
from readiness_tui.domain.checklists.model import Depth
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.verdict.rival import Rival
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import Kind, save
from readiness_tui.services.core.write import change
from readiness_tui.services.review import roles
from readiness_tui.store import reviews
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection

DECLARED = "declared "  # before the name of a declared setting, in the name of its field


def change_fields(desk: Desk, what: str, new: Mapping[str, str], base: Mapping[str, str] | None = None) -> Rival | None:
    """Set fields of the desk's review, as text by name; `what` says it for the history.

    `base`: the fields as the writer saw them; what they left alone stays as it is stored now. Where somebody else has
    changed one of them since, theirs stays and this one is kept beside it: it is returned.
    """
    with change(desk, what) as (tx, review):
        return save_fields(tx, desk, review, new, base)


def save_fields(
    tx: Tx, desk: Desk, review: Review, new: Mapping[str, str], base: Mapping[str, str] | None = None
) -> Rival | None:
    """`change_fields` inside a transaction."""
    return save(tx, desk, review, REVIEW, str(review.id), new, base)


def field_texts(review: Review) -> dict[str, str]:
    """The fields of a review by name, as text."""
    return {
        "release": review.release,
        "date": review.held_on.isoformat(),
        "owner": review.owner,
        "facilitator": review.facilitator,
        "depth": review.depth.value,
        **{DECLARED + name: value for name, value in review.declared.items()},
    }


def _write(tx: Tx, desk: Desk, review: Review, ref: str, values: dict[str, str]) -> None:
    stored = reviews.get(tx.conn, int(ref))
    if not values["release"].strip():
        raise ReadinessError("Which release is reviewed? Type its tag or a date, for example 2026.11.")
    roles.may_hand_over(desk, stored, values["facilitator"].strip() or stored.facilitator)
    declared = {name.removeprefix(DECLARED): said for name, said in values.items() if name.startswith(DECLARED)}
    for name, said in declared.items():
        if said.strip() and said != stored.declared.get(name) and (unusable := problem(name, said)):
            raise ReadinessError(f"{unusable[0].upper()}{unusable[1:]}. Correct it, or leave it empty.")
    reviews.put(
        tx,
        replace(
            stored,
            release=values["release"].strip(),
            held_on=date.fromisoformat(values["date"]),
            owner=values["owner"].strip() or stored.owner,
            facilitator=values["facilitator"].strip() or stored.facilitator,
            depth=Depth(values["depth"]),
            declared={name: said.strip() for name, said in declared.items() if said.strip()},
        ),
    )


def _read(conn: Connection, review: Review, ref: str) -> dict[str, str]:
    return field_texts(reviews.get(conn, int(ref)))


REVIEW = Kind(
    "review",
    read=_read,
    write=_write,
    row=lambda _, ref: ("review", (int(ref),)),
    of_review=True,
    columns={"date": "held_on"},
    days=frozenset({"date"}),
)
