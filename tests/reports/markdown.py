"""A reader of GitHub-flavoured markdown: tables, strike-through, and links made of bare addresses."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt


@cache
def parser() -> MarkdownIt:
    """GFM links addresses with a scheme, www. and e-mail; not bare host names."""
    made = MarkdownIt("gfm-like", {"html": True, "linkify": True})
    assert made.linkify is not None
    made.linkify.set({"fuzzy_link": False, "fuzzy_ip": False, "fuzzy_email": True})
    return made
