"""The coverage of every bound and the comparisons with other computations, as tables for a terminal or a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.coverage import INSIDE, PROMISE, CoverageFigures, Family, OracleCheck
from readiness_tui.domain.text.format import width

SCHEMA = 1
_SELDOM = 0.05  # of samples: where fewer have a bound, how often it holds is not said
_HEADS = ("Data", "Bound", "n", "Holds", "Two-sided", "Approx.", "Rare", "None", "Unsaid", "Region")
_ABOUT = {
    Family.RATE: "Summed exactly over every count that can come up.",
    Family.SHAPE: "The bound by betting, tried on a quarter of the samples. In clusters, n counts them.",
    Family.CLUSTER: "n counts clusters.",
    Family.CHANGE: "The bootstrap is the compare screen's, tried on a tenth of the samples.",
}


def statistics_text(figures: Sequence[CoverageFigures], checks: Sequence[OracleCheck], runs: int) -> str:
    """Everything: what follows first, then the tables."""
    return "\n".join(_lines(figures, checks, runs)) + "\n"


def statistics_object(figures: Sequence[CoverageFigures], checks: Sequence[OracleCheck], runs: int) -> dict[str, Any]:
    """`statistics --json`."""
    return {
        "schema": SCHEMA,
        "runs": runs,
        "coverage": [
            {
                "family": found.scene.family.value,
                "data": found.scene.name,
                "bound": found.scene.side.value,
                "n": found.n,
                "holds": found.covers,
                "two_sided_holds": found.both,
                "approximate": found.approximate,
                "rare": found.rare,
                "none": found.none,
                "misses_unsaid": found.unsaid,
                "inside": found.inside,
            }
            for found in figures
        ],
        "comparisons": [
            {
                "what": check.what,
                "source": check.source,
                "ours": list(check.ours),
                "theirs": None if check.theirs is None else list(check.theirs),
                "agrees": check.agrees,
            }
            for check in checks
        ],
    }


def _lines(figures: Sequence[CoverageFigures], checks: Sequence[OracleCheck], runs: int) -> Iterator[str]:
    yield from summary(figures, checks, runs)
    for family in Family:
        rows = [found for found in figures if found.scene.family is family]
        if rows:
            yield f"\n### {family.value}\n"
            if family in _ABOUT:
                yield f"{_ABOUT[family]}\n"
            yield from _table(_HEADS, [_row(found) for found in rows], text_columns={0, 1, 9})
    yield "\n### Beside other computations\n"
    yield from _table(
        ("What", "Held against", "Ours", "Theirs", ""), [_comparison(check) for check in checks], text_columns={0, 1, 4}
    )


def summary(figures: Sequence[CoverageFigures], checks: Sequence[OracleCheck], runs: int) -> Iterator[str]:
    """The answers first."""
    inside = [found for found in figures if found.inside and found.covers is not None]
    held = [check for check in checks if check.agrees is not None]
    agree = sum(1 for check in held if check.agrees)
    if inside:
        lowest = min(inside, key=lambda found: found.covers or 0.0)
        yield (
            f"- Inside the region ({len(inside)} of {len(figures)} rows: at least {INSIDE:.0%} of their samples have a"
            f" bound without a remark) the bounds hold in {_percent(lowest.covers)} % of samples or more, where 95 % is"
            f" what they say. The lowest: {lowest.scene.name}, n = {lowest.n}."
        )
    if figures:
        worst = max(figures, key=lambda found: found.unsaid)
        yield (
            f"- In every row, inside or outside, a bound without a remark misses in {_percent(worst.unsaid)} % of samples"
            f" or fewer ({PROMISE:.0%} is what we allow). The most: {worst.scene.name}, n = {worst.n}."
        )
    lacking = "" if len(held) == len(checks) else f"; {len(checks) - len(held)} more with statsmodels installed"
    yield f"- {agree} of {len(held)} comparisons with other computations agree{lacking}."
    yield f"- {runs:,} samples a row: a share near 95 % is known to ± {196 * (0.0475 / runs) ** 0.5:.1f} points."


def _row(found: CoverageFigures) -> list[str]:
    given = found.plain + found.approximate + found.rare
    holds = _percent(found.covers) if given >= _SELDOM else "—"
    return [
        found.scene.name,
        found.scene.side.value if found.covers is not None or found.both is None else "",
        f"{found.n:,}",
        holds,
        _percent(found.both),
        _percent(found.approximate),
        _percent(found.rare),
        _percent(found.none),
        _percent(found.unsaid),
        "inside" if found.inside else "",
    ]


def _comparison(check: OracleCheck) -> list[str]:
    theirs = "not installed" if check.theirs is None else _numbers(check.theirs, check.places)
    word = {None: "", True: "● agrees", False: "✗ differs"}[check.agrees]
    return [check.what, check.source, _numbers(check.ours, check.places), theirs, word]


def _numbers(values: Sequence[float], places: int) -> str:
    return " ".join(f"{value:.{places}f}" for value in values)


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.1f}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], text_columns: set[int]) -> Iterator[str]:
    """A markdown table that is aligned in a terminal too."""
    widths = [max(width(row[i]) for row in (heads, *rows)) for i in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell + " " * (widths[i] - width(cell)) if i in text_columns else " " * (widths[i] - width(cell)) + cell
            for i, cell in enumerate(cells)
        )
        return f"| {' | '.join(padded)} |"

    yield line(heads)
    rules = (f":{'-' * (size + 1)}" if i in text_columns else f"{'-' * (size + 1)}:" for i, size in enumerate(widths))
    yield f"|{'|'.join(rules)}|"
    for row in rows:
        yield line(row)
