"""The pages that people read, and how GitHub makes them: headings and their anchors, links, fenced blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("*.md")), *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY"))]
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


class Block(NamedTuple):
    """A fenced block: its language, its text, and the line it begins at."""

    language: str
    text: str
    line: int


@cache
def tokens(page: Path) -> list[Token]:
    """What a page is made of: it takes half a second for all, and each is asked about again and again."""
    return MARKDOWN.parse(page.read_text(encoding="utf-8"))


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, also those within lists and quotations."""
    return [
        Block(token.info.strip(), token.content, (token.map or [0])[0] + 1)
        for token in tokens(page)
        if token.type == "fence"
    ]


def anchors(page: Path) -> set[str]:
    """What `page#…` may name on GitHub: each heading in small letters, without punctuation, a hyphen for a space."""
    found: list[tuple[str, str]] = []
    for heading, inline in pairwise(tokens(page)):
        if heading.type == "heading_open":
            said = "".join(part.content for part in inline.children or ()).lower()
            slug = re.sub(r"[^\w\- ]", "", said).replace(" ", "-")
            times = sum(before == slug for before, _ in found)
            found.append((slug, f"{slug}-{times}" if times else slug))
    return {anchor for _, anchor in found}


def links(page: Path) -> Iterator[str]:
    """The targets of a page's links and pictures."""
    for token in _all(tokens(page)):
        target = token.attrs.get("href" if token.type == "link_open" else "src")
        if target and token.type in ("link_open", "image"):
            yield str(target)


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])
