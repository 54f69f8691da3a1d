"""The simulation as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.judges.simulate import CELLS, LIMIT, LOOKS, Cell, Example, Look

Found = Mapping[tuple[Cell, Look], float]


def judges_text(found: Found, one: Example, repeats: int) -> str:
    """Markdown: one table a way of looking, one row for truth, cases and labels, one column a judge."""
    parts = [
        f"{repeats:,} samples a cell, fixed seeds. The truth equals the threshold, so that every bound that meets it does so"
        f" falsely: percent of samples, at most {LIMIT * 100:.1f} allowed. Columns: how many of the good answers the judge"
        " passes (sensitivity) and how many of the bad ones it fails (specificity).\n"
    ]
    judges = list(dict.fromkeys((cell.sensitivity, cell.specificity) for cell in CELLS))
    for look in LOOKS:
        parts.append(f"### {look[0].upper()}{look[1:]}\n")
        parts.append(_row(["truth", "cases", "labels", *(f"{se:g} / {sp:g}" for se, sp in judges)]))
        parts.append(_row(["---:"] * (3 + len(judges))))
        for truth, n, labels in sorted({(cell.truth, cell.n, cell.labels) for cell in CELLS}):
            shares = [found[Cell(truth, *judge, labels, n), look] for judge in judges]
            said = "all" if labels == n else f"{labels}{'' if look is Look.ONCE else ' each'}"
            parts.append(_row([f"{truth:.2f}", str(n), said, *(f"{100 * share:.1f}" for share in shares)]))
        worst = max(share for (_, how), share in found.items() if how is look)
        parts.append(f"\nThe worst cell: {100 * worst:.2f} %.\n")
    parts.append("### The judge alone\n")
    parts.append(
        "Truth 0.70, threshold 0.75, a judge that passes 45 of 100 bad answers, 200 cases, 50 drawn labels: by the judge's"
        f" own count the bound holds falsely in {100 * one.judge:.0f} % of samples, corrected in {100 * one.corrected:.1f} %.\n"
    )
    return "\n".join(parts)


def judges_object(found: Found, one: Example, repeats: int) -> dict[str, Any]:
    """`--json`."""
    cells = [
        {
            "look": look.value,
            "truth": cell.truth,
            "sensitivity": cell.sensitivity,
            "specificity": cell.specificity,
            "labels": cell.labels,
            "cases": cell.n,
            "false_holds": share,
        }
        for (cell, look), share in found.items()
    ]
    return {
        "schema": 1,
        "repeats": repeats,
        "limit": LIMIT,
        "cells": cells,
        "judge_alone": one.judge,
        "corrected": one.corrected,
    }


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
