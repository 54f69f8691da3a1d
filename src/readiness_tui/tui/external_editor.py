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
LARGEST = 4 * 1024 * 1024  # bytes that are taken back: a slip of the editor must not fill the database


def edit(app: App[Any], text: str, name: str) -> str:
    """`text` as it is after the editor named by VISUAL or EDITOR has closed. `name`: of the file that it opens.

    The file lies in a folder that only this person can read, and is removed once it was read back. Raises
    ReadinessError where no editor is named, it cannot start, fails or is killed, what it left is gone, is no text or is larger
    than `LARGEST`, or the app has no terminal to lend. Then what it may have saved stays where it is.
    """
    if from_browser():
        raise ReadinessError(f"An editor would open on the machine that serves this page. {_HERE}")
    command = _command()
    try:
        folder = Path(tempfile.mkdtemp(prefix="readiness-"))  # mode 0700
        file = folder / name
        file.write_text(text + "\n" if text else "", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ReadinessError(f"No file could be made for {command[0]} to open: {error.strerror}. {_HERE}") from None
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
        how = (
            f"was killed by signal {-done.returncode}"
            if done.returncode < 0
            else f"ended with status {done.returncode}"
        )
        raise ReadinessError(
            f"{command[0]} {how}, so the text was left as it is here. What it may have saved is in {file}."
        )
    written = _read_back(file, command[0])
    shutil.rmtree(folder, ignore_errors=True)
    return written.replace("\r\n", "\n").strip("\n")


def _read_back(file: Path, editor: str) -> str:
    unchanged = "so the text was left as it is here"
    if not os.path.lexists(file):
        raise ReadinessError(f"{editor} removed {file.name}, {unchanged}. Save the file before you leave the editor.")
    if not file.is_file():  # a pipe would be waited for
        raise ReadinessError(f"{editor} left {file}, which is no regular file, {unchanged}.")
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ReadinessError(
                f"{editor} left more than {LARGEST // 1024 // 1024} MiB in {file}, {unchanged}. The file is kept: shorten it."
            )
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadinessError(
            f"What {editor} left in {file} is not UTF-8 at byte {error.start + 1}, {unchanged}. The file is kept: save it as UTF-8."
        ) from None
    except OSError as error:
        raise ReadinessError(
            f"What {editor} left in {file} cannot be read: {error.strerror}, {unchanged}. The file is kept."
        ) from None


def _command() -> list[str]:
    """The editor and its arguments. `VISUAL` comes first, as everywhere."""
    variable = "VISUAL" if os.environ.get("VISUAL", "").strip() else "EDITOR"
    named = os.environ.get(variable, "").strip()
    if not named:
        raise ReadinessError(f"No editor is named: set EDITOR, for example to vim or “code --wait”. {_HERE}")
    try:
        found = shlex.split(named)
    except ValueError as error:
        raise ReadinessError(f"{variable} is “{named}”, which cannot be read: {error}. {_HERE}") from None
    if not found or not found[0]:
        raise ReadinessError(f"{variable} is “{named}”, which names no program. {_HERE}")
    return found
