"""An explanation as it is read: headings, paragraphs, and the tables in the width that there is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from readiness_tui.domain.explanation.model import Explanation, Passage
from readiness_tui.tui.text import column, fit, join, one_line, safe

_NAME = 16  # columns that a table's first column has at least
_LAST = 28  # and its last one at the most


def laid_out(of: Explanation, width: int) -> Content:
    blocks: list[Content] = []
    for passage in of.passages:
        if not passage.lines and not passage.rows and not passage.total:
            continue
        blocks.append(Content.styled(passage.heading.upper(), "bold $text-accent"))
        blocks += [safe(line) for line in passage.lines]
        blocks += _table(passage, width)
        blocks.append(Content(""))
    return Content("\n").join(blocks)


def _table(of: Passage, width: int) -> list[Content]:
    if not of.rows:
        return [safe(of.total, "bold")] if of.total else []
    sizes = _sizes(of.columns, of.rows, width)
    lines = [Content.styled(_line(of.columns, sizes), "$foreground-muted")]
    lines += [join(column(row[0], sizes[0]), " ", _line(row[1:], sizes[1:])) for row in of.rows]
    if of.total:
        lines.append(safe(f"= {of.total}", "bold"))
    return lines


def _line(cells: Sequence[str], sizes: Sequence[int]) -> str:
    """Figures stand under each other; a column of words, the last where it is wide, begins under its title."""
    return " ".join(
        fit(one_line(cell), size, right=size < _NAME and place < len(sizes)) for place, (cell, size) in enumerate(zip(cells, sizes, strict=True))
    ).rstrip()  # fmt: skip


def _sizes(titles: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    sizes = [max(cell_len(one_line(cell)) for cell in cells) for cells in zip(titles, *rows, strict=True)]
    sizes[-1] = min(sizes[-1], _LAST)
    sizes[0] = max(min(sizes[0], width - sum(sizes[1:]) - len(sizes) + 1), _NAME)
    return sizes
