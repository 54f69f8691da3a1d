"""The keys for help: what the focused thing is, and every key. The app's keys do not reach a dialog, so it binds them too."""

from __future__ import annotations

from textual.binding import Binding, BindingType

EXPLAIN: list[BindingType] = [
    Binding("f1", "app.explain", "Explain", id="app.explain", key_display="F1", show=False, tooltip="What the focused thing is, how its figure comes about, and what the words mean"),
]  # fmt: skip
HELP: list[BindingType] = [
    Binding("question_mark", "app.help", "Help", id="app.help", key_display="?", tooltip="Every key of this screen"),
    *EXPLAIN,
]  # fmt: skip
