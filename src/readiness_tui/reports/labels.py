"""What `labels` prints: what people said of cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from readiness_tui.domain.labels.lines import Listed
from readiness_tui.domain.runs.model import Drawn
from readiness_tui.domain.text.format import full_day
from readiness_tui.domain.text.sanitise import one_line

SCHEMA = 1


def labels_object(found: Sequence[Listed]) -> dict[str, Any]:
    """`labels --json`."""
    return {"schema": SCHEMA, "labels": [{**entry.line.content, "holds": entry.holds} for entry in found]}


def labels_text(found: Sequence[Listed]) -> str:
    """One line per label, for a terminal."""
    if not found:
        return "Nobody has labelled a case yet: R in the app opens the queue."
    rows = []
    for entry in found:
        line, label = entry.line, entry.line.label
        name = f"{line.case_id}@{line.variant}" if line.variant else line.case_id
        when = full_day(label.at.date()) if label.at else "date unknown"
        more = [
            f"on {label.metric}" if label.metric else "",
            "blind" if label.blind else "not blind",
            "drawn by the lot" if label.drawn is Drawn.LOT else "",
            "" if label.value is None else f"value {label.value:g}",
            "" if entry.holds else "of another answer",
            label.note,
        ]
        said = " · ".join(one_line(part) for part in more if part)
        rows.append(
            f"{one_line(name):<20} {label.verdict:<7} {one_line(label.reviewer):<12} {when:<12} {one_line(line.run_id)} · {said}"
        )
    return "\n".join(rows)
