"""Two values of one thing, by two people who had not seen each other's: which of them there are, and settling them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.text.dates import parse_day, parse_moment
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.verdict.rival import Rival, Unsettled
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import SECTION, Kind, of_section, open_rivals, save
from readiness_tui.services.core.write import system_change
from readiness_tui.services.incidents import changes, edit
from readiness_tui.services.review import gaps, item_values, review_fields, scorecard
from readiness_tui.store import incidents
from readiness_tui.store.codec import dump
from readiness_tui.store.sqlite import Connection
from readiness_tui.store.together import rivals

_KINDS = {
    kind.name: kind
    for kind in (
        item_values.NOTE,
        item_values.WAIVER,
        gaps.GAP,
        gaps.CONDITION,
        changes.INCIDENT,
        changes.ACTION,
        changes.ENTRY,
        review_fields.REVIEW,
        scorecard.DISSENT,
    )
}


def waiting(desk: Desk) -> tuple[Unsettled, ...]:
    """What waits to be settled in the desk's review and its system, the oldest first.

    While votes are blind notes are each person's own: they wait until the reveal, and nobody is shown two of them.
    """
    with desk.store.read() as conn:
        review = current_review(conn, desk)
        return tuple(_waiting(conn, review))


def _waiting(conn: Connection, review: Review) -> Iterator[Unsettled]:
    for rival in open_rivals(conn, review):
        kind, ref = _kind(rival)
        try:
            stored = kind.read(conn, review, ref).get(rival.field, "")
        except ReadinessError:
            stored = ""  # it is gone; what was typed of it is not
        table, key = kind.row(review, ref)
        column = kind.columns.get(rival.field, "declared" if rival.field.startswith("declared ") else rival.field)
        by = rivals.written_by(conn, table, dump(list(key)), column) or {}
        yield Unsettled(rival, stored, by.get("who", ""), by.get("at"))
    yield from of_sections(incidents.all(conn, review.system))


def shown(two: Unsettled, value: str) -> str:
    """One of the two values on a line."""
    return " · ".join(part for part in parts(two.rival, value).values() if part)


def of_sections(found: Iterable[Incident]) -> Iterator[Unsettled]:
    """The sections of incident notes that two people wrote at once."""
    for incident in found:
        for other in incident.rivals:
            written = incident.written.get(other.section)
            stored = incident.fields.get(other.section, "")
            of = of_section(incident.number, other)
            yield Unsettled(of, stored, written.by, written.at) if written else Unsettled(of, stored)


def parts(of: Rival, value: str) -> dict[str, str]:
    """What a value consists of: a waiver has a reason, an approver and a day; anything else is one text, under ""."""
    found: dict[str, str] = json.loads(value) if value and of.about.startswith("waiver/") else {"": value}
    return found


def whole(of: Rival, said: Mapping[str, str]) -> str:
    """The value of these parts, as typed."""
    return item_values.waiver_text(said["reason"], said["approved by"], said["until"]) if "until" in said else said[""]


def is_long(of: Rival) -> bool:
    """Whether the value may have more than one line."""
    return of.about.startswith(SECTION) or of.field in _kind(of)[0].long


def settle(desk: Desk, rival: Rival, value: str, *, base: str) -> Rival | None:
    """`value` becomes the stored one and the rival goes: the rival's own, the stored one, or a third.

    `base`: the stored value as it was when the two were compared. Raises ReadinessError where somebody has settled them
    meanwhile, where what they are about is gone, and for a value that cannot be. Returned is what is kept beside the stored
    value where that was changed once more.
    """
    if rival.about.startswith(SECTION):
        number = int(rival.about.split("/")[1])
        again = edit.settle(desk, number, rival.id, value, base=base)
        return None if again is None else of_section(number, again)
    kind, ref = _kind(rival)
    with system_change(desk, f"two versions settled: {rival.title}") as (tx, review):
        if kind.of_review:
            tx.guard_review(review.id)
        if not rivals.remove(tx, rival.id):
            raise ReadinessError("These two versions were settled meanwhile. Nothing was written.")
        if value == base:  # theirs is kept: whatever is stored by now stays
            return None
        text = _typed(kind, rival.field, value, desk.as_of(review), desk.now())
        try:
            return save(tx, desk, review, kind, ref, {rival.field: text}, {rival.field: base})
        except ValueError as error:  # a state or a class that there is not
            raise ReadinessError(
                f"“{one_line(value, 60)}” cannot be the {rival.title}. Write it as one of the two is written."
            ) from error


def _typed(kind: Kind, field: str, value: str, today: date, now: datetime) -> str:
    """The value as it is stored. A day counts from the review's, as wherever one is typed."""
    if value and kind is item_values.WAIVER:
        said = json.loads(value)
        return item_values.waiver_text(said["reason"], said["approved by"], parse_day(said["until"], today))
    if value and field in kind.days:
        return parse_day(value, today).isoformat()
    if value and field in kind.moments and "T" not in value:
        return parse_moment(value, now).isoformat()
    return value


def _kind(rival: Rival) -> tuple[Kind, str]:
    name, _, ref = rival.about.partition("/")
    return _KINDS[name], ref
