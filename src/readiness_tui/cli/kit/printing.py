"""Printing for people, scripts and CI systems: the one place where a command writes to its streams.

Control characters are made visible, credentials masked, and no line is one that a CI system would obey (`disarmed`). JSON stays the same
values, documents the same text but for such lines; what is written to a file with -o is not touched here.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, TextIO, TypeVar

import click

from readiness_tui.domain.text.sanitise import disarmed, disarmed_json, visible

T = TypeVar("T")


def shown(text: str, *, kept: bool = False) -> str:
    """A text of ours, with whatever is in it, as it may be printed. `kept`: what was kept was masked before."""
    return disarmed(visible(text if kept else _masked(text)))


def _masked(value: T) -> T:
    """Without credentials. What masks them is loaded only by a command that prints something of its own."""
    from readiness_tui.domain.text.masking import masked

    return masked(value)


def say(text: str = "", *, kept: bool = False) -> None:
    """Print to stdout, control characters made visible and credentials masked. `kept`: as in `shown`."""
    _print(shown(text, kept=kept) + "\n", sys.stdout)


def tell(text: str) -> None:
    """Progress and remarks: stderr, so that stdout stays the result."""
    _print(shown(text) + "\n", sys.stderr)


def say_table(rows: Sequence[Sequence[str]], right: Collection[int] = (), *, kept: bool = False) -> None:
    """Print rows in columns, the first of them the header; `right`: columns of figures. Nothing is cut: what is too long
    for a terminal can still be copied."""
    cells = [[visible(cell if kept else _masked(cell)) for cell in row] for row in rows]
    columns: Callable[[str], int] = len
    if not all(cell.isascii() for row in cells for cell in row):
        from readiness_tui.domain.text.format import width as columns
    wide = [max(columns(row[at]) for row in cells) for at in range(len(rows[0]))]
    for row in cells:
        filled = []
        for at, cell in enumerate(row):
            space = " " * (wide[at] - columns(cell))
            filled.append(space + cell if at in right else cell + space)
        say("  ".join(filled).rstrip(), kept=True)


def say_document(text: str, *, json: bool = False) -> None:
    """Print a document as its report made it safe; `json`: it is JSON, or lines of it."""
    _print(disarmed_json(text) if json else disarmed(text), sys.stdout)


def say_json(value: Any, *, kept: bool = False) -> None:
    """Print one JSON document, keys sorted and credentials masked; lists in it may be `Streamed`."""
    from readiness_tui.cli.kit.streamed import pieces

    for piece in pieces(value, (lambda kept: kept) if kept else _masked):
        _print(disarmed_json(piece), sys.stdout)
    _print("\n", sys.stdout)


def say_checked(found: dict[str, str], before: dict[str, Any] | None, *, as_json: bool) -> bool:
    """Print a check as text or JSON, and what is new since `before`; returns whether anything was added since."""
    added = None
    text, entry = "", {}
    if before is not None:
        import json

        from readiness_tui.reports import since

        added = since.since(before, json.loads(found["json"]))
        text, entry = since.since_text(added), since.since_object(added)
        if as_json:
            say_json({**json.loads(found["json"]), **entry}, kept=True)
            return added.adds
    if as_json:
        say_document(found["json"] + "\n", json=True)
    else:
        say((found["text"] + text).rstrip("\n"), kept=True)
    return added is not None and added.adds


def progress(done: int, total: int) -> bool:
    """Show on a terminal how far something is."""
    if total and _in_place():
        # The cursor returns each time, so that whatever is printed next, even an error, overwrites the progress.
        _print("     \r" if done >= total else f"{done * 100 // total:3d} %\r", sys.stderr)
    return True


def _in_place() -> bool:
    """Whether there is a terminal for progress, which can go back to the beginning of a line."""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def paced(unit: str = "") -> Callable[[int, int], bool]:
    """`progress` of what may take minutes, with its pace and the time that is left; `unit`: see `Pace`."""
    from readiness_tui.domain.text.pace import Pace

    pace = Pace(unit)
    wide = 0

    def show(done: int, total: int) -> bool:
        nonlocal wide
        if total and _in_place():
            words = pace.words(done, total, time.monotonic())
            _print(f"{words:{wide}}\r", sys.stderr)
            wide = len(words)
        return True

    return show


#: What is held back for the pager (`kit/pager.py`), while something is.
_held: list[str] | None = None


def hold() -> None:
    """Hold back what is printed to stdout from now on."""
    global _held
    _held = []


def release() -> str:
    """What was held back; nothing is from now on."""
    global _held
    text, _held = "".join(_held or ()), None
    return text


def let_out() -> None:
    """Print what is held back so far: somebody is about to be asked about it."""
    if _held:
        text = release()
        print_whole(text)
        hold()


def at_once() -> None:
    """Print what is held back, and hold nothing back any more: a conversation begins, of which every line is awaited."""
    text = release()
    if text:
        print_whole(text)


def print_whole(text: str) -> None:
    """Print what was held back, as it was going to be printed."""
    _print(text, sys.stdout)


def _print(text: str, stream: TextIO | None) -> None:
    """Print; a reader that stops early (`| head`), or a terminal that is gone, changes neither the command's work nor its exit
    status. Nor do remarks that cannot be written; a result that cannot be is an error."""
    if stream is None:  # closed before the program started
        return
    if _held is not None and stream is sys.stdout:
        _held.append(text)
        return
    try:
        click.echo(text, file=stream, nl=False)
    except OSError as error:
        if stream is sys.stdout and error.errno not in (errno.EPIPE, errno.EIO):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
