"""What a meeting goes through, and in which order."""

from __future__ import annotations

from readiness_tui.domain.checklists.assessment import Standing
from readiness_tui.domain.verdict.agenda import agenda
from tests.domain.build import BLOCKER, MAJOR, MINOR, make_item, make_standing


def listed(*standings: Standing) -> tuple[tuple[str, str], ...]:
    return agenda({standing.item.id: standing for standing in standings})


def test_the_most_pressing_comes_first_and_equals_in_checklist_order() -> None:
    assert listed(
        make_standing(make_item("A", MINOR), None),
        make_standing(make_item("B", BLOCKER), 1),
        make_standing(make_item("C", MAJOR), 1, spread=2),
        make_standing(make_item("D", BLOCKER), None),
        make_standing(make_item("E", BLOCKER), None, na_awaiting=True),
        make_standing(make_item("F", MINOR), 1, conflict=True),
        make_standing(make_item("G", MAJOR), None),
    ) == (
        ("F", "the proof contradicts the vote"),
        ("D", "undecided blocker"),
        ("E", "not applicable waits for a second person"),
        ("B", "a blocker that is not met"),
        ("C", "reviewers disagree"),
        ("A", "undecided"),
        ("G", "undecided"),
    )


def test_what_is_settled_is_not_talked_about() -> None:
    assert (
        listed(
            make_standing(make_item("A", BLOCKER), 2),
            make_standing(make_item("B", BLOCKER), 0, waived=True),
            make_standing(make_item("C", BLOCKER), None, applicable=False),
            make_standing(make_item("D", MAJOR), 0),
            make_standing(make_item("E", MINOR), 1),
        )
        == ()
    )
