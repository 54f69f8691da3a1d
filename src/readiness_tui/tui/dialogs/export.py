"""Where to write a document: asks, refuses what cannot be written, and says where it went. In a browser it is downloaded
there, under the name that was typed, and nothing of this machine's is touched."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from textual.screen import Screen

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.locate import from_browser, typed
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
            if from_browser():
                await _download(over, values["path"], write)
                return None
            path = typed(values["path"], here)
            if os.path.isfile(path) and path not in warned:
                warned.add(path)
                return f"{path.name} is there already. Enter again replaces it; another name keeps it."
            await app.serve(write, path)
        except ReadinessError as refusal:
            return str(refusal)
        app.tell(f"Written to {path}")
        return None

    where = "to download" if from_browser() else f"in {here}"
    over.app.push_screen(FormDialog(title, [Field("path", f"{label}, {where}", proposed)], submit))


async def _download(over: Screen[Any], name: str, write: Callable[[Path], None]) -> None:
    """Give the browser what `write` makes of a file of this name. Raises ReadinessError."""
    name = name.replace("\\", "/").rpartition("/")[2]
    if name.strip(". ") == "" or "\0" in name or len(os.fsencode(name)) > 200:
        raise ReadinessError("This cannot be the name of a file. Type another one.")

    def made() -> bytes:
        with tempfile.TemporaryDirectory(prefix="readiness-") as folder:
            write(path := Path(folder) / name)
            return path.read_bytes()

    over.app.deliver_binary(BytesIO(await host(over).serve(made)), save_filename=name)
    host(over).tell(f"Given to the browser as {name}")
