"""pass^k: right k times out of k, against enumeration and simulation of the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.gate_result.model import Result
from readiness_tui.domain.intervals import wilson
from readiness_tui.domain.intervals.tries import all_pass, tries_rate
from readiness_tui.domain.metrics import NotComputable, Observed, RunData, all_metrics, observe
from readiness_tui.domain.metrics.rule import Confidence, Direction, Rule
from readiness_tui.domain.metrics.words import metric_label
from readiness_tui.domain.runs.model import Case, CaseStatus, EvalSet, GoldenCase, Measure, Provenance, Run, Score
from tests.domain.gate_result.small import row_of

UP = Direction.HIGHER
STATUS = {"+": CaseStatus.PASS, "-": CaseStatus.FAIL, "!": CaseStatus.ERROR, "?": CaseStatus.UNKNOWN}


def tried(*cases: str, extras: dict[tuple[int, int], dict[str, Any]] | None = None, id_: str = "now") -> RunData:
    """A run with a case for each word, a try for each of its signs: + passed, - failed, ! system error, ? not said."""
    made = [
        replace(Case(f"c{i}", repeat=n, status=STATUS[sign]), **(extras or {}).get((i, n), {}))
        for i, signs in enumerate(cases)
        for n, sign in enumerate(signs)
    ]
    return RunData(Run(id_, id_, "own"), tuple(made))


def found(data: RunData, k: int = 3) -> Observed:
    seen = observe("pass_all_k", data, k=k)
    assert isinstance(seen, Observed), seen
    return seen


def refused(data: RunData, k: int = 3) -> NotComputable:
    seen = observe("pass_all_k", data, k=k)
    assert isinstance(seen, NotComputable), seen
    return seen


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.integers(1, 8))
def test_of_a_case_it_is_the_share_of_subsets_that_all_pass(tries: list[bool], k: int) -> None:
    if k > len(tries):
        return
    subsets = list(combinations(tries, k))
    assert all_pass(sum(tries), len(tries), k) == Fraction(sum(map(all, subsets)), len(subsets))


def test_it_is_averaged_over_cases() -> None:
    seen = found(tried("+++++", "++++-", "+++--", "++---", "-----"))
    assert seen.per_case == {"c0": 1.0, "c1": 0.4, "c2": 0.1, "c3": 0.0, "c4": 0.0}
    assert seen.estimate.value == pytest.approx(0.3)
    assert seen.note == "5 tries of each case"
    assert found(tried("++-", "+++"), k=1).estimate.value == pytest.approx(5 / 6)  # the share of tries that pass
    assert found(tried("!++", "+++")).estimate.value == 0.5  # a system error is a try that failed


def test_the_first_tries_that_all_cases_have() -> None:
    seen = found(tried("+++---", "+++", "---+++"))
    assert seen.per_case == {"c0": 1.0, "c1": 1.0, "c2": 0.0}
    assert seen.note == "3 tries of each case; 6 further ones not counted, not all cases have them"
    why = refused(tried("+++", "++"))
    assert (why.used, why.total) == (1, 2)
    assert why.reason == "it takes 3 tries of each case; fewer have c1"
    assert "as k" in refused(tried("+++"), k=0).reason


def test_cached_tries_and_those_of_one_seed_are_one() -> None:
    cached = {"latency_ms": Measure(3.0, Provenance.CACHED)}
    again = {(0, n): cached for n in (1, 2)}
    assert "cached" in refused(tried("+++", "+++", extras=again)).reason
    enough = found(tried("+++-+", "+++++", extras=again))
    assert enough.per_case == {"c0": 0.0, "c1": 1.0}  # its own three tries are +, -, +
    assert enough.note.startswith("3 tries of each case; 2 cached or with the same seed not counted")

    def seeded(*seeds: object) -> dict[tuple[int, int], dict[str, Any]]:
        return {(0, n): {"extra": {"metadata": {"seed": seed}}} for n, seed in enumerate(seeds)}

    assert found(tried("+++", "+++", extras=seeded(1, 2, 3))).estimate.value == 1.0
    assert "the same seed" in refused(tried("+++", "+++", extras=seeded(7, 7, "7"))).reason
    assert found(tried("+++", "+++", extras=seeded(None, True, ""))).estimate.value == 1.0  # no seed is said


def test_a_case_that_does_not_say_is_missing_and_so_is_an_absent_one() -> None:
    seen = found(tried(*["+++"] * 38, "++?", "+++"))
    assert (seen.used, seen.total, seen.missing_ids) == (39, 40, ("c38",))
    assert seen.worst is not None
    assert seen.best is not None
    assert (seen.worst.value, seen.best.value) == (pytest.approx(39 / 40), 1.0)
    golden = EvalSet("g", "d", tuple(GoldenCase(f"c{i}", "?") for i in range(4)))
    data = tried("+++", "+++", "+++")
    lacks = found(replace(data, run=replace(data.run, dataset_digest="d"), golden=golden))
    assert (lacks.used, lacks.total, lacks.missing_ids) == (3, 4, ("c3",))
    assert "none of the 2 cases says" in refused(tried("+?+", "???")).reason


def test_a_score_of_task_success_says_it_before_the_status() -> None:
    cases = tuple(Case("c", repeat=n, status=CaseStatus.PASS, scores={"task_success": Score(0.0)}) for n in range(3))
    assert found(RunData(Run("r", "r", "own"), cases)).estimate.value == 0.0


def test_as_many_tries_as_have_to_pass_are_one_outcome_a_case() -> None:
    seen = found(tried(*["+++"] * 60, *["++-"] * 12))
    assert seen.estimate == wilson(60, 72)


def test_more_tries_tell_more_but_never_more_than_their_number() -> None:
    few, many = found(tried(*["+++"] * 60, *["++-"] * 12)), found(tried(*["+" * 8] * 60, *["+++++++-"] * 12))
    assert few.estimate.low is not None
    assert many.estimate.low is not None
    assert many.estimate.low > few.estimate.low
    alike = found(tried(*["++++-"] * 40))  # every case alike: one observation a case
    low, high = wilson(16, 40).low, wilson(16, 40).high
    assert low is not None
    assert high is not None
    assert alike.estimate.low == pytest.approx(low, abs=0.01)
    assert alike.estimate.high == pytest.approx(high, abs=0.01)


def test_cases_of_few_documents_have_no_bound() -> None:
    def documents(n: int) -> RunData:
        data = tried(*["++++-", "+++++", "+++--"] * 20)
        cases = (replace(case, extra={"document": f"d{int(case.id[1:]) % n}"}) for case in data.cases)
        return replace(data, cases=tuple(cases))

    assert found(documents(3)).estimate.low is None
    assert "too few independent sources" in found(documents(3)).estimate.note
    assert found(documents(20)).estimate.low is not None


@pytest.mark.parametrize(
    ("values", "note"),
    [([], "n too small"), ([Fraction(1, 3)], "too few independent sources"), ([Fraction(1, 3)] * 11, "too few")],
)
def test_no_bound_on_too_few(values: Sequence[Fraction], note: str) -> None:
    made = tries_rate(values, 3, 2)
    assert made.low is None
    assert made.note.startswith(note)


@pytest.mark.slow
@pytest.mark.parametrize(("tries", "k"), [(3, 3), (5, 3), (8, 3), (5, 1), (4, 2), (8, 8)])
@pytest.mark.parametrize("shape", [(9.0, 1.0), (2.0, 0.5), (0.5, 0.5)])
def test_the_bounds_hold_against_the_truth(tries: int, k: int, shape: tuple[float, float]) -> None:
    """72 cases, each with its own chance to pass (a beta distribution), whose k-th moment is the truth."""
    a, b = shape
    truth = float(np.prod([(a + i) / (a + b + i) for i in range(k)]))
    draw = np.random.default_rng(3)
    low = high = 0
    repeats = 2000
    for _ in range(repeats):
        passed = draw.binomial(tries, draw.beta(a, b, 72))
        made = tries_rate([all_pass(int(c), tries, k) for c in passed], tries, k)
        assert made.low is not None
        assert made.high is not None
        low += made.low <= truth
        high += made.high >= truth
    assert min(low, high) / repeats >= 0.92  # where k is all tries it is Wilson's own, which swings by two points


def test_in_a_gate() -> None:
    rule = Rule("pass_all_k", UP, 0.80, "share", k=3)
    data = tried(*["+++"] * 62, *["++-"] * 10)
    made = row_of(rule, data)
    assert (made.rule.key, metric_label(rule), made.result) == ("pass_all_k^3", "pass_all_3", Result.PASS)
    assert made.reason == "62 of 72, needs 58; 3 tries of each case"
    assert row_of(replace(rule, k=4), data).result is Result.MISSING
    assert row_of(replace(rule, confidence=Confidence.REQUIRED), data).result is Result.INCONCLUSIVE
    assert row_of(replace(rule, tolerate=0.75), data).result is Result.PASS
    drop = replace(rule, threshold=None, max_regression=0.05)
    base = tried(*["+++"] * 66, *["++-"] * 6, id_="base")
    lost = row_of(drop, data, base)
    assert (lost.result, lost.change) == (Result.FAIL, pytest.approx(-4 / 72))
    assert row_of(replace(drop, max_regression=0.06), data, base).result is Result.PASS


def test_without_a_rule_nobody_knows_k() -> None:
    shown = {metric.key: seen for rows in all_metrics(tried("+++")).values() for metric, seen in rows}
    why = shown["pass_all_k"]
    assert isinstance(why, NotComputable)
    assert why.reason == "how many tries have to pass is not said: the gate's rule names it, as k"
