"""Whether an answer of an interface is one page of several."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from readiness_tui.sources.kit.jsonio import members

_TOTALS = ("total", "totalItems", "total_items", "total_count", "totalCount", "count")
_NEXT = ("next_cursor", "nextCursor", "next", "next_page_token", "nextPageToken", "next_page", "has_more", "hasMore")
_PAGING = ("meta", "pagination", "cursors", "page_info", "pageInfo")


def paging(parts: dict[str, msgspec.Raw], rows: int) -> Iterator[str]:
    """Sentences where the answer says that it is not the whole."""
    about = dict(parts)
    for key in _PAGING:
        if key in parts and bytes(parts[key]).startswith(b"{"):
            about |= members(bytes(parts[key]))
    for key in _TOTALS:
        text = bytes(about.get(key, b""))
        if text.isdigit() and len(text) < 16 and int(text) > rows:
            yield f"it counts {int(text):,} records, and {rows:,} are in it: fetch the other pages as well"
            return
    for key in _NEXT:
        if bytes(about.get(key, b"null")) not in (b"null", b"false", b'""', b"0"):
            yield f'it is one page of several ("{key}" names more): fetch the others as well'
            return
