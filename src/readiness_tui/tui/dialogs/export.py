"""Where to write a document: asks, refuses what cannot be written, and says where it went."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.screen import Screen

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.locate import typed
from readiness_tui.tui.dialogs.form import Field, FormDialog, Values
from readiness_tui.tui.host import host


def ask_where(over: Screen[Any], title: str, label: str, proposed: str, write: Callable[[Path], None]) -> None:
    """Ask, over this screen, for a file in the app's folder; `write(path)` runs away from the UI thread.

    A file that is there is replaced only once that was said.
    """
    app = host(over)
    here = app.here
    warned: set[Path] = set()

    async def submit(values: Values) -> str | None:
        if not values["path"]:
            return "Which file? Type a name, or Esc to leave."
        try:
            path = typed(values["path"], here)
            if os.path.isfile(path) and path not in warned:
                warned.add(path)
                return f"{path.name} is there already. Enter again replaces it; another name keeps it."
            await app.serve(write, path)
        except ReadinessError as refusal:
            return str(refusal)
        app.tell(f"Written to {path}")
        return None

    over.app.push_screen(FormDialog(title, [Field("path", f"{label}, in {here}", proposed)], submit))
