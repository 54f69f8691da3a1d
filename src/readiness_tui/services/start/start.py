"""The ways to begin: the sample on a copy, or a new review in a new file."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from readiness_tui.domain.checklists.model import Depth
from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.desk import Desk, open_desk, utc_now
from readiness_tui.services.core.locate import FILE_NAME
from readiness_tui.services.core.zones import local_zone, zone_called
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review.reviews import new_review
from readiness_tui.services.start import demo

SAMPLE_NAME = "readiness-sample.db"
LAB_NAME = "quick-lab"


@dataclass(frozen=True, slots=True)
class ReviewProposal:
    """What a new review's form offers: the folder's name, git's latest tag, today. `tagged`: the release is that tag,
    not the month for want of one."""

    system: str
    release: str
    held_on: date
    tagged: bool


def propose(folder: Path, now: Callable[[], datetime] = utc_now, zone: str = "") -> ReviewProposal:
    """Guess a new review's system and release from `folder` and its git tags. `zone`: whose day is today."""
    today = now().astimezone(zone_called(zone) if zone else local_zone().zone).date()
    try:
        tag = subprocess.run(
            ["git", "-C", str(folder), "describe", "--tags", "--abbrev=0"],
            capture_output=True, text=True, timeout=2, check=False,
        ).stdout.strip()  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        tag = ""
    system = folder.resolve().name.replace("-", " ").replace("_", " ")
    return ReviewProposal(system, tag or f"{today:%Y.%m}", today, tagged=bool(tag))


def open_sample(folder: Path, who: str, *, path: Path | None = None, clock: Callable[[], datetime] = utc_now) -> Desk:
    """A filled copy of the sample at `path`, else `readiness-sample.db` in `folder`; one that is there is opened."""
    target = path or folder / SAMPLE_NAME
    if target.exists() and path is None:
        return open_desk(target, who, clock=clock)
    if target.exists():
        raise ReadinessError(f"{target}: this file exists already. Name another with --db, or move it away.")
    desk = open_desk(target, who, create=True, clock=clock)
    try:
        demo.fill(desk)
    except BaseException:
        desk.close()
        target.unlink(missing_ok=True)
        raise
    return desk


def start_review(
    folder: Path,
    who: str,
    *,
    system: str,
    release: str,
    held_on: date | None = None,
    owner: str = "",
    reviewers: Sequence[str] = (),
    depth: Depth | None = None,
    checklists: Sequence[str] | None = None,
    folders: Sequence[Path] = (),
    bring: Path | None = None,
    path: Path | None = None,
    zone: str = "",
    clock: Callable[[], datetime] = utc_now,
) -> Desk:
    """A new review in `path`, else in `readiness.db` of `folder`; added to the file where there is one already.

    Of a system that this file knows it is the next one: see `new_review`.
    """
    target = path or folder / FILE_NAME
    fresh = not target.exists()
    desk = open_desk(target, who, create=fresh, clock=clock)
    try:
        new_review(
            desk, system=system, release=release, held_on=held_on, owner=owner, reviewers=reviewers, depth=depth,
            checklists=checklists, folders=folders, zone=zone,
        )  # fmt: skip
        if bring is not None:
            import_path(desk, bring)
    except BaseException:
        desk.close()
        if fresh:
            target.unlink(missing_ok=True)
        raise
    return desk
