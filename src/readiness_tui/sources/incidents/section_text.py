"""The text of a section as a field of the note: paragraphs unwrapped, lists as lists, tables as rows."""

from __future__ import annotations

from readiness_tui.domain.incidents.note_rows import row_line
from readiness_tui.sources.incidents.inline_markup import plain
from readiness_tui.sources.incidents.labels import LABELLED
from readiness_tui.sources.incidents.markdown_blocks import Block, ListEntry, MarkdownTable, plain_lines

#: Fields of which each line is a row: a paragraph is one line, a list has no bullets.
ROWS = frozenset({"impact", "what_changed", "controls", "factors"})
# Columns whose names say nothing that the field's own do not.
_USUAL = frozenset(
    """measure metric question value answer source what before after trace result item details impact control
    factor class""".split()  # noqa: SIM905
) | {"", "checklist item", "failure class"}


def text_of(found: list[Block], key: str) -> str:
    """The blocks of a section as the text of the field `key`."""
    text = ""
    for block in found:
        part = _part(block, key)
        if not part.strip():
            continue
        after_item = text.rsplit("\n", 1)[-1].lstrip().startswith("- ")
        close = key in ROWS or (after_item and isinstance(block, ListEntry))
        text = f"{text}{chr(10) if close else chr(10) * 2}{part}" if text else part
    return text


def titled(title: str, text: str, key: str) -> str:
    """A field's text under the title that its section had."""
    if key == "impact" and "\n" not in text and "|" not in text:
        return f"{title} | {text}"
    return f"{title}:\n{text}" if "\n" in text else f"{title}: {text}"


def _part(block: Block, key: str) -> str:
    if isinstance(block, MarkdownTable):
        header = [plain(cell) for cell in block.header]
        rows = [] if {cell.casefold() for cell in header} <= _USUAL else [header]
        rows += [[plain(cell) for cell in row] for _, row in block.rows]
        return "\n".join(row_line(*row) for row in rows if any(row))
    if isinstance(block, ListEntry):
        return _item(block, key)
    if block.code:
        return "\n".join(block.text.split("\n")[1:-1]) if key == "kept" else block.text
    text = plain_lines(block.text)
    return " ".join(text.split("\n")) if key in ROWS and "|" not in text else text


def _item(item: ListEntry, key: str, depth: int = 0) -> str:
    own = plain_lines(item.text).replace("\n", " ")
    if key == "impact" and "|" not in own and (match := LABELLED.match(item.text)):
        own = row_line(plain(match["label"]), plain(match["value"]))
    lead = "" if key in ROWS and depth == 0 else f"{'  ' * depth}- "
    return "\n".join((lead + own, *(_item(inner, key, depth + 1) for inner in item.items)))
