"""What an exported incident says about its origin."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from readiness_tui.domain.incidents.model import Incident

#: In a note that was exported: the uid of its record and its checklist item, for an import. The eye needs neither.
RECORD_MARK = re.compile(r"<!-- readiness-incident ([A-Za-z0-9-]{8,64})(?: ([A-Za-z0-9._-]{1,40}))? -->")
_NAME = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Related:
    """A checklist item that the incident names, and its current standing in the review."""

    item_id: str
    title: str
    standing: str


@dataclass(frozen=True, slots=True)
class ReviewLink:
    """The review an incident was exported from. `verdict` and `digest`: its scorecard's; "" if it has none yet."""

    system: str
    release: str
    held_on: date
    verdict: str = ""
    digest: str = ""
    items: tuple[Related, ...] = ()


def record_mark(incident: Incident) -> str:
    """What `RECORD_MARK` finds; "" where the incident has no identity yet."""
    named = [word for word in (incident.uid, incident.item_id) if _NAME.fullmatch(word)]
    return f"<!-- readiness-incident {' '.join(named)} -->" if named and incident.uid else ""
