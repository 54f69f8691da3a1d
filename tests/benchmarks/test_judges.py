"""docs/judges.md is current, and its limit holds when some of it is simulated anew."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from benchmarks.judges import CELLS, LIMIT, LOOKS, REPEATS, Cell, Look, example, false_holds
from docs.make_judges import HEAD, TARGET

PAGE = TARGET.read_text(encoding="utf-8")


def published() -> dict[tuple[Cell, Look], float]:
    """The tables of the page; shares as fractions."""
    found: dict[tuple[Cell, Look], float] = {}
    look, judges = Look.ONCE, list[tuple[float, float]]()
    for line in PAGE.splitlines():
        if line.startswith("### "):
            look = next((one for one in LOOKS if one[1:] == line[5:]), look)
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == "truth":
            judges = [(float(se), float(sp)) for se, sp in (cell.split(" / ") for cell in cells[3:])]
        if re.fullmatch(r"0\.\d\d", cells[0]) and len(cells) == 3 + len(judges):
            n = int(cells[1])
            labels = n if cells[2] == "all" else int(cells[2].split()[0])
            for judge, share in zip(judges, cells[3:], strict=True):
                found[Cell(float(cells[0]), *judge, labels, n), look] = float(share) / 100
    return found


def test_the_page_has_every_cell_and_none_above_the_limit() -> None:
    found = published()
    assert set(found) == {(cell, look) for cell in CELLS for look in LOOKS}
    assert max(found.values()) <= LIMIT
    assert PAGE.startswith(HEAD)
    assert f"{REPEATS:,} samples" in PAGE


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS)
def test_the_limit_holds_in_a_new_simulation(look: Look) -> None:
    """Every third cell with fewer samples: none above the limit by more than three standard errors, and as published."""
    repeats, found = 4000, published()
    for cell in CELLS[::3]:
        share = false_holds(cell, look, repeats)
        assert share <= LIMIT + 3 * (0.055 / repeats) ** 0.5
        assert share == pytest.approx(found[cell, look], abs=0.0006 + 4 * (0.05 / repeats) ** 0.5)


@pytest.mark.slow
def test_the_judge_alone_is_taken_for_truth_in_half_of_the_samples_and_corrected_in_none() -> None:
    found = example(5000)
    assert found.judge > 0.5
    assert found.corrected < 0.02
    assert Path(TARGET).name == "judges.md"
