"""What every page of ours has in common: the head, the one stylesheet, and the rule that nothing is loaded or run."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from readiness_tui.reports.escape import markup

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(title: str, body: str) -> str:
    """A whole document. `title` is outside text; `body` is HTML whose outside text is escaped already."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{markup(title)}</title>\n<style>\n{stylesheet()}</style>\n</head>\n"
        f"<body>\n{body.strip()}\n</body>\n</html>\n"
    )


@cache
def stylesheet() -> str:
    return files("readiness_tui.reports.page").joinpath("style.css").read_text(encoding="utf-8")
