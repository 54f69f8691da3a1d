"""The structure of an incident note: its sections, and the intervals between its times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from readiness_tui.domain.incidents.model import Incident, Sev
from readiness_tui.domain.text.format import moment

FIELDS: dict[str, str] = {
    "summary": "Summary: what happened, in a few lines",
    "harm": "Harm done",
    "affected": "Users or requests affected",
    "cost": "Cost",
    "can_recur": "Can it recur today?",
    "impact": "Impact, one a line: measure | value | source",
    "what_changed": "What changed, one a line: prompt, model, index, tools or traffic | before | after | trace",
    "detection": "Detection: by what, and which alert should have fired",
    "factors": "Contributing factors, one a line: what | failure class",
    "reproduction": "Reproduction: k of n replays of what",
    "went_well": "What went well",
    "went_badly": "What went badly",
    "got_lucky": "Where we got lucky",
    "surprised": "What surprised us",
    "controls": "Controls, one a line: checklist item | held, failed or absent",
    "evals": "Eval cases: failing before, passing after",
    "questions": "Open questions",
    "reviewers": "Reviewers",
    "kept": "Kept from an import, as it was written",
}
"""The keys of `Incident.fields`, with what to write in each."""

TIMES = ("started", "detected", "acknowledged", "mitigated", "resolved")
"""The times of an incident in the order in which they happen."""


def called(key: str) -> str:
    """What a section is called where its name stands alone: "What changed"."""
    return FIELDS.get(key, key).partition(":")[0].partition(",")[0]


def is_short(incident: Incident) -> bool:
    """sev3 and sev4 need only the summary, times, timeline, factors and actions."""
    return incident.severity in (Sev.SEV3, Sev.SEV4)


def times(incident: Incident) -> Iterator[tuple[str, datetime]]:
    """The known times in the order in which they happen."""
    for name in TIMES:
        at: datetime | None = getattr(incident, name)
        if at is not None:
            yield name, at


def out_of_order(incident: Incident) -> str:
    """The first pair of times in the wrong order, in words; "" if all are in order."""
    for (one, earlier), (other, later) in pairwise(times(incident)):
        if later < earlier:
            return (
                f"{other.capitalize()} ({moment(later)}) would be before {one} ({moment(earlier)})."
                " Correct the one that is wrong."
            )
    return ""


def intervals(incident: Incident) -> Iterator[tuple[str, timedelta]]:
    """Intervals computed from the times: "to detect" and "to acknowledge" count from the step before, "to mitigate" and
    "to resolve" from the start, as users felt it. Negative if the times are out of order."""
    spans = (
        ("to detect", incident.started, incident.detected),
        ("to acknowledge", incident.detected, incident.acknowledged),
        ("to mitigate", incident.started, incident.mitigated),
        ("to resolve", incident.started, incident.resolved),
    )
    for name, start, end in spans:
        if start is not None and end is not None:
            yield name, end - start
