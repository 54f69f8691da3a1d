"""Candidate against baseline in words: what moved, by how much, and whether that could be chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from readiness_tui.domain.evaluation import Case
from readiness_tui.domain.gate import Direction
from readiness_tui.domain.side_by_side import Compared, signed
from readiness_tui.domain.words import number, plural
from readiness_tui.services.view import ReviewView
from readiness_tui.tui import glyphs
from readiness_tui.tui.screens.evals.page import CaseLine, Column, Detail, Page, Row
from readiness_tui.tui.text import join, line

COLUMNS = (
    Column("metric", 0),
    Column("baseline", 8, right=True),
    Column("candidate", 9, right=True),
    Column("change", 8, right=True),
    Column("better", 6, right=True),
    Column("worse", 5, right=True),
    Column("n", 6, right=True, wide=True),
    Column("by chance?", 14),
)
_NAMED = 5


def page(view: ReviewView, rows: Sequence[Compared]) -> Page:
    """The compare tab."""
    return Page(Content("\n").join(heading(view, rows)), COLUMNS, [metric_row(row) for row in rows])


def heading(view: ReviewView, rows: Sequence[Compared]) -> list[Content]:
    """The answer for whole cases first, then how much was looked at."""
    measured = view.measured
    if not measured.candidate or not measured.baseline:
        lacks = " and ".join(
            name for name, side in (("candidate", measured.candidate), ("baseline", measured.baseline)) if not side
        )
        return [
            join(
                Content.styled(f"There is no {lacks} to compare. ", "bold $text-warning"),
                "Choose runs under runs: c makes one the candidate, b the baseline.",
            )
        ]
    if not rows:
        return [Content.styled("Candidate and baseline share no case that carries the same metric.", "bold")]
    first = rows[0]
    said = [join(line(f"{name(first).capitalize()}:", "bold"), " ", line(f"{first.text}."))]
    seen = sum(1 for row in rows if row.distinguishable)
    said.append(
        Content.styled(
            f"{plural(len(rows), 'metric')} looked at, {seen} beyond chance; one in twenty is so by chance alone.",
            "$foreground-muted",
        )
    )
    return said


def metric_row(row: Compared) -> Row:
    """One metric on both sides, over the shared cases."""
    unit, up = row.metric.unit, row.direction is Direction.LOWER
    return Row(
        row.metric.key,
        (
            name(row),
            number(row.comparison.baseline, unit, up=up),
            number(row.comparison.candidate, unit, up=up),
            signed(row.comparison.change.value, unit, row.direction),
            str(len(row.flips.better)),
            str(len(row.flips.worse)),
            f"{row.flips.shared:,}",
            chance(row),
        ),
    )


def chance(row: Compared) -> tuple[glyphs.Mark, str]:
    """Glyph and word: better or worse beyond chance, or not distinguishable."""
    if not row.flips.better and not row.flips.worse:
        return glyphs.NOT_APPLICABLE, "no change"
    if not row.distinguishable:
        tested = row.shift is None or (row.shift.low is not None and row.has_interval)
        return (glyphs.PARTIAL, "within noise") if tested else (glyphs.NOT_APPLICABLE, "not tested")
    if row.shift is None:
        gained = len(row.flips.better) > len(row.flips.worse)
    else:
        gained = (row.shift.change > 0) is (row.direction is Direction.HIGHER)
    return (glyphs.MET, "better") if gained else (glyphs.FAIL, "worse")


def detail(row: Compared, ours: Mapping[str, Case]) -> Detail:
    """The answer for one metric, what could not be paired, and the cases that moved: worse ones first."""
    said = [
        join(line(name(row).upper(), "bold $text-accent"), "  ", line(row.text)),
        line(f"run {row.run_id} against {row.comparison.run_id}{unmatched(row)}", "$foreground-muted"),
    ]
    lines = [
        CaseLine(key, row.run_id, mark, word, figures(row, key), ours[key].question if key in ours else "")
        for keys, mark, word in ((row.flips.worse, glyphs.FAIL, "worse"), (row.flips.better, glyphs.MET, "better"))
        for key in keys
    ]
    return Detail(Content("\n").join(said), lines)


def figures(row: Compared, key: str) -> str:
    """ "1 → 0", "0.91 → 0.60"."""
    unit = row.metric.unit
    before, now = row.theirs[key], row.ours[key]
    if row.shift is None and {before, now} <= {0.0, 1.0}:
        return f"{before:.0f} → {now:.0f}"
    return f"{number(before, unit)} → {number(now, unit)}"


def unmatched(row: Compared) -> str:
    """Cases that only one side has: never counted, always said."""
    lost = row.comparison.unmatched
    if not lost:
        return " · every case has its counterpart"
    named = ", ".join(lost[:_NAMED]) + (f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else "")
    return f" · {plural(len(lost), 'case')} without a counterpart left out: {named}"


def name(row: Compared) -> str:
    return row.metric.key.replace("_", " ")
