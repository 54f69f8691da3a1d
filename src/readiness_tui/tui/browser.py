"""Giving a link to the browser: never through a shell, and never to one that would take over this terminal."""

from __future__ import annotations

from textual.app import App

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.links import refusal


def open_link(app: App[object], link: str) -> None:
    """Open it. Raises ReadinessError where it may not be opened, or where no browser has a window of its own."""
    if why := refusal(link):
        raise ReadinessError(f"This link is not opened: {why}. y copies it.")
    if not app.is_web:
        import webbrowser

        try:
            found = webbrowser.get()
        except webbrowser.Error:
            raise ReadinessError("No browser was found on this machine. y copies the link.") from None
        if type(found) is webbrowser.GenericBrowser:  # lynx, w3m and the like paint on this terminal
            raise ReadinessError(
                "The only browser here runs in this terminal, so nothing was opened. y copies the link."
            )
    app.open_url(link)
