"""What is written down of a fault of ours: where in the code it happened and on what machine, and nothing of anybody's data."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from readiness_tui import __version__
from readiness_tui.services.core.locate import own_folder, state_folder

KEPT = 10  # reports; an older one is removed
DEBUG = "READINESS_DEBUG"  # set: the whole traceback, messages too, goes to the terminal as well
#: Their messages are the interpreter's own words about code. Any other may quote the data, so its message is left out.
_ABOUT_CODE = (TypeError, AttributeError, NameError, IndexError, ZeroDivisionError, RecursionError, ImportError)
_HEAD = """\
A fault of readiness-tui. To report it, send this file and say in your own words what you did just before.
It holds places in the code and versions: no values, no names, nothing of the review.
"""


def folder() -> Path:
    """Where the reports lie, readable by this person alone."""
    return state_folder() / "crashes"


def report(fault: BaseException, doing: str) -> str:
    """Write a report and say so: which fault, where, and where the report is. `doing`: the command, or the app's screens.

    Never raises: where nothing can be written, the sentences carry what is needed.
    """
    if os.environ.get(DEBUG):
        traceback.print_exception(fault)
    fault = _cause(fault)
    said = f"{type(fault).__name__} {_place(fault)}".strip()
    try:
        target = _write("\n".join(_lines(fault, doing)))
    except OSError as error:
        return f"{said}. No report could be written to {folder()}: {error.strerror}. Please report this line."
    return f"{said}. A report without any of your data is in {target}: please send it, and say what you did."


def _cause(fault: BaseException) -> BaseException:
    """What failed inside a worker of Textual's, rather than that one did."""
    inner = getattr(fault, "error", None)
    return inner if isinstance(inner, BaseException) else fault


def _lines(fault: BaseException, doing: str) -> Iterator[str]:
    from readiness_tui.sqlite import sqlite3

    yield _HEAD
    yield f"when      {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    yield f"doing     {doing}"
    yield f"version   {__version__}"
    yield f"python    {sys.version.split()[0]} ({sys.implementation.name}), {sys.platform}, {os.uname().machine if hasattr(os, 'uname') else '?'}"
    yield f"sqlite    {sqlite3.sqlite_version} ({sqlite3.__name__})"
    yield f"libraries {', '.join(_versions())}"
    yield f"terminal  {os.environ.get('TERM', '-')}, encoding {getattr(sys.stderr, 'encoding', None) or '-'}\n"
    yield from _chain(fault)


def _versions() -> Iterator[str]:
    from importlib.metadata import PackageNotFoundError, version

    for name in ("textual", "rich", "click"):
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} ?"


def _chain(fault: BaseException) -> Iterator[str]:
    """The fault after what it came from, each with its frames, the innermost last; no source, no values."""
    seen: list[BaseException] = []
    now: BaseException | None = fault
    while now is not None and now not in seen:
        seen.append(now)
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)
    for one in reversed(seen):
        for frame in traceback.extract_tb(one.__traceback__):
            yield f"  {_file(frame.filename)}:{frame.lineno} in {frame.name}"
        yield f"{type(one).__module__}.{type(one).__qualname__}{_message(one)}\n"
        if isinstance(one, BaseExceptionGroup):
            for inner in one.exceptions:
                yield from _chain(inner)


def _message(fault: BaseException) -> str:
    if isinstance(fault, OSError):
        return f": errno {fault.errno}"
    return f": {fault}" if type(fault) in _ABOUT_CODE else " (its message is left out: it may quote the data)"


def _place(fault: BaseException) -> str:
    """The innermost line of ours, "" where none is."""
    frames = traceback.extract_tb(fault.__traceback__)
    ours = [frame for frame in frames if _file(frame.filename).startswith("readiness_tui")] or list(frames)
    return f"in {_file(ours[-1].filename)}, line {ours[-1].lineno}" if ours else ""


def _file(name: str) -> str:
    """A file of the code from its package on: what stands before it names a person, often."""
    path = Path(name)
    for part in ("readiness_tui", "site-packages", "lib"):
        if part in path.parts[:-1]:
            at = len(path.parts) - 1 - path.parts[::-1].index(part)
            return "/".join(path.parts[at if part == "readiness_tui" else at + 1 :])
    return path.name


def _write(text: str) -> Path:
    """The new report's path. Of the older ones the last are kept."""
    made = _new("crash", text)
    for old in sorted(folder().glob("crash-*.txt"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return made


def write_apart(texts: Sequence[str]) -> Path:
    """Typed text that the database did not take, in a file beside the reports, and never removed. Raises OSError."""
    return _new("typed", "\n\n".join(texts))


def _new(kind: str, text: str) -> Path:
    place = folder()
    own_folder(place)
    place.chmod(0o700)
    made = place / f"{kind}-{datetime.now(UTC):%Y%m%dT%H%M%S-%f}-{os.getpid()}.txt"
    with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text + "\n")
    return made
