"""An item's note and waiver as several people may change them at once, each read and written as text."""

from __future__ import annotations

import json
from datetime import date

from readiness_tui.domain.checklists.assessment import Waiver
from readiness_tui.domain.checklists.policy import DEFAULT_POLICY
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.verdict.rival import Unseen
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.rivals import Kind
from readiness_tui.services.review.items import known_item
from readiness_tui.store import assessments
from readiness_tui.store.rows import Tx
from readiness_tui.store.sqlite import Connection


def say(text: str, refusal: str) -> None:
    """Raises ReadinessError with `refusal` where nothing was typed."""
    if not text.strip():
        raise ReadinessError(refusal)


def _note_text(conn: Connection, review: Review, item: str) -> dict[str, str]:
    known_item(conn, review, item)
    return {"text": assessments.dossier_parts(conn, review.id, [item]).notes.get(item, "")}


def _write_note(tx: Tx, desk: Desk, review: Review, item: str, values: dict[str, str]) -> None:
    assessments.put_note(tx, review.id, item, values["text"])


def _stored_waiver(conn: Connection, review: Review, item: str) -> dict[str, str]:
    known_item(conn, review, item)
    found = next(iter(assessments.waivers(conn, review.id, [item])), None)
    return {"waiver": "" if found is None else waiver_text(found.reason, found.approver, found.expires)}


def _write_waiver(tx: Tx, desk: Desk, review: Review, item: str, values: dict[str, str]) -> None:
    if not values["waiver"]:
        assessments.remove_waiver(tx, review.id, item)
        return
    check_waiver(desk, review, values["waiver"])
    said = json.loads(values["waiver"])
    given, expires = desk.as_of(review), date.fromisoformat(said["until"])
    assessments.put_waiver(tx, review.id, Waiver(item, said["reason"], said["approved by"], given, expires))


def check_waiver(desk: Desk, review: Review, text: str) -> None:
    said = json.loads(text)
    say(said["reason"], "Why is the risk accepted? A waiver needs a reason.")
    say(said["approved by"], "Who approves? A waiver needs a named person.")
    today, expires = desk.as_of(review), date.fromisoformat(said["until"])
    last = DEFAULT_POLICY.last_waiver_day(today)
    if not today <= expires <= last:
        days = DEFAULT_POLICY.waiver_days
        raise ReadinessError(f"A waiver ends between today and {days} days ahead: {today} to {last}.")


def waiver_text(reason: str, approver: str, expires: date | str) -> str:
    """All of a waiver as one value, which a rival holds."""
    return json.dumps(
        {"reason": reason.strip(), "approved by": approver.strip(), "until": str(expires)}, ensure_ascii=False
    )


def base_waiver(base: Waiver | Unseen | None) -> str | Unseen:
    if isinstance(base, Unseen):
        return base
    return "" if base is None else waiver_text(base.reason, base.approver, base.expires)


NOTE = Kind(
    "note",
    read=_note_text,
    write=_write_note,
    row=lambda review, item: ("item_note", (review.id, item)),
    of_review=True,
    long=frozenset({"text"}),
)
WAIVER = Kind(
    "waiver",
    read=_stored_waiver,
    write=_write_waiver,
    row=lambda review, item: ("waiver", (review.id, item)),
    of_review=True,
    columns={"waiver": "reason"},
)
