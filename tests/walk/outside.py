"""The walk in a real terminal: any key, click, paste and size, while another process writes to the same file."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.hostile import LEAK, POISON
from tests.walk.stages import Stage
from tests.walk.terminal import MAIN, Terminal

LOST = 5.0  # seconds after which Ctrl+Q is pressed once more
SILENT = 60.0  # seconds that the screen may not answer, on a busy machine
SIZES = ((24, 80), (40, 120), (5, 20), (12, 40), (60, 200), (1, 1))
_ENTERS, _LEAVES = b"\x1b[?2004h", b"\x1b[?2004l"
#: Ctrl+Q is left out: it is pressed last. Ctrl+P comes as often as the rooms, for what it lists.
KEYS = (
    *"OCETIGSHOCETIGSHOCETIGSH", *(chr(code) for code in range(0x21, 0x7F)), *(chr(code) for code in range(1, 27) if code != 17), *(["\r", "\t", "\x1b"] * 8),
    *(["\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\x1bOP", "\x1bOQ", "\x1b[Z", "\x7f", "\x1b[3~"] * 3),
    " ", "\x1bx", "\x1b[1;5H", "\x1b[1;2B", "\x00", "é", "日", "\u202e", "\ud83d",
)  # fmt: skip
PASTES = ("", "x", "2026-12-24", "../", "\x00\x1b]52;c;7919\x07", POISON, "日本語" * 50, "p" * 20_000, "line\n" * 500)
#: What a colleague does meanwhile. Whatever is refused is refused: this is not about them.
MEANWHILE = (
    "score OWN-01 1", "score OBS-01 0", "review rename-person ana anna", "review rename-person anna ana", "incident start later --sev 3",
    "incident log -i 1 something", "review take-back 4 --yes", "owner OWN-01 ben", "review edit --owner ben",
)  # fmt: skip


@dataclass
class Walked:
    """How far it came, and what was wrong; "" for nothing."""

    presses: int = 0
    starts: int = 0
    wrong: str = ""


def walk(stage: Stage, seed: int, seconds: float) -> Walked:
    """Start the app as often as a key ends it, for so long."""
    dice, path, walked, end = random.Random(seed), stage.fresh(), Walked(), time.monotonic() + seconds
    while time.monotonic() < end and not walked.wrong:
        walked.starts += 1
        terminal = Terminal(*stage.opens(path), env={"EDITOR": "true"}, folder=path.parent)
        try:
            walked.wrong = _once(terminal, dice, path, end, walked)
        finally:
            terminal.close()
    return walked


def _once(terminal: Terminal, dice: random.Random, path: Path, end: float, walked: Walked) -> str:
    last: list[str] = []
    colleague: subprocess.Popen[bytes] | None = None
    if dice.random() < 0.7:  # else keys come while it loads
        terminal.read(2)
    while time.monotonic() < end:
        last = [*last[-30:], _press(terminal, dice)]
        walked.presses += 1
        if (colleague is None or colleague.poll() is not None) and dice.random() < 0.05:
            colleague = _command(path, dice.choice(MEANWHILE))
        for _ in range(20):  # as fast as it paints, and no faster
            if not terminal.read(0.03):
                break
        if terminal.process.poll() is not None:
            break
        if dice.random() < 0.02 and not _answers(terminal, dice):
            return f"it did not answer within {SILENT} s after {last}"
    if colleague is not None:
        colleague.wait()
    try:
        status = _left(terminal)
    except AssertionError as error:
        return f"it could not be left after {last}: {error}"
    # Before it has the screen, and after, Ctrl+C is the terminal's own, and ends what it finds: Python too, at its very end.
    has_it = terminal.written.rfind(_ENTERS) > terminal.written.rfind(_LEAVES)
    interrupted = status in (130, -signal.SIGINT) and not has_it and b"Traceback" not in terminal.written
    if status and not interrupted:
        return f"it ended with {status} after {last}: {terminal.written[-600:]!r}"
    # Before and after it has the screen, the terminal itself echoes what is typed.
    painted = terminal.written.partition(_ENTERS)[2].rpartition(_LEAVES)[0]
    leak = LEAK.search(painted)
    return f"{leak} in {painted[max(0, leak.start() - 80) : leak.end() + 40]!r}" if leak else ""


def _left(terminal: Terminal) -> int:
    """Its exit status, after Ctrl+Q: once more where that was nobody's, as before it has the screen (the terminal's own sign to go
    on) and while an editor has it."""
    end = time.monotonic() + SILENT
    while time.monotonic() < end - LOST:
        terminal.type("\x11")
        with suppress(AssertionError):
            return terminal.ended(LOST)
    return terminal.ended(LOST)


def _press(terminal: Terminal, dice: random.Random) -> str:
    """Do one thing, and say which."""
    kind = dice.random()
    if kind < 0.04:
        rows, columns = dice.choice(SIZES)
        terminal.resize(rows, columns)
        return f"size {rows}x{columns}"
    if kind < 0.14:
        at = f"{dice.randrange(1, 120)};{dice.randrange(1, 40)}"
        terminal.type(f"\x1b[<0;{at}M\x1b[<0;{at}m")
        return f"click {at}"
    if kind < 0.18:
        text = dice.choice(PASTES)
        terminal.type(b"\x1b[200~" + text.encode() + b"\x1b[201~")
        return f"paste {text[:10]!r}"
    key = dice.choice(KEYS)
    terminal.type(key.encode("utf-8", "surrogatepass"))  # half a character is no UTF-8
    return repr(key)


def _answers(terminal: Terminal, dice: random.Random) -> bool:
    """Whether a new size is painted."""
    terminal.read(0.2)
    others = [(rows - fewer, columns) for rows, columns in SIZES[:2] for fewer in (1, 2, 3)]
    terminal.resize(*dice.choice([size for size in others if size != terminal.size]))
    end = time.monotonic() + SILENT
    while time.monotonic() < end:
        if terminal.read(0.2) or terminal.process.poll() is not None:
            return True
    return False


def _command(path: Path, words: str) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, "-c", MAIN, "--db", path, "--who", "ben", *words.split()],
        stdin=quiet,
        stdout=quiet,
        stderr=quiet,
    )
