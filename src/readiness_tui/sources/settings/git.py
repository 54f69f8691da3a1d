"""Asks git: read only, offline, with a time limit, and nobody's own settings.

The repository is the user's own and may be anybody's clone: no hook, pager, filter, external diff or file watcher of
its configuration runs, nothing is fetched, and no lock is taken.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from readiness_tui.domain.text.sanitise import one_line

SECONDS = 5.0  # for each question
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


class GitError(Exception):
    """Git could not answer; the text says why."""


class GitRefusalError(GitError):
    """Git answered, and the answer is no: there is no such thing."""


def ask(folder: Path, *arguments: str, refused: str = "") -> bytes:
    """What git prints. Raises GitRefusalError where it ends with an error, whose text is `refused` if that is given."""
    git = shutil.which("git")
    if git is None:
        raise GitError("git is not installed")
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
        raise GitError(f"git did not answer within {SECONDS:g} seconds") from None
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from None
    if told.returncode != 0:
        said = one_line(told.stderr.decode("utf-8", "replace").strip(), 100)
        raise GitRefusalError(refused or f"git refuses to answer ({said})")
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
