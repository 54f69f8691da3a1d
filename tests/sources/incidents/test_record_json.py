"""The JSON of an incident: its bytes, and what is refused on the way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.export import ReviewLink
from readiness_tui.domain.incidents.merge import Copy
from readiness_tui.domain.incidents.model import (
    Action,
    ActionKind,
    FailureClass,
    Incident,
    Link,
    LinkKind,
    NoteStatus,
    OtherText,
    Sev,
    TimelineEntry,
    Written,
)
from readiness_tui.sources.incidents.record_json import read_record, record_text

AT = datetime(2026, 11, 23, 2, 5, tzinfo=UTC)
HERE = timezone(timedelta(hours=1))
FULL = Copy(
    Incident(
        number=0,
        system="Support bot",
        title="Answers cite the wrong policy",
        severity=Sev.SEV2,
        status=NoteStatus.IN_REVIEW,
        started=AT,
        detected=AT + timedelta(minutes=2, microseconds=7),
        closed=date(2026, 11, 24),
        failure_class=FailureClass.RETRIEVAL,
        item_id="REL-02",
        eval_cases=("case-71",),
        traces=("trace-0418",),
        fields={"summary": "Wrong policy", "factors": "stale index | retrieval"},
        written={"summary": Written("ana", AT), "harm": Written("ben", AT)},
        timeline=(
            TimelineEntry(
                0, AT, "the alert fires", "log", "ana", (Link(LinkKind.TRACE, "trace-0418"),), "entry-01", AT, AT
            ),
        ),
        actions=(
            Action(
                0, "Page on errors", ActionKind.DETECT, "ben", date(2026, 12, 1), None, True, "a test", "action-1", AT
            ),
        ),
        rivals=(OtherText(0, "summary", "Another text", "ben", AT, "rival-01"),),
        uid="incident-1",
        created=AT,
    ),
    {"summary": frozenset({"0123456789abcdef"}), "harm": frozenset(), "factors": frozenset()},
    {"entry-02": AT},
)
BYTES = """\
{
  "derived": {
    "controls": [
      {
        "item": "REL-02",
        "outcome": "failed"
      }
    ],
    "factors": [
      {
        "failure_class": "retrieval",
        "text": "stale index"
      }
    ],
    "name": "INC-0",
    "open": true,
    "reproduction": [],
    "seconds": {
      "to_detect": 120
    }
  },
  "incident": {
    "acknowledged": null,
    "actions": [
      {
        "created": "2026-11-23T02:05:00Z",
        "done": null,
        "due": "2026-12-01",
        "in_progress": true,
        "kind": "detect",
        "owner": "ben",
        "text": "Page on errors",
        "uid": "action-1",
        "updated": null,
        "verify": "a test"
      }
    ],
    "closed": "2026-11-24",
    "created": "2026-11-23T02:05:00Z",
    "detected": "2026-11-23T02:07:00.000007Z",
    "eval_cases": [
      "case-71"
    ],
    "failure_class": "retrieval",
    "item": "REL-02",
    "mitigated": null,
    "no_eval_reason": "",
    "removed": {
      "entry-02": "2026-11-23T02:05:00Z"
    },
    "resolved": null,
    "rivals": [
      {
        "at": "2026-11-23T02:05:00Z",
        "by": "ben",
        "section": "summary",
        "text": "Another text",
        "uid": "rival-01"
      }
    ],
    "sections": {
      "factors": {
        "at": null,
        "by": "",
        "earlier": [],
        "text": "stale index | retrieval"
      },
      "harm": {
        "at": "2026-11-23T02:05:00Z",
        "by": "ben",
        "earlier": [],
        "text": ""
      },
      "summary": {
        "at": "2026-11-23T02:05:00Z",
        "by": "ana",
        "earlier": [
          "0123456789abcdef"
        ],
        "text": "Wrong policy"
      }
    },
    "severity": "sev2",
    "started": "2026-11-23T02:05:00Z",
    "status": "in review",
    "system": "Support bot",
    "timeline": [
      {
        "at": "2026-11-23T02:05:00Z",
        "by": "ana",
        "created": "2026-11-23T02:05:00Z",
        "links": [
          {
            "kind": "trace",
            "name": "trace-0418"
          }
        ],
        "source": "log",
        "text": "the alert fires",
        "uid": "entry-01",
        "updated": "2026-11-23T02:05:00Z"
      }
    ],
    "title": "Answers cite the wrong policy",
    "traces": [
      "trace-0418"
    ],
    "uid": "incident-1",
    "updated": null
  },
  "kind": "readiness-incident",
  "review": {
    "held_on": "2026-11-24",
    "release": "2026.12",
    "scorecard": "c4fec4e7",
    "system": "Support bot",
    "verdict": "NO-GO"
  },
  "schema": 1
}
"""


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(record_text(FULL))
    return found


def test_the_file_has_these_bytes_and_comes_back_as_it_was() -> None:
    assert record_text(FULL, ReviewLink("Support bot", "2026.12", date(2026, 11, 24), "NO-GO", "c4fec4e7")) == BYTES
    assert read_record(Path("x.json"), json.loads(BYTES)) == FULL


def test_times_are_written_in_utc_and_without_a_scorecard_there_is_none() -> None:
    moved = replace(FULL, incident=replace(FULL.incident, started=AT.astimezone(HERE)))
    assert record_text(moved) == record_text(FULL)
    review = ReviewLink("Support bot", "2026.12", date(2026, 11, 24))
    assert json.loads(record_text(FULL, review))["review"]["scorecard"] is None
    assert document()["review"] is None


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        (lambda it: it.update(extra=1), "unknown field `extra`"),
        (lambda it: it["timeline"][0].update(id=5), "unknown field `id` - at `incident.timeline[0]`"),
        (lambda it: it["timeline"][0]["links"][0].update(id=5), "`incident.timeline[0].links[0]`"),
        (lambda it: it.pop("item"), "missing required field `item`"),
        (lambda it: it.update(uid="short"), "at `incident.uid`"),
        (lambda it: it.update(title="  "), "at `incident.title`"),
        (lambda it: it.update(severity="sev9"), "Invalid enum value 'sev9' - at `incident.severity`"),
        (lambda it: it.update(started="2026-11-23T02:05:00"), "at `incident.started`"),
        (
            lambda it: it.update(started="0001-01-01T00:00:00+05:00"),
            "the time 0001-01-01T00:00:00+05:00 is out of range",
        ),
        (lambda it: it["removed"].update({"entry-03": "0001-01-01T00:00:00+05:00"}), "is out of range"),
        (lambda it: it["sections"]["summary"]["earlier"].append("no digest"), "earlier[1]`"),
        (lambda it: it["sections"].update(poem=it["sections"]["summary"]), "“poem” is no section of a note"),
        (lambda it: it["rivals"][0].update(section="poem"), "no section of a note - at `incident.rivals`"),
        (lambda it: it["actions"].append(it["actions"][0]), "the uid action-1 stands twice - at `incident.actions`"),
        (
            lambda it: it["timeline"][0].update(source="rumour"),
            "“rumour” is no source; they are person, log, trace, opinion - at `incident.timeline[0].source`",
        ),
    ],
)
def test_a_record_that_cannot_be_is_refused_with_the_place(
    break_it: Callable[[dict[str, Any]], object], reason: str
) -> None:
    broken = document()
    break_it(broken["incident"])
    with pytest.raises(ReadinessError) as caught:
        read_record(Path("x.json"), broken)
    assert reason in str(caught.value)
    assert str(caught.value).endswith("Nothing of it was imported; export the incident again.")


def test_what_follows_from_the_record_is_not_read() -> None:
    assert read_record(Path("x.json"), document() | {"derived": 5, "review": "x"}) == FULL
