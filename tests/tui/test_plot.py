"""Figures over time, drawn in characters."""

from __future__ import annotations

from rich.cells import cell_len

from readiness_tui.domain.compare.trend import MetricSeries
from readiness_tui.domain.metrics import METRICS
from readiness_tui.tui.screens.evals.plot_dialog import near_threshold, window
from readiness_tui.tui.widgets.plot import AXIS, Scale, Spot, columns, draw

SCALE = Scale("1.000", "0.000", "≥ 0.50")


def drawn(values: list[float | None], width: int = 32, height: int = 5, threshold: float | None = None) -> list[str]:
    return [row.plain for row in draw([Spot(value, "●") for value in values], width, height, SCALE, threshold)]


def test_points_stand_at_their_height_with_a_line_between_and_the_ends_are_named() -> None:
    rows = drawn([0.0, 1.0])
    assert [cell_len(row) for row in rows] == [32] * 5
    assert rows[0].endswith("●")
    assert rows[0].lstrip().startswith("1.000")
    assert rows[-1].lstrip().startswith("0.000▕●")
    assert all(any(0x2800 < ord(sign) <= 0x28FF for sign in row) for row in rows)


def test_a_gap_is_a_gap() -> None:
    rows = drawn([0.5, None, 0.5])
    line = next(row for row in rows if "●" in row)[AXIS + 1 :]
    assert line.strip("● ") == ""  # no line runs over the run that gives no figure
    assert line.count("●") == 2
    assert all(not row.strip() for row in drawn([None, None]))


def test_the_threshold_is_dashed_and_named_at_its_height() -> None:
    rows = drawn([0.8, 1.0], threshold=0.5)
    assert rows[-1].lstrip().startswith("≥ 0.50▕┄")
    assert not any("┄" in row for row in rows[:-1])


def test_every_run_has_a_column_of_its_own_and_more_than_fit_are_a_window_round_the_chosen_one() -> None:
    assert columns(1, 40) == [20]
    assert len(set(columns(40, 40))) == 40
    assert window(30, 3, 40) == (0, 30)
    assert window(100, 50, 40) == (30, 70)
    assert window(100, 99, 40) == (60, 100)


def test_a_threshold_far_from_the_line_is_not_drawn_so_that_the_line_is_no_flat_one() -> None:
    series = MetricSeries(METRICS[0], (None,), 0.8)
    assert near_threshold([Spot(0.7, "●"), Spot(0.9, "●")], series) == 0.8
    assert near_threshold([Spot(0.98, "●"), Spot(0.99, "●")], series) is None
    assert near_threshold([Spot(0.5, "●")], series) == 0.8  # one point has no line that could be flat
