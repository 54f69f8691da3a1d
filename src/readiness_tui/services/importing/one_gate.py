"""A review has one gate: where several different ones are brought at once, none of them is taken by its place in a list."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.text.sanitise import one_line
from readiness_tui.sources import registry
from readiness_tui.sources.kit.fileio import digest
from readiness_tui.sources.settings import gate

LISTED = 6


def rival_gates(paths: Iterable[Path]) -> Mapping[Path, str]:
    """The gate files among these files and below these folders, each with why it is not taken; empty where all of them
    say the same, or there is one at most."""
    found: dict[Path, None] = {}
    for path in paths:
        with suppress(ReadinessError):  # what cannot be looked at is refused where it is imported
            files = registry.files(path) if os.path.isdir(path) else (path,)
            found |= {file: None for file in files if gate.looks_like_gate(file)}
    if len({_meaning(file) for file in found}) < 2:
        return {}
    names = [one_line(_short(file, found)) for file in found]
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    said = (
        f"{len(found)} gates at once, and a review has one: {', '.join(names[:LISTED])}{more}. None was taken."
        " Import the one that is meant by itself."
    )
    return {file: f"{file}: {said}" for file in found}


def _short(file: Path, of: Iterable[Path]) -> str:
    """The file's name, with its folders where another one has the same."""
    return str(file) if sum(other.name == file.name for other in of) > 1 else file.name


def _meaning(file: Path) -> str:
    """Equal for gates that say the same, however they are written; one that cannot be read stands for itself."""
    try:
        read = gate.read_gate(file)
    except ReadinessError:
        return f"bytes {digest(file)}"
    return f"{read.digest} {read.dataset_digest} {read.judge_digest} {read.new_cases} {read.removed_cases}"
