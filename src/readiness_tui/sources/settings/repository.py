"""Whether a path is in a git repository's last commit, and in which commit that was."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from readiness_tui.domain.checklists.assessment import LookUp
from readiness_tui.domain.checklists.evidence import PlaceFound, is_path, without_place
from readiness_tui.sources.settings.git import GitError, GitRefusalError, ask


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that a folder is in: its top folder, the folder's place in it, its last commit ("": none yet)."""

    top: Path
    inside: PurePosixPath
    commit: str

    def look_up(self, ref: str) -> PlaceFound:
        """What the last commit has at `ref`: from the top, or from the folder itself; a heading or line may follow it."""
        places = list(dict.fromkeys(self._places(ref)))
        try:
            if any(self._holds(place) for place in places):
                return PlaceFound(LookUp.FOUND, self.commit)
        except GitError as error:
            return PlaceFound(LookUp.ELSEWHERE, why=str(error))
        if any(_exists(self.top / place) for place in places):
            return PlaceFound(LookUp.UNCOMMITTED)
        return PlaceFound(LookUp.ABSENT if is_path(ref) else LookUp.WORD)

    def knows(self, commit: str) -> bool:
        """Whether the commit is here: one that is not, in a repository with its whole history, is another's."""
        try:
            ask(self.top, "cat-file", "-e", f"{commit}^{{commit}}")
        except GitRefusalError:
            return False
        except GitError:
            return True
        return True

    def _holds(self, place: PurePosixPath) -> bool:
        if not self.commit:
            return False
        return bool(ask(self.top, "ls-tree", "-z", "--full-tree", self.commit, "--", str(place)))

    def _places(self, ref: str) -> Iterator[PurePosixPath]:
        """Where in the repository a line may point to; what lies outside points nowhere."""
        for typed in (ref, without_place(ref), without_place(ref).replace("\\", "/")):
            typed = os.path.expanduser(typed)
            bases = ("",) if os.path.isabs(typed) else (str(self.top), str(self.top / self.inside))
            for base in bases:
                full = os.path.normpath(os.path.join(base, typed))
                for shown in (full, _real(full)):
                    place = os.path.relpath(shown, self.top)
                    if place != os.curdir and place.split(os.sep)[0] != os.pardir and _sayable(place):
                        yield PurePosixPath(Path(place).as_posix())


def repository(folder: Path) -> Repository | None:
    """The repository that `folder` is in; None where there is none, or no git to ask."""
    try:
        folder = folder.resolve(strict=True)
        top = Path(os.fsdecode(ask(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
        inside = PurePosixPath(os.fsdecode(ask(folder, "rev-parse", "--show-prefix").removesuffix(b"\n")))
    except (GitError, OSError):
        return None
    try:
        commit = ask(top, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode("ascii").strip()
    except GitRefusalError:
        commit = ""
    except GitError:
        return None
    return Repository(top, inside, commit)


def _real(path: str) -> str:
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return path


def _exists(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except (OSError, ValueError):
        return False


def _sayable(place: str) -> bool:
    """Whether git can be asked about it: no argument holds a NUL, or half a surrogate pair."""
    try:
        return b"\0" not in os.fsencode(place)
    except UnicodeEncodeError:
        return False
