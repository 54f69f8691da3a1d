"""What SQLite's errors mean, in sentences that a person can act on."""

from __future__ import annotations

from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line


def missing(path: Path) -> ReadinessError:
    return ReadinessError(
        f"There is no database at {one_line(str(path))}. "
        "Create one with `readiness new`, or name another file with --db."
    )


def moved(path: Path) -> ReadinessError:
    return ReadinessError(
        f"The database {one_line(str(path))} was moved, deleted or replaced while it was open, so nothing was saved "
        "to it. Put the file back, or open the other one again."
    )


def not_ours(path: Path) -> ReadinessError:
    return ReadinessError(
        f"{one_line(str(path))} is a SQLite database, but not one of readiness-tui. It was left untouched. "
        "Name another file with --db."
    )


def not_a_database(path: Path) -> ReadinessError:
    return ReadinessError(
        f"{one_line(str(path))} is not a SQLite database (or it is encrypted). It was left untouched. "
        "Name another file with --db."
    )


def empty(path: Path) -> ReadinessError:
    return ReadinessError(f"{one_line(str(path))} is empty. Create a database in it with `readiness new`.")


def newer(path: Path, found: int, known: int) -> ReadinessError:
    return ReadinessError(
        f"{one_line(str(path))} was written by a newer readiness-tui (database version {found}; this one knows "
        f"{known}). It was left untouched. Upgrade readiness-tui to open it."
    )


def explain(error: Exception, path: Path) -> ReadinessError:
    """The sentence for an error of the SQLite module while working on `path`."""
    said, name = str(error).lower(), one_line(str(path))
    nothing = "Nothing of this save was stored; what was stored before is intact."
    if "full" in said:
        text = f"The disk that holds {name} is full. {nothing} Free some space and save again."
    elif "i/o error" in said:
        text = (
            f"{name} could not be written (disk I/O error): the disk is full or failing. {nothing} "
            "Check the disk and save again."
        )
    elif "readonly" in said:
        text = (
            f"{name} is read-only. {nothing} Make the file and its folder writable, or copy it elsewhere and open the "
            "copy."
        )
    elif "unable to open" in said:
        if not path.exists():
            return missing(path)
        text = (
            f"{name} cannot be opened, or its folder does not let SQLite write the journal beside it. {nothing} "
            "Check the permissions of the file and of its folder."
        )
    elif "locked" in said or "busy" in said:
        text = (
            f"{name} is locked by another program that is still writing. {nothing} Wait for it or close it, then save "
            "again."
        )
    elif "not a database" in said:
        return not_a_database(path)
    elif "malformed" in said or "corrupt" in said:
        text = (
            f"{name} is damaged ({one_line(str(error), 100)}). "
            "Restore a backup, or rescue what is readable with `sqlite3 FILE .recover`."
        )
    elif "foreign key" in said:
        text = (
            f"This cannot be stored in {name}: something it refers to is missing, or something else still refers to it."
        )
    else:
        text = f"{name} could not be used: {one_line(str(error), 200)}. {nothing}"
    return ReadinessError(text)
