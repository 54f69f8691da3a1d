"""Which tool wrote an incident in JSON, and its draft. What none of them wrote is refused with what would be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.exports import (
    incident_io,
    opsgenie,
    other_tools,
    pagerduty,
    slack,
    statuspage,
    trackers,
)


class _Tool(Protocol):
    NAME: str

    def fits(self, value: Any) -> bool: ...
    def named(self, value: Any) -> list[str]: ...
    def read(self, value: Any) -> IncidentDraft: ...


#: In the order in which they are asked: the one that knows any object with times is last.
_TOOLS: tuple[_Tool, ...] = (slack, pagerduty, opsgenie, incident_io, statuspage, trackers, other_tools)
READ = "Slack, PagerDuty, Opsgenie, incident.io, Statuspage, FireHydrant, Rootly, GitHub, GitLab and Jira"


def read_export(path: Path, value: Any) -> IncidentDraft | None:
    """The draft of a tool's export; None where no tool is recognised. Raises ReadinessError for several incidents in
    one file, because which of them is meant cannot be told."""
    for tool in _TOOLS:
        if not tool.fits(value):
            continue
        several = tool.named(value)
        if len(several) > 1:
            shown = ", ".join(one_line(one, 40) for one in several[:5])
            more = f" and {len(several) - 5} more" if len(several) > 5 else ""
            raise ReadinessError(
                f"{path} holds {len(several)} incidents of {tool.NAME} ({shown}{more}), and an import is of one. Save the"
                " one that you mean to a file of its own."
            )
        return tool.read(value)
    return None
