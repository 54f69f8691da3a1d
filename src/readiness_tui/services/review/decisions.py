"""What a meeting decided, read from the history since it began: the last page of its agenda."""

from __future__ import annotations

from collections.abc import Iterator

from readiness_tui.domain.verdict.decision import Decision, Topic
from readiness_tui.domain.verdict.gap import Gap, called
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import ReviewView
from readiness_tui.services.review import history
from readiness_tui.services.review.history import AuditEntry, RowChange
from readiness_tui.services.review.meeting import Meeting
from readiness_tui.services.review.promises import DEFERRED
from readiness_tui.store.rows import Row

#: Tables in which a change says something about the whole review, told in the words of the history.
_WHOLE = {"dissent": Topic.VERDICT, "review": Topic.REVIEW, "review_checklist": Topic.REVIEW}
_POINTS = ("missing", "partial", "met")

Place = tuple[str, tuple[int | str, ...]]


def decisions(desk: Desk, view: ReviewView, meeting: Meeting) -> tuple[Decision, ...]:
    """What has come of the meeting so far, by topic and then in the order in which it was last spoken about.

    What was taken back, or ended as it was before, is not in it; nor what the history does not show this person.
    """
    before: dict[Place, Row | None] = {}
    after: dict[Place, Row | None] = {}
    whole: dict[str, Decision] = {}
    put_off: dict[str, None] = {}  # what a person calls the gaps, in the order in which they were put off
    for entry in _since(desk, meeting.since):
        if entry.why == DEFERRED and entry.undone_by is None:
            put_off.update(dict.fromkeys(entry.what.partition(" deferred: ")[0].split(", ")))
        for row in history.rows(desk, entry.id):
            place = (row.table, row.pk)
            before.setdefault(place, row.old)
            after.pop(place, None)
            after[place] = row.new
            if row.table in _WHOLE and entry.undoes is None and entry.undone_by is None and _by_person(row):
                whole[entry.what] = Decision(_WHOLE[row.table], "", _sentence(entry))
    found: dict[tuple[Topic, str], Decision] = {}
    for (table, pk), new in after.items():
        old = before[table, pk]
        if old != new:
            for one in _said(view, table, old, new):
                found.pop((one.topic, one.about), None)
                found[one.topic, one.about] = one
    for gap in view.gaps.values():
        if called(gap.key) in put_off and gap.state.live:
            found[Topic.DEFERRED, called(gap.key)] = _promised(view, gap, Topic.DEFERRED)
    # Who sees to it stands beside what was decided of the same item.
    beside = {(one.about, one.owner, one.due) for one in found.values() if one.topic is not Topic.OWNER}
    agreed = {about for topic, about in found if topic is Topic.CONSENSUS}
    told = [
        one
        for one in found.values()
        if not (one.topic is Topic.OWNER and (one.about, one.owner, one.due) in beside)
        and not (one.topic is Topic.SCORE and one.about in agreed)
    ]
    order = list(Topic)
    return tuple(sorted([*told, *whole.values()], key=lambda one: order.index(one.topic)))


def _since(desk: Desk, change: int) -> list[AuditEntry]:
    """The changes after this one, the oldest first."""
    found: list[AuditEntry] = []
    while True:
        page = history.log(desk, limit=200, before=found[-1].id if found else None)
        found += [entry for entry in page if entry.id > change]
        if len(page) < 200 or page[-1].id <= change:
            return found[::-1]


def _by_person(row: RowChange) -> bool:
    """The freeze writes the review too, and the first row of all is the review's own beginning."""
    return row.table != "review" or (row.old is not None and row.new is not None)


def _sentence(entry: AuditEntry) -> str:
    return f"{entry.what}: {entry.why}" if entry.why else entry.what


def _said(view: ReviewView, table: str, old: Row | None, new: Row | None) -> Iterator[Decision]:
    """What one row says that is not as it was before the meeting."""
    item = str((new or old or {}).get("item_id", ""))
    gap = view.gaps.get(view.workings.gap_keys.get(item, ""))
    owner, due = (gap.owner, gap.due) if gap is not None and gap.state.live else ("", None)
    standing = view.judgement.standings.get(item)
    if table in ("vote", "na_confirmation") and standing is not None:
        title = f"{standing.item.title}: "
        if standing.applicable and not standing.na_awaiting and standing.vote is None:
            yield Decision(Topic.SCORE, item, f"{title}undecided again")
        elif standing.applicable and not standing.na_awaiting:
            counts = f", counts {standing.counts}" if standing.counts != standing.vote else ""
            word = f"{standing.vote} {_POINTS[standing.vote or 0]}{counts}"
            yield Decision(Topic.SCORE, item, title + word, *((owner, due) if standing.counts < 2 else ()))
        else:
            waits = ", waits for a second person" if standing.na_awaiting else ""
            yield Decision(Topic.AWAY, item, f"{title}does not apply{waits}")
    elif table == "waiver":
        if new is None:
            yield Decision(Topic.WAIVER, item, "the waiver is withdrawn")
        else:
            text = f"until {new['expires']}, approved by {new['approver']}: {new['reason']}"
            yield Decision(Topic.WAIVER, item, text, owner, due)
    elif table == "consensus":
        if new is None:
            yield Decision(Topic.CONSENSUS, item, "the consensus is taken back")
        else:
            points = "n/a" if new["na"] else new["points"]
            yield Decision(Topic.CONSENSUS, item, f"{points}, by {new['person']}: {new['reason']}", owner, due)
    elif table == "gap" and new is not None:
        yield from _of_gap(view, old, new)
    elif table == "condition" and new is not None and new["by_hand"]:
        condition = next((one for one in view.judgement.conditions if one.key == new["name"]), None)
        if condition is not None:
            yield Decision(Topic.OWNER, called(condition.key), condition.text, condition.owner, condition.due)


def _of_gap(view: ReviewView, old: Row | None, new: Row) -> Iterator[Decision]:
    """A gap that somebody took on, gave back or moved; what the rules did to it by themselves is no decision."""
    gap = view.gaps.get(new["name"])
    moved = (old is not None and old["due"] != new["due"]) or (new["due_changes"] != (old or new)["due_changes"])
    owned = new["owner"] != (old["owner"] if old else "")
    if gap is not None and gap.state.live and (owned or moved):
        yield _promised(view, gap, Topic.OWNER)


def _promised(view: ReviewView, gap: Gap, topic: Topic) -> Decision:
    about = called(gap.key)
    others = [item for item, key in view.workings.gap_keys.items() if key == gap.key and item != about]
    shared = f" (with {', '.join(others)})" if others else ""
    return Decision(topic, about, gap.title.removeprefix(f"{about} ") + shared, gap.owner, gap.due)
