"""Agreement of judge and people: against statsmodels and scikit-learn, and silent where n is too small."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa as oracle
from statsmodels.stats.proportion import proportion_confint

from readiness_tui.domain.labels.agreement import MIN_EACH, MIN_KAPPA, MIN_SHARE, Between, agreement, cohens_kappa

CELLS = st.lists(st.integers(0, 60), min_size=4, max_size=4)


def pairs(both_pass: int, judge_only: int, people_only: int, both_fail: int) -> list[tuple[str, bool, bool]]:
    cells = [(True, True)] * both_pass + [(True, False)] * judge_only
    cells += [(False, True)] * people_only + [(False, False)] * both_fail
    return [(f"c{n:03}", *cell) for n, cell in enumerate(cells)]


@settings(max_examples=40)
@given(st.integers(MIN_SHARE, 500), st.data())
def test_the_interval_is_the_two_sided_wilson_interval(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    found = agreement("", pairs(k, n - k, 0, 0))
    assert (found.low, found.high) == pytest.approx(proportion_confint(k, n, alpha=0.05, method="wilson"), abs=1e-9)


@settings(max_examples=40)
@given(CELLS)
def test_kappa_is_that_of_the_oracles_where_there_is_one(cells: list[int]) -> None:
    both_pass, judge_only, people_only, both_fail = cells
    found = cohens_kappa(*cells)
    n, judge, people = sum(cells), both_pass + judge_only, both_pass + people_only
    if n < MIN_KAPPA or min(judge, n - judge, people, n - people) < MIN_EACH:
        assert found is None
        return
    assert found is not None
    expected = oracle([[both_pass, judge_only], [people_only, both_fail]])
    assert found[0] == pytest.approx(expected.kappa, abs=1e-9)
    assert found[0] == pytest.approx(
        cohen_kappa_score([a for _, a, _ in pairs(*cells)], [b for _, _, b in pairs(*cells)]), abs=1e-9
    )
    assert found[1:] == pytest.approx((max(expected.kappa_low, -1), min(expected.kappa_upp, 1)), abs=1e-6)


@settings(max_examples=40)
@given(CELLS)
def test_every_case_is_in_one_cell_and_those_apart_are_named(cells: list[int]) -> None:
    made = agreement("faithfulness", pairs(*cells))
    assert (made.both_pass, made.judge_only, made.people_only, made.both_fail) == tuple(cells)
    assert len(made.apart) == made.n - made.agreed
    assert (made.share is None) == (made.n < MIN_SHARE)


def test_what_is_said() -> None:
    assert agreement("", []).text == "no case labelled blind carries its word"
    assert agreement("", pairs(2, 1, 0, 0)).text == "2 of 3 cases labelled blind agree; n too small"
    one_sided = agreement("", pairs(36, 4, 0, 0)).text
    assert one_sided.endswith("kappa: each verdict is needed 5 times from either side")
    full = agreement("context_recall", pairs(30, 2, 3, 15), unsure=2, split=1, unjudged=1, not_blind=1200)
    assert full.text == "45 of 50 cases labelled blind agree: 90% (95%: 78% to 95%); Cohen's kappa 0.78 (0.60 to 0.96)"
    assert full.label == "context recall"
    assert full.aside == (
        "2 unsure · 1 where people disagree · 1 without the judge's word · 1,200 not blind, not counted"
    )
    assert Between("ana", "ben", 8, 9, ("c3",)).text == "ana and ben agree on 8 of 9 cases; apart on c3"
