"""Gaps as text, JSON and a task list. What trackers take is in `gap_trackers.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from readiness_tui.domain.scorecard.gap_notes import GapNote
from readiness_tui.domain.scorecard.model import GapLine
from readiness_tui.domain.text.format import full_day
from readiness_tui.domain.text.masking import mask, masked
from readiness_tui.domain.text.plain import plain
from readiness_tui.reports.check import gaps_text
from readiness_tui.reports.escape import inline
from readiness_tui.reports.gap_trackers import IssueTracker, gaps_csv, gaps_gh
from readiness_tui.reports.scorecard_json import dumps

SCHEMA = 1


def gaps_as(gaps: Sequence[GapLine], notes: Mapping[str, GapNote], format: str) -> str:
    """The gaps as plain "text", "md" task list, "csv" for Jira, "github" CSV, "gh" commands, or "jsonl"."""
    match format:
        case "md":
            return gaps_markdown(gaps)
        case "csv":
            return gaps_csv(gaps, notes)
        case "github":
            return gaps_csv(gaps, notes, IssueTracker.GITHUB)
        case "gh":
            return gaps_gh(gaps, notes)
        case "jsonl":
            return gaps_jsonl(gaps, notes)
    return gaps_text(gaps)


def gaps_object(gaps: Sequence[GapLine]) -> dict[str, Any]:
    """`gaps --json`."""
    names = ("key", "severity", "title", "owner", "due", "state", "due_changes")
    listed = [{**{name: plain(getattr(gap, name)) for name in names}, "age_days": gap.age} for gap in map(masked, gaps)]
    return {"schema": SCHEMA, "gaps": listed}


def gaps_markdown(gaps: Iterable[GapLine]) -> str:
    """A task list: what is verified or closed is ticked, an accepted risk says so."""
    return "".join(
        f"- [{' ' if gap.state.live else 'x'}] {inline(gap.title)} — {inline(gap.owner) or 'no owner'}"
        f" — {full_day(gap.due) if gap.due else 'no date'} ({gap.severity}, {gap.state}; {inline(gap.key)})\n"
        for gap in gaps
    )


def gaps_jsonl(gaps: Iterable[GapLine], notes: Mapping[str, GapNote] = {}) -> str:
    """One object a line, with the schema number."""
    return "".join(dumps(_object(gap, notes.get(gap.key, GapNote())), indent=None) for gap in gaps)


def _object(gap: GapLine, note: GapNote) -> dict[str, object]:
    return {"schema": SCHEMA, **plain(masked(gap)), "why": mask(note.why), "todo": mask(note.todo)}
