"""A notice that cannot stop the app (see `Notice`), and that begins on the screen (see `on_screen`)."""

from __future__ import annotations

from textwrap import wrap

from textual.geometry import Size
from textual.notifications import Notification

_WIDEST, _EDGE = 60, 3  # columns of a notice in Textual's own style, and those of them that are border and padding
_AROUND = 6  # lines of the screen that are not its text: padding, title, the gap above and the footer
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


def on_screen(message: str, screen: Size) -> str:
    """As much of it as a screen of this size has room for: a notice stands on the footer and grows upwards, past the upper
    edge, so that its beginning, which says what it is about, would be what is lost."""
    columns = max(min(_WIDEST, screen.width // 2) - _EDGE, 10)
    room = max(screen.height - _AROUND, 2)
    if len(message) < room and "\n" not in message:
        return message
    lines = [part for line in message.split("\n") for part in wrap(line, columns) or [""]]
    if len(lines) <= room:
        return message
    kept = lines[: room - 1]
    return "\n".join([*kept, f"… and {len(lines) - len(kept)} more lines"])
