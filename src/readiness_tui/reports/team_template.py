"""A team's own template, filled in by a process of its own: it may loop for ever or ask for all memory, and only it ends.

Jinja's sandbox holds back what a template may touch, not how long it computes nor how much it holds: `10 ** 10 ** 9` is one
expression. A process has limits that the system keeps, also in the middle of one.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line

SECONDS = 5  # of computing
PATIENCE = 30.0  # seconds in all, where the system cannot count those, or the template waits for something
MEMORY = 1 << 30  # bytes of the whole process
LARGEST = 20_000_000  # characters of a document
#: Documents that a team may have a template of; any other name in the folder is a part that one of theirs takes in.
_DOCUMENTS = frozenset({"scorecard.md.j2", "scorecard.html.j2", "incident.md.j2"})
_SUFFIX = re.compile(r"\.(?:j2|jinja2?)$", re.IGNORECASE)
_TOO_LARGE, _NO_MEMORY, _TOO_LONG = 3, 4, 5
_FOR_TIME = {-getattr(signal, name, 0) for name in ("SIGXCPU", "SIGKILL")} - {0}


def holds(folder: Path, template: str) -> bool:
    """Whether a team has templates in this folder.

    Raises ReadinessError where the folder cannot be listed, where what would be used of it is no file that can be read, and
    where the name of a file is that of `template` but for its case or ending: ours would take its place without a word.
    """
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise ReadinessError(
            f"The template folder {one_line(str(folder), 200)} cannot be read: {error.strerror or error}. Check its"
            " permissions, or remove it to use the built-in templates."
        ) from error
    used = [name for name in names if name.endswith(".j2") and (name == template or name not in _DOCUMENTS)]
    for name in used:
        if trouble := _trouble(folder / name):
            raise ReadinessError(
                f"The template {one_line(str(folder / name), 200)} {trouble}. Put a file that can be read there, or remove"
                " it to use the built-in one."
            )
    for name in names:
        meant = _SUFFIX.sub(".j2", name).lower()
        if name != meant == template and template not in names and not (folder / template).exists():
            raise ReadinessError(
                f"The template {one_line(str(folder / name), 200)} is passed over because of its name. Call it {template},"
                " or remove it to use the built-in one."
            )
    return bool(used)


def _trouble(path: Path) -> str:
    """Why a file cannot be read, as the end of a sentence; "" where it can."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return "is a link that leads nowhere" if path.is_symlink() else f"cannot be read: {error.strerror or error}"
    if stat.S_ISREG(mode):
        return "" if os.access(path, os.R_OK) else "cannot be read: Permission denied"
    return f"is a {'folder' if stat.S_ISDIR(mode) else 'pipe or a device'}, and no file"


def filled(template: str, folder: Path, values: dict[str, Any]) -> str:
    """What `render.fill` gives. Raises ReadinessError naming the template: as that does, or where it takes too long, too
    much memory, or gives too long a document."""
    started = subprocess.Popen(
        # Nothing is imported from the folder that the command stands in.
        [sys.executable, "-P", "-c", "from readiness_tui.reports.team_template import main; main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        out, _ = started.communicate(pickle.dumps((template, folder, values)), timeout=PATIENCE)
        code = started.returncode
    except subprocess.TimeoutExpired:
        out, code = b"", _TOO_LONG
    finally:
        started.kill()
        started.communicate()
    if code == 0:
        answer = json.loads(out)
        if "refused" in answer:
            raise ReadinessError(answer["refused"])
        return str(answer["text"])
    raise ReadinessError(
        f"The template {one_line(str(folder / template), 200)} could not be filled in: {_reason(code)}. Correct it, or remove"
        " it to use the built-in one."
    )


def _reason(code: int) -> str:
    if code == _TOO_LARGE:
        return f"it gives more than {LARGEST:,} characters"
    if code == _NO_MEMORY:
        return f"it needs more than {MEMORY >> 20:,} MB of memory"
    if code == _TOO_LONG:
        return f"it was not done after {PATIENCE:.0f} seconds"
    if code in _FOR_TIME:
        return f"it computes for more than {SECONDS} seconds"
    return f"the program that does so ended with status {code}"


def main() -> None:
    """The process: values come in, a document or a refusal goes out."""
    template, folder, values = pickle.load(sys.stdin.buffer)
    from readiness_tui.reports.render import fill

    _limit()
    try:
        try:
            answer = {"text": fill(template, folder, values)}
        except ReadinessError as refusal:
            answer = {"refused": str(refusal)}
        if len(answer.get("text", "")) > LARGEST:
            os._exit(_TOO_LARGE)
        sys.stdout.buffer.write(json.dumps(answer).encode())
        sys.stdout.buffer.flush()
    except MemoryError:
        os._exit(_NO_MEMORY)
    os._exit(0)


def _limit() -> None:
    """From here on only so much; where the system has no such limits, the patience of the other process is one."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + SECONDS
    for what, most in ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        with suppress(OSError, ValueError):  # a limit that is lower already stays
            resource.setrlimit(what, (most, most))
