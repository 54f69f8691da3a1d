"""What docs/statistics.md publishes is current, and keeps the two promises that it makes."""

from __future__ import annotations

import re
import runpy
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from benchmarks.coverage import (
    INSIDE,
    PROMISE,
    RUNS,
    CoverageFigures,
    Family,
    OracleCheck,
    Scene,
    cells,
    oracles,
    simulate,
)
from benchmarks.coverage.report import statistics_object, statistics_text
from scipy import stats

from readiness_tui.domain.intervals import MAX_ERROR, wilson

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "statistics.md").read_text(encoding="utf-8")
LEAST = 0.93  # of bounds that say 95 %, inside the region
GRID = list(cells())
_TABLE = PAGE.partition("### Beside other computations")[2]
COMPARED = re.findall(r"^\| (.+?) +\| (.+?) +\| .+ \| (\S.*|) +\|$", _TABLE, re.MULTILINE)[1:]  # without its head


@dataclass(frozen=True)
class Row:
    holds: float | None
    both: float | None
    approximate: float
    rare: float
    none: float
    unsaid: float
    inside: bool


def published() -> dict[tuple[str, str, int], Row]:
    """The tables of the page, by family, data and n; shares as fractions."""
    found, family = {}, ""
    for line in PAGE.splitlines():
        if line.startswith("### "):
            family = line.removeprefix("### ")
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if family in set(Family) and len(cells) == 10 and cells[2].replace(",", "").isdigit():
            shares = [None if cell == "—" else float(cell) / 100 for cell in cells[3:9]]
            row = Row(*shares, cells[9] == "inside")  # type: ignore[arg-type]
            found[family, cells[0], int(cells[2].replace(",", ""))] = row
    return found


PUBLISHED = published()


def key(scene: Scene, n: int) -> tuple[str, str, int]:
    return scene.family.value, scene.name, n


def small(families: set[Family], most: int) -> list[tuple[Scene, int]]:
    return [(scene, n) for scene, n in GRID if scene.family in families and n <= most and scene.thin == 1]


def named(cell: object) -> str:
    return f"{cell.family} {cell.name}" if isinstance(cell, Scene) else str(cell)


def test_the_page_explains_what_the_program_does() -> None:
    assert PAGE.startswith(runpy.run_path(str(DOCS / "make_statistics.py"))["HEAD"]), "run docs/make_statistics.py"


def test_the_page_has_every_row_of_the_grid() -> None:
    assert list(PUBLISHED) == [key(scene, n) for scene, n in GRID]


def test_inside_the_region_95_percent_is_at_least_93() -> None:
    inside = {key: row for key, row in PUBLISHED.items() if row.inside}
    said_of_all = {Family.MEAN.value, Family.RATIO.value, Family.CLUSTER.value}  # that a rare fault may not show
    assert {family for family, _, _ in inside} == {family.value for family in Family} - said_of_all
    for key, row in PUBLISHED.items():
        assert key[0] not in said_of_all or row.rare + row.approximate + row.none == pytest.approx(1, abs=0.002), key
    assert {key: row.holds for key, row in inside.items() if not (row.holds and row.holds >= LEAST)} == {}


MIXED = (
    "2 % broken", "1 % broken", "2 % in a loop", "1 % in a loop", "always wrong", "broken document", "slow document",
    "single cases", "one large source", "unnamed", "answers break",
)  # fmt: skip


@pytest.mark.parametrize("words", MIXED)
def test_what_would_fool_a_bound_is_on_the_grid_and_said(words: str) -> None:
    """Rare faults, broken documents, singletons, large sources and unnamed clusters: no remark only where 93 % hold."""
    rows = {key: row for key, row in PUBLISHED.items() if words in key[1]}
    assert len(rows) >= 3
    for key, row in rows.items():
        plain = 1 - row.approximate - row.rare - row.none
        assert row.unsaid <= (1 - LEAST) * max(plain, 0) + 0.002, key


def test_t_on_rare_faults_needs_its_remark() -> None:
    """The grid bites: without the remark these bounds would be far from 95 %."""
    fooled = [row.holds for key, row in PUBLISHED.items() if "% broken" in key[1] and key[0] == Family.MEAN.value]
    assert min(holds for holds in fooled if holds is not None) < 0.7
    shape = [row.holds for key, row in PUBLISHED.items() if key[0] == Family.SHAPE.value]
    assert min(holds for holds in shape if holds is not None) >= 0.95


def test_a_bound_without_a_remark_seldom_misses_anywhere() -> None:
    assert {key: row.unsaid for key, row in PUBLISHED.items() if row.unsaid > PROMISE} == {}


def agrees(found: CoverageFigures, row: Row, runs: int) -> None:
    """Within four and a half standard errors of the difference between two simulations, and the page's rounding."""

    def near(ours: float | None, theirs: float | None, of: float) -> None:
        if ours is not None and theirs is not None:
            p = min(max(theirs, 0.002), 0.998)
            error = (p * (1 - p) / max(of, 1e-3) * (1 / runs + 1 / RUNS)) ** 0.5
            assert ours == pytest.approx(theirs, abs=4.5 * error + 0.0006)

    near(found.covers, row.holds, 1 - row.none)
    near(found.both, row.both, 1 - row.none)
    near(found.approximate, row.approximate, 1)
    near(found.rare, row.rare, 1)
    near(found.unsaid, row.unsaid, 1)


@pytest.mark.parametrize(("scene", "n"), small({Family.RATE}, 300), ids=named)
def test_rates_are_published_exactly(scene: Scene, n: int) -> None:
    found, row = simulate(scene, n), PUBLISHED[key(scene, n)]
    assert found.covers is not None
    assert (found.unsaid, found.approximate) == pytest.approx((row.unsaid, row.approximate), abs=0.0006)
    assert found.inside is row.inside
    assert not found.inside or found.covers >= LEAST


FEW = [
    (Family.MEAN, "even scores: Beta(5, 5)", 30),
    (Family.MEAN, "faithfulness: Beta(8, 1)", 50),
    (Family.CLUSTER, "80 % right, clusters of 6, little alike", 12),
    (Family.SHAPE, "high scores, 2 % broken", 72),
    (Family.QUANTILE, "p95: log-normal, σ 1", 59),
    (Family.RATIO, "costs alike, half right", 100),
    (Family.CHANGE, "scores: Beta(8, 2) − Beta(7, 2)", 30),
]


@pytest.mark.parametrize(
    ("scene", "n"), [cell for cell in GRID if key(*cell) in {(f.value, d, n) for f, d, n in FEW}], ids=named
)
def test_a_few_rows_come_out_again(scene: Scene, n: int) -> None:
    agrees(simulate(scene, n, 1000), PUBLISHED[key(scene, n)], 1000 // scene.thin)


@pytest.mark.slow
@pytest.mark.parametrize(("scene", "n"), [cell for cell in GRID if cell[0].rate is None], ids=named)
def test_every_row_comes_out_again(scene: Scene, n: int) -> None:
    runs = 1000 // scene.thin
    agrees(simulate(scene, n, 1000), PUBLISHED[key(scene, n)], runs)


def test_a_row_is_the_same_each_time_and_whatever_came_before() -> None:
    scene, n = GRID[-1]
    assert simulate(scene, n, 20) == simulate(scene, n, 20)


@pytest.mark.parametrize("n", [1, 2, 5, 12, 20, 30, 41, 71, 72, 100, 130, 1000])
def test_wilsons_error_is_the_binomial_tail_at_its_bound(n: int) -> None:
    """What the remark rests on; and so no true rate has more than 7 % of unsaid misses."""
    for k in range(n + 1):
        estimate = wilson(k, n)
        assert estimate.low is not None
        assert estimate.high is not None
        error = float(stats.binom.sf(k - 1, n, estimate.low)) if k else 0.0
        if abs(error - MAX_ERROR) > 1e-9:
            assert bool(estimate.low_doubt) == (error > MAX_ERROR), (k, n, error)
        assert bool(estimate.high_doubt) == bool(wilson(n - k, n).low_doubt)


def test_from_77_cases_on_a_high_rate_has_a_bound_without_a_remark() -> None:
    assert not any(wilson(k, n).low_doubt for n in (77, 78, 100, 101, 102, 500) for k in range(23, n + 1))
    assert wilson(76, 76).low_doubt
    assert wilson(22, 120).low_doubt


@cache
def compared() -> dict[tuple[str, str], OracleCheck]:
    """Computed where a test asks: not while tests are collected."""
    return {(check.what, check.source): check for check in oracles()}


def test_the_page_has_every_comparison() -> None:
    assert [(what, source) for what, source, _ in COMPARED] == list(compared())
    assert len(compared()) == len(list(oracles())) >= 13


@pytest.mark.parametrize(("what", "source", "word"), COMPARED, ids=lambda words: words)
def test_other_computations_agree(what: str, source: str, word: str) -> None:
    check = compared()[what, source]
    assert check.agrees is True, (check.ours, check.theirs)
    assert word == "● agrees"


def test_a_comparison_notices_a_difference() -> None:
    assert OracleCheck("x", "y", (0.1234, 2.0), (0.12344, 2.0), 4).agrees is True
    assert OracleCheck("x", "y", (0.1234, 2.0), (0.1235, 2.0), 4).agrees is False
    assert OracleCheck("x", "y", (0.1234,), None).agrees is None


def test_the_report_says_the_answers_first() -> None:
    scene, n = GRID[0]
    good = CoverageFigures(scene, n, 0.941, 0.95, 0.99, 0.01, 0.0, 0.058)
    poor = CoverageFigures(scene, n, 0.85, None, 0.02, 0.01, 0.01, 0.001)
    text = statistics_text([good, poor], [OracleCheck("x", "y", (1.0,), None)], 400)
    assert f"(1 of 2 rows: at least {INSIDE:.0%}" in text
    assert "94.1 % of samples or more" in text
    assert "misses in 5.8 % of samples or fewer" in text
    assert "0 of 0 comparisons with other computations agree; 1 more with statsmodels installed" in text
    assert "± 2.1 points" in text
    table = [line for line in text.splitlines() if line.startswith("| half right")]
    assert table[0].endswith("|  5.8 | inside |") or "5.8" in table[0]
    assert " — " in table[1]  # too few samples with a bound to say how often it holds
    found = statistics_object([good, poor], [], 400)
    assert [row["inside"] for row in found["coverage"]] == [True, False]
