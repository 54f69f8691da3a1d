"""The key for help. A dialog with keys of its own binds it too: the app's keys do not reach a dialog."""

from __future__ import annotations

from textual.binding import Binding, BindingType

HELP: list[BindingType] = [
    Binding("question_mark", "app.help", "Help", id="app.help", key_display="?", tooltip="Every key of this screen"),
    Binding("f1", "app.help", "Help", id="app.help_anywhere", key_display="F1", tooltip="Every key of this screen, while one types too"),
]  # fmt: skip
