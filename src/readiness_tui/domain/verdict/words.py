"""The glyphs of the verdicts, and how often a gap was put off."""

from __future__ import annotations

import re
from collections.abc import Iterable

from readiness_tui.domain.verdict.model import Verdict

VERDICT_GLYPHS: dict[Verdict, str] = {Verdict.GO: "●", Verdict.CONDITIONS: "◐", Verdict.NO_GO: "✗"}

_MOVED = re.compile(r"(\d{4}-\d{2}-\d{2}) -> (\d{4}-\d{2}-\d{2}|none)\b")


def postponed(due_changes: Iterable[str]) -> int:
    """How often a date was moved to a later one, or taken away. Setting a first date, or an earlier one, is none."""
    moves = [found for change in due_changes if (found := _MOVED.match(change))]
    return sum(found[2] == "none" or found[2] > found[1] for found in moves)
