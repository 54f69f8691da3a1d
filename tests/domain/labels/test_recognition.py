"""How well a judge tells good from bad, and what is said where too little was seen."""

from __future__ import annotations

import pytest
from statsmodels.stats.proportion import proportion_confint

from readiness_tui.domain.labels.recognition import Recognition, ToldApart, recognition


def test_both_figures_with_exact_intervals() -> None:
    found = recognition([(1.0, 1.0)] * 32 + [(0.0, 0.0)] * 11 + [(0.0, 1.0)] * 7)
    assert found.text == "recognises good answers 32 of 32, bad ones 11 of 18"
    assert found.bad.interval == pytest.approx(proportion_confint(11, 18, method="beta"))
    assert not found.chance


def test_below_ten_the_share_is_not_known() -> None:
    found = recognition([(1.0, 1.0)] * 18 + [(0.0, 1.0)] * 2)
    assert found.text == "recognises good answers 18 of 18 · bad answers: not known, 2 seen"
    assert found.bad.share is None
    assert found.bad.interval is None
    assert Recognition().text == "good answers: not known, 0 seen · bad answers: not known, 0 seen"


def test_one_class_alone_says_nothing_of_chance() -> None:
    assert not recognition([(1.0, 0.0)] * 20).chance
    assert recognition([(1.0, 1.0), (0.0, 1.0)]).chance  # it passes everything
    assert recognition([(1.0, 0.0), (0.0, 1.0)]).chance  # it says the opposite


def test_where_people_disagree_neither_is_right() -> None:
    assert recognition([(0.5, 1.0), (1.0, 0.5)]) == Recognition(ToldApart(1, 1), ToldApart(0, 0))
