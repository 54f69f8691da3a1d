"""A markdown document of ours as a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from readiness_tui.reports.escape import markup
from readiness_tui.reports.page.frame import page

_TASKS = {"[ ] ": ("☐", "to do"), "[x] ": ("☑", "done")}


def html_page(markdown: str, title: str) -> str:
    """`markdown` must come from this package: its outside text is escaped there already, and the HTML that remains in
    it (`<details>`, the seal) is ours."""
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = list(_accessible(parser.parse(markdown)))
    return page(title, f"<main>\n{parser.renderer.render(tokens, parser.options, {})}</main>")


def _accessible(tokens: Sequence[Token]) -> Iterator[Token]:
    """The same, where a table scrolls by itself under the name of its heading, a header says what it heads, the first cell
    of a row names it, and a task has a word beside its box."""
    heading, row_begins, in_body = "", False, False
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = "".join(child.content for child in tokens[place + 1].children or [])
        elif token.type == "table_open":
            yield _html("html_block", f'<div class="wide" role="region" tabindex="0" aria-label="{markup(heading)}">\n')
        elif token.type in ("tbody_open", "tbody_close"):
            in_body = token.type == "tbody_open"
        elif token.type == "tr_open":
            row_begins = True
        elif token.type in ("th_open", "td_open"):
            token.attrs = {"class": "n"} if "right" in str(token.attrGet("style") or "") else {}
            if token.type == "th_open" or row_begins:
                token.tag, token.attrs["scope"] = "th", "row" if in_body else "col"
        elif token.type == "td_close":
            token.tag = "th" if row_begins else "td"
            row_begins = False
        elif token.type == "inline":
            _say_tasks(token)
        yield token
        if token.type == "table_close":
            yield _html("html_block", "</div>\n")


def _say_tasks(token: Token) -> None:
    children = token.children or []
    for sign, (box, word) in _TASKS.items():
        if children and children[0].type == "text" and children[0].content.startswith(sign):
            children[0].content = children[0].content.removeprefix(sign)
            said = f'<span aria-hidden="true">{box}</span> <span class="soft">{word}:</span> '
            token.children = [_html("html_inline", said), *children]
            return


def _html(kind: str, content: str) -> Token:
    return Token(kind, "", 0, content=content)
