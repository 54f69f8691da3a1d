"""A review of ana, ben and chloe in one file, and chloe's copy of it in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.review import reviews
from readiness_tui.services.share import giving, merging, taking
from tests.conftest import NOW


@dataclass
class Apart:
    """`first`: ana's desk at the file that everybody's votes come together in. Every look at the clock is a second later."""

    folder: Path
    first: Desk
    clock: Callable[[], datetime]

    def as_(self, who: str) -> Desk:
        """Somebody else at the first file."""
        return replace(self.first, who=who, cache={})

    def copy(self, name: str = "copy", *, by: str = "ana", reviewer: str = "chloe") -> Desk:
        """A bundle for the reviewer, through its file, and the copy that they take."""
        file = self.folder / f"{name}.json"
        giving.write(file, giving.bundle(self.as_(by), reviewer))
        (self.folder / name).mkdir()
        return taking.take(self.folder / name / "readiness.db", taking.bundle_in(file), reviewer, clock=self.clock)

    def hand_back(self, copy: Desk, *, overwrite: bool = False) -> merging.Look:
        """The copy's answer, through its file, taken into the first one; what was shown before."""
        file = self.folder / "answer.json"
        made = taking.answer(copy)
        giving.write(file, made.answer, packed=made.secret)
        answer = merging.answer_in(file)
        shown = merging.look(self.first, answer, overwrite=overwrite)
        if shown.writes:
            merging.take_in(self.first, answer, shown, file.name, overwrite=overwrite)
        return shown


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Apart]:
    ticks = iter(range(10**6))

    def clock() -> datetime:
        return NOW + timedelta(seconds=next(ticks))

    desk = open_desk(tmp_path / "readiness.db", "ana", create=True, clock=clock)
    reviews.new_review(desk, system="bot", release="1", reviewers=("ana", "ben", "chloe"))
    yield Apart(tmp_path, desk, clock)
    desk.close()
