"""Writing a text in the person's own editor, while the app waits."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.locate import from_browser

_HERE = "Write it here instead."


def edit(app: App[Any], text: str, name: str) -> str:
    """`text` as it is after the editor named by VISUAL or EDITOR has closed. `name`: of the file that it opens.

    The file lies in a folder that only this person can read, and is removed once it was read back. Raises
    ReadinessError where no editor is named, it cannot start or fails, or the app has no terminal to lend.
    """
    if from_browser():
        raise ReadinessError(f"An editor would open on the machine that serves this page. {_HERE}")
    command = _command()
    folder = Path(tempfile.mkdtemp(prefix="readiness-"))  # mode 0700
    file = folder / name
    file.write_text(text + "\n" if text else "", encoding="utf-8")
    try:
        with app.suspend():
            done = subprocess.run([*command, str(file)], check=False)
    except SuspendNotSupported:
        shutil.rmtree(folder, ignore_errors=True)
        raise ReadinessError(f"The app runs where it has no terminal to lend to {command[0]}. {_HERE}") from None
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ReadinessError(f"{command[0]} could not be started: {error.strerror}. {_HERE}") from None
    if done.returncode:
        raise ReadinessError(
            f"{command[0]} ended with status {done.returncode}, so the text was left as it is here."
            f" What it may have saved is in {file}."
        )
    try:
        written = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadinessError(f"What {command[0]} left in {file} cannot be read: {error}. The file is kept.") from None
    shutil.rmtree(folder, ignore_errors=True)
    return written.replace("\r\n", "\n").strip("\n")


def _command() -> list[str]:
    """The editor and its arguments. `VISUAL` comes first, as everywhere."""
    named = os.environ.get("VISUAL", "").strip() or os.environ.get("EDITOR", "").strip()
    if not named:
        raise ReadinessError(f"No editor is named: set EDITOR, for example to vim or “code --wait”. {_HERE}")
    try:
        return shlex.split(named)
    except ValueError as error:
        raise ReadinessError(f"EDITOR is “{named}”, which cannot be read: {error}. {_HERE}") from None
