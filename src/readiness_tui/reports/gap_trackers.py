"""Gaps for the tools where work is tracked. Each carries its key, by which a second export finds and updates it.

Jira's importer maps columns by their names (support.atlassian.com, "Import data from a CSV file"). GitHub has none of its
own: the columns are those that the importers made for it share, and the `gh` commands need no importer.
"""

from __future__ import annotations

import csv
import io
import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum

from readiness_tui.domain.checklists.model import Severity
from readiness_tui.domain.scorecard.gap_notes import GapNote
from readiness_tui.domain.scorecard.model import GapLine
from readiness_tui.domain.text.format import full_day
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.domain.text.secrets import mask
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.reports.escape import csv_cell, inline


class IssueTracker(StrEnum):
    """Whose columns a CSV has."""

    JIRA = "jira"
    GITHUB = "github"


_PRIORITY = {Severity.BLOCKER: "Highest", Severity.MAJOR: "High", Severity.MINOR: "Medium"}
#: Jira's own words for each state. What somebody claims done is not done yet; of an accepted risk nothing is to do.
_STATUS = {
    GapState.OPEN: "To Do",
    GapState.REOPENED: "To Do",
    GapState.IN_PROGRESS: "In Progress",
    GapState.CLAIMED_DONE: "In Progress",
    GapState.ACCEPTED: "Done",
    GapState.VERIFIED: "Done",
    GapState.CLOSED: "Done",
}
_RESOLUTION = {GapState.ACCEPTED: "Won't Do", GapState.VERIFIED: "Done", GapState.CLOSED: "Done"}
_JIRA_COLUMNS = (
    "Gap Key", "Issue Type", "Summary", "Description", "Priority", "Assignee", "Due Date", "Status", "Resolution", "Labels",
)  # fmt: skip
_GITHUB_COLUMNS = ("gap_key", "title", "body", "labels", "assignees", "state")
#: Colours of the labels that the commands make (six hex digits).
_COLOURS = {Severity.BLOCKER: "b60205", Severity.MAJOR: "d93f0b", Severity.MINOR: "fbca04"}

_GH = """\
# The gaps as issues of the repository in which this runs, by GitHub's `gh`: sh gaps.sh
# An issue is found again by the key in its text, so running a newer export updates what an older one made.
set -eu
put() { # key line, state, title, text, severity, the other severities
  n=$(gh issue list --state all --limit 1000 --label readiness --json number,body --jq "map(select(.body | contains($1))) | .[0].number // empty")
  if [ -n "$n" ]; then
    gh issue edit "$n" --title "$3" --body "$4" --add-label "$5" --remove-label "$6"
  elif [ "$2" = open ]; then
    gh issue create --title "$3" --body "$4" --label readiness --label "$5"
    return
  else
    return 0
  fi
  case $2 in
    open) gh issue reopen "$n" ;;
    done) gh issue close "$n" --reason completed ;;
    *) gh issue close "$n" --reason "not planned" ;;
  esac
}
"""


def exported_as(state: GapState) -> frozenset[str]:
    """What our own exports call a state, in small letters: back from a tracker such a word has changed nothing."""
    return frozenset({_STATUS[state].casefold(), _open_or_closed(state)})


def gaps_csv(
    gaps: Iterable[GapLine],
    notes: Mapping[str, GapNote] = {},
    tracker: IssueTracker = IssueTracker.JIRA,
    *,
    neutralise: bool = True,
) -> str:
    """One row a gap, RFC 4180. `neutralise` keeps a spreadsheet from running a cell; without it cells are as typed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_JIRA_COLUMNS if tracker is IssueTracker.JIRA else _GITHUB_COLUMNS)
    for gap in gaps:
        gap, note = _on_lines(gap), notes.get(gap.key, GapNote())
        cells = _jira(gap, note) if tracker is IssueTracker.JIRA else _github(gap, note)
        writer.writerow([csv_cell(cell, neutralise=neutralise) for cell in cells])
    return out.getvalue()


def gaps_gh(gaps: Iterable[GapLine], notes: Mapping[str, GapNote] = {}) -> str:
    """A POSIX shell script of `gh` commands: makes an issue a gap, or brings the one that it made before up to date.

    Owners stand in the text: a person's name here need not be a login there.
    """
    out = [_GH, "gh label create readiness --color 0e8a16 --force\n"]
    out += [f"gh label create {shlex.quote(_severity(one))} --color {_COLOURS[one]} --force\n" for one in Severity]
    for gap in map(_on_lines, gaps):
        text = _body(gap, notes.get(gap.key, GapNote()), owner=True)
        state = "accepted" if gap.state is GapState.ACCEPTED else "open" if gap.state.live else "done"
        # The key as jq's string inside the shell's: contains("...").
        others = ",".join(_severity(one) for one in Severity if one is not gap.severity)
        parts = (json.dumps(_key_line(gap)), state, mask(gap.title), text, _severity(gap.severity), others)
        out.append(f"put {' '.join(map(shlex.quote, parts))}\n")
    return "".join(out)


def _on_lines(gap: GapLine) -> GapLine:
    """A title or a name is one line: whatever follows a line end would stand in the file, and in a log, by itself."""
    return replace(gap, key=one_line(gap.key), title=one_line(gap.title), owner=one_line(gap.owner))


def _jira(gap: GapLine, note: GapNote) -> tuple[str, ...]:
    labels = ["readiness", f"severity-{gap.severity}"]
    if gap.state in (GapState.ACCEPTED, GapState.CLAIMED_DONE):
        labels.append("accepted-risk" if gap.state is GapState.ACCEPTED else "claimed-done")
    return (
        gap.key,
        "Task",
        gap.title,
        " ".join(_paragraphs(gap, note)),
        _PRIORITY[gap.severity],
        gap.owner,
        gap.due.isoformat() if gap.due else "",
        _STATUS[gap.state],
        _RESOLUTION.get(gap.state, ""),
        " ".join(labels),
    )


def _github(gap: GapLine, note: GapNote) -> tuple[str, ...]:
    labels = ("readiness", _severity(gap.severity), f"gap: {gap.state}")
    return (gap.key, gap.title, _body(gap, note), ",".join(labels), gap.owner, _open_or_closed(gap.state))


def _open_or_closed(state: GapState) -> str:
    return "open" if state.live and state is not GapState.ACCEPTED else "closed"


def _severity(severity: Severity) -> str:
    """The label."""
    return f"severity: {severity}"


def _body(gap: GapLine, note: GapNote, *, owner: bool = False) -> str:
    """Markdown there: everything from outside is escaped."""
    parts = [inline(part) for part in _paragraphs(gap, note)]
    if owner and gap.owner:
        parts.append(f"Owner: {inline(gap.owner)}")
    if gap.due:
        parts.append(f"Due {full_day(gap.due)}")
    return "\n\n".join((*parts, _key_line(gap)))


def _key_line(gap: GapLine) -> str:
    """The line by which an issue is found again; the stop behind it keeps one key from being the start of another."""
    return f"Gap {inline(gap.key)}."


def _paragraphs(gap: GapLine, note: GapNote) -> tuple[str, ...]:
    """What was found, why it matters, what to do: each on one line."""
    seen = f"{gap.severity.capitalize()} gap, {gap.state}, first seen {full_day(gap.created)}."
    said = (f"{seen} {gap.evidence}", note.why and f"Why: {note.why}", note.todo and f"To do: {note.todo}")
    return tuple(mask(one_line(part)) for part in said if part)
