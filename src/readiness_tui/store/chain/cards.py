"""Frozen scorecards held against themselves: their JSON against its digest, their markdown against its seal, and both
against the columns beside them. Whether a card is the one that was frozen, its entry in the audit trail says.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from readiness_tui.domain.scorecard.digest import scorecard_digest
from readiness_tui.store.chain.found import ByHand
from readiness_tui.store.rows import Row, fetch
from readiness_tui.store.sqlite import Connection

_SEAL = re.compile(
    r' verdict="(?P<verdict>[^"]*)" .*? digest=(?P<digest>[0-9a-f]{64}) text=(?P<text>[0-9a-f]{64}) -->\n*\Z'
)


def fault(row: Row) -> str:
    """What is wrong with a row of `scorecard`, in words; "" where it is as it was frozen, by its own digests."""
    try:
        found: Any = json.loads(row["json"])
        digest = scorecard_digest(found)
    except (ValueError, AttributeError, RecursionError):
        return "its JSON cannot be read"
    if not digest == found.get("digest") == row["digest"]:
        return f"its JSON has the digest {digest[:12]}…, and {str(row['digest'])[:12]}… was frozen"
    if found.get("verdict") != row["verdict"]:
        return f"its verdict is {row['verdict']}, and {found.get('verdict')} was frozen"
    if found.get("as_of") != row["as_of"]:
        return f"its day is {row['as_of']}, and {found.get('as_of')} was frozen"
    sealed = _SEAL.search(row["markdown"])
    if sealed is None:
        return "its markdown has no seal"
    text = row["markdown"][: sealed.start("text") - len(" text=")]
    written = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if (sealed["verdict"], sealed["digest"], sealed["text"]) != (row["verdict"], row["digest"], written):
        return "its markdown is not what was frozen"
    return ""


def changed(conn: Connection) -> Iterator[ByHand]:
    """The frozen scorecards that are not as they were frozen."""
    found = fetch(
        conn, "SELECT c.*, r.system, r.release FROM scorecard c JOIN review r ON r.id = c.review_id ORDER BY c.id"
    )
    for row in found:
        if said := fault(row):
            yield ByHand("scorecard", f"[{row['id']}] {row['release']}", said, "", row["system"])
