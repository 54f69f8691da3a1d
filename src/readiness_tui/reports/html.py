"""A markdown document of ours as one HTML file: no scripts, nothing loaded from elsewhere, readable on paper."""

from __future__ import annotations

import html
import re

from markdown_it import MarkdownIt

from readiness_tui.domain.text.sanitise import one_line

_TASK = re.compile(r"<li>\[( |x)\] ")
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2rem; border-bottom: 1px solid #8886; }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: .9rem; }
th, td { border: 1px solid #8886; padding: .25rem .6rem; vertical-align: top; }
code { font-size: .85em; overflow-wrap: anywhere; }
li:has(> input) { list-style: none; margin-left: -1.2rem; }
@media print { details > :not(summary) { display: block; } body { margin: 0; } }
""".strip()


def html_page(markdown: str, title: str) -> str:
    """`markdown` must come from this package: its outside text is escaped there already, and the HTML that remains in
    it (`<details>`, the seal) is ours."""
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    body = _TASK.sub(lambda m: f'<li><input type="checkbox" disabled{" checked" if m[1] == "x" else ""}> ', body)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(one_line(title))}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
