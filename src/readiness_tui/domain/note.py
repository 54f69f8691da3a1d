"""An incident note's shape: what people write in it, and the intervals that follow from its times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from readiness_tui.domain.incident import Incident, Sev

FIELDS: dict[str, str] = {
    "summary": "Summary: what happened, in a few lines",
    "harm": "Harm done",
    "affected": "Users or requests affected",
    "cost": "Cost",
    "can_recur": "Can it recur today?",
    "impact": "Impact, one a line: measure | value | source",
    "what_changed": "What changed, one a line: prompt, model, index, tools or traffic | before | after | trace",
    "detection": "Detection: by what, and which alert should have fired",
    "factors": "Contributing factors, one a line",
    "reproduction": "Reproduction: k of n replays",
    "went_well": "What went well",
    "went_badly": "What went badly",
    "got_lucky": "Where we got lucky",
    "surprised": "What surprised us",
    "controls": "Controls, one a line: checklist item | held, failed or absent",
    "evals": "Eval cases: failing before, passing after",
    "questions": "Open questions",
    "reviewers": "Reviewers",
}
"""The keys of `Incident.fields`, with what each asks for."""


def is_short(incident: Incident) -> bool:
    """sev3 and sev4 need only the summary, times, timeline, factors and actions."""
    return incident.severity in (Sev.SEV3, Sev.SEV4)


def times(incident: Incident) -> Iterator[tuple[str, datetime]]:
    """The known times in the order in which they happen."""
    for name in ("started", "detected", "acknowledged", "mitigated", "resolved"):
        at: datetime | None = getattr(incident, name)
        if at is not None:
            yield name, at


def intervals(incident: Incident) -> Iterator[tuple[str, timedelta]]:
    """What the times imply, never typed: "to detect" and "to acknowledge" count from the step before, "to
    mitigate" and "to resolve" from the start, as users felt it. Negative where the times are out of order."""
    spans = (
        ("to detect", incident.started, incident.detected),
        ("to acknowledge", incident.detected, incident.acknowledged),
        ("to mitigate", incident.started, incident.mitigated),
        ("to resolve", incident.started, incident.resolved),
    )
    for name, start, end in spans:
        if start is not None and end is not None:
            yield name, end - start


def rows(text: str, columns: int) -> list[tuple[str, ...]]:
    """A written table, one row a line, cells parted by |, padded to `columns`; what is too much stays in the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    cells = [[cell.strip() for cell in line.split("|", columns - 1)] for line in lines]
    return [tuple(row + [""] * (columns - len(row))) for row in cells]


def controls(incident: Incident) -> list[tuple[str, str, str]]:
    """Each control the note names: item id, the item as written, and how it did (held, failed, absent).

    The item that is said not to have held stands among them as failed, unless the note says how it did.
    """
    named = [
        (item.split(maxsplit=1)[0] if item else "", item, how)
        for item, how in rows(incident.fields.get("controls", ""), 2)
    ]
    if incident.item_id and incident.item_id not in {item_id for item_id, _, _ in named}:
        named.append((incident.item_id, incident.item_id, "failed"))
    return named


def failed_controls(incident: Incident) -> tuple[str, ...]:
    """The ids of the items whose control failed."""
    return tuple(dict.fromkeys(item for item, _, how in controls(incident) if how.casefold().startswith("fail")))
