"""What the command line prints, composed by the same report code as the files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from readiness_tui.domain.incidents.model import Incident
from readiness_tui.domain.scorecard.compose import gate_card
from readiness_tui.domain.scorecard.gap_lines import gap_lines
from readiness_tui.domain.scorecard.model import GapLine, Scorecard
from readiness_tui.reports import check, incident_md
from readiness_tui.reports import gaps as gaps_out
from readiness_tui.services.core.view import ReviewView


def check_json(card: Scorecard) -> dict[str, Any]:
    """`check --json`."""
    return check.check_object(card)


def check_text(card: Scorecard) -> str:
    """The whole verdict in 80 columns."""
    return check.check_text(card)


def gate_json(view: ReviewView) -> dict[str, Any]:
    """`gate show --json`."""
    runs = [part.run for part in (*view.measured.candidate, *view.measured.baseline)]
    card = gate_card(view.gate, runs, view.review)
    return {"schema": check.SCHEMA, "as_of": view.as_of.isoformat(), "gate": check.gate_object(card)}


def gate_text(view: ReviewView) -> str:
    """The gate in 80 columns."""
    runs = [part.run for part in (*view.measured.candidate, *view.measured.baseline)]
    return check.gate_text(gate_card(view.gate, runs, view.review))


def gap_rows(view: ReviewView, *, everything: bool = False) -> tuple[GapLine, ...]:
    """The gaps as they are listed; `everything`: verified and closed ones too."""
    return gap_lines(view.facts, view.judgement, done=everything)


def gaps_text(gaps: Sequence[GapLine], format: str) -> str:
    """The gaps as "md" task list, "csv" for Jira, "jsonl", or plain "text"."""
    if format == "md":
        return gaps_out.gaps_markdown(gaps)
    if format == "csv":
        return gaps_out.gaps_csv(gaps)
    if format == "jsonl":
        return gaps_out.gaps_jsonl(gaps)
    return check.gaps_text(gaps)


def gaps_json(gaps: Sequence[GapLine]) -> dict[str, Any]:
    """`gaps --json`."""
    return {
        "schema": check.SCHEMA,
        "gaps": [
            {
                "key": gap.key,
                "severity": gap.severity.value,
                "title": gap.title,
                "owner": gap.owner,
                "due": gap.due.isoformat() if gap.due else None,
                "state": gap.state.value,
                "age_days": gap.age,
                "due_changes": list(gap.due_changes),
            }
            for gap in gaps
        ],
    }


def incident_note(incident: Incident, as_of: date) -> str:
    """The incident review note as markdown."""
    return incident_md.incident_markdown(incident, as_of)
