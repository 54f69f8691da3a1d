"""Reading incidents: a narrowed list, and what all of them say together."""

from __future__ import annotations

from datetime import date

from readiness_tui.domain.incident_search import Found, Wanted, find
from readiness_tui.domain.incident_trends import Trends, trends
from readiness_tui.services import incidents
from readiness_tui.services.desk import Desk
from readiness_tui.services.view import current_review

NO_FILTER = Wanted()


def found(desk: Desk, wanted: Wanted = NO_FILTER) -> list[Found]:
    """The system's incidents that are wanted, the open ones first."""
    return find(incidents.listed(desk), wanted, today(desk))


def summed_up(desk: Desk) -> Trends:
    """All incidents of the system together."""
    return trends(sorted(incidents.listed(desk), key=lambda incident: incident.number), today(desk))


def today(desk: Desk) -> date:
    """The day by which an action is overdue."""
    with desk.store.read() as conn:
        return desk.today(current_review(conn, desk))
