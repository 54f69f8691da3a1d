"""A team's own template, filled in by a process of its own: it may loop for ever or ask for all memory, and only it ends.

Jinja's sandbox holds back what a template may touch, not how long it computes nor how much it holds: `10 ** 10 ** 9` is one
expression. A process has limits that the system keeps, also in the middle of one.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
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
_TOO_LARGE, _NO_MEMORY, _TOO_LONG = 3, 4, 5
_FOR_TIME = {-getattr(signal, name, 0) for name in ("SIGXCPU", "SIGKILL")} - {0}


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
