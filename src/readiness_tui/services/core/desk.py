"""What every use case is given: the open file, who acts, and what time it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core.zones import LocalZone, local_zone, zone_called
from readiness_tui.store import Store

if TYPE_CHECKING:
    from readiness_tui.domain.checklists.review import Review


#: How far two machines' clocks may be apart before somebody is told.
_SKEW = timedelta(minutes=10)


def utc_now() -> datetime:
    """The only clock of the program; tests and the sample hand in another."""
    return datetime.now(UTC)


@dataclass
class Desk:
    """One person at one file. `review_id` None means the newest review in it.

    `zone` is that of the wall clock that the person types times from, and whose day it is where the review names no zone
    of its own; `zone_remark`: what the person should know of it. `cache` keeps measurements that are costly to make again (see `measure`); it holds nothing a person typed.
    `seen_scores`: (run id, case key) of the cases whose scores this person was shown: no label of theirs is blind now.
    """

    store: Store
    who: str
    clock: Callable[[], datetime] = utc_now
    review_id: int | None = None
    zone: tzinfo = UTC
    zone_remark: str = ""
    cache: dict[str, tuple[object, Any]] = field(default_factory=dict, repr=False)
    keys: list[str] = field(default_factory=list, repr=False)  # see `once`
    deferred: int = field(default=0, repr=False)  # blocks of `write.deferred` that are open
    joint: Any = field(default=None, repr=False)  # the transaction of `write.together`, while it is open
    seen_scores: set[tuple[str, str]] = field(default_factory=set, repr=False)

    def now(self) -> datetime:
        return self.clock()

    def as_of(self, review: Review, given: date | None = None) -> date:
        """The day the rules read: what was asked for, else the day pinned to the review, else its team's today."""
        return given or review.as_of or self.day(review.zone)

    def day(self, zone: str = "") -> date:
        """Today in the zone of this name, else on this machine."""
        return self.now().astimezone(zone_called(zone) if zone else self.zone).date()

    def utc_day(self, review: Review, as_of: date) -> date:
        """The UTC day in which the review's day ends: up to it, what was recorded has happened by then.

        The day of a review that is pinned to one without a zone is read in UTC, so that it is the same everywhere.
        """
        return self.utc_day_of(review.zone, as_of, pinned=review.as_of is not None)

    def utc_day_of(self, zone: str, as_of: date, *, pinned: bool) -> date:
        """The same for a review of which only this much is known."""
        meant = zone_called(zone) if zone else UTC if pinned else self.zone
        return utc_day_of(as_of, meant)

    def today(self, review: Review) -> date:
        """The day that is written down: a frozen review's own day has passed."""
        return self.day(review.zone) if review.frozen_at is not None else self.as_of(review)

    def today_here(self) -> date:
        """The day that what is typed counts from: that of the desk's review, as rules read it."""
        from readiness_tui.services.core.current import current_review

        with self.store.read() as conn:
            return self.as_of(current_review(conn, self))

    def clock_remark(self) -> str:
        """What is odd about this machine's clock beside the file's last entry, where the day depends on it; "" if nothing."""
        from readiness_tui.store.kept.heading import heading
        from readiness_tui.store.kept.marks import place

        with self.store.read() as conn:
            found, here = heading(conn, self.review_id), place(conn, self.review_id)
        saved = found[3] if found is not None else None
        if saved is None or here is None or here[2] is not None or saved - self.now() < _SKEW:
            return ""
        from readiness_tui.domain.text.format import moment

        return (
            f"The last entry in this file is of {moment(saved)}, and this machine's clock says {moment(self.now())}: one of the"
            " two clocks is wrong. What day it is, and with it what is overdue or lapsed, depends on it."
        )

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
    local = LocalZone(zone) if zone is not None else local_zone()
    return Desk(Store.open(path, create=create), who.strip(), clock, review_id, local.zone, local.remark)


def utc_day_of(day: date, zone: tzinfo) -> date:
    """The UTC day in which `day` ends in `zone`: the next one west of Greenwich, the same elsewhere."""
    last = datetime.combine(day, time.max, zone).astimezone(UTC).date()
    return max(last, day)


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
