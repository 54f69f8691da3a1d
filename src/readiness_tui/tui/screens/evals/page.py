"""What each tab of the Evals screen is made of: a sentence, a table whose rows can be chosen, and cases below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from readiness_tui.tui.glyphs import Mark
from readiness_tui.tui.text import fit, join, one_line

WIDE = 110  # columns from which the tables show everything


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table; `width` 0 takes what is left. `wide`: on wide terminals only; `more`: wider there."""

    title: str
    width: int
    wide: bool = False
    right: bool = False
    more: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be chosen: `cells` as in the columns (a Mark stands before its cell's word)."""

    key: str
    cells: Sequence[str | tuple[Mark, str]]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case below the table: how it stands, its figures, its question. `key` names it, `run_id` where it is."""

    key: str
    run_id: str
    mark: Mark
    word: str
    figures: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One tab as shown: the sentences on top, the table. `nothing`: where there is none, its name among `texts.places`."""

    heading: Content
    columns: Sequence[TableColumn] = ()
    rows: Sequence[Row] = ()
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """What is known of the chosen row: some lines, and its cases."""

    text: Content
    cases: Sequence[CaseLine] = ()


def widths(columns: Sequence[TableColumn], width: int) -> list[int]:
    """Each column's width in a table of `width`; 0 hides it (a wide column on a narrow terminal)."""
    shown = [column for column in columns if not column.wide or width >= WIDE]
    extra = width >= WIDE
    fixed = sum(column.width + extra * column.more + 1 for column in shown if column.width)
    left = [column for column in shown if not column.width]
    share = max((width - fixed) // max(len(left), 1) - 1, 8)
    sizes = [column.width + extra * column.more if column.width else share for column in columns]
    return [size if column in shown else 0 for column, size in zip(columns, sizes, strict=True)]


def header(columns: Sequence[TableColumn], width: int) -> Content:
    """The header line."""
    cells = zip(columns, widths(columns, width), strict=True)
    return Content.styled(
        " ".join(fit(column.title, size, right=column.right) for column, size in cells if size), "bold"
    )


def table_line(row: Row, columns: Sequence[TableColumn], width: int) -> Content:
    """One row in the widths of its table."""
    parts: list[Content | str] = []
    for column, size, cell in zip(columns, widths(columns, width), row.cells, strict=True):
        if not size:
            continue
        if isinstance(cell, tuple):
            mark, word = cell
            parts += [Content.styled(fit(f"{mark.glyph} {one_line(word)}", size, right=column.right), mark.style), " "]
        else:
            parts += [Content(fit(one_line(cell), size, right=column.right)), " "]
    return join(*parts[:-1]).truncate(width)


def case_line(case: CaseLine, width: int) -> Content:
    """`✗ fails  case-04  0.000  How do I reset an expired API key?`"""
    room = max(8, min(16, width // 5))
    figures = f"{one_line(case.figures)}  " if case.figures else ""
    rest = max(width - 14 - room - len(figures), 8)
    return join(
        Content.styled(f"{case.mark.glyph} {fit(case.word, 10)} ", case.mark.style),
        Content.styled(fit(one_line(case.key), room), "bold"),
        f" {figures}",
        Content(fit(one_line(case.question), rest)),
    )
