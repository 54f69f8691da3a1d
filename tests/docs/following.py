"""Follow a page as a reader would: save the files that it shows, type its commands in one shell, compare what they print.

A file is a fenced block whose paragraph before it ends in its name: "`gate.yaml`:". A command is a line of a `console` block that
begins with `$ `; the lines below it are what it prints, results and remarks together. There `…` stands for any text in a
line, and alone on a line for any number of lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from readiness_tui.cli import codes
from tests.docs.pages import blocks

_NAMED = re.compile(r"`(?P<name>[\w./-]+)`[^`]*:\n\n```(?P<language>\w+)\n(?P<text>.*?)```\n", re.DOTALL)
_MARK = "\x1e"  # in the output, before each command's


class Typed(NamedTuple):
    """A command of a page, and the lines that the page shows below it."""

    command: str
    shown: list[str]


def files(page: str) -> dict[str, str]:
    """The files that a page shows, by name."""
    return {
        found["name"]: found["text"] for found in _NAMED.finditer(page) if found["language"] not in ("console", "sh")
    }


def save(page: Path, folder: Path) -> None:
    """Write the files that a page shows, as its reader would."""
    for name, text in files(page.read_text(encoding="utf-8")).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def typed(page: Path) -> list[Typed]:
    """The commands of a page's `console` blocks, in their order."""
    commands: list[Typed] = []
    for block in blocks(page):
        if block.language == "console":
            for line in block.text.splitlines():
                if line.startswith("$ "):
                    commands.append(Typed(line[2:], []))
                else:
                    commands[-1].shown.append(line)
    return commands


def install(folder: Path) -> dict[str, str]:
    """The environment of a reader who has installed this program, beside `folder`; nothing of ours is in it."""
    tools = folder.with_name(f"{folder.name}-tools")
    tools.mkdir()
    for name, start in (("readiness", "-c 'from readiness_tui.cli import main; main()'"), ("python3", "")):
        tool = tools / name
        tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" {start} "$@"\n', encoding="utf-8")
        tool.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith(("READINESS_", "XDG_"))}
    return env | {"PATH": f"{tools}{os.pathsep}{env['PATH']}", "HOME": str(tools), "PYTHONUNBUFFERED": "1"}


def follow(commands: list[Typed], folder: Path) -> list[str]:
    """Type the commands into one shell in `folder`; what each printed, both streams as they came."""
    script = "".join(f"printf '{_MARK}'\n{one.command}\n" for one in commands)
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=install(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode in (codes.GO, codes.NO_GO, codes.CONDITIONS), done.stdout
    return done.stdout.split(_MARK)[1:]


def prints(shown: list[str], printed: str) -> bool:
    """Whether what a page shows is what was printed; a command below which a page shows nothing may print anything."""
    if not shown:
        return True
    parts = [r"(?:.*\n)*?" if line == "…" else ".*".join(map(re.escape, line.split("…"))) + r"\n" for line in shown]
    return re.fullmatch("".join(parts), printed if printed.endswith("\n") else printed + "\n") is not None
