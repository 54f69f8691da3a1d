"""What the command line prints of incidents. Secrets are masked before anything else, so that no search finds one."""

from __future__ import annotations

from typing import Any

from readiness_tui.domain.incidents.search import Wanted, find
from readiness_tui.domain.text.masking import masked
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.reports import check, incident_text
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.incidents import edit, links, read
from readiness_tui.services.incidents.log import Noted


def listed(desk: Desk, wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    """`incident list` as lines and as JSON."""
    day = read.today(desk)
    found = find(masked(tuple(edit.listed(desk))), wanted, day)
    return list(incident_text.list_lines(found)), {
        "schema": check.SCHEMA,
        "incidents": incident_text.list_json(found, day),
    }


def shown(desk: Desk, number: int) -> list[str]:
    """`incident show`."""
    incident = edit.get(desk, number)
    gone = masked(links.missing(desk, incident))
    return [
        *incident_text.incident_lines(masked(incident), read.today(desk), desk.zone),
        *(f"  ! {link.kind} {one_line(link.name)} is linked, and not in this file." for link in gone),
    ]


def summed_up(desk: Desk) -> tuple[list[str], dict[str, Any]]:
    """`incident trends` as lines and as JSON."""
    found = masked(read.summed_up(desk))
    return list(incident_text.trends_lines(found)), {"schema": check.SCHEMA, **incident_text.trends_json(found)}


def noted(desk: Desk, said: Noted) -> str:
    """The line of the timeline or the action that `incident log` made."""
    name = said.incident.name
    if said.action is not None:
        return f"{name}  {incident_text.action_line(said.action, read.today(desk))}"
    assert said.entry is not None
    return f"{name}  {incident_text.entry_line(said.entry, desk.zone)}"
