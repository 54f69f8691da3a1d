"""A review that is voted blind, in two files that differ in what one reviewer thinks: for tests of what others get."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.review import assess, history, reviews
from tests.conftest import NOW

ITEMS = ["OBS-01", "OBS-02", "REL-01"]


@dataclass(frozen=True)
class Opinion:
    """What ben thinks. Its words are as long as those of any other opinion, so that no size tells them apart."""

    points: int
    word: str

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(f"{self.word}-{place}" for place in ("OPEN", "SHUT", "NONE", "LATE"))


OPINIONS = (Opinion(0, "QUOKKA"), Opinion(2, "WOMBAT"))


def give(desk: Desk, said: Opinion) -> None:
    """All that a reviewer says of items, some of it in the open, before voting is blind."""
    ana, ben = desk, replace(desk, who="ben", cache={})
    opened, shut, none, late = said.words
    assess.note(ben, "OBS-03", opened)
    assess.score(ben, ["OBS-03"], 1)  # its gap is everybody's
    reviews.set_blind(ana, True)
    assess.score(ben, ITEMS, said.points)
    assess.score(ben, ["OBS-02"], 1)
    assess.note(ben, "OBS-01", shut)
    assess.not_applicable(ben, "OBS-04", none)
    assess.note(ben, "OBS-05", late)
    history.undo(ben, history.log(ben, limit=1)[0].id, late)
    assess.score(ben, ["OBS-03"], None)
    assess.score(ana, ["OBS-01", "OBS-03"], 1)
    assess.note(ana, "OBS-01", "what ana thinks")


def make_files(folder: Path) -> dict[Opinion, Path]:
    """A review of ana, who facilitates, ben and chloe; a file for each opinion of ben."""
    made = {}
    for said in OPINIONS:
        path = folder / said.word / "readiness.db"
        path.parent.mkdir()
        desk = open_desk(path, "ana", create=True, clock=lambda: NOW)
        reviews.new_review(desk, system="bot", release="1", reviewers=("ana", "ben", "chloe"))
        give(desk, said)
        desk.close()
        made[said] = path
    return made


def assert_tells_nothing(one: str, other: str) -> None:
    """What somebody else gets of the two files: none of his words, and the same of both."""
    for word in (*OPINIONS[0].words, *OPINIONS[1].words):
        assert word not in one + other
    assert one == other
