"""The tool's own figures beside ours."""

from __future__ import annotations

from readiness_tui.domain.runs.model import Case, Score
from readiness_tui.sources.kit.reported import ScoreTally


def _tally(*values: float) -> ScoreTally:
    tally = ScoreTally()
    for n, value in enumerate(values):
        tally.add(Case(str(n), scores={"m": Score(value)}))
    return tally


def test_a_difference_is_said_and_an_equal_figure_is_not():
    assert list(_tally(0.5, 1.0).against("f", "m", 0.75)) == []
    (warn,) = _tally(0.5, 1.0).against("f", "m", 0.7)
    assert warn.text == "f: the tool reports m 0.7; over the 2 cases that carry it, it is 0.75."


def test_finite_scores_whose_sum_is_not_finite_have_a_mean():
    assert _tally(1.5e308, 1.5e308).mean("m") == (1.5e308, 2)
