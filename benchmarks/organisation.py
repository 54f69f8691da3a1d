"""A large organisation in one file, from a seed: what screens and services have to stay quick with.

`python -m benchmarks.organisation FILE [--factor 0.1]` writes it. The newest review is the large one: every shipped
checklist and eight of the organisation's own, each of its reviewers voting on most items.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import NAMESPACE_OID, uuid5

import click

from readiness_tui.domain.checklists.assessment import Consensus, Evidence, EvidenceKind, LookUp, Vote, Waiver
from readiness_tui.domain.checklists.codec import content_digest
from readiness_tui.domain.checklists.model import Checklist, Depth, Item, Severity
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.incidents.model import (
    Action,
    ActionKind,
    FailureClass,
    Incident,
    NoteStatus,
    Sev,
    TimelineEntry,
)
from readiness_tui.domain.verdict.gap import Gap, GapState
from readiness_tui.services.checklists import shipped
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.write import resync
from readiness_tui.store import assessments, gaps, incidents, reviews
from readiness_tui.store.rows import Tx

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
_WORDS = [
    "prompt",
    "index",
    "answer",
    "retrieval",
    "alert",
    "owner",
    "rollback",
    "quota",
    "timeout",
    "trace",
    "budget",
    "secret",
    "review",
    "cache",
]
_OWN = 8  # checklists of the organisation's own


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything. `items` and `reviewers` are those of the large review."""

    systems: int = 12
    reviews: int = 40
    items: int = 316
    reviewers: int = 60
    gaps: int = 800
    incidents: int = 200

    def times(self, factor: float) -> Size:
        """A smaller or larger one; never without any of it."""
        counts = {name: max(1, round(getattr(self, name) * factor)) for name in self.__slots__}
        return Size(**counts)


def make(path: Path, size: Size | None = None, seed: int = 12) -> Desk:
    """Write a new file at `path` and return its first reviewer's desk at the large review; the caller closes it."""
    size = size or Size()
    random = Random(seed)
    people = [f"person {number:02}" for number in range(1, size.reviewers + 1)]
    systems = [f"assistant {number:02}" for number in range(1, size.systems + 1)]
    desk = open_desk(path, people[0], create=True, clock=lambda: NOW, zone=UTC)
    with desk.store.write("seed", "an organisation", now=NOW, undoable=False) as tx:
        chosen = _checklists(size.items, random)
        for number in reversed(range(1, size.reviews)):
            small = random.sample(chosen, min(3, len(chosen)))
            review = _review(tx, systems[number % len(systems)], number, small, people[:4])
            _assess(tx, review, small, random, share=0.6)
        large = _review(tx, systems[0], 0, chosen, people)
        _assess(tx, large, chosen, random, share=0.7)
        for number in range(size.incidents):
            _incident(tx, systems[number % len(systems)], number, people, random)
        for number in range(size.gaps):
            _gap(tx, systems[number % len(systems)], number, large.id, people, random)
    desk.review_id = large.id
    resync(desk)
    return desk


def _checklists(items: int, random: Random) -> list[Checklist]:
    """The shipped ones, and the organisation's own until there are so many items."""
    found: list[Checklist] = []
    for checklist in shipped():
        left = items - sum(len(one.items) for one in found)
        if left > 0:
            found.append(_sealed(replace(checklist, items=checklist.items[:left])))
    left = items - sum(len(one.items) for one in found)
    for number in range(_OWN):
        share = left // _OWN + (number < left % _OWN)
        if share:
            made = tuple(_item(f"O{number + 1}", place, random) for place in range(1, share + 1))
            found.append(_sealed(Checklist(f"own{number + 1}", f"Own rules {number + 1}", "1", made, "")))
    return found


def _sealed(checklist: Checklist) -> Checklist:
    return replace(checklist, digest=content_digest(checklist))


def _item(prefix: str, place: int, random: Random) -> Item:
    severity = random.choice((Severity.BLOCKER, Severity.MAJOR, Severity.MAJOR, Severity.MINOR))
    return Item(
        id=f"{prefix}-{place:02}",
        title=_sentence(random, 4),
        why=_sentence(random, 9),
        evidence=_sentence(random, 7),
        improve=_sentence(random, 5),
        severity=severity,
        depth=Depth.COURSE if place % 3 == 0 else Depth.FULL,
        weight=severity.weight,
    )


def _sentence(random: Random, words: int) -> str:
    return " ".join(random.choices(_WORDS, k=words)).capitalize()


def _review(tx: Tx, system: str, ago: int, chosen: Sequence[Checklist], people: Sequence[str]) -> Review:
    review = Review(
        id=0,
        system=system,
        release=f"{100 - ago}",
        held_on=TODAY - timedelta(days=7 * ago),
        owner=people[0],
        depth=Depth.FULL,
        checklists=tuple(checklist.id for checklist in chosen),
        reviewers=tuple(people),
        facilitator=people[0],
        as_of=TODAY - timedelta(days=7 * ago),
    )
    review = replace(review, id=reviews.put(tx, review))
    reviews.put_checklists(tx, review.id, chosen)
    return review


def _assess(tx: Tx, review: Review, chosen: Sequence[Checklist], random: Random, share: float) -> None:
    """Votes by most people on most items; evidence for half, and a few waivers and consensuses."""
    ids, items = [checklist.id for checklist in chosen], [item for checklist in chosen for item in checklist.items]
    assert ids
    for item in items:
        if random.random() < share:
            for vote in _votes(item, review.reviewers, random):
                assessments.put_vote(tx, review.id, vote)
    for item in items:
        luck = random.random()
        if luck < 0.5:
            url = f"https://wiki.example/{item.id}"
            piece = Evidence(0, item.id, EvidenceKind.URL, url, review.owner, at=NOW, lookup=LookUp.BY_FORM)
            assessments.add_evidence(tx, review.id, piece)
        if luck > 0.9:
            until = (review.as_of or TODAY) + timedelta(days=30)
            waiver = Waiver(item.id, _sentence(random, 5), review.owner, review.held_on, until)
            assessments.put_waiver(tx, review.id, waiver)
        elif luck > 0.8:
            assessments.put_consensus(
                tx, review.id, Consensus(item.id, random.choice((1, 2)), False, review.owner, "agreed")
            )


def _votes(item: Item, people: Sequence[str], random: Random) -> Iterator[Vote]:
    """Most agree; one in ten items divides them."""
    common, torn = random.choice((0, 1, 2, 2, 2, 2)), random.random() < 0.1
    for person in people:
        if random.random() < 0.95:
            yield Vote(item.id, person, random.choice((0, 1, 2)) if torn else common)


def _incident(tx: Tx, system: str, number: int, people: Sequence[str], random: Random) -> None:
    began = NOW - timedelta(days=random.randrange(1, 400), hours=random.randrange(24))
    over = random.random() < 0.8

    def uid(*place: object) -> str:
        return str(uuid5(NAMESPACE_OID, "/".join(map(str, ("organisation", number, *place)))))

    given = incidents.put(
        tx,
        Incident(
            number=0,
            system=system,
            title=_sentence(random, 5),
            severity=random.choice(tuple(Sev)),
            status=NoteStatus.CLOSED if over else NoteStatus.DRAFT,
            started=began,
            detected=began + timedelta(minutes=random.randrange(1, 90)),
            resolved=began + timedelta(hours=random.randrange(2, 40)) if over else None,
            closed=(began + timedelta(days=5)).date() if over else None,
            failure_class=random.choice(tuple(FailureClass)),
            fields={"summary": _sentence(random, 20)},
            uid=uid(),
        ),
    )
    for place in range(random.randrange(3, 12)):
        at = began + timedelta(minutes=7 * place)
        entry = TimelineEntry(0, at, _sentence(random, 8), by=random.choice(people), uid=uid("line", place))
        incidents.put_event(tx, given, entry)
    for place in range(random.randrange(0, 4)):
        due = (began + timedelta(days=30)).date()
        action = Action(
            0,
            _sentence(random, 4),
            ActionKind.PREVENT,
            random.choice(people),
            due,
            due if over and random.random() < 0.8 else None,
            uid=uid("action", place),
        )
        incidents.put_action(tx, given, action)


def _gap(tx: Tx, system: str, number: int, review_id: int, people: Sequence[str], random: Random) -> None:
    severity = random.choice(tuple(Severity))
    gap = Gap(
        key=f"case/case-{number:04}",
        title=_sentence(random, 6),
        severity=severity,
        owner=random.choice(people),
        due=TODAY + timedelta(days=random.randrange(-30, 60)),
        state=random.choice((GapState.OPEN, GapState.OPEN, GapState.IN_PROGRESS, GapState.CLOSED)),
        created=TODAY - timedelta(days=random.randrange(1, 200)),
        first_review=review_id,
        reviews=(review_id,),
        marked=True,
    )
    gaps.put(tx, system, gap)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--factor", default=1.0, show_default=True, help="Of every count: 0.1 is a tenth of it.")
@click.option("--seed", default=12, show_default=True)
def main(file: Path, factor: float, seed: int) -> None:
    """Write a large organisation to FILE, which must not exist yet."""
    make(file, Size().times(factor), seed).close()
    click.echo(f"{file}: written.")


if __name__ == "__main__":
    main()
