"""Putting the completion script where a shell reads it, and taking it away again.

bash and zsh read their own start file, which is a person's: it gets three marked lines that read a file of ours, and
nothing else in it is touched. fish reads a file of ours by itself.
"""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.reports.atomic import refuse, write_text
from readiness_tui.services.core.locate import config_folder, own_folder

SHELLS = ("bash", "zsh", "fish")
_FIRST, _LAST = "# >>> readiness: completion by the Tab key >>>", "# <<< readiness <<<"


@dataclass(frozen=True, slots=True)
class ShellFiles:
    """Where a shell's script lies, and the start file that reads it (None: the shell finds it by itself)."""

    script: Path
    start: Path | None


def shell_of(named: str | None, env: Mapping[str, str] = os.environ) -> str:
    """The shell that was named, else the person's own. Raises ReadinessError where that is none of SHELLS."""
    if named:
        return named
    name = Path(env.get("SHELL", "")).name
    if name in SHELLS:
        return name
    own = (
        f"Your shell is {one_line(name, 40)}, which is none of them" if name else "Your own shell is not known (SHELL)"
    )
    raise ReadinessError(f"{own}: name one, as in `readiness completion install bash` ({', '.join(SHELLS)}).")


def place(shell: str, env: Mapping[str, str] = os.environ) -> ShellFiles:
    home = Path(os.path.expanduser("~"))
    if shell == "fish":
        folder = Path(env.get("XDG_CONFIG_HOME") or home / ".config") / "fish" / "completions"
        return ShellFiles(folder / "readiness.fish", None)
    script = config_folder() / f"completion.{shell}"
    if shell == "zsh":
        return ShellFiles(script, Path(env.get("ZDOTDIR") or home) / ".zshrc")
    # A terminal window of macOS is a login shell, and those of bash read this file alone.
    return ShellFiles(script, home / (".bash_profile" if sys.platform == "darwin" else ".bashrc"))


def install(shell: str, script: str) -> list[str]:
    """Write what is not there yet; returns what was done, in sentences. The second time nothing is.

    Raises ReadinessError where a file cannot be written, or the start file is none that can be changed safely; then
    nothing was changed.
    """
    there = place(shell)
    before = after = ""
    if there.start is not None:
        before = _start_text(there.start)
        after = _with_block(before, there.script, there.start)
    done = []
    if _text_of(there.script) != script:
        _make_folder(there.script.parent)
        refuse(there.script)
        write_text(there.script, script)
        done.append(f"Written: {there.script}")
    if there.start is not None and after != before:
        with suppress(OSError):  # a new one is nobody else's; what is there keeps its mode
            os.close(os.open(there.start, os.O_CREAT | os.O_EXCL, 0o600))
        write_text(there.start, after)
        done.append(f"Three lines at the end of {_named(there.start)} read it.")
    if not done:
        return [f"It is installed already: {there.script}"]
    return [*done, f"New shells complete `readiness`. `readiness completion remove {shell}` takes it back."]


def remove(shell: str) -> list[str]:
    """Take away what `install` wrote, and leave the rest as it is. Raises ReadinessError as `install` does."""
    there = place(shell)
    done = []
    if there.start is not None:
        before = _start_text(there.start)
        after = _without_block(before, there.start)
        if after != before:
            write_text(there.start, after)
            done.append(f"The three lines are gone from {_named(there.start)}.")
    if os.path.lexists(there.script):
        try:
            there.script.unlink()
        except OSError as error:
            raise ReadinessError(f"{one_line(str(there.script))} could not be removed: {error.strerror}.") from error
        done.append(f"Removed: {there.script}")
    return done or ["Nothing is installed for this shell."]


def _start_text(path: Path) -> str:
    """A start file as it is; "" where there is none. Raises ReadinessError for what is no plain text file."""
    try:
        there = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            raise ReadinessError(_by_hand(path, "is a link to a file that does not exist")) from None
        return ""
    except OSError as error:
        raise ReadinessError(_by_hand(path, f"cannot be read ({error.strerror})")) from error
    if not stat.S_ISREG(there.st_mode):
        raise ReadinessError(_by_hand(path, "is no regular file"))
    refuse(path)
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ReadinessError(_by_hand(path, f"cannot be read ({error.strerror})")) from error
    except UnicodeDecodeError as error:
        raise ReadinessError(_by_hand(path, "is not written in UTF-8")) from error


def _by_hand(path: Path, why: str) -> str:
    return (
        f"{one_line(str(path))} {why}, so it was not changed. `readiness completion show SHELL` prints the script: read it"
        " from your start file yourself."
    )


def _with_block(text: str, script: Path, start: Path) -> str:
    bare = _without_block(text, start)
    name = shlex.quote(str(script))
    block = f"{_FIRST}\n[ -r {name} ] && . {name}\n{_LAST}\n"
    if block in text:
        return text
    return f"{bare}{'' if not bare or bare.endswith(chr(10)) else chr(10)}{block}"


def _without_block(text: str, start: Path) -> str:
    """The text without our lines, where they stand whole and once; a block that somebody cut apart is theirs to mend."""
    count = (text.count(_FIRST), text.count(_LAST))
    if count == (0, 0):
        return text
    first, last = text.find(_FIRST), text.find(_LAST)
    if count != (1, 1) or first > last or text.count("\n", first, last) > 3:
        raise ReadinessError(_by_hand(start, f"holds lines of ours (“{_FIRST}”) that were changed"))
    end = last + len(_LAST)
    return text[:first] + text[end:].removeprefix("\r").removeprefix("\n")


def _named(path: Path) -> str:
    """A start file; where it is a link, also the file that was really changed."""
    return f"{path}, which is a link to {os.path.realpath(path)}," if path.is_symlink() else str(path)


def _text_of(path: Path) -> str | None:
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text(encoding="utf-8")
    return None


def _make_folder(path: Path) -> None:
    try:
        own_folder(path)
    except OSError as error:
        raise ReadinessError(f"The folder {one_line(str(path))} could not be made: {error.strerror}.") from error
