"""Two terminals on one file: what one saves the other shows, and nothing that is being typed, looked at or chosen is lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review import assess, gaps, reviews, settling
from readiness_tui.services.review.elsewhere import Company, Whereabouts
from readiness_tui.store.together import presence
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from readiness_tui.tui.dialogs.two_versions import TwoVersionsDialog
from readiness_tui.tui.screens.checklists.screen import ChecklistsScreen
from readiness_tui.tui.widgets.pick_list import PickList
from tests.tui.driving import NARROW, WIDE, answer, notices, painted, press, read

SOON = 20.0  # seconds that a busy machine may take; a quiet one takes less than one
ITEM, SAF_03 = "REL-02", "item/safety/SAF-03"


@pytest.fixture
def ben(sample_desk: Desk) -> Iterator[Desk]:
    """Another terminal: the same file, opened once more."""
    desk = open_desk(sample_desk.store.path, "ben", clock=sample_desk.clock)
    desk.cache["measure"] = sample_desk.cache["measure"]
    yield desk
    desk.close()


async def until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    """Wait for what another terminal's save brings about here."""
    ends = asyncio.get_running_loop().time() + SOON
    while not holds():
        assert asyncio.get_running_loop().time() < ends, painted(pilot)
        await pilot.pause(0.05)
    await press(pilot)


def news(pilot: Pilot[None]) -> str:
    return next(row for row in painted(pilot).splitlines() if "Support bot" in row)


@pytest.mark.slow
async def test_another_terminals_save_is_shown_and_nothing_of_mine_is_lost(sample_app: ReadinessApp, ben: Desk) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "C", "s", "down", "down")
        checklists = sample_app.screen
        assert isinstance(checklists, ChecklistsScreen)
        listed, detail = checklists.query_one("#items", PickList), checklists.query_one("#detail")
        listed.highlighted = listed.get_option_index(ITEM)
        await press(pilot)
        detail.scroll_to(y=4, animate=False)
        listed.scroll_to(y=3, animate=False)
        await press(pilot, "n")
        area = sample_app.screen.query_one(TextArea)
        area.text = "half a sen"
        area.move_cursor((0, 4))

        assess.score(ben, [ITEM], 0)
        assess.note(ben, ITEM, "ben's note")
        await until(pilot, lambda: "ben scored REL-02, wrote a note on REL-02" in news(pilot))
        assert sample_app.view is not None
        assert sample_app.view.dossier(ITEM).note == "ben's note"
        assert isinstance(sample_app.screen, FormDialog)
        assert (area.text, area.cursor_location, area.has_focus) == ("half a sen", (0, 4), True)
        assert (listed.current, checklists.scoring.selected) == (ITEM, {"OBS-01"})
        assert (detail.scroll_y, listed.scroll_y) == (4, 3)
        assert notices(pilot) == [], "one quiet line, and no notices"

        for n in range(9):
            assess.note(ben, f"OBS-0{n % 5 + 1}", f"note {n}")
        await until(pilot, lambda: re.search(r"↻ ben: (9|11) changes", news(pilot)) is not None)
        assert area.text == "half a sen"

        await press(pilot, "ctrl+s")
        await until(pilot, lambda: isinstance(sample_app.screen, TwoVersionsDialog))
        assert "1 stored, by ben" in painted(pilot)
        assert "2 by ana" in painted(pilot)
        assert load(ben).dossier(ITEM).note == "ben's note"
        await press(pilot, "escape")
        assert "two versions of the note on REL-02" in " ".join(read(pilot, "#item").split())

        await press(pilot, "O")
        assert "two versions of note on REL-02 wait: press # to compare and settle" in painted(pilot)
        await press(pilot, "number_sign", "3")
        proposed = sample_app.screen.query_one(TextArea)
        assert proposed.text == "ben's note\n\nhalf a sen"
        await answer(pilot, value="a third")
        assert load(ben).dossier(ITEM).note == "a third"
        assert settling.waiting(ben) == ()
        assert "two versions" not in painted(pilot)
        await press(pilot, "number_sign")
        assert notices(pilot)[-1].startswith("Nothing waits to be settled")


@pytest.mark.slow
async def test_an_owner_and_a_date_that_two_people_set(sample_app: ReadinessApp, ben: Desk) -> None:
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot, "G")
        listed = sample_app.screen.query_one("#rows", PickList)
        listed.highlighted = listed.get_option_index(f"gap/{SAF_03}")
        await press(pilot, "d")
        gaps.set_due(ben, SAF_03, load(ben).as_of)
        await until(pilot, lambda: "ben moved SAF-03 to" in news(pilot))
        assert sample_app.screen.query_one(Input).value == "2026-12-08", "what the form proposed stays"
        await answer(pilot, due="2026-12-24")
        await until(pilot, lambda: isinstance(sample_app.screen, TwoVersionsDialog))
        await press(pilot, "escape")
        assert "two versions of the due of the gap SAF-03" in painted(pilot)
        await press(pilot, "number_sign", "2")
        assert str(load(ben).gaps[SAF_03].due) == "2026-12-24"

        # Left as it is: nobody else's is touched.
        await press(pilot, "o")
        gaps.set_owner(ben, SAF_03, "erik")
        await press(pilot, "ctrl+s")
        assert load(ben).gaps[SAF_03].owner == "erik"
        assert settling.waiting(ben) == ()


@pytest.mark.slow
async def test_who_is_at_which_item_and_only_with_others(
    sample_app: ReadinessApp, ben: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = load(ben).review.id
    own = presence.own_process()
    theirs = own.rsplit("/", 2)[0] + "/1/" + presence._began(1)
    other = Company(ben)
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot, "C")
        await until(pilot, lambda: any(one.item == "OBS-01" for one in _rows(ben)))
        assert "‹" not in painted(pilot)
        with monkeypatch.context() as patched:
            patched.setattr(presence, "own_process", lambda: theirs)
            assert other.say(Whereabouts(review, "checklists", "OBS-01"))
        await until(pilot, lambda: "‹ben›" in painted(pilot))
        assert "ben is here" in read(pilot, "#item")
        await press(pilot, "m")
        assert "ben is here" not in painted(pilot)
        await press(pilot, "escape")
        other.desk.store.keep(lambda conn: presence.remove(conn, theirs))
        await until(pilot, lambda: "‹ben›" not in painted(pilot))
        assert "ben is here" not in read(pilot, "#item")
    assert _rows(ben) == [], "who leaves is gone at once"


def _rows(desk: Desk) -> list[presence.Presence]:
    with desk.store.read() as conn:
        return presence.all(conn)


@pytest.mark.slow
async def test_no_vote_is_told_before_the_reveal_and_nobody_looks_while_something_is_saved(
    sample_app: ReadinessApp, ben: Desk
) -> None:
    assert sample_app.desk is not None
    reviews.set_blind(sample_app.desk, True)
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot, "C")
        with sample_app.together.saving():
            assess.score(ben, [ITEM], 0)
            await pilot.pause(1.0)
            assert "ben" not in news(pilot)
        await until(pilot, lambda: "↻ ben voted" in news(pilot))
        assert "REL-02" not in news(pilot)


@pytest.mark.slow
async def test_what_another_terminal_imports_is_noticed(sample_app: ReadinessApp, ben: Desk, tmp_path: Path) -> None:
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot, "T")
        await until(pilot, lambda: "1,304 traces" in painted(pilot))
        await press(pilot, "down", "down", "s")
        before = [row for row in painted(pilot).splitlines() if "trace-" in row][:3]
        more = tmp_path / "more.jsonl"
        first = (
            (Path(__file__).parents[2] / "sample_data" / "structured_log.jsonl")
            .read_text(encoding="utf-8")
            .splitlines()[0]
        )
        more.write_text(first.replace("trace-0001", "trace-9001") + "\n", encoding="utf-8")
        import_path(ben, more)
        await until(pilot, lambda: "1,305 traces" in painted(pilot))
        assert "ben imported" in news(pilot)
        assert [row for row in painted(pilot).splitlines() if "trace-" in row][:3] == before
