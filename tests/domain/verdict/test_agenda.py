"""What a meeting goes through, in which order, and how long the rest takes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from readiness_tui.domain.checklists.assessment import Consensus, Dossier, Standing
from readiness_tui.domain.verdict.agenda import agenda, pace
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.domain.verdict.gaps import gap_keys
from readiness_tui.domain.verdict.judge import Workings, work_out
from tests.domain.build import (
    AS_OF,
    BLOCKER,
    MAJOR,
    MINOR,
    make_checklist,
    make_facts,
    make_gap,
    make_item,
    make_review,
    make_standing,
    make_waiver,
)


def workings(*standings: Standing, dossiers: dict[str, Dossier] | None = None, **facts: Any) -> Workings:
    """Worked out from standings as given, whatever votes would lead to them."""
    known = make_facts(make_checklist(*(one.item for one in standings)), **facts)
    known.dossiers.update(dossiers or {})
    by_id = {one.item.id: one for one in standings}
    base = work_out(known, AS_OF)
    return Workings(known, AS_OF, by_id, gap_keys(known, by_id), base.found_gaps, base.ruling)


def listed(*standings: Standing, **how: Any) -> list[tuple[str, str]]:
    return [(" ".join(point.items) or point.key, point.why) for point in agenda(workings(*standings, **how))]


def test_the_most_pressing_comes_first_and_equals_in_checklist_order() -> None:
    soon = Dossier(make_item("H", MAJOR), "reliability", waiver=make_waiver(AS_OF + timedelta(days=14)))
    ended = Dossier(make_item("I", MAJOR), "reliability", waiver=make_waiver(AS_OF - timedelta(days=1)))
    late = make_gap("item/reliability/J", owner="ben", due=AS_OF - timedelta(days=2))
    action = make_gap("incident/7/1", owner="", due=AS_OF - timedelta(days=1))
    assert listed(
        make_standing(make_item("A", MINOR), None),
        make_standing(make_item("B", BLOCKER), 1),
        make_standing(make_item("C", MAJOR), 0, spread=2, agreed=False),
        make_standing(make_item("D", BLOCKER), None),
        make_standing(make_item("E", BLOCKER), None, na_awaiting=True),
        make_standing(make_item("F", MINOR), 1, conflict=True),
        make_standing(make_item("G", MAJOR), 1, spread=1, agreed=False),
        make_standing(make_item("H", MAJOR), 1, waived=True),
        make_standing(make_item("I", MAJOR), 1),
        make_standing(make_item("J", MAJOR), 1),
        dossiers={"H": soon, "I": ended},
        gaps=[late, action],
    ) == [
        ("F", "the proof contradicts the vote"),
        ("C", "reviewers are two points apart"),
        ("B", "a blocker that is partial"),
        ("D", "a blocker, undecided"),
        ("E", "a blocker: not applicable waits for a second person"),
        ("H", "its waiver ends on 7 Dec"),
        ("I", "its waiver ended on 22 Nov"),
        ("J", "it was due 21 Nov, with ben"),
        ("incident/7/1", "it was due 22 Nov, with nobody"),
        ("G", "reviewers differ"),
        ("A", "undecided"),
    ]


def test_what_is_settled_is_not_talked_about() -> None:
    far = Dossier(make_item("B", BLOCKER), "reliability", waiver=make_waiver(AS_OF + timedelta(days=15)))
    agreed = Dossier(make_item("F", MAJOR), "reliability", consensus=Consensus("F", 1, False, "ana", "the drill"))
    done = make_gap("gate/faithfulness", due=AS_OF - timedelta(days=9), state=GapState.VERIFIED)
    risk = make_gap("item/reliability/B", due=AS_OF - timedelta(days=9), state=GapState.ACCEPTED)
    assert (
        listed(
            make_standing(make_item("A", BLOCKER), 2),
            make_standing(make_item("B", BLOCKER), 0, waived=True),
            make_standing(make_item("C", BLOCKER), None, applicable=False),
            make_standing(make_item("D", MAJOR), 0),
            make_standing(make_item("E", MINOR), 1),
            make_standing(make_item("F", MAJOR), 1, spread=2, agreed=False),
            dossiers={"B": far, "F": agreed},
            gaps=[done, risk],
        )
        == []
    )


def test_before_the_reveal_nobody_hears_that_votes_differ() -> None:
    apart = make_standing(make_item("A", MAJOR), 0, spread=2, agreed=False)
    assert listed(apart, review=make_review(blind=True)) == []
    assert listed(apart, review=make_review(blind=True, revealed=True)) == [("A", "reviewers are two points apart")]


def test_items_of_one_gap_are_one_point() -> None:
    """The most pressing of them says why; the others stand beside it."""
    one, other = make_item("A", MINOR), make_item("C", BLOCKER, same_as=("A",))
    points = agenda(
        workings(make_standing(one, None), make_standing(make_item("B", MAJOR), None), make_standing(other, None))
    )
    assert [(point.key, point.items, point.whys) for point in points] == [
        ("item/reliability/A", ("C", "A"), ("a blocker, undecided", "undecided")),
        ("item/reliability/B", ("B",), ("undecided",)),
    ]


@pytest.mark.parametrize(
    ("left", "settled", "minutes", "words"),
    [
        (9, 0, 30, "9 items"),  # nothing settled: no pace
        (9, 3, 0.5, "9 items"),  # half a minute: no pace either
        (9, 9, 20, "9 items, 20 minutes"),
        (1, 4, 4, "1 item, 1 minute"),
        (9, 3, 20, "9 items, 60 minutes: 20 too many"),
        (2, 3, 70, "2 items, 47 minutes: 47 too many"),  # the hour is over
        (0, 5, 20, "nothing left"),
    ],
)
def test_what_is_left_at_the_pace_so_far(left: int, settled: int, minutes: float, words: str) -> None:
    assert pace(left, settled, minutes * 60).words == words
