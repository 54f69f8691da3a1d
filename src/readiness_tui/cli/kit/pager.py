"""A pager for output that is longer than the terminal; where there is none, or it fails, the output is simply printed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from readiness_tui.cli.kit import printing


@contextmanager
def paged() -> Iterator[None]:
    """Hold back what is printed to stdout, and show it at the end: through the pager where it does not fit the terminal.
    What is printed to stderr appears at once. Does nothing where stdout is no terminal, or no pager is wanted."""
    command = pager()
    if command is None:
        yield
        return
    printing.hold()
    try:
        yield
    finally:
        text = printing.release()
        if not (_is_long(text) and _show(text, command)):
            printing.print_whole(text)


def pager(env: Mapping[str, str] = os.environ) -> list[str] | None:
    """The pager's words: PAGER, else `less` or `more`. None where there is no terminal or no pager, or none is wanted: PAGER is
    empty or `cat`, NO_PAGER is set, TERM is `dumb`."""
    if sys.stdout is None or not sys.stdout.isatty() or "NO_PAGER" in env or env.get("TERM") == "dumb":
        return None
    named = env.get("PAGER")
    if named is None:
        found = shutil.which("less") or shutil.which("more")
        return [found] if found else None
    try:
        words = shlex.split(named, posix=os.name != "nt")
    except ValueError:  # a quote is left open
        return None
    return words if words and words != ["cat"] else None


def _is_long(text: str) -> bool:
    size = shutil.get_terminal_size()
    lines = sum(max(1, -(-len(line) // max(size.columns, 1))) for line in text.splitlines())
    return lines >= size.lines


def _show(text: str, command: list[str]) -> bool:
    """Whether the pager showed it: it was there and did not fail."""
    # As git does: less goes away where the text fits, keeps it on the screen, and shows colours. Who sets LESS knows better.
    env = {"LESS": "FRX", "LESSCHARSET": "utf-8", **os.environ}
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=env)
    except (OSError, ValueError):
        return False
    assert process.stdin is not None
    with suppress(OSError, KeyboardInterrupt):  # left before the end of the text
        process.stdin.write(text.encode("utf-8", "backslashreplace"))
    with suppress(OSError, KeyboardInterrupt):
        process.stdin.close()
    while True:
        try:
            status = process.wait()
        except KeyboardInterrupt:  # it is the pager's: less stops searching, and stays
            continue
        return status == 0 or status < 0
