"""A file as somebody names it together with one of its runs: "results.json#2", "results.json#gpt-4o"."""

from __future__ import annotations

import os
from pathlib import Path

from readiness_tui.domain.runs.choice import NO_CHOICE, RunChoice


def of_path(path: Path, choice: RunChoice = NO_CHOICE) -> tuple[Path, RunChoice]:
    """The file, and what is said of the run; what stands after # takes the place of `choice`.

    A path that exists as it stands is that file, whatever its name.
    """
    file, mark, said = str(path).rpartition("#")
    if not mark or not file or os.path.exists(path) or not os.path.exists(file):
        return path, choice
    if said.isascii() and said.isdigit():
        return Path(file), RunChoice(number=int(said[:9]))
    return (Path(file), RunChoice(words=said)) if said else (path, choice)
