"""Gaps for the tools where work is tracked. Each row carries the gap's key, so that a second export updates."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.scorecard.model import GapLine
from readiness_tui.domain.text.format import full_day
from readiness_tui.domain.text.masking import masked
from readiness_tui.domain.text.plain import plain
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.reports.check import gaps_text
from readiness_tui.reports.escape import csv_cell, inline
from readiness_tui.reports.scorecard_json import dumps

SCHEMA = 1


class IssueTracker(StrEnum):
    """Whose CSV importer the columns are named for."""

    JIRA = "jira"
    GITHUB = "github"


_PRIORITY = {Severity.BLOCKER: "Highest", Severity.MAJOR: "High", Severity.MINOR: "Medium"}
_STATUS = {GapState.IN_PROGRESS: "In Progress", GapState.VERIFIED: "Done", GapState.CLOSED: "Done"}
_COLUMNS: dict[IssueTracker, tuple[str, ...]] = {
    # Jira's importer maps columns by these names; "Gap Key" goes to a text field and finds the issue again.
    IssueTracker.JIRA: (
        "Gap Key",
        "Issue Type",
        "Summary",
        "Description",
        "Priority",
        "Assignee",
        "Due Date",
        "Status",
        "Labels",
    ),
    # The columns that GitHub's CSV importers share; labels parted by commas.
    IssueTracker.GITHUB: ("gap_key", "title", "body", "labels", "assignees", "state"),
}


def gaps_as(gaps: Sequence[GapLine], format: str) -> str:
    """The gaps as "md" task list, "csv" for Jira, "jsonl", or plain "text"."""
    return {"md": gaps_markdown, "csv": gaps_csv, "jsonl": gaps_jsonl, "text": gaps_text}[format](gaps)


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


def gaps_csv(gaps: Iterable[GapLine], tracker: IssueTracker = IssueTracker.JIRA, *, neutralise: bool = True) -> str:
    """One row a gap, RFC 4180. `neutralise` keeps a spreadsheet from running a cell; without it cells are as typed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS[tracker])
    for gap in gaps:
        # A title or a name is one line: whatever follows a line end would stand in the file, and in a log, by itself.
        gap = replace(gap, key=one_line(gap.key), title=one_line(gap.title), owner=one_line(gap.owner))
        cells = _jira(gap) if tracker is IssueTracker.JIRA else _github(gap)
        writer.writerow([csv_cell(cell, neutralise=neutralise) for cell in cells])
    return out.getvalue()


def gaps_jsonl(gaps: Iterable[GapLine]) -> str:
    """One object a line, with the schema number."""
    return "".join(dumps(_object(gap), indent=None) for gap in gaps)


def _object(gap: GapLine) -> dict[str, object]:
    return {"schema": SCHEMA, **plain(masked(gap))}


def _jira(gap: GapLine) -> tuple[str, ...]:
    return (
        gap.key,
        "Task",
        gap.title,
        _description(gap),
        _PRIORITY[gap.severity],
        gap.owner,
        gap.due.isoformat() if gap.due else "",
        _STATUS.get(gap.state, "To Do"),
        f"readiness severity-{gap.severity}" + (" accepted-risk" if gap.state is GapState.ACCEPTED else ""),
    )


def _github(gap: GapLine) -> tuple[str, ...]:
    labels = ["readiness", f"severity: {gap.severity}", f"gap: {gap.state}"]
    # The body is markdown there; everything from outside is escaped before the CSV cell is made safe.
    due = f"\nDue {full_day(gap.due)}" if gap.due else ""
    body = f"{inline(_description(gap))}\n{due}\nGap {inline(gap.key)}"
    return (gap.key, gap.title, body, ",".join(labels), gap.owner, "open" if gap.state.live else "closed")


def _description(gap: GapLine) -> str:
    seen = f"{gap.severity.capitalize()} gap, {gap.state}, first seen {full_day(gap.created)}."
    return one_line(f"{seen} {gap.evidence}")
