"""Before the reveal nothing that ana can get depends on what ben thinks: each door is looked through on two files in
which he did the same things with other opinions. A new way to show something of a review joins DOORS here, those of
tests/test_blind_doors.py or of tests/tui/test_blind.py."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.verdict.agenda import agenda
from readiness_tui.domain.verdict.preview import preview_vote
from readiness_tui.services.core import opening, seen
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import (
    assess,
    carry,
    check,
    history,
    meeting,
    printed,
    reviews,
    roles,
    scorecard,
    trend,
    votes,
)
from readiness_tui.tui.screens.checklists import item_text
from readiness_tui.tui.screens.history.text import change_line, summary
from readiness_tui.tui.screens.overview.glance import to_plain
from readiness_tui.tui.screens.overview.look import glance_of
from tests.blind_voting import OPINIONS, Opinion, assert_tells_nothing, make_files
from tests.conftest import NOW


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[Opinion, Path]:
    return make_files(tmp_path_factory.mktemp("blind"))


def whole_view(desk: Desk) -> Iterator[object]:
    view = load(desk)
    yield view.judgement
    yield view.gaps
    yield view.facts.dossiers
    yield from (view.acceptable, view.handed_in, view.saved_at, view.voted)
    yield agenda(view.workings)
    yield glance_of(view)
    yield votes.turnout_text(view)
    for item, standing in view.judgement.standings.items():
        yield item_text.detail(view, standing, view.dossier(item), None).plain
        yield [preview_vote(view.workings, desk.who, item, points) for points in (0, 1, 2, None)]


def trail(desk: Desk) -> Iterator[object]:
    for change in history.log(desk, limit=1000):
        yield change_line(change, 120).plain
        yield change
        yield history.describe(history.rows(desk, change.id))
        yield history.why_not(desk, change.id)
    view = load(desk)
    yield summary(trend.review_lines(desk, view), view.review.id, 100).plain
    yield carry.last_time(desk)


def refused(desk: Desk) -> Iterator[object]:
    """What is said where something cannot be done; nothing of it changes the file."""
    tries: list[Callable[[], object]] = [
        lambda: assess.confirm_na(desk, "OBS-04", "ana"),
        lambda: assess.confirm_na(desk, "OBS-02", "ana"),
        lambda: assess.agree(desk, "OBS-01", 1, "why not"),
        lambda: assess.override(desk, "OBS-01", "why not"),
        lambda: scorecard.freeze(desk),
        lambda: reviews.set_blind(desk, False),
    ]
    of_ben = [change for change in history.log(desk, limit=1000) if change.who == "ben" and "people" not in change.what]
    tries += [lambda change=change: history.undo(desk, change.id, "why not") for change in of_ben]
    for one in tries:
        with pytest.raises(ReadinessError) as found:
            one()
        yield str(found.value)


def documents(desk: Desk) -> Iterator[object]:
    for form in ("md", "json", "html"):
        yield scorecard.text(desk, format=form)
    card = scorecard.current_card(desk)
    folder = desk.store.path.parent / "out"
    folder.mkdir(exist_ok=True)
    check.publish(card, junit=folder / "check.xml", summary=folder / "check.md")
    check.publish(check.check_review(load(desk)), junit=folder / "gate.xml", summary=folder / "gate.md")
    yield [file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())]


def what_is_printed(desk: Desk) -> Iterator[object]:
    yield printed.check(desk)
    yield printed.gate_show(desk)
    yield from (printed.gaps(desk, form, everything=True) for form in ("text", "md", "csv", "json"))
    yield from (printed.scorecard(desk, form) for form in ("md", "json"))
    yield printed.runs(desk)


def first_screen(desk: Desk) -> Iterator[object]:
    assert opening.leave(desk, lambda view: to_plain(glance_of(view)))  # as the app does, as seen by who is here
    begun = opening.begin(desk)
    assert begun is not None
    assert begun.glance is not None
    yield replace(begun, seen=None)


def who_is_here(desk: Desk) -> Iterator[object]:
    yield meeting.attendees(desk, load(desk).review.reviewers)
    yield roles.voted_too(desk)
    yield votes.turnout(desk)


def views_for_sql(desk: Desk) -> Iterator[object]:
    with desk.store.read() as conn:
        for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name").fetchall():
            yield name, conn.execute(f"SELECT * FROM {name}").fetchall()


DOORS: dict[str, Callable[[Desk], Iterator[object]]] = {
    "the review as a screen has it": whole_view,
    "the history and what each change did": trail,
    "refusals": refused,
    "scorecard, JUnit and summaries": documents,
    "what commands print": what_is_printed,
    "the first screen": first_screen,
    "people": who_is_here,
    "views for SQL": views_for_sql,
}


def through(door: Callable[[Desk], Iterator[object]], path: Path, who: str, tmp_path: Path) -> str:
    """All that this door gives `who`, of a copy that lies at the same place each time."""
    place = tmp_path / "readiness.db"
    shutil.copy(path, place)
    desk = open_desk(place, who, clock=lambda: NOW)
    try:
        return "\n".join(repr(one) for one in door(desk))
    finally:
        desk.close()
        for file in tmp_path.glob("readiness.db*"):
            file.unlink()


@pytest.mark.parametrize("who", ["ana", "chloe", "somebody"])
@pytest.mark.parametrize("door", DOORS)
def test_nothing_that_others_get_depends_on_what_ben_thinks(
    door: str, who: str, files: dict[Opinion, Path], tmp_path: Path
) -> None:
    if door == "refusals" and who != "ana":
        pytest.skip("the facilitator's refusals are those that could tell")
    one, other = (through(DOORS[door], files[said], who, tmp_path) for said in OPINIONS)
    assert_tells_nothing(one, other)


@pytest.mark.parametrize("door", ["the review as a screen has it", "the history and what each change did"])
def test_ben_himself_gets_all_of_it(door: str, files: dict[Opinion, Path], tmp_path: Path) -> None:
    """The doors show what they may: else their silence above would say nothing."""
    found = through(DOORS[door], files[OPINIONS[0]], "BEN ", tmp_path)
    opened, shut, none, late = OPINIONS[0].words
    assert opened in found
    assert shut in found
    assert none in found
    assert ("what ana thinks" in found, late in found) == (False, "history" in door)


def test_the_reveal_shows_all_at_once(files: dict[Opinion, Path], tmp_path: Path) -> None:
    path = Path(shutil.copy(files[OPINIONS[0]], tmp_path / "readiness.db"))
    desk = open_desk(path, "chloe", clock=lambda: NOW)
    with pytest.raises(ReadinessError, match="Only the facilitator reveals the votes: ana"):
        reviews.reveal(desk)
    desk.who = "Ana"
    reviews.reveal(desk)
    desk.who = "chloe"
    opened, shut, none, _ = OPINIONS[0].words
    view = load(desk)
    assert [(vote.reviewer, vote.points) for vote in view.dossier("OBS-01").votes] == [("ana", 1), ("ben", 0)]
    assert view.dossier("OBS-01").note == f"ana: what ana thinks\nben: {shut}"
    assert (view.dossier("OBS-01").mine, view.dossier("OBS-03").note) == ("", opened)
    assert none in scorecard.text(desk)
    assert any(change.what == "score OBS-01, OBS-02, REL-01: 0" for change in history.log(desk, limit=1000))
    # What was revealed stays so, by whatever way.
    change = next(change for change in history.log(desk) if change.what == "votes revealed")
    desk.who = "ana"
    with pytest.raises(ReadinessError, match="cannot be undone"):
        history.undo(desk, change.id)
    scorecard.freeze(desk)
    desk.close()


def test_a_note_of_each_is_one_note_in_the_order_of_the_reviewers() -> None:
    own = {"zoe": "late", "BEN": "twice\nlong", "ana": "first"}
    assert seen.merged_note("", own, ("ana", "ben")) == "ana: first\nBEN: twice\nlong\nzoe: late"
    assert seen.merged_note("as before", {"ben": "more"}, ()) == "as before\nben: more"


def test_what_blind_voting_hid_is_in_the_file(files: dict[Opinion, Path]) -> None:
    """The file is not encrypted, and docs/schema.md says so."""
    desk = open_desk(files[OPINIONS[0]], "ana", clock=lambda: NOW)
    with desk.store.read() as conn:
        kept = json.dumps(conn.execute("SELECT what, why FROM change").fetchall())
    desk.close()
    assert OPINIONS[0].words[2] in kept
