"""What every use case is given: the open file, who acts, and what time it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.store import Store

if TYPE_CHECKING:
    from readiness_tui.domain.checklists.review import Review


def utc_now() -> datetime:
    """The only clock of the program; tests and the sample hand in another."""
    return datetime.now(UTC)


@dataclass
class Desk:
    """One person at one file. `review_id` None means the newest review in it.

    `cache` keeps measurements that are costly to make again (see `measure`); it holds nothing a person typed.
    `seen_scores`: (run id, case key) of the cases whose scores this person was shown: no label of theirs is blind now.
    """

    store: Store
    who: str
    clock: Callable[[], datetime] = utc_now
    review_id: int | None = None
    zone: tzinfo = UTC  # of the wall clock that the person types times from
    cache: dict[str, tuple[object, Any]] = field(default_factory=dict, repr=False)
    keys: list[str] = field(default_factory=list, repr=False)  # see `once`
    deferred: int = field(default=0, repr=False)  # blocks of `write.deferred` that are open
    seen_scores: set[tuple[str, str]] = field(default_factory=set, repr=False)

    def now(self) -> datetime:
        return self.clock()

    def as_of(self, review: Review, given: date | None = None) -> date:
        """The day the rules read: what was asked for, else the day pinned to the review, else today (UTC)."""
        return given or review.as_of or self.utc_day()

    def utc_day(self) -> date:
        """Today, in UTC."""
        return self.now().astimezone(UTC).date()

    def today(self, review: Review) -> date:
        """The day that is written down: a frozen review's own day has passed."""
        return self.as_of(replace(review, as_of=None) if review.frozen_at is not None else review)

    @contextmanager
    def once(self, key: str) -> Iterator[None]:
        """What is saved in this block is saved once, however often it is tried with the same key.

        A commit may be done and its answer lost (a full disk, a kill). The next try then raises AlreadySaved.
        """
        self.keys.append(key)
        try:
            yield
        finally:
            self.keys.clear()

    def close(self) -> None:
        self.store.close()


def open_desk(
    path: Path,
    who: str,
    *,
    create: bool = False,
    clock: Callable[[], datetime] = utc_now,
    review_id: int | None = None,
    zone: tzinfo | None = None,
) -> Desk:
    """Open the file at `path`; `create` only where a person asked for a new one.

    Raises ReadinessError when it is missing, not ours, newer, or cannot be written.
    """
    if not who.strip():
        raise ReadinessError(
            "Nobody is named. Every entry keeps who made it. Name yourself with --who or READINESS_WHO."
        )
    return Desk(Store.open(path, create=create), who.strip(), clock, review_id, zone or local_zone())


def local_zone() -> tzinfo:
    """The zone of this machine's wall clock: TZ, else the system's; where neither is named, its present offset."""
    import os
    from zoneinfo import ZoneInfo

    name = os.environ.get("TZ", "").removeprefix(":") or os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    try:
        return ZoneInfo(name)
    except (OSError, ValueError):  # no name, or no zone of that name
        return utc_now().astimezone().tzinfo or UTC


def guess_who() -> str:
    """Who acts by default: READINESS_WHO, git's user name, or the login name."""
    import getpass
    import os
    import subprocess

    if os.environ.get("READINESS_WHO", "").strip():
        return os.environ["READINESS_WHO"].strip()
    try:
        found = subprocess.run(
            ["git", "config", "user.name"], capture_output=True, text=True, timeout=2, check=False
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        found = ""
    if found:
        return found
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
