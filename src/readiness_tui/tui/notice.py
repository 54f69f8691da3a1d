"""A notice that cannot stop the app: see `Notice`."""

from __future__ import annotations

from textual.notifications import Notification

_LEAST = 0.05  # seconds


class Notice(Notification):
    """A notification with time left for as long as it is shown.

    Textual starts a toast's timer with the time that is left. Where the notice runs out between that look and the one
    before (`has_expired`), on a busy machine or while a screen is painted, the time is negative, and a timer with a
    negative interval never ends its loop (textual.timer, 8.2.8): the app stands still.
    """

    @property
    def time_left(self) -> float:
        """Seconds, never less than a twentieth."""
        return max(super().time_left, _LEAST)

    @property
    def has_expired(self) -> bool:
        return super().time_left <= 0
