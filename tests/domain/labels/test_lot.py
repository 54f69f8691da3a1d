"""Which labels count: the lot's order, batches decided beforehand, skipped cases, high-risk cases in full."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from readiness_tui.domain.labels.lot import Batch, CountedLabels, alpha_of, counted, lot_order, next_size
from readiness_tui.domain.runs.model import Drawn, HumanLabel, HumanVerdict

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
KEYS = [f"c{i:02}" for i in range(30)]
ORDER = lot_order("lock", KEYS)
PASS = HumanLabel(HumanVerdict.PASS, "ana", AT + timedelta(hours=1), "", True, "answer", "faithfulness", Drawn.LOT)


def batch(number: int, size: int, hours: float = 0) -> Batch:
    return Batch("lock", "run", "faithfulness", number, size, "ana", AT + timedelta(hours=hours))


def count(
    given: dict[str, list[HumanLabel]],
    batches: list[Batch],
    risky: tuple[str, ...] = (),
    lock: str = "lock",
    among: list[str] = KEYS,
    graded: bool = False,
) -> CountedLabels:
    labels = {key: ("answer", given.get(key, [])) for key in KEYS}
    return counted(labels, risky, lock, batches, among, graded=graded)


def first(n: int, label: HumanLabel = PASS) -> dict[str, list[HumanLabel]]:
    return {key: [label] for key in ORDER[:n]}


def test_the_order_is_of_the_lock_and_no_one_elses_choice() -> None:
    assert lot_order("lock", reversed(KEYS)) == ORDER
    assert lot_order("another", KEYS) != ORDER
    assert sorted(ORDER) == KEYS
    assert lot_order("lock", [*KEYS[:10], *KEYS[20:]]) == tuple(key for key in ORDER if key not in KEYS[10:20])


def test_a_batch_counts_when_it_is_complete() -> None:
    found = count(first(10), [batch(1, 10)])
    assert [said.key for said in found.drawn] == list(ORDER[:10])
    assert (found.batches, found.waiting, found.left, found.every) == (1, (), 20, False)
    inside = count(first(9), [batch(1, 10)])
    assert (inside.drawn, inside.batches, inside.open_size, inside.waiting) == ((), 0, 10, (ORDER[9],))


def test_what_was_skipped_fails_once_the_next_batch_is_opened() -> None:
    given = first(10)
    del given[ORDER[3]]
    found = count(given, [batch(1, 10), batch(2, 5, hours=2)])
    assert found.batches == 1
    assert found.waiting == ORDER[10:15]
    assert [(said.human, said.decided) for said in found.drawn[2:5]] == [(1.0, True), (0.0, False), (1.0, True)]


def test_unsure_counts_as_fail_and_two_people_are_averaged() -> None:
    given = first(3)
    given[ORDER[0]] = [replace(PASS, verdict=HumanVerdict.UNSURE)]
    given[ORDER[1]] = [PASS, replace(PASS, reviewer="ben", verdict=HumanVerdict.FAIL)]
    given[ORDER[2]] = [PASS, replace(PASS, reviewer="ben")]
    found = count(given, [batch(1, 3)])
    assert [said.human for said in found.drawn] == [0.0, 0.5, 1.0]
    assert [said.decided for said in found.drawn] == [False, True, True]
    assert found.overlap == (1, 2)
    assert found.people == 2


@pytest.mark.parametrize(
    "label",
    [
        replace(PASS, blind=False),
        replace(PASS, answer="another"),
        replace(PASS, answer=None),
        replace(PASS, reviewer=" ? "),
        replace(PASS, reviewer="unknown"),
        replace(PASS, drawn=Drawn.OTHER),
        replace(PASS, drawn=Drawn.ALL),
        replace(PASS, at=AT - timedelta(minutes=1)),  # given before the batch was decided
        replace(PASS, at=None),
    ],
)
def test_a_label_that_is_not_blind_named_drawn_or_of_this_answer_does_not_count(label: HumanLabel) -> None:
    found = count(first(10, label), [batch(1, 10)])
    assert found.drawn == ()
    assert found.waiting == ORDER[:10]
    assert found.set_aside == 10


def test_high_risk_cases_are_not_drawn_and_all_of_them_are_labelled() -> None:
    risky = (KEYS[0], KEYS[1], KEYS[2])
    order = [key for key in ORDER if key not in risky]
    given = {key: [PASS] for key in order[:5]} | {KEYS[0]: [replace(PASS, drawn=Drawn.ALL)], KEYS[1]: [PASS]}
    found = count(given, [batch(1, 5)], risky)
    assert [said.key for said in found.drawn] == order[:5]
    assert [said.key for said in found.whole] == [KEYS[0], KEYS[1]]
    assert found.lacking == (KEYS[2],)


def test_all_labelled_needs_no_lot() -> None:
    found = count({key: [replace(PASS, drawn=Drawn.OTHER)] for key in KEYS}, [], lock="")
    assert found.every
    assert len(found.drawn) == 30


def test_a_slice_counts_what_the_lot_drew_of_it() -> None:
    found = count(first(12), [batch(1, 12)], among=KEYS[:15])
    assert [said.key for said in found.drawn] == [key for key in ORDER[:12] if key in KEYS[:15]]
    assert found.batches == 1


def test_without_a_batch_the_labels_count_up_to_the_first_gap() -> None:
    given = first(8) | {ORDER[9]: [PASS]}
    found = count(given, [])
    assert [said.key for said in found.drawn] == list(ORDER[:8])
    assert found.batches == 0
    assert count(given, [], lock="").drawn == ()


def test_on_a_graded_scale_only_values_count() -> None:
    given = first(4)
    given[ORDER[0]] = [replace(PASS, value=0.8)]
    given[ORDER[1]] = [replace(PASS, verdict=HumanVerdict.UNSURE)]
    found = count(given, [batch(1, 4)], graded=True)
    assert found.waiting == ORDER[2:4]
    closed = count(given, [batch(1, 4), batch(2, 1)], graded=True)
    assert [said.human for said in closed.drawn] == [0.8, 0.0, 0.0, 0.0]


def test_nothing_at_all_is_nothing() -> None:
    assert counted({}, (), "lock", [batch(1, 5)], [], graded=False).labels == 0
    assert count({}, []).labels == 0


def test_errors_of_all_looks_together_stay_below_five_percent() -> None:
    assert [alpha_of(number) for number in (0, 1, 2, 3)] == [0.025, 0.025, 0.0125, 0.00625]
    assert sum(alpha_of(number) for number in range(1, 60)) <= 0.05 + 1e-12
    assert [next_size(left) for left in (0, 12, 400)] == [0, 12, 50]


def test_who_is_unsure_fails_the_answer_whatever_value_stands_beside_it() -> None:
    given = first(4, replace(PASS, verdict=HumanVerdict.UNSURE, value=1.0))
    assert [said.human for said in count(given, [batch(1, 4)], graded=True).drawn] == [0.0] * 4


def test_a_batch_without_the_ones_before_it_is_none() -> None:
    assert count(first(10), [batch(7, 10)]).batches == 0
    found = count(first(10), [batch(1, 5), batch(3, 5)])
    assert (len(found.drawn), found.batches) == (5, 1)
