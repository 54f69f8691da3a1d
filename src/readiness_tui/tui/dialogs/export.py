"""Where to write a document: asks, refuses what cannot be written, and says where it went."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.tui.dialogs.form import Field, Values
from readiness_tui.tui.screens.room import RoomScreen


def ask_where(screen: RoomScreen, title: str, label: str, proposed: str, write: Callable[[Path], None]) -> None:
    """Ask for a file in the app's folder; `write(path)` runs away from the UI thread.

    A file that is there is replaced only once that was said.
    """
    here = screen.readiness.here
    warned: set[Path] = set()

    async def submit(values: Values) -> str | None:
        if not values["path"]:
            return "Which file? Type a name, or Esc to leave."
        path = here / Path(values["path"]).expanduser()
        if path.is_file() and path not in warned:
            warned.add(path)
            return f"{path.name} is there already. Enter again replaces it; another name keeps it."
        try:
            await screen.readiness.serve(write, path)
        except ReadinessError as refusal:
            return str(refusal)
        screen.readiness.tell(f"Written to {path}")
        return None

    screen.ask_with(title, [Field("path", f"{label}, in {here}", proposed)], submit)
