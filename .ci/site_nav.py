"""The site's contents are those of docs/index.md: a heading a chapter, a link in its lists a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_HEADING = re.compile(r"^## (?P<title>.+)$")
_LINK = re.compile(r"^- \[(?P<title>[^\]]+)\]\((?P<page>[\w./]+\.md)\)")


def contents(index: str) -> list[dict[str, Any]]:
    """Chapters with their pages, in the order of the index."""
    chapters: list[dict[str, Any]] = [{"Start": ["index.md"]}]
    for line in index.splitlines():
        if heading := _HEADING.match(line):
            chapters.append({heading["title"]: []})
        elif link := _LINK.match(line):
            next(iter(chapters[-1].values())).append({link["title"]: link["page"]})
    return chapters


def on_config(config: Any) -> Any:
    """MkDocs calls it once its settings are read."""
    config.nav = contents(Path(config.docs_dir, "index.md").read_text(encoding="utf-8"))
    return config
