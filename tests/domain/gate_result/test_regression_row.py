"""The candidate against its baseline: what is missing, what is certain without a bound, and what missing cases decide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.metrics import RunData
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule
from readiness_tui.domain.runs.model import Case, CaseStatus, Measure, Provenance, Run
from tests.domain.gate_result.small import row_of, scored

UP, DOWN = Direction.HIGHER, Direction.LOWER
DROP = Rule("faithfulness", UP, None, "score", max_regression=0.02)
LOST = Rule("task_success_rate", UP, None, "share", max_regression=0.02)
EFFECT = replace(DROP, max_regression=0.0, min_effect=0.02)


def faith(values: list[float | None], id_: str = "now", prefix: str = "c") -> RunData:
    return scored("faithfulness", values, id_, prefix)


def passed(values: list[float | None], id_: str = "now") -> RunData:
    return scored("task_success", values, id_)


# What is certain is certain without a bound


@pytest.mark.parametrize("n", [2, 12, 29, 30, 72])
def test_a_regression_alike_in_every_case_is_no_luck(n: int) -> None:
    """Each case lost a tenth: no bound exists (equal differences, or too few), and the point value decides."""
    made = row_of(EFFECT, faith([0.8] * n), faith([0.9] * n, "base"))
    assert made.result is Result.FAIL
    assert "luck" not in made.reason
    assert row_of(replace(EFFECT, min_effect=0.2), faith([0.8] * n), faith([0.9] * n, "base")).result is Result.PASS


def test_where_a_bound_exists_a_large_loss_may_still_be_luck() -> None:
    before = [0.6 + 0.001 * i for i in range(40)]
    noisy: list[float | None] = [value - 0.03 + 0.2 * (-1) ** i for i, value in enumerate(before)]
    made = row_of(EFFECT, faith(noisy), faith([*before], "base"))
    assert made.result is Result.INCONCLUSIVE
    assert made.reason.startswith("as large as the minimum effect of 0.020, and could be luck; drop 0.0")
    assert row_of(replace(EFFECT, min_effect=None), faith(noisy), faith([*before], "base")).result is Result.FAIL


def test_confidence_asks_for_a_bound_of_the_difference() -> None:
    strict = replace(DROP, confidence=Confidence.REQUIRED)
    made = row_of(strict, faith([0.9] * 20), faith([0.9] * 20, "base"))
    assert (made.result, made.reason.split(";")[0]) == (
        Result.INCONCLUSIVE,
        "no bound can be given (n too small), and one is asked for",
    )
    rate = replace(LOST, max_regression=0.05, confidence=Confidence.REQUIRED)
    few = row_of(rate, passed([1.0] * 20), passed([1.0] * 20, "base"))
    assert few.result is Result.INCONCLUSIVE
    assert few.reason.startswith("it could be as large as 0.1")
    assert row_of(strict, faith([0.8] * 20), faith([0.9] * 20, "base")).result is Result.FAIL


# A baseline that is not there


@pytest.mark.parametrize(
    ("carried", "result"), [(2, Result.MISSING), (94, Result.MISSING), (95, Result.PASS), (100, Result.PASS)]
)
def test_a_baseline_has_to_carry_the_metric_too(carried: int, result: Result) -> None:
    base: list[float | None] = [*[0.85] * carried, *[None] * (100 - carried)]
    made = row_of(DROP, faith([0.9] * 100), faith(base, "base"))
    assert made.result is result
    if result is Result.MISSING:
        assert f"{carried} of 100 cases of the baseline run base carry it" in made.reason


def test_a_baseline_without_its_worse_cases_is_missing() -> None:
    """The candidate fell by 0.4 on the twenty hard cases, of which the baseline keeps no score: the rest is even."""
    now: list[float | None] = [*[0.95] * 80, *[0.4] * 20]
    kept: list[float | None] = [*[0.95] * 80, *[0.8] * 20]
    assert row_of(DROP, faith(now), faith(kept, "base")).result is Result.FAIL
    assert row_of(DROP, faith(now), faith([*kept[:80], *[None] * 20], "base")).result is Result.MISSING


def test_new_cases_are_aside() -> None:
    """Four cases of an incident were added after the baseline's run: it need not have them."""
    made = row_of(DROP, faith([0.9] * 76), faith([0.9] * 72, "base"))
    assert (made.result, made.used) == (Result.PASS, 72)
    assert "4 unmatched: c72, c73, c74, c75" in made.reason


def test_each_side_may_lack_a_few_and_both_together_too_many() -> None:
    now: list[float | None] = [*[0.9] * 96, *[None] * 4]
    before: list[float | None] = [*[None] * 4, *[0.9] * 96]
    made = row_of(DROP, faith(now), faith(before, "base"))
    assert made.result is Result.MISSING
    assert made.reason.startswith("92 of 100 cases that both runs have carry it (92 %)")


# Cases that are missing decide


def test_missing_cases_at_their_worst_may_exceed_the_margin() -> None:
    """98 of 100 alike; the two that the candidate lacks could have cost two of a hundred answers."""
    now: list[float | None] = [*[1.0] * 98, None, None]
    before: list[float | None] = [1.0] * 100
    assert row_of(LOST, passed(now), passed(before, "base")).result is Result.PASS  # 0.02 at worst, which is allowed
    tight = replace(LOST, max_regression=0.01)
    made = row_of(tight, passed(now), passed(before, "base"))
    assert (made.result, made.by_missing) == (Result.INCONCLUSIVE, True)
    assert made.reason.startswith("decided by missing cases: 0.020 at their worst; drop 0.000")
    assert row_of(replace(tight, min_effect=0.05), passed(now), passed(before, "base")).result is Result.PASS
    rose: list[float | None] = [*[0.0] * 10, *[1.0] * 90]
    assert row_of(tight, passed(now), passed(rose, "base")).result is Result.PASS  # ten better outweigh them


def test_what_the_baseline_lacks_counts_as_its_best() -> None:
    tight = replace(LOST, max_regression=0.0)
    lacks: list[float | None] = [None, *[1.0] * 49]
    assert row_of(tight, passed([1.0] * 50), passed(lacks, "base")).result is Result.PASS  # the best is 1, as it is now
    failed: list[float | None] = [0.0, *[1.0] * 49]
    assert row_of(tight, passed(failed), passed(lacks, "base")).result is Result.INCONCLUSIVE


def timed(values: list[float | None], id_: str = "now") -> RunData:
    cases = (
        Case(f"c{i}", latency_ms=Measure() if v is None else Measure(v, Provenance.MEASURED))
        for i, v in enumerate(values)
    )
    return RunData(Run(id_, id_, "own"), tuple(cases))


def test_of_a_quantile_the_missing_rank_above_all() -> None:
    rule = Rule("latency_p95_ms", DOWN, None, "ms", max_regression=100)
    base = [1000.0 + i for i in range(100)]
    lacking: list[float | None] = [*base[:97], None, None, None]
    assert row_of(rule, timed(lacking), timed([*base], "base")).result is Result.PASS  # the 95th is measured: 1094
    slow: list[float | None] = [*base[:93], *[1250.0] * 4, None, None, None]
    made = row_of(rule, timed(slow), timed([*base], "base"))
    assert (made.result, made.by_missing) == (Result.INCONCLUSIVE, True)  # of all hundred, the 95th took 1250
    assert made.reason.startswith("decided by missing cases: 156 at their worst; rise 0 over 97 shared cases")


# Pass or fail: which cases flipped


def test_flips_stand_beside_the_rate() -> None:
    now: list[float | None] = [*[0.0] * 5, *[1.0] * 67]
    made = row_of(replace(LOST, max_regression=0.1), passed(now), passed([1.0] * 72, "base"))
    assert made.remarks == (
        "0 better, 5 worse of 72 shared cases: could be luck (p = 0.063; it needs 6 flips one way)",
    )
    now[5] = 0.0
    made = row_of(replace(LOST, max_regression=0.1), passed(now), passed([1.0] * 72, "base"))
    assert made.remarks[0].endswith("6 worse of 72 shared cases: worse, beyond chance (p = 0.031)")


def test_repeats_go_by_majority_and_ties_are_dropped_and_counted() -> None:
    def tried(id_: str, *tries: str) -> RunData:
        cases = [
            Case(f"c{i}", repeat=n, scores=passed([float(sign == "+")]).cases[0].scores)
            for i, signs in enumerate(tries)
            for n, sign in enumerate(signs)
        ]
        return RunData(Run(id_, id_, "own"), tuple(cases))

    now = tried("now", *["++-+"] * 10, "+-+-", "--+-")
    made = row_of(replace(LOST, max_regression=0.5), now, tried("base", *["++++"] * 12))
    assert made.remarks == (
        "0 better, 1 worse of 12 shared cases: could be luck (p = 1.00; it needs 6 flips one way); "
        "1 case with tied repeats left out",
    )


# A cost that is missing


def priced(costs: list[float | None], id_: str = "now") -> RunData:
    cases = (
        Case(f"c{i}", status=CaseStatus.PASS, cost=Measure() if v is None else Measure(v, Provenance.MEASURED))
        for i, v in enumerate(costs)
    )
    return RunData(Run(id_, id_, "own"), tuple(cases))


def test_a_cost_that_the_candidate_lacks_has_no_limit_and_one_of_the_baseline_was_free() -> None:
    rule = Rule("cost_per_success", DOWN, None, "USD", max_regression=0.011)
    full: list[float | None] = [0.5 + 0.001 * (i % 7) for i in range(50)]
    lacks = [None, *full[1:]]
    made = row_of(rule, priced(lacks), priced(full, "base"))
    assert (made.result, made.by_missing) == (Result.INCONCLUSIVE, True)
    assert "without limit at their worst" in made.reason
    assert row_of(rule, priced(full), priced(lacks, "base")).result is Result.PASS  # a fiftieth of 0.5 is 0.01
    tight = row_of(replace(rule, max_regression=0.009), priced(full), priced(lacks, "base"))
    assert tight.result is Result.INCONCLUSIVE
