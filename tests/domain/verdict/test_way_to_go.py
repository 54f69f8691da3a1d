"""What would flip it: the fewest changes, never one more, checked against every smaller set."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given, settings

from readiness_tui.domain.checklists.assessment import Assurance, Dossier, Standing
from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.incidents.model import Sev
from readiness_tui.domain.verdict.gap import StoredCondition
from readiness_tui.domain.verdict.gaps import find_gaps, gap_keys
from readiness_tui.domain.verdict.judge import all_standings, judge
from readiness_tui.domain.verdict.model import Facts, Judgement, Part, Verdict
from readiness_tui.domain.verdict.ruling import Ruling, rule
from tests.domain.build import (
    AS_OF,
    BLOCKER,
    MAJOR,
    MINOR,
    YESTERDAY,
    make_checklist,
    make_facts,
    make_gap,
    make_incident,
    make_item,
    make_na,
    make_outcome,
    make_review,
    make_row,
    make_rule,
    make_waiver,
    met,
    scored,
)
from tests.domain.strategies import IDS, reviews_of


def keys(judgement: Judgement) -> list[str]:
    return [flip.key for flip in judgement.flips]


def test_a_go_has_nothing_to_flip():
    one = judge(make_facts(met()), AS_OF)
    assert (one.flips, one.flips_to, one.after_flips) == ((), None, 0)


def test_forced_changes_of_every_part():
    failing = make_row(make_rule("citation_accuracy", 0.9), Result.FAIL, k=35)
    facts = make_facts(
        make_checklist(make_item("REL-02"), *[make_item(f"REL-1{n}") for n in range(9)]),
        met(*[BLOCKER] * 9),
        points={"REL-02": None, "REL-10": 1},
        gate=make_outcome(failing, high_risk=("a", "b"), unreviewed=("a",), registered=False),
        incidents=(make_incident(7, Sev.SEV1),),
        gaps=[make_gap("gate/citation_accuracy", owner="ben", due=AS_OF)],
    )
    one = judge(facts, AS_OF)
    assert keys(one) == ["gate/citation_accuracy", "gate/high-risk", "incident/7", "item/reliability/REL-02"]
    assert (one.flips_to, one.after_flips) == (Verdict.CONDITIONS, 2)  # the partial blocker, and the lock
    row, label, incident, item = one.flips
    assert (row.text, row.owner, row.due) == ("make citation accuracy pass", "ben", AS_OF)
    assert row.cause == "Citation accuracy fails: 35 of 40, needs ≥ 0.90"
    assert label.cause == "1 of 2 high-risk cases has no human review"
    assert incident.text == "close the incident INC-7: set when it was resolved, and close its note"
    assert incident.cause == "INC-7 is an open sev1: Refund loop"
    assert (item.item_id, item.owner, item.due) == ("REL-02", "", None)
    assert item.cause == "Blocker REL-02 is undecided: Title of REL-02"


def test_the_heaviest_items_lift_a_section():
    items = [make_item("A", MINOR), make_item("B", MAJOR), make_item("C", MINOR), make_item("D", MINOR)]
    facts = make_facts(make_checklist(*items), points=dict.fromkeys("ABCD", 0))
    one = judge(facts, AS_OF)  # 0 of 10; 60 % is 6: B and any one minor
    assert keys(one) == ["item/reliability/B", "item/reliability/A"]
    assert one.flips[1].cause == "Reliability scores 0%, needs 60%"


def test_an_undecided_item_that_serves_section_and_assessed_share_is_chosen_over_a_decided_one():
    items = [make_item(f"I{n}", MINOR) for n in range(5)]
    facts = make_facts(make_checklist(*items), points={"I0": 0, "I1": 0, "I2": 0, "I3": None})
    one = judge(facts, AS_OF)  # 1 of 5 met: two more for 60 %, and I3 for the assessed share
    assert keys(one) == ["item/reliability/I0", "item/reliability/I3"]
    assert one.flips_to is Verdict.CONDITIONS


def test_from_conditions_to_go_everything_goes():
    facts = make_facts(
        make_checklist(
            make_item("REL-01"), make_item("REL-02"), make_item("REL-05", MAJOR), make_item("REL-06", MINOR)
        ),
        points={"REL-02": 1, "REL-05": 2, "REL-06": 0},
        gate=make_outcome(registered=False),
        incidents=(make_incident(7),),
    )
    one = judge(facts, AS_OF)
    assert keys(one) == ["item/reliability/REL-02", "gate/lock", "incident/7"]
    assert (one.flips_to, one.after_flips) == (Verdict.GO, 0)


def test_never_a_waiver():
    item = make_item("REL-02")
    facts = make_facts(make_checklist(item), dossiers=[scored(item, 0, waiver=make_waiver(YESTERDAY))])
    assert keys(judge(facts, AS_OF)) == ["item/reliability/REL-02"]


def broken(*rows: StoredCondition, points: dict[str, int | None], **changes: Any) -> Judgement:
    checklist = make_checklist(*[make_item(f"I{n}", MAJOR) for n in range(10)])
    return judge(make_facts(checklist, points=points, conditions=rows, **changes), AS_OF)


def test_a_broken_promise_is_renewed_unless_keeping_it_is_less_work():
    one = broken(StoredCondition("item/reliability/I0", "", AS_OF), points={"I0": 1})
    assert (keys(one), one.flips_to) == (["condition/item/reliability/I0/owner"], Verdict.CONDITIONS)
    assert one.flips[0].text == "name an owner: I0 is partly met: Title of I0"
    both = broken(StoredCondition("item/reliability/I0", "", YESTERDAY), points={"I0": 1})
    assert (keys(both), both.flips_to) == (["item/reliability/I0"], Verdict.GO)


def test_a_section_that_would_stop_at_an_overdue_condition_counts_that_too():
    row = StoredCondition("section/reliability", "dan", YESTERDAY)
    low: dict[str, int | None] = {f"I{n}": 0 for n in range(5)}  # 50 %: one item to 60 %, three to 80 %
    one = broken(row, points=low)
    assert keys(one) == ["condition/section/reliability/due", "item/reliability/I0"]
    assert one.flips_to is Verdict.CONDITIONS


def test_a_not_applicable_that_waits_is_confirmed():
    item = make_item("REL-02")
    waiting = Dossier(item, "reliability", votes=(make_na(),))
    checklist = make_checklist(item, *[make_item(f"REL-1{n}") for n in range(9)])
    one = judge(make_facts(checklist, dossiers=[waiting]), AS_OF)
    assert (keys(one), one.flips_to) == (["confirm/item/reliability/REL-02"], Verdict.GO)
    lone = judge(make_facts(checklist, dossiers=[waiting], review=make_review(reviewers=("ana",))), AS_OF)
    assert (lone.verdict, keys(lone)) == (Verdict.GO, [])


def test_confirming_is_passed_over_where_meeting_the_item_saves_a_change():
    waiting, low, high = make_item("A"), make_item("B", MINOR), make_item("C", MAJOR)
    facts = make_facts(
        make_checklist(waiting, low, high),
        met(*[BLOCKER] * 9),
        dossiers=[Dossier(waiting, "reliability", votes=(make_na(item_id="A"),))],
        points={"B": 0, "C": 1},
    )
    one = judge(facts, AS_OF)  # without A: 2 of 6; with A met: 8 of 12
    assert (keys(one), one.flips_to) == (["item/reliability/A"], Verdict.CONDITIONS)


def test_nothing_can_be_flipped_where_nothing_applies():
    one = judge(make_facts(make_checklist(make_item("I", MAJOR, weight=0))), AS_OF)
    assert (one.verdict, one.flips, one.flips_to) == (Verdict.NO_GO, (), None)


def test_all_of_a_large_review_is_searched():
    """5 sections, 60 items undecided: blockers, then what the assessed share and the floors still need."""
    sections = [
        make_checklist(
            *(make_item(f"{name}{n}", (BLOCKER, MAJOR, MAJOR, MINOR)[n % 4]) for n in range(12)), id=f"section-{name}"
        )
        for name in "abcde"
    ]
    points = {item.id: None for section in sections for item in section.items}
    one = judge(make_facts(*sections, points=points), AS_OF)
    # weight 120, of which 90 % is 108: 15 blockers are 45, 30 majors 60, so 3 minors more
    assert len(one.flips) == 48
    assert one.flips_to is Verdict.CONDITIONS
    assert one.after_flips == 1


# --- against brute force


class Brute:
    """Every set of changes, smallest first, each judged anew."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.standings = all_standings(facts, AS_OF)
        self.found = find_gaps(facts, self.standings)
        self.gap_keys = gap_keys(facts, self.standings)
        self.now = self.ruled(())
        self.changes = dict(self._atoms())

    def ruled(self, changes: Any) -> Ruling:
        after = dict(self.standings)
        for item_id, one in self.standings.items():
            key = f"item/{one.checklist_id}/{item_id}"
            if key in changes:
                after[item_id] = Standing(one.item, one.checklist_id, 2, 2, Assurance.EVIDENCED)
            elif f"confirm/{key}" in changes:
                after[item_id] = Standing(one.item, one.checklist_id, None, None, None, applicable=False)
        return rule(self.facts, after, self.found, self.gap_keys, AS_OF, lifted=set(changes))

    def _atoms(self) -> Iterator[tuple[str, Severity]]:
        items: dict[str, Severity] = {}
        for item_id, one in self.standings.items():
            key = f"item/{one.checklist_id}/{item_id}"
            if one.in_sum and one.counts < 2:
                items[key] = one.item.severity
            if one.na_awaiting:
                items[f"confirm/{key}"] = one.item.severity
        yield from items.items()
        for size in range(len(items) + 1):
            for some in combinations(items, size):
                for cause in self.ruled(some).causes:
                    if (
                        cause.part is not Part.CHECKLISTS
                        or cause.key.startswith("condition/")
                        or cause.key == "evidence"
                    ):
                        yield cause.key, cause.severity

    def ranked(self, changes: Any) -> list[tuple[int, str]]:
        return sorted((self.changes[key].rank, key) for key in changes)

    def sets(self, size: int) -> Iterator[tuple[str, ...]]:
        return (some for some in combinations(self.changes, size) if self.reaches(some))

    def reaches(self, changes: Any) -> bool:
        clash = any(f"confirm/{key}" in changes for key in changes)  # met and not applicable at once
        return not clash and self.ruled(changes).verdict.rank < self.now.verdict.rank


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(reviews_of(IDS[:2] + IDS[3:5], owners=("ana",)))
def test_no_smaller_set_of_changes_does_it_and_none_as_small_comes_first(facts: Facts):
    brute = Brute(facts)
    one = judge(facts, AS_OF)
    if one.verdict is Verdict.GO:
        assert one.flips == ()
        return
    if one.flips_to is None:
        assert not brute.reaches(tuple(key for key in brute.changes if f"confirm/{key}" not in brute.changes))
        return
    chosen = tuple(keys(one))
    after = brute.ruled(chosen)
    assert (after.verdict, len(after.conditions)) == (one.flips_to, one.after_flips)
    assert one.flips_to.rank < one.verdict.rank
    smaller = chain.from_iterable(brute.sets(size) for size in range(len(chosen)))
    assert next(smaller, None) is None
    first = min(brute.sets(len(chosen)), key=brute.ranked)
    assert brute.ranked(chosen) == brute.ranked(first)
    assert [(flip.severity.rank, flip.key) for flip in one.flips] == brute.ranked(first)
