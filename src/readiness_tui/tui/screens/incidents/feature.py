"""What the features of Incidents have in common: the incident that they act on."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from readiness_tui.domain.incidents.model import Incident
from readiness_tui.tui.screens.room import Feature, RoomScreen

UTC_HINT = "2026-11-21 14:05, 14:05 or now, in UTC"


class IncidentFeature(Feature):
    """Acts on the present incident of a screen; each key asks as little as it can and saves at once."""

    WITHOUT: ClassVar[frozenset[str]] = frozenset()  # the actions that need no incident

    def __init__(self, screen: RoomScreen, present: Callable[[], Incident | None]) -> None:
        super().__init__(screen)
        self._present = present

    @property
    def incident(self) -> Incident:
        """The incident the keys act on: without one they do not work."""
        incident = self._present()
        assert incident is not None
        return incident

    def works(self, action: str) -> bool:
        return action in self.WITHOUT or self._present() is not None
