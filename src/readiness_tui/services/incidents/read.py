"""Reading incidents: a filtered list, and the trends over all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import FailureClass, Sev
from readiness_tui.domain.incidents.search import FoundIncident, Wanted, find
from readiness_tui.domain.incidents.trends import Trends, trends
from readiness_tui.domain.text.masking import masked
from readiness_tui.services.core.choices import choose
from readiness_tui.services.core.current import current_review
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.incidents import edit

NO_FILTER = Wanted()
#: What a filter line understands beside words, with an example of each.
FILTER_KEYS = {"is": "is:open, is:overdue", "sev": "sev:2", "class": "class:tool"}


def parse_filter(typed: str) -> Wanted:
    """The filter that a line means: `key:value` pairs (FILTER_KEYS), and words to be found anywhere in an incident.

    Raises ReadinessError for a value that is none of its kind.
    """
    words: list[str] = []
    wanted = NO_FILTER
    for part in typed.split():
        key, colon, value = part.partition(":")
        if not colon or key.casefold() not in FILTER_KEYS:
            words.append(part)
        elif key.casefold() == "sev":
            wanted = replace(wanted, severity=choose(Sev, value, "a severity"))
        elif key.casefold() == "class":
            wanted = replace(wanted, failure_class=choose(FailureClass, value, "a failure class"))
        elif value.casefold() == "open":
            wanted = replace(wanted, open=True)
        elif value.casefold() == "overdue":
            wanted = replace(wanted, overdue=True)
        else:
            raise ReadinessError(f"“{part}” is neither is:open nor is:overdue.")
    return replace(wanted, text=" ".join(words))


def found(desk: Desk, wanted: Wanted = NO_FILTER, *, hide: bool = False) -> list[FoundIncident]:
    """The system's incidents that are wanted, the open ones first. `hide`: secrets are masked before the search."""
    known = tuple(edit.listed(desk))
    return find(masked(known) if hide else known, wanted, today(desk))


def summed_up(desk: Desk) -> Trends:
    """All incidents of the system together."""
    return trends(sorted(edit.listed(desk), key=lambda incident: incident.number), today(desk))


def today(desk: Desk) -> date:
    """The day by which an action is overdue."""
    with desk.store.read() as conn:
        return desk.today(current_review(conn, desk))
