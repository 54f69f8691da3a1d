"""What a meeting decided, as markdown to paste where the team keeps its minutes, and as plain lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from readiness_tui.domain.text.format import full_day
from readiness_tui.domain.verdict.decision import Decision
from readiness_tui.reports.escape import inline


def decisions_markdown(title: str, day: date, found: Sequence[Decision]) -> str:
    """A task list by topic; what somebody sees to is a box that is not ticked."""
    lines = [f"# {inline(title)}, {full_day(day)}", ""]
    for topic, listed in groupby(found, key=lambda one: one.topic):
        lines += [f"## {topic.capitalize()}", ""]
        for one in listed:
            about = f"**{inline(one.about)}** " if one.about else ""
            box = "[ ] " if promise(one) else ""
            said = promise(one)
            lines.append(f"- {box}{about}{inline(one.text)}{f' · {inline(said)}' if said else ''}")
        lines.append("")
    if not found:
        lines += ["Nothing was decided.", ""]
    return "\n".join(lines)


def promise(one: Decision) -> str:
    """`ben by 1 Dec 2026`, `no owner, by 1 Dec 2026`; empty where there is nothing to see to."""
    if one.due is None:
        return one.owner
    return f"{one.owner or 'no owner,'} by {full_day(one.due)}"
