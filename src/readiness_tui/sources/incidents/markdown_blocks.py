"""The parts of a markdown document with the lines on which they stand: sections, tables, list items, paragraphs.

A parser of the language would lose what people write between its rules (a table without its second line, times
parted by <br>) and the text as it was typed. This one keeps every line with its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from readiness_tui.sources.incidents.inline_markup import plain
from readiness_tui.sources.incidents.written_time import read_stamp

_ATX = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)\s*$")
_BOLD_ALONE = re.compile(r"\s*(?:\*\*|__)\s?([^*_]{2,90}?)\s?(?:\*\*|__)\s*:?\s*$")
_FENCE = re.compile(r"\s*(?:>\s?)*(```+|~~~+)")
_ITEM = re.compile(r"(?P<indent>\s*)(?:[-*+•–]|[0-9]{1,3}[.)])\s+(?P<text>\S.*)$")
_BOX = re.compile(r"\[( |x|X)\]\s+")
_RULE = re.compile(r"\s*\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?\s*$")
_QUOTE = re.compile(r"\s{0,3}(?:>\s?)+")  # matched, never searched: a > within a line is a sign of its text
_FIGURE = re.compile(r"\s{0,3}>\s?[=$€£]?\s?\.?[0-9]")
_BREAK = re.compile(r"\s*(?:<br\s*/?>|\\$|\s\s$)\s*", re.IGNORECASE)
_BREAKS = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_HARD = re.compile(r"(?:\\|\s\s)$")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MarkdownLine:
    """One line of the file as it was written. `code`: it stands in a fenced block."""

    number: int
    text: str
    code: bool = False


@dataclass(slots=True)
class HeadedSection:
    """A heading with the lines below it, up to the next heading. `level` 0: what stands before the first one."""

    title: str
    level: int
    line: int
    lines: list[MarkdownLine] = field(default_factory=list)
    written: tuple[MarkdownLine, ...] = ()  # the heading itself

    @property
    def last(self) -> int:
        return max((line.number for line in self.lines if line.text.strip()), default=self.line)


@dataclass(frozen=True, slots=True)
class MarkdownTable:
    line: int
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    lines: tuple[MarkdownLine, ...]


@dataclass(slots=True)
class ListEntry:
    """A list item: its text over several lines (a hard break is a line end), ticked or not, and what is nested in it."""

    line: int
    indent: int
    text: str
    ticked: bool | None = None
    items: list[ListEntry] = field(default_factory=list)
    lines: list[MarkdownLine] = field(default_factory=list)


@dataclass(slots=True)
class Paragraph:
    """Text that is neither list nor table; `code`: a fenced block."""

    line: int
    text: str
    lines: list[MarkdownLine]
    code: bool = False


Block = MarkdownTable | ListEntry | Paragraph


def front_matter(text: str) -> tuple[list[tuple[int, str, str]], int]:
    """The `key: value` lines between the `---` at the very beginning, and how many lines they take."""
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return [], 0
    for end in range(1, min(len(lines), 200)):
        if lines[end].strip() in ("---", "..."):
            pairs = [(n + 1, *lines[n].partition(":")[::2]) for n in range(1, end) if ":" in lines[n]]
            return [(n, key.strip(), value.strip().strip("\"'")) for n, key, value in pairs], end + 1
    return [], 0


def comments(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The text without its HTML comments (line numbers stay), and the comments with their lines."""
    found: list[tuple[int, str]] = []

    def blank(match: re.Match[str]) -> str:
        found.append((text.count("\n", 0, match.start()) + 1, match[0]))
        return "\n" * match[0].count("\n")

    return _COMMENT.sub(blank, text), found


def sections(text: str, skip: int = 0) -> list[HeadedSection]:
    """The document's sections in their order; the first `skip` lines belong to none."""
    found = [HeadedSection("", 0, 1)]
    fence = ""
    for number, raw in enumerate(text.split("\n"), 1):
        if number <= skip:
            continue
        line = raw.rstrip("\r")
        mark = _FENCE.match(line)
        if fence:
            found[-1].lines.append(MarkdownLine(number, line, code=True))
            if mark and mark[1].startswith(fence):
                fence = ""
            continue
        if mark:
            fence = mark[1]
            found[-1].lines.append(MarkdownLine(number, line, code=True))
            continue
        heading = _ATX.match(line)
        bold = None if heading else _BOLD_ALONE.match(line)
        under = _UNDERLINE.match(line)
        before = found[-1].lines[-1] if found[-1].lines else None
        above = found[-1].lines[-2] if len(found[-1].lines) > 1 else None
        if heading:
            found.append(
                HeadedSection(plain(heading[2]), len(heading[1]), number, written=(MarkdownLine(number, line),))
            )
        elif bold and (before is None or not before.text.strip()):
            found.append(HeadedSection(plain(bold[1]), 7, number, written=(MarkdownLine(number, line),)))
        elif (
            under
            and len(under[1]) > 1
            and before is not None
            and before.text.strip()
            and not (before.code or _ITEM.match(before.text) or "|" in before.text)
            and (above is None or not above.text.strip())
        ):
            found[-1].lines.pop()
            level = 1 if under[1][0] == "=" else 2
            found.append(
                HeadedSection(plain(before.text), level, before.number, written=(before, MarkdownLine(number, line)))
            )
        else:
            found[-1].lines.append(MarkdownLine(number, line))
    return found


def blocks(lines: list[MarkdownLine]) -> list[Block]:
    """Tables, list items (nested ones inside their parents) and paragraphs, in order."""
    found: list[Block] = []
    parts: list[tuple[ListEntry | Paragraph, list[str]]] = []  # put together at the end: a text may have many lines
    stack: list[ListEntry] = []  # the open list items, outermost first
    open_parts: list[list[str]] = []  # theirs
    at, blank = 0, True
    while at < len(lines):
        line = lines[at]
        text = line.text if line.code else _unquoted(lines, at)
        indent = len(text) - len(text.lstrip())
        if not text.strip() and not line.code:
            at, blank = at + 1, True
            continue
        if line.code:
            end = at
            while end < len(lines) and lines[end].code:
                end += 1
            code = lines[at:end]
            if stack and len(line.text) - len(line.text.lstrip()) > stack[0].indent:
                open_parts[-1].append("\n" + "\n".join(one.text.strip() for one in code))
                stack[-1].lines += code
            else:
                stack, open_parts = [], []
                found.append(Paragraph(line.number, "\n".join(one.text for one in code), code, code=True))
            at, blank = end, True
            continue
        table = _table(lines, at)
        if table is not None:
            found.append(table)
            stack, open_parts, at, blank = [], [], at + len(table.lines), True
            continue
        item = _ITEM.match(text)
        if item:
            while stack and stack[-1].indent >= len(item["indent"].expandtabs(4)):
                stack.pop()
                open_parts.pop()
            box = _BOX.match(item["text"])
            made = ListEntry(line.number, len(item["indent"].expandtabs(4)), "", box and box[1] in "xX", lines=[line])
            open_parts = [*open_parts[: len(stack)], [_hard(item["text"][box.end() if box else 0 :])]]
            parts.append((made, open_parts[-1]))
            (stack[-1].items if stack else found).append(made)
            stack.append(made)
        elif stack and (not blank or indent > stack[0].indent):
            while len(stack) > 1 and blank and indent <= stack[-1].indent:
                stack.pop()
                open_parts.pop()
            open_parts[-1].append(_hard(text.lstrip()))
            stack[-1].lines.append(line)
        elif not blank and found and isinstance(found[-1], Paragraph) and not found[-1].code and not stack:
            parts[-1][1].append(_hard(text.lstrip()))
            found[-1].lines.append(line)
        else:
            stack, open_parts = [], []
            made_paragraph = Paragraph(line.number, "", [line])
            parts.append((made_paragraph, [_hard(text.lstrip())]))
            found.append(made_paragraph)
        at, blank = at + 1, False
    for block, texts in parts:
        block.text = _joined(texts)
    return found


def every_line(block: Block) -> Iterator[MarkdownLine]:
    """The lines of a block as written, including nested items."""
    yield from block.lines
    if isinstance(block, ListEntry):
        for inner in block.items:
            yield from every_line(inner)


def begins(text: str) -> bool:
    """Whether a line begins with a time, or with a full date."""
    stamp = read_stamp(text)
    return stamp is not None and (stamp.at is not None or (stamp.day is not None and stamp.day.year is not None))


def statements(paragraph: Paragraph) -> list[tuple[int, str]]:
    """The statements of a paragraph: parted by hard breaks where it has any, else at the lines that begin with a time;
    other line ends are only where the text was wrapped."""
    broken = any(_BREAKS.search(line.text) or _HARD.search(line.text) for line in paragraph.lines)
    found: list[tuple[int, list[str]]] = []
    fresh = True
    for line in paragraph.lines:
        for place, part in enumerate(_BREAKS.split(line.text.rstrip().removesuffix("\\"))):
            if fresh or place > 0 or (not broken and begins(part)):
                found.append((line.number, [part.strip()]))
            else:
                found[-1][1].append(part.strip())
            fresh = False
        fresh = bool(_HARD.search(line.text))
    said = [(number, " ".join(parts).strip()) for number, parts in found]
    return [(number, text) for number, text in said if text]


def cells(line: str) -> tuple[str, ...]:
    """The cells of a table's row; an escaped | or one in code is text."""
    parts, cell, code, at = [], "", False, 0
    row = line.strip().removeprefix("|")
    while at < len(row):
        if row[at] == "\\" and at + 1 < len(row):
            cell += row[at : at + 2]
            at += 2
            continue
        if row[at] == "`":
            code = not code
        if row[at] == "|" and (not code or "`" not in row[at:]):
            parts.append(cell.strip())
            cell = ""
        else:
            cell += row[at]
        at += 1
    return (*parts, cell.strip()) if cell.strip() else tuple(parts)


def plain_lines(text: str) -> str:
    """`plain` for text of several lines: lists, tables and code stay as they are written."""
    out, fence = [], False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fence = not fence
        if fence or _FENCE.match(line):
            out.append(line)
            continue
        indent = line[: len(line) - len(line.lstrip())]
        item = _ITEM.match(line)
        head = line[: item.start("text")] if item else indent
        out.append((head + plain(line[len(head) :])).rstrip())
    return "\n".join(out).strip("\n")


def _table(lines: list[MarkdownLine], at: int) -> MarkdownTable | None:
    if lines[at].text.lstrip().startswith("|| ") and not lines[at].code:  # a wiki's head, see `wiki_markup`
        return _rows(lines, at, at + 1, lines[at].text.lstrip()[1:])
    if at + 1 >= len(lines) or "|" not in lines[at].text or not _RULE.match(lines[at + 1].text):
        return None
    if "|" not in lines[at + 1].text and "-" not in lines[at + 1].text:
        return None
    return _rows(lines, at, at + 2, lines[at].text)


def _rows(lines: list[MarkdownLine], at: int, first: int, head: str) -> MarkdownTable:
    end = first
    while end < len(lines) and "|" in lines[end].text and lines[end].text.strip() and not lines[end].code:
        end += 1
    rows = tuple((line.number, cells(line.text)) for line in lines[first:end])
    return MarkdownTable(lines[at].number, cells(head), rows, tuple(lines[at:end]))


def _unquoted(lines: list[MarkdownLine], at: int) -> str:
    """A line without the signs of a quotation. Where text was wrapped before "> 5 s", the sign is the text's."""
    text = lines[at].text
    before = lines[at - 1].text if at and not lines[at - 1].code else ""
    if _FIGURE.match(text) and before.strip() and not _QUOTE.match(before):
        return text
    quote = _QUOTE.match(text)
    return text[quote.end() :] if quote else text


def _hard(text: str) -> str:
    """Hard breaks as line ends."""
    return _BREAK.sub("\n", text)


def _joined(lines: list[str]) -> str:
    """The lines of a paragraph as one text: a line end only where the line before asked for one."""
    text: list[str] = []
    for line in lines:
        if text and not text[-1].endswith("\n") and not line.startswith("\n"):
            text.append(" ")
        text.append(line)
    return "".join(text)
