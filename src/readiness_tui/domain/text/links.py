"""Links in a text that came from outside, and which of them a browser may be given."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

SCHEMES = ("http", "https")
LONGEST = 2_000  # characters of a link that is opened
_LINK = re.compile(r"\bhttps?://\S+", re.IGNORECASE)
_ROUND = "<>()[]{}\"'`“”‘’«».,;:!?…*_|"  # signs round a link that are not of it


def links_in(text: str) -> tuple[str, ...]:
    """Every http and https link of a text, once, in its order; signs round it are left out."""
    found: dict[str, None] = {}
    for match in _LINK.finditer(text):
        link = match.group()
        opened = link.count("(") - link.count(")")
        link = link.rstrip(_ROUND) + (")" if link.endswith(")") and opened == 0 and "(" in link else "")
        found[link] = None
    return tuple(found)


def refusal(link: str) -> str:
    """Why a link is not opened; "" where it may be.

    It is opened by its scheme (http, https) and host alone: no name or password before the host, nothing that shows
    otherwise than it is, so that what a person reads on the screen is where the browser goes.
    """
    if not all("!" <= sign <= "~" for sign in link) or set(link) & set("<>\"'`\\^{}|"):
        return "it has characters that may show otherwise than they are"
    if len(link) > LONGEST:
        return f"it is longer than {LONGEST:,} characters"
    try:
        parts = urlsplit(link)
        host, user = parts.hostname, parts.username
        _ = parts.port  # a port that is none is an error
    except ValueError:
        return "it cannot be read as an address"
    if parts.scheme.lower() not in SCHEMES:
        return "only http and https are opened"
    if user is not None or "@" in parts.netloc:
        return "a name stands before its host, which may pass for the host"
    return "" if host else "it names no host"
