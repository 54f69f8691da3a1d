"""The sum that is shown is the score, on reviews of every shape; and each item that leaves it is named."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from hypothesis import given

from readiness_tui.domain.checklists.policy import DEFAULT_POLICY
from readiness_tui.domain.explanation.model import Explanation, Passage
from readiness_tui.domain.explanation.scores import headline_sum, needed, section_sum
from readiness_tui.domain.verdict.judge import judge
from readiness_tui.domain.verdict.model import Facts, Section
from tests.domain.build import AS_OF, BLOCKER, MAJOR, MINOR, make_item, make_standing
from tests.domain.strategies import reviews_of
from tests.domain.verdict.test_sections import sums


def part(of: Explanation, heading: str) -> Passage:
    (found,) = [one for one in of.passages if one.heading == heading]
    return found


def shown_score(of: Explanation) -> Fraction | None:
    """The score by the rows that are shown, and nothing else."""
    rows = part(of, "The sum").rows
    for _, weight, points, counts, most, _ in rows:
        assert int(counts) == int(weight) * int(points)
        assert int(most) == 2 * int(weight)
    below = sum(int(row[4]) for row in rows)
    return Fraction(sum(int(row[3]) for row in rows), below) if below else None


@given(reviews_of())
def test_the_rows_add_up_to_the_score_and_the_line_below_says_the_same(facts: Facts) -> None:
    judgement = judge(facts, AS_OF)
    for section in judgement.sections:
        told = section_sum(section, facts.policy)
        assert shown_score(told) == section.score
        total = part(told, "The sum").total
        if section.score is None:
            assert "no score" in total
        else:
            above, below = map(int, re.findall(r"^(\d+) of (\d+) = ", total)[0])
            assert Fraction(above, below) == section.score
            assert total.endswith(f"rounded down: {section.percent}%")
        left = [one for one in section.standings if not one.in_sum]
        assert len(part(told, "The sum").rows) + len(left) == len(section.standings)
        if left:
            assert len(part(told, "Left out of the sum").lines) == len(left)


@given(reviews_of())
def test_the_headline_is_the_lowest_of_the_rows(facts: Facts) -> None:
    judgement = judge(facts, AS_OF)
    told = headline_sum(judgement, facts.policy)
    rows = part(told, "The scores").rows
    scores = [Fraction(int(points), int(most)) for _, _, points, most, _ in rows if most != "0"]
    assert min(scores, default=None) == judgement.headline
    decided = re.findall(r"items (\d+) of (\d+) = ", part(told, "How much is assessed").lines[0])
    if judgement.assessed is None:
        assert not decided
    else:
        assert Fraction(int(decided[0][0]), int(decided[0][1])) == judgement.assessed


@given(reviews_of())
def test_the_points_that_are_missing_are_the_fewest_that_reach_the_floor(facts: Facts) -> None:
    for section in judge(facts, AS_OF).sections:
        weight = sum(one.item.weight for one in section.standings if one.in_sum)
        for floor in (DEFAULT_POLICY.section_floor, DEFAULT_POLICY.section_go):
            if weight:
                assert Fraction(needed(weight, floor), 2 * weight) * 100 >= floor
                assert Fraction(needed(weight, floor) - 1, 2 * weight) * 100 < floor


def worked() -> Section:
    return sums(
        make_standing(make_item("A", BLOCKER), 2),
        replace(make_standing(make_item("B", MAJOR), 1), vote=2),
        make_standing(make_item("C", MINOR), None),
        make_standing(make_item("D", MAJOR), None, applicable=False),
        make_standing(make_item("E", MINOR, weight=0), 2),
    )


def test_the_worked_example_says_why_each_item_counts_what_it_counts() -> None:
    told = section_sum(worked(), DEFAULT_POLICY)
    assert part(told, "The sum").total == "8 of 12 = 66.66%, shown rounded down: 66%"
    assert [(row[0][0], row[3], row[5]) for row in part(told, "The sum").rows] == [
        ("B", "2", "voted 2, only claimed"),
        ("C", "0", "undecided"),
        ("A", "6", "evidenced"),
    ]
    assert [line.rpartition(": ")[2] for line in part(told, "Left out of the sum").lines] == [
        "not applicable",
        "weight 0, for information",
    ]
    assert "below 80% is a condition: 2 more of the 12 are needed" in part(told, "What is missing").lines
    assert "below 60% holds the release back: reached" in part(told, "What is missing").lines
