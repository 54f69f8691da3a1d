"""Asks git when a gate.lock was committed: read only, offline, with a time limit, and nobody's own settings.

The repository is the user's own and may be anybody's clone: no hook, pager, filter, external diff or file watcher of
its configuration runs, nothing is fetched, and no lock is taken.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.lock_history import Kept, LockHistory
from readiness_tui.domain.gate.model import Lock
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources.settings.lock import parse_lock, read_lock

SECONDS = 5.0  # for each question
COMMITS = 500  # looked at, the latest first
_SAFE = (
    "--no-optional-locks",
    "--literal-pathspecs",
    "-c",
    "safe.directory=*",  # only objects are read: whose the folder is does not matter
    "-c",
    f"core.hooksPath={os.devnull}",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "log.showSignature=false",
)
_LOG = (
    "log",
    f"--max-count={COMMITS}",
    "--follow",
    "--name-only",
    "-z",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
)


class _GitError(Exception):
    """Git could not answer; the text says why."""


def lock_history(path: Path) -> LockHistory:
    """The history of the lock file at `path` as it is now. Never raises for what git cannot tell.

    Raises `ReadinessError` where the file itself is no lock.
    """
    now = read_lock(path)
    try:
        return _history(path.absolute(), now)
    except _GitError as error:
        return LockHistory(Kept.NOWHERE, why=str(error))


def _history(path: Path, now: Lock) -> LockHistory:
    folder = path.parent.resolve()  # a link's own history is not the file's
    name = path.name
    _ask(folder, "rev-parse", "--git-dir", refused="its folder is in no git repository")
    complete = _ask(folder, "rev-parse", "--is-shallow-repository").strip() != b"true"
    prefix = _ask(folder, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").rstrip("\n")
    try:
        head = _at(folder, "HEAD", prefix + name)
    except _GitError:
        return LockHistory(Kept.UNTRACKED, complete=complete)
    if head != now:
        return LockHistory(Kept.CHANGED, complete=complete)
    first: tuple[str, datetime, datetime] | None = None
    for commit, committed, authored, file in _commits(folder, name):
        if _at(folder, commit, file, missing_ok=True) != now:
            return _found(first, complete, replaced=True)
        first = (commit, committed, authored)
    return _found(first, complete, replaced=False)


def _found(first: tuple[str, datetime, datetime] | None, complete: bool, *, replaced: bool) -> LockHistory:
    if first is None:
        raise _GitError("git names no commit of it")
    commit, committed, authored = first
    return LockHistory(Kept.COMMITTED, committed, authored, commit, replaced, complete)


def _commits(folder: Path, name: str) -> Iterator[tuple[str, datetime, datetime, str]]:
    """The commits that touched the file, the latest first, with its path in each."""
    told = _ask(folder, *_LOG, "--format=%x01%H %ct %at", "--", name).decode("utf-8", "surrogateescape")
    for part in told.split("\x01")[1:]:
        head, _, rest = part.partition("\0")
        commit, committed, authored = head.split()
        file = rest.strip("\0\n")
        yield commit, _moment(committed), _moment(authored), file


def _moment(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise _GitError("a commit has an impossible date") from None


def _at(folder: Path, commit: str, file: str, *, missing_ok: bool = False) -> Lock | None:
    """The lock in one commit; None where that was no lock. Compared as values, so line ends do not count."""
    try:
        content = _ask(folder, "cat-file", "blob", f"{commit}:{file}")
    except _GitError:
        if missing_ok:
            return None  # deleted there
        raise
    try:
        return parse_lock(content.decode("utf-8"), file)
    except (ReadinessError, UnicodeDecodeError):
        return None


def _ask(folder: Path, *arguments: str, refused: str = "") -> bytes:
    git = shutil.which("git")
    if git is None:
        raise _GitError("git is not installed")
    try:
        told = subprocess.run(
            [git, *_SAFE, *arguments],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _GitError(f"git did not answer within {SECONDS:g} seconds") from None
    except OSError as error:
        raise _GitError(f"git cannot be run: {error.strerror}") from None
    if told.returncode != 0:
        said = one_line(told.stderr.decode("utf-8", "replace").strip(), 100)
        raise _GitError(refused or f"git refuses to answer ({said})")
    return told.stdout


def _environment() -> dict[str, str]:
    """Ours without git's own variables, which a hook would have set, and without the user's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_PAGER": "cat",
        "LC_ALL": "C",
    }
