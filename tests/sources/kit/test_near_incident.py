"""What tells of an incident is refused as a run or trace with the command that reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.sources.kit.nearest import nearest

INCIDENTS = Path(__file__).parents[2] / "shapes/files/incidents"
COMMAND = "`readiness incident import`"


@pytest.mark.parametrize(
    "content",
    [
        {"incidents": [{"id": "P1", "incident_number": 3}], "limit": 25},
        {"log_entries": [{"id": "R1", "type": "trigger_log_entry"}]},
        {"alerts": [{"tinyId": "17", "message": "slow"}]},
        {"data": {"tinyId": "17", "message": "slow"}, "took": 0.1},
        {"id": "x", "name": "Errors", "incident_updates": [{"body": "We look into it."}]},
        {"incident": {"reference": "INC-1"}},
        [{"type": "message", "user": "U1", "ts": "1791010920.000200", "text": "it broke"}],
        [{"event": {"event_type": "incident.triggered", "resource_type": "incident"}}],
    ],
)
def test_an_export_of_incidents(content: Any) -> None:
    assert COMMAND in nearest(json.dumps(content).encode())


@pytest.mark.parametrize(
    "text",
    [
        "# Postmortem: slow answers\n\nIt was slow.\n",
        "# Slow answers\n\n## Impact\n\nMany.\n\n## Root cause\n\nA flag.\n",
        "Slow answers\n\nTimeline:\nfirst this, then that\n\nAction items:\n- a flag, tested\n",
        "**Impact**\nall, and more\n\n**Lessons learned**\nnone\n",
        "| | |\n|---|---|\n| **Severity** | 2 |\n| **Impact** | many |\n",
        "14:02 deployed\n14:10 alert\n14:40 rolled back\n",
        "- 2026-10-03 14:02 deployed, then left\n- 2026-10-03 14:10 alert, seen\n- 2026-10-03 14:40 back, calm\n",
        "Time,Event,Who\n14:02,deployed,Ana\n",
        "Datum;Uhrzeit;Ereignis\n03.10.2026;14:02;Alarm\n",
    ],
)
def test_a_text_or_timeline_of_an_incident(text: str) -> None:
    assert COMMAND in nearest(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "# Notes\n\nLunch is at 12:30. Bring cake.\n",
        "question,answer,incident\nWhy?,So.,none\n",
        "date,score\n2026-10-03,0.5\n",
        '{"rows": [{"text": "hello", "label": 1}]}',
        "just some words\n",
    ],
)
def test_what_is_none_is_not_called_one(text: str) -> None:
    assert COMMAND not in nearest(text.encode())


def test_most_of_the_incident_shapes_are_sent_to_the_command() -> None:
    files = [path for path in INCIDENTS.iterdir() if path.is_file() and path.suffix != ".html"]
    sent = [path for path in files if COMMAND in nearest(path.read_bytes())]
    assert len(sent) >= len(files) - 6, sorted(path.name for path in files if path not in sent)
