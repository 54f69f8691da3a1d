"""The glyphs of the verdicts, and how often a gap was put off."""

from __future__ import annotations

import re
from collections.abc import Iterable

from readiness_tui.domain.verdict.model import Verdict

VERDICT_GLYPHS: dict[Verdict, str] = {Verdict.GO: "●", Verdict.CONDITIONS: "◐", Verdict.NO_GO: "✗"}

_DAY = r"(\d{4}-\d{2}-\d{2}|none)"
_MOVED = re.compile(rf"{_DAY} -> {_DAY}\b")


def postponed(due_changes: Iterable[str]) -> int:
    """How often a later date took the place of one that was set before, whether or not there was none in between.

    Setting a first date, an earlier one, or taking a date away puts nothing off.
    """
    times, was = 0, ""
    for found in filter(None, map(_MOVED.match, due_changes)):
        before, now = (day if day != "none" else "" for day in found.groups())
        was = before or was
        times += bool(was and now > was)
        was = now or was
    return times
