"""Our own documents on the screen: markdown laid out for a width, as one block of text.

Textual's Markdown makes a widget of every block and cuts table cells that do not fit. Here a table that is too wide
wraps its long columns, and one that still does not fit is shown as records, a labelled value at a time, so that
nothing of a document is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token
from textual.content import Content

from readiness_tui.tui.text import safe

_TAGS = re.compile(r"</?(?:details(?: open)?|summary)>")
_GAP = 2  # columns between two columns of a table
_NARROW = 18  # a column of prose is not wrapped below this
_HEADINGS = {"h1": "bold $text-accent", "h2": "bold $text-accent", "h3": "bold"}
_SHORT = 40  # a longer value of a record stands on lines of its own
_EMPTY = frozenset({"", "—", "none"})


def chapters(text: str) -> list[tuple[str, str]]:
    """The document split at its second-level headings: (title, markdown). The first is the page's head."""
    parts = re.split(r"^## ", _TAGS.sub("", text), flags=re.MULTILINE)
    return [("Summary", parts[0]), *((part.partition("\n")[0].strip(), f"## {part}") for part in parts[1:])]


def lay_out(text: str, width: int) -> Content:
    """The markdown as lines of at most `width` columns."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(_TAGS.sub("", text))
    lines = list(_blocks(tokens, max(width, 20)))
    while lines and not lines[-1].plain.strip():
        lines.pop()
    return Content("\n").join(lines)


@dataclass
class _TableRows:
    rows: list[list[Content]] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)


def _blocks(tokens: Sequence[Token], width: int) -> Iterator[Content]:
    """The document's lines. Each block ends in an empty one; HTML blocks (comments) do not show."""
    style = ""
    lists: list[int | None] = []  # the number of the next item, None in a bullet list
    lead = ""
    table: _TableRows | None = None
    for token in tokens:
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            lists.append(int(token.attrGet("start") or 1) if kind.startswith("ordered") else None)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
            if not lists:
                yield Content("")
        elif kind == "list_item_open":
            number = lists[-1]
            lead = "  " * (len(lists) - 1) + ("• " if number is None else f"{number}. ")
            if number is not None:
                lists[-1] = number + 1
        elif kind == "list_item_close":
            lead = ""
        elif kind == "heading_open":
            style = _HEADINGS.get(token.tag, "bold")
        elif kind == "heading_close":
            style = ""
            yield Content("")
        elif kind == "table_open":
            table = _TableRows()
        elif kind == "tr_open" and table is not None:
            table.rows.append([])
        elif kind == "th_open" and table is not None:
            table.right.append("right" in str(token.attrGet("style") or ""))
        elif kind == "table_close" and table is not None:
            yield from _table(table, width)
            yield Content("")
            table = None
        elif kind == "inline":
            content = _inline(token.children or [])
            if table is not None:
                table.rows[-1].append(content)
                continue
            if lists and content.plain.startswith("[ ] "):
                content, lead = content[4:], lead.replace("•", "☐")
            yield from hanging(lead, content.stylize(style) if style else content, width)
            lead = " " * len(lead)
        elif kind == "paragraph_close" and not lists:
            yield Content("")
        elif kind in ("fence", "code_block"):
            yield from safe(token.content.rstrip("\n"), "$foreground-muted").wrap(width)
            yield Content("")
        elif kind == "hr":
            yield Content.styled("─" * width, "$foreground-muted")


def _inline(tokens: Sequence[Token]) -> Content:
    """Text with emphasis as styles; links show their text."""
    parts: list[Content] = []
    styles: list[str] = []
    for token in tokens:
        if token.type in ("strong_open", "em_open"):
            styles.append("bold" if token.type == "strong_open" else "italic")
        elif token.type in ("strong_close", "em_close"):
            styles.pop()
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(Content(" " if token.type == "softbreak" else "\n"))
        elif token.content:
            parts.append(safe(token.content, " ".join(styles)))
    return Content("").join(parts)


def hanging(lead: Content | str, content: Content, width: int) -> Iterator[Content]:
    """`content` wrapped behind `lead`, its later lines indented as far; nothing where it is empty."""
    first = lead if isinstance(lead, Content) else Content(lead)
    indent = first.cell_length
    if not content.plain:
        return
    for position, row in enumerate(content.wrap(max(width - indent, 10))):
        yield Content("").join([first if position == 0 else Content(" " * indent), row])


def _table(table: _TableRows, width: int) -> Iterator[Content]:
    count = len(table.right)
    natural = [max(row[i].cell_length for row in table.rows) for i in range(count)]
    widths = _fitted(natural, width - _GAP * (count - 1))
    if widths is None:
        yield from _records(table, width)
        return
    header, *body = table.rows
    yield from _row([cell.stylize("$foreground-muted") for cell in header], widths, table.right)
    for row in body:
        yield from _row(row, widths, table.right)


def _fitted(natural: Sequence[int], room: int) -> list[int] | None:
    """Column widths that fit into `room`: the widest give way first. None where that makes one too narrow."""
    widths = list(natural)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=widths.__getitem__)
        if widths[widest] <= _NARROW:
            return None
        widths[widest] -= 1
    return widths


def _row(cells: Sequence[Content], widths: Sequence[int], right: Sequence[bool]) -> Iterator[Content]:
    wrapped = [cell.wrap(max(width, 1)) for cell, width in zip(cells, widths, strict=True)]
    for line in range(max((len(rows) for rows in wrapped), default=0)):
        parts = []
        for rows, width, to_right in zip(wrapped, widths, right, strict=True):
            cell = rows[line] if line < len(rows) else Content("")
            space = max(width - cell.cell_length, 0)
            parts.append(cell.pad_left(space) if to_right else cell.pad_right(space))
        yield Content(" " * _GAP).join(parts).rstrip()


def _records(table: _TableRows, width: int) -> Iterator[Content]:
    """One row at a time: its first cell as a heading, then every other non-empty cell with its label."""
    header, *body = table.rows
    for position, row in enumerate(body):
        if position:
            yield Content("")
        yield from row[0].stylize("bold").wrap(width)
        short: list[Content] = []
        for label, cell in zip(header[1:], row[1:], strict=True):
            if cell.plain.strip() in _EMPTY:
                continue
            fact = Content("").join([Content.styled(f"{label.plain} ", "$foreground-muted"), cell])
            if fact.cell_length <= _SHORT:
                short.append(fact)
                continue
            yield from hanging("  ", _said(short), width)
            short = []
            yield from hanging("  ", fact, width)
        yield from hanging("  ", _said(short), width)


def _said(facts: Sequence[Content]) -> Content:
    return Content(" · ").join(facts)
