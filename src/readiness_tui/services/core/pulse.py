"""How far the open file has come, for whoever shows it. Nothing of the rules is imported here."""

from __future__ import annotations

from readiness_tui.services.core.desk import Desk
from readiness_tui.store.together.pulse import Pulse, pulse

__all__ = ["Pulse", "now"]


def now(desk: Desk) -> Pulse:
    """Ask before reading what is shown, so that nothing falls in between."""
    with desk.store.read() as conn:
        return pulse(conn)
