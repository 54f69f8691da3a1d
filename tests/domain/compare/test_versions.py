"""Two versions against each other: the answer, where to look, slices, and what pairs with nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from readiness_tui.domain.compare.slices import by_slice
from readiness_tui.domain.compare.versions import Versions, compare_versions
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.runs.model import Case, CaseStatus, Chunk, EvalSet, GoldenCase, Run, Score

PASS, FAIL, ERROR = CaseStatus.PASS, CaseStatus.FAIL, CaseStatus.ERROR


def run(name: str, cases: Sequence[Case], golden: EvalSet | None = None) -> RunData:
    return RunData(Run(name, name, "test", pipeline_version=name), tuple(cases), golden)


def statuses(*found: CaseStatus, **changes: object) -> list[Case]:
    return [Case(f"c{i}", status=status, **changes) for i, status in enumerate(found)]  # type: ignore[arg-type]


def versions(ours: Sequence[Case], theirs: Sequence[Case], golden: EvalSet | None = None) -> Versions:
    return compare_versions([run("v4", ours, golden)], [run("v3", theirs, golden)])


def test_the_answer_says_what_moved_and_what_cannot_show() -> None:
    found = versions(statuses(*[PASS] * 37, FAIL, PASS, PASS), statuses(*[PASS] * 37, PASS, FAIL, FAIL))
    assert found.answer.startswith("Task success rate: 2 better, 1 worse of 40 shared cases: could be luck")
    assert found.least == "A drop of fewer than 6 cases (15 points) cannot show."
    assert found.scanned == "2 metrics looked at; none is beyond chance."  # the error rate is one, too


def test_cases_of_one_side_alone_are_named_and_no_shared_case_is_a_sentence() -> None:
    ours = [*statuses(PASS, PASS), Case("new", status=PASS)]
    theirs = [*statuses(PASS, FAIL), Case("old", status=PASS), Case("older", status=PASS)]
    found = versions(ours, theirs)
    assert (found.shared, found.new, found.removed) == (2, ("new",), ("old", "older"))
    nothing = versions([Case("a", status=PASS)], [Case("b", status=PASS)])
    assert nothing.rows == ()
    assert "share no case (1 case in the candidate alone, 1 in the baseline alone)" in nothing.answer
    assert nothing.least == ""
    assert compare_versions([], []).answer == "There is no candidate and baseline to compare."


def test_pairs_by_position_and_pairs_of_other_questions_are_warned_of() -> None:
    ours = [Case("1", id_from="position", question="How?", status=PASS), Case("2", question="Why not?", status=PASS)]
    theirs = [Case("1", id_from="position", question="HOW?", status=PASS), Case("2", question="Who?", status=FAIL)]
    remarks = " ".join(versions(ours, theirs).remarks)
    assert "1 case paired by position alone" in remarks
    assert "1 pair with another question on each side: 2." in remarks


def test_a_side_of_errors_only_is_compared_where_errors_count_and_named_where_they_do_not() -> None:
    errors = [replace(case, scores={}) for case in statuses(*[ERROR] * 8, error="timeout")]
    good = [replace(case, scores={"faithfulness": Score(0.9)}) for case in statuses(*[PASS] * 8)]
    found = versions(errors, good)
    assert found.answer.startswith("Task success rate: 0 better, 8 worse of 8 shared cases: worse, beyond chance")
    assert found.diagnoses["task_success_rate"] == "8 of 8 worse answers failed with an error: look at the errors first"
    assert "faithfulness" in [lone.metric.key for lone in found.unpaired]


@pytest.mark.parametrize(
    ("right", "said"),
    [
        (4, "4 of 5 worse answers have the right chunk retrieved: look at generation, not retrieval"),
        (
            1,
            "1 of 5 worse answers has the right chunk retrieved, 4 lost it since the baseline: look at retrieval first",
        ),
    ],
)
def test_where_to_look_is_what_most_of_the_worse_answers_show(right: int, said: str) -> None:
    golden = EvalSet("gold", "d", tuple(GoldenCase(f"c{i}", "?", expected_sources=("guide",)) for i in range(5)))
    hit, miss = (Chunk("1", source="guide"),), (Chunk("2", source="other"),)
    ours = [replace(case, chunks=hit if i < right else miss) for i, case in enumerate(statuses(*[FAIL] * 5))]
    # At right == 4 the fifth never had it, so that it was not lost.
    before = [hit if i < right or right == 1 else miss for i in range(5)]
    theirs = [replace(case, chunks=chunks) for case, chunks in zip(statuses(*[PASS] * 5), before, strict=True)]
    assert versions(ours, theirs, golden).diagnoses["task_success_rate"] == said
    assert "retrieval_hit_rate" not in versions(ours, theirs, golden).diagnoses  # it is retrieval itself


def test_few_worse_answers_are_counted_without_advice_and_without_gold_nothing_is_said() -> None:
    golden = EvalSet("gold", "d", (GoldenCase("c0", "?", expected_sources=("guide",)),))
    ours = [replace(case, chunks=(Chunk("1", source="guide"),)) for case in statuses(FAIL)]
    found = versions(ours, statuses(PASS), golden)
    assert found.diagnoses == {"task_success_rate": "1 of 1 worse answer has the right chunk retrieved"}
    assert versions(ours, statuses(PASS)).diagnoses == {}


# Slices


def tagged(status: CaseStatus, *tags: str, count: int, start: int) -> list[Case]:
    return [Case(f"c{start + i}", status=status, tags=tags) for i in range(count)]


def test_each_tag_is_a_slice_and_what_is_beyond_chance_survives_the_correction() -> None:
    ours = [*tagged(FAIL, "billing", count=12, start=0), *tagged(PASS, "api", "en", count=8, start=12),
            *tagged(FAIL, "rare", count=3, start=20), *tagged(PASS, count=2, start=23)]  # fmt: skip
    theirs = [replace(case, status=PASS) for case in ours]
    found = versions(ours, theirs)
    slices = by_slice(found.rows[0], found.candidate, found.baseline)
    assert [(part.tag, part.flips.shared, slices.word(part)) for part in slices.found] == [
        ("billing", 12, "worse"),
        ("api", 8, "no change"),
        ("en", 8, "no change"),
        ("rare", 3, "too few"),
    ]
    assert slices.found[0].p == 3 * found.rows[0].flips.p * 2 ** (15 - 12)  # three were tested: 3 · 2/2¹²
    assert slices.untagged == 2
    assert slices.text == (
        "4 slices looked at, 3 with enough cases to test; beyond chance after Holm's correction for all of them:"
        " billing (worse, p = 0.001)"
    )
    assert slices.why(slices.found[3]) == "too few to test: it needs 6 cases"


def test_one_of_many_slices_that_looks_beyond_chance_is_not_called_so() -> None:
    ours, theirs = [], []
    for tag in range(10):
        part = tagged(PASS, f"t{tag}", count=6, start=6 * tag)
        theirs += part
        ours += [replace(case, status=FAIL) for case in part] if tag == 0 else part
    found = versions(ours, theirs)
    assert found.rows[0].flips.distinguishable
    slices = by_slice(found.rows[0], found.candidate, found.baseline)
    worst = next(part for part in slices.found if part.tag == "t0")
    assert (worst.flips.p < 0.05, worst.distinguishable) == (True, False)
    assert slices.text.endswith("none is beyond chance after Holm's correction for all of them")


def test_a_slice_in_which_every_score_changed_alike_is_not_tested() -> None:
    theirs = [
        replace(case, scores={"faithfulness": Score(0.5 + i / 1000)})
        for i, case in enumerate(tagged(PASS, "a", count=30, start=0) + tagged(PASS, "b", count=29, start=30))
    ]
    ours = [replace(case, scores={"faithfulness": Score(0.5 + i / 1000 + 0.1)}) for i, case in enumerate(theirs)]
    found = versions(ours, theirs)
    row = found.row("faithfulness")
    assert row is not None
    slices = by_slice(row, found.candidate, found.baseline)
    assert [slices.why(part) for part in slices.found] == ["not tested", "too few to test: it needs 30 cases"]


def test_without_tags_there_is_no_slice() -> None:
    found = versions(statuses(PASS, FAIL), statuses(PASS, PASS))
    slices = by_slice(found.rows[0], found.candidate, found.baseline)
    assert slices.text == "no shared case has a tag, so there is no slice to look at"
