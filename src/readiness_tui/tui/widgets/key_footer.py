"""The footer: the keys that work now, as many as one line holds, and the help behind them always."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey


class KeyFooter(Footer):
    """Textual's, which lets the last keys go past the right edge; here those before the help are left out, whole. All of
    them stand in the help."""

    DEFAULT_CSS = """
    KeyFooter { overflow: hidden; }
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._fitted = 0  # the width that the present keys were chosen for

    def compose(self) -> ComposeResult:
        self._fitted = self.size.width
        keys = list(super().compose())
        if self._fitted:
            self._leave_out(keys)
        yield from keys

    def _leave_out(self, keys: list[Widget]) -> None:
        """Take from `keys` the last ones before the help, until the rest fits."""
        used = sum(_size(key) for key in keys) - 1  # no gap behind the last one
        while used > self._fitted:
            last = next((key for key in reversed(keys) if not _is_help(key)), None)
            if last is None:
                return
            keys.remove(last)
            used -= _size(last)

    def on_resize(self) -> None:
        if self.size.width != self._fitted:
            self.call_after_refresh(self.recompose)


def _is_help(key: Widget) -> bool:
    return isinstance(key, FooterKey) and key.action == "app.help"


def _size(key: Widget) -> int:
    """Columns, with the gap behind it."""
    return cell_len(key.key_display) + 1 + cell_len(key.description) + 1 if isinstance(key, FooterKey) else 0
