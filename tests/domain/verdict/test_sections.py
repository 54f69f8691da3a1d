"""Sums are exact, and only the display rounds, downwards."""

from __future__ import annotations

from fractions import Fraction

from readiness_tui.domain.checklists.assessment import Assurance, Standing
from readiness_tui.domain.checklists.model import Depth, Item
from readiness_tui.domain.verdict.model import Section
from readiness_tui.domain.verdict.sections import assessed, headline, mean, section
from tests.domain.build import BLOCKER, MAJOR, MINOR, make_checklist, make_item, make_standing

A, B, C = make_item("A", BLOCKER), make_item("B", MAJOR), make_item("C", MINOR)


def sums(*scored: tuple[Item, int | None] | Standing, id: str = "reliability", depth: Depth = Depth.COURSE) -> Section:
    standings = [one if isinstance(one, Standing) else make_standing(*one) for one in scored]
    checklist = make_checklist(*(one.item for one in standings), id=id)
    return section(checklist, depth, {one.item.id: one for one in standings})


def test_the_worked_example():
    one = sums((A, 2), (B, 1), (C, 0))
    assert one.score == Fraction(8, 12)
    assert one.percent == 66


def test_79_9_never_shows_as_80():
    items = [(make_item(f"I{n}", MINOR, weight=1), 2) for n in range(799)]
    one = sums(*items, (make_item("Z", MINOR, weight=201), 0))
    assert (one.score, one.percent) == (Fraction(799, 1000), 79)


def test_undecided_counts_0_and_stays_in_the_denominator():
    one = sums((A, 2), (B, None))
    assert (one.score, one.assessed, one.decided, one.total) == (Fraction(6, 10), Fraction(3, 5), 1, 2)


def test_not_applicable_and_informational_items_leave_both_sums():
    info = make_item("D", MINOR, weight=0)
    one = sums((A, 2), make_standing(B, None, applicable=False), (info, 0))
    assert (one.score, one.assessed, one.total) == (1, 1, 1)
    assert len(one.standings) == 3


def test_where_no_weighted_item_applies_the_score_is_undefined_and_constrains_nothing():
    empty = sums(make_standing(A, None, applicable=False), id="empty")
    full = sums((B, 1))
    assert (empty.score, empty.assessed, empty.percent) == (None, None, None)
    assert headline([empty, full]) == mean([empty, full]) == Fraction(1, 2)
    assert (headline([empty]), mean([empty]), assessed([empty])) == (None, None, None)


def test_headline_is_the_lowest_and_the_mean_is_over_sections():
    low, high = sums((A, 1), id="low"), sums((B, 2), (C, 2), id="high")
    assert headline([high, low]) == Fraction(1, 2)
    assert mean([high, low]) == Fraction(3, 4)


def test_assessed_is_over_all_sections_together():
    sections = [sums((A, None)), sums((B, 1), (C, 0), id="other")]
    assert assessed(sections) == Fraction(3, 6)


def test_course_depth_leaves_the_full_items_outside():
    deep = make_item("D", BLOCKER, depth=Depth.FULL)
    assert sums((A, 2), (deep, 0)).score == 1
    assert sums((A, 2), (deep, 0), depth=Depth.FULL).score == Fraction(1, 2)


def test_weights_may_be_overridden():
    assert sums((make_item("A", MINOR, weight=9), 2), (B, 0)).score == Fraction(9, 11)


def test_proven_items_are_counted():
    proven = Standing(A, "reliability", 2, 2, Assurance.PROVEN)
    assert sums(proven, (B, 2)).proven == 1
