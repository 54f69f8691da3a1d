"""Where the files that come with the app are: inside the installed package, or at the root of a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import readiness_tui
from readiness_tui.domain.errors import ReadinessError


def shipped_folder(name: Literal["checklists", "sample_data"]) -> Path:
    """The folder of that name. Raises `ReadinessError` when the installation lacks it."""
    package = Path(readiness_tui.__file__).resolve().parent
    installed = package / name
    if installed.is_dir():
        return installed
    # A source checkout keeps them beside src/. The project file is asked for, so that a folder that happens
    # to have this name somewhere above site-packages is never taken for ours.
    root = package.parent.parent
    if (root / "pyproject.toml").is_file() and (root / name).is_dir():
        return root / name
    raise ReadinessError(
        f"The folder {name} that comes with readiness-tui was not found in {package} or {root}. "
        "The installation is incomplete: install readiness-tui again."
    )
