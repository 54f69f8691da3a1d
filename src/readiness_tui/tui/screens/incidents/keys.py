"""What the keys of Incidents have in common: the incident they act on, and a choice of a few things."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from readiness_tui.domain.incidents.model import Incident
from readiness_tui.services.core.desk import Desk
from readiness_tui.tui.dialogs.pick import Choice, PickDialog
from readiness_tui.tui.screens.room import RoomScreen

UTC_HINT = "2026-11-21 14:05, 14:05 or now, in UTC"


class IncidentKeys(RoomScreen):
    """A screen with a present incident; each key asks as little as it can and saves at once."""

    @property
    def incident(self) -> Incident | None:
        """The incident the keys act on."""
        raise NotImplementedError

    @property
    def desk(self) -> Desk:
        assert self.readiness.desk is not None
        return self.readiness.desk

    def pick(
        self,
        title: str,
        choices: Sequence[Choice],
        then: Callable[[str], Awaitable[None]] | Callable[[str], None],
        *,
        at: str | None = None,
    ) -> None:
        """Let one of `choices` be chosen and go on with its id."""

        async def chosen(key: str | None) -> None:
            going_on = then(key) if key is not None else None
            if going_on is not None:
                await going_on

        self.app.push_screen(PickDialog(title, choices, at=at), chosen)
