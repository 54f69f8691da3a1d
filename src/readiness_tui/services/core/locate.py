"""Which file is meant: `--db`, READINESS_DB, or the nearest `readiness.db` upward; for the app also the last one used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line

FILE_NAME = "readiness.db"
SETTINGS_NAME = "settings.yaml"
LOCK_NAME = "gate.lock"
APP_NAME = "readiness-tui"
NOT_FROM_A_BROWSER = (
    "Files of the machine that serves this page are not read or written from a browser. Whoever runs `readiness serve` does"
    " it there; what they import is shown here at once."
)
BROWSER = "READINESS_BROWSER"  # set by `serve` for the app that somebody uses in a browser


def state_folder() -> Path:
    """Where the app remembers the last file used (mode 0700 when it is made)."""
    from platformdirs import user_state_path

    return user_state_path(APP_NAME, appauthor=False)


def config_folder() -> Path:
    """Where a person's own keymap and settings are looked for."""
    from platformdirs import user_config_path

    return user_config_path(APP_NAME, appauthor=False)


def settings_file() -> Path:
    """A person's own keys and theme; nothing creates it."""
    return config_folder() / SETTINGS_NAME


def nearest(start: Path) -> Path | None:
    """The `readiness.db` in `start` or the closest folder above it."""
    for folder in (start, *start.parents):
        if os.path.isfile(folder / FILE_NAME):  # unlike Path.is_file, False also where one may not look
            return folder / FILE_NAME
    return None


def _last_used_note() -> Path:
    return state_folder() / "last-used"


def last_used() -> Path | None:
    """The file of the previous session, if it is still there."""
    try:
        path = Path(_last_used_note().read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError):
        return None
    return path if os.path.isfile(path) else None


def own_folder(path: Path) -> None:
    """Make a folder for this person alone, and so whatever leads to it and is missing: in one that others may write to, they
    could put another in its place. Raises OSError."""
    for folder in (*reversed(path.parents), path):
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)


def remember(path: Path) -> None:
    """Note `path` as the last used. A state folder that cannot be written is ignored, and a name that is no Unicode."""
    name = os.path.realpath(path)
    if any("\ud800" <= character <= "\udfff" for character in name) or str(last_used()) == name:
        return
    from readiness_tui.reports.atomic import write_text

    note = _last_used_note()
    with suppress(OSError, ReadinessError):
        own_folder(note.parent)
        write_text(note, name)


def named(given: Path | None, env: Mapping[str, str] = os.environ) -> Path | None:
    """The file that was asked for by name, `--db` before READINESS_DB."""
    return given or (Path(env["READINESS_DB"]) if env.get("READINESS_DB") else None)


def pending_lock(folder: Path, database: Path) -> Path:
    """Where the next `gate.lock` of a folder lies until this database has stored the lock: a name for each database."""
    from hashlib import sha256

    of = sha256(os.fsencode(os.path.realpath(database))).hexdigest()[:12]
    return folder / f".{LOCK_NAME}.{of}.pending"


def from_browser(env: Mapping[str, str] = os.environ) -> bool:
    """Whether whoever uses the app sits at a browser: this machine's files and programs are then not theirs."""
    return bool(env.get(BROWSER))


def typed(text: str, here: Path = Path()) -> Path:
    """The path that somebody typed, in `here` unless it begins elsewhere. It may name nothing yet.

    Raises ReadinessError for what no file can be called: other calls on such a path fail in ways that nobody expects; and
    for anything typed in a browser.
    """
    if from_browser():
        raise ReadinessError(NOT_FROM_A_BROWSER)
    path = here / os.path.expanduser(text.strip())  # unlike Path.expanduser, leaves `~nobody` as it is
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        pass  # said where it is opened
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ReadinessError(f"“{one_line(text, 60)}” cannot be a file: {why}. Type another path.") from None
    return path


def target(given: Path | None, *, env: Mapping[str, str] = os.environ, cwd: Path | None = None) -> Path | None:
    """The file a command works on, or None where nothing is found. Never creates one, and never guesses one.

    A path that was asked for by name (`--db`, READINESS_DB) is returned whether it exists or not.
    """
    return named(given, env) or nearest((cwd or Path.cwd()).resolve())


def locate(given: Path | None, *, env: Mapping[str, str] = os.environ, cwd: Path | None = None) -> Path | None:
    """The file that the app opens: `target`, else the one that was last used."""
    return target(given, env=env, cwd=cwd) or last_used()
