"""What the app is walked on: files that a team, an attacker or an accident could leave. Each function fills a folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks import organisation
from readiness_tui.services.core import drafts
from readiness_tui.services.core.desk import open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, reviews, scorecard
from readiness_tui.services.start.start import open_sample
from readiness_tui.tui.form_draft import written
from tests import blind_voting, hostile

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)


def _sample(folder: Path) -> Path:
    path = folder / "readiness.db"
    open_sample(folder, "ana", path=path, clock=lambda: NOW).close()
    return path


def _large(folder: Path) -> Path:
    path = folder / "large.db"
    organisation.make(path, organisation.Size().times(0.1)).close()
    return path


def _empty(folder: Path) -> Path:
    """A review without a vote, a run or a trace."""
    path = folder / "empty.db"
    desk = open_desk(path, "ana", create=True, clock=lambda: NOW)
    reviews.new_review(desk, system="bot", release="1", held_on=date(2026, 11, 24))
    desk.close()
    return path


def _no_review(folder: Path) -> Path:
    path = folder / "none.db"
    open_desk(path, "ana", create=True, clock=lambda: NOW).close()
    return path


def _frozen(folder: Path) -> Path:
    path = _sample(folder)
    desk = open_desk(path, "ana", clock=lambda: NOW)
    scorecard.freeze(desk)
    desk.close()
    return path


def _blind(folder: Path) -> Path:
    return next(iter(blind_voting.make_files(folder).values()))


def _two(folder: Path) -> Path:
    """Two systems; the hostile one is the second."""
    path = hostile.fill(folder)
    desk = open_desk(path, "ana", clock=lambda: NOW)
    reviews.new_review(desk, system="Search", release="2", held_on=date(2026, 11, 24))
    reviews.new_review(desk, system="Search", release="3", held_on=date(2026, 11, 24))
    desk.close()
    return path


def _read_only(folder: Path) -> Path:
    path = _sample(folder)
    path.chmod(0o400)  # for root it is no bar: another reader then
    return path


def _unfinished(folder: Path) -> Path:
    """Two people wrote a note at once, and the path of a table that no source knows was being typed."""
    path = _sample(folder)
    table = folder / "results.csv"
    table.write_text(
        "test,prompt,reply,verdict,took\nt1,Why?,So.,Pass (1),1.5\nt2,Where?,There.,Fail,2.5\n", encoding="utf-8"
    )
    ana, ben = (open_desk(path, who, clock=lambda: NOW) for who in ("ana", "ben"))
    item = load(ana).items[0].id
    assess.note(ben, item, "Somebody else's words")
    beside = assess.note(ana, item, "Words of one's own", base="")
    assert beside is not None
    review = load(ana).review.id
    drafts.keep(ana, f"form/{review}/Import//path", written({"path": str(table)}, {}))
    ana.close()
    ben.close()
    return path


def _no_file(folder: Path) -> Path:
    """Nothing at all yet: the greeting, and the lab."""
    return folder / "none.db"


STAGES: dict[str, Callable[[Path], Path]] = {
    "hostile": hostile.fill,
    "sample": _sample,
    "empty": _empty,
    "no-review": _no_review,
    "frozen": _frozen,
    "blind": _blind,
    "two": _two,
    "large": _large,
    "read-only": _read_only,
    "own-hostile": hostile.fill,
    "unfinished": _unfinished,
    "no-file": _no_file,
}


class Stage:
    """Filled once; `fresh` gives a copy to work on, or where one would be."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self._folder, self._count = name, folder / name, 0
        (self._folder / "made").mkdir(parents=True)
        self._made = STAGES[name](self._folder / "made")

    @property
    def who(self) -> str:
        return hostile.bad("who") if self.name == "own-hostile" else "person 01" if self.name == "large" else "ana"

    def opens(self, path: Path) -> tuple[object, ...]:
        """The words on the command line that open the app on such a copy."""
        return ("--db", path, "--who", self.who) if path.exists() else ("--who", self.who)

    def fresh(self) -> Path:
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        path = folder / "readiness.db"
        if not self._made.exists():
            return path
        shutil.copy(self._made, path)
        if self.name == "read-only":
            os.chmod(path, 0o400)
        return path
