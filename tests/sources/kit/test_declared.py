"""Declared against found: what a file states of its own run, held against the cases that are in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.runs.model import Case, CaseStatus, Completeness, Run, Score, ScoreState
from readiness_tui.sources.kit.base import CaseRecord, Counted, DeclaredCount, DeclaredMean, RunChecked, RunStart, Warn
from readiness_tui.sources.kit.declared import checked

RUN = Run("r", "r", "tool")


def _cases(*scores: float | None, status: CaseStatus = CaseStatus.PASS):
    for n, value in enumerate(scores):
        score = Score(value) if value is not None else Score(None, ScoreState.JUDGE_ERROR)
        yield CaseRecord("r", Case(f"c{n}", status=status, scores={"tone": score}), "{}")


def _checked(*records):
    found = list(checked([RunStart(RUN), *records]))
    warned = [record.text for record in found if isinstance(record, Warn)]
    runs = [record.run for record in found if isinstance(record, RunChecked)]
    return warned, (runs or [RUN])[0]


def test_what_agrees_says_nothing():
    warned, run = _checked(
        *_cases(0.5, 1.0), DeclaredCount("r", Counted.CASES, 2, "f"), DeclaredMean("r", "tone", 0.75, "f")
    )
    assert (warned, run) == ([], RUN)


def test_fewer_cases_than_declared_make_the_run_partial():
    warned, run = _checked(DeclaredCount("r", Counted.CASES, 200, "log.json"), *_cases(1.0, 1.0))
    assert warned == ["log.json: it counts 200 cases, and 2 are in the file: the run is partial."]
    assert run.completeness is Completeness.PARTIAL
    assert run.declared_cases == 200


@pytest.mark.parametrize("what", [Counted.PASSED, Counted.FAILED, Counted.ERRORS])
def test_the_cases_that_a_partial_run_lacks_explain_its_counts(what):
    total = DeclaredCount("r", Counted.CASES, 10, "f")
    warned, run = _checked(*_cases(1.0, 1.0, 1.0, 1.0), DeclaredCount("r", what, 9, "f"), total)
    assert (run.completeness, run.declared_cases, run.disputed) == (Completeness.PARTIAL, 10, ())
    assert any(f"it counts 9 {what}" in text for text in warned)


def test_each_share_is_of_its_own_cases():
    total = DeclaredCount("r", Counted.CASES, 4, "f")
    _, run = _checked(*_cases(*[1.0] * 5), total, DeclaredCount("r", Counted.PASSED, 3, "f"))
    (figure,) = run.disputed
    assert (figure.declared, figure.found) == (0.75, 1.0)


def test_more_cases_than_declared_are_said():
    warned, run = _checked(*_cases(1.0, 1.0), DeclaredCount("r", Counted.CASES, 1, "f"))
    assert "more than it says" in warned[0]
    assert run.completeness is Completeness.COMPLETE


def test_an_errored_run_stays_errored():
    errored = Run("r", "r", "tool", completeness=Completeness.ERRORED)
    found = list(checked([RunStart(errored), DeclaredCount("r", Counted.CASES, 2, "f")]))
    assert [r.run.completeness for r in found if isinstance(r, RunChecked)] == [Completeness.ERRORED]


@pytest.mark.parametrize(
    ("what", "metric", "declared", "found"),
    [(Counted.PASSED, "task_success_rate", 0.0, 1.0), (Counted.FAILED, "task_success_rate", 1.0, 1.0)],
)
def test_counts_of_outcomes_are_shares_of_a_metric(what, metric, declared, found):
    warned, run = _checked(*_cases(1.0, 1.0), DeclaredCount("r", what, 0, "f"))
    if declared == found:
        assert warned == []
        return
    (one,) = run.disputed
    assert (one.metric, one.declared, one.found) == (metric, declared, found)


def test_errors_are_a_share_too():
    _, run = _checked(*_cases(None, None, status=CaseStatus.ERROR), DeclaredCount("r", Counted.ERRORS, 1, "f"))
    (one,) = run.disputed
    assert (one.metric, one.declared, one.found) == ("error_rate", 0.5, 1.0)


@pytest.mark.parametrize(
    ("written", "agrees"), [("0.67", True), ("0.7", True), ("0.66", False), ("", False), ("6.7e-1", True)]
)
def test_half_of_the_last_printed_digit_is_allowed(written, agrees):
    given_as = float(written) if written else 0.67
    warned, run = _checked(*_cases(0.0, 1.0, 1.0), DeclaredMean("r", "tone", given_as, "f", written=written))
    assert (warned == []) is agrees
    assert (run.disputed == ()) is agrees


def test_repeats_may_be_pooled_or_averaged_first():
    cases = [
        CaseRecord("r", Case(ident, repeat=repeat, scores={"tone": Score(value)}), "{}")
        for ident, repeat, value in (("a", 0, 1.0), ("a", 1, 1.0), ("a", 2, 1.0), ("b", 0, 0.0))
    ]
    for value in (0.5, 0.75):
        assert _checked(*cases, DeclaredMean("r", "tone", value, "f"))[0] == []
    assert _checked(*cases, DeclaredMean("r", "tone", 0.6, "f"))[1].disputed[0].found == 0.5


def test_the_tools_rule_explains_its_figure_and_another_does_not():
    rule = DeclaredMean("r", "tone", 0.5, "f", rule="the mean with errors as 0", rule_value=0.5)
    warned, run = _checked(*_cases(1.0, None), rule)
    assert warned == [
        "f: the tool reports tone 0.5; over the 1 cases that carry it, it is 1. The tool's is the mean with errors as 0."
    ]
    assert run.disputed == ()
    other = DeclaredMean("r", "tone", 0.9, "f", rule="the mean with errors as 0", rule_value=0.5)
    warned, run = _checked(*_cases(1.0, None), other)
    assert "by its rule, the mean with errors as 0: 0.5" in warned[0]
    assert (run.disputed[0].declared, run.disputed[0].found) == (0.9, 1.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(0, 6))
def test_a_rounded_mean_of_the_cases_always_agrees(values, places):
    mean = sum(values) / len(values)
    written = f"{mean:.{places}f}"
    assert _checked(*_cases(*values), DeclaredMean("r", "tone", float(written), "f", written=written))[0] == []


def test_runs_are_told_apart():
    other = Run("s", "s", "tool")
    found = list(checked([RunStart(RUN), RunStart(other), *_cases(1.0), DeclaredCount("s", Counted.CASES, 1, "f")]))
    assert [record.run.id for record in found if isinstance(record, RunChecked)] == ["s"]


def test_a_mean_of_numbers_whose_sum_is_beyond_any_number_is_one_all_the_same():
    assert _checked(*_cases(1.5e308, 1.5e308), DeclaredMean("r", "tone", 1.5e308, "f"))[0] == []
