"""When a gate.lock was committed, and whether it was changed since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.gate.lock_history import Kept, LockHistory
from readiness_tui.domain.gate.model import Lock
from readiness_tui.sources.settings.git import GitError, ask
from readiness_tui.sources.settings.lock import parse_lock, read_lock

COMMITS = 500  # looked at, the latest first
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


def lock_history(path: Path) -> LockHistory:
    """The history of the lock file at `path` as it is now. Never raises for what git cannot tell.

    Raises `ReadinessError` where the file itself is no lock.
    """
    now = read_lock(path)
    try:
        return _history(path.absolute(), now)
    except GitError as error:
        return LockHistory(Kept.NOWHERE, why=str(error))


def _history(path: Path, now: Lock) -> LockHistory:
    folder = path.parent.resolve()  # a link's own history is not the file's
    name = path.name
    ask(folder, "rev-parse", "--git-dir", refused="its folder is in no git repository")
    complete = ask(folder, "rev-parse", "--is-shallow-repository").strip() != b"true"
    prefix = ask(folder, "rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").rstrip("\n")
    try:
        head = _at(folder, "HEAD", prefix + name)
    except GitError:
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
        raise GitError("git names no commit of it")
    commit, committed, authored = first
    return LockHistory(Kept.COMMITTED, committed, authored, commit, replaced, complete)


def _commits(folder: Path, name: str) -> Iterator[tuple[str, datetime, datetime, str]]:
    """The commits that touched the file, the latest first, with its path in each."""
    told = ask(folder, *_LOG, "--format=%x01%H %ct %at", "--", name).decode("utf-8", "surrogateescape")
    for part in told.split("\x01")[1:]:
        head, _, rest = part.partition("\0")
        commit, committed, authored = head.split()
        file = rest.strip("\0\n")
        yield commit, _moment(committed), _moment(authored), file


def _moment(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise GitError("a commit has an impossible date") from None


def _at(folder: Path, commit: str, file: str, *, missing_ok: bool = False) -> Lock | None:
    """The lock in one commit; None where that was no lock. Compared as values, so line ends do not count."""
    try:
        content = ask(folder, "cat-file", "blob", f"{commit}:{file}")
    except GitError:
        if missing_ok:
            return None  # deleted there
        raise
    try:
        return parse_lock(content.decode("utf-8"), file)
    except (ReadinessError, UnicodeDecodeError):
        return None
