"""What the command line prints of incidents. Secrets are masked before anything else, so that no search finds one."""

from __future__ import annotations

from typing import Any

from readiness_tui.domain.incident_search import Wanted, find
from readiness_tui.domain.masking import masked
from readiness_tui.domain.text import one_line
from readiness_tui.reports import check_out, incident_out
from readiness_tui.services import incident_links, incident_read, incidents
from readiness_tui.services.desk import Desk
from readiness_tui.services.incident_log import Noted


def listed(desk: Desk, wanted: Wanted) -> tuple[list[str], dict[str, Any]]:
    """`incident list` as lines and as JSON."""
    day = incident_read.today(desk)
    found = find(masked(tuple(incidents.listed(desk))), wanted, day)
    return list(incident_out.list_lines(found)), {
        "schema": check_out.SCHEMA,
        "incidents": incident_out.list_json(found, day),
    }


def shown(desk: Desk, number: int) -> list[str]:
    """`incident show`."""
    incident = incidents.get(desk, number)
    gone = masked(incident_links.missing(desk, incident))
    return [
        *incident_out.incident_lines(masked(incident), incident_read.today(desk), desk.zone),
        *(f"  ! {link.kind} {one_line(link.name)} is linked, and not in this file." for link in gone),
    ]


def summed_up(desk: Desk) -> tuple[list[str], dict[str, Any]]:
    """`incident trends` as lines and as JSON."""
    found = masked(incident_read.summed_up(desk))
    return list(incident_out.trends_lines(found)), {"schema": check_out.SCHEMA, **incident_out.trends_json(found)}


def noted(desk: Desk, said: Noted) -> str:
    """The line of the timeline or the action that `incident log` made."""
    name = said.incident.name
    if said.action is not None:
        return f"{name}  {incident_out.action_line(said.action, incident_read.today(desk))}"
    assert said.entry is not None
    return f"{name}  {incident_out.entry_line(said.entry, desk.zone)}"
