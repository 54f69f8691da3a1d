"""The hands: find, move, go back, copy, open, click; and what is typed is never lost. Rooms are walked by table."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess
from readiness_tui.tui import browser
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.explaining import ExplainDialog
from readiness_tui.tui.dialogs.form import FormDialog
from readiness_tui.tui.dialogs.pick import PickDialog
from readiness_tui.tui.screens.overview.why import WhyScreen
from readiness_tui.tui.screens.room import RoomScreen
from readiness_tui.tui.widgets.bars import ROOMS
from readiness_tui.tui.widgets.find_line import FindLine
from readiness_tui.tui.widgets.pick_list import PickList
from tests.tui.driving import NARROW, answer, fill, notices, painted, press, read

KEYS = {room[0].upper(): room for room in ROOMS}
OWN_FILTER = ("traces", "incidents")  # `/` there takes more than words


def room(app: ReadinessApp) -> RoomScreen:
    assert isinstance(app.screen, RoomScreen)
    return app.screen


def shown(listed: PickList) -> list[str]:
    return [row.id for row in listed.options if row.id]


async def finds_in(pilot: Pilot[None], listed: PickList) -> None:
    """`/` narrows this list to one row by a word of it, says so, and Esc shows all again at that row."""
    before = shown(listed)
    last = listed.get_option(before[-1])
    word = max(str(last.prompt).replace("…", " ").split(), key=len)
    await press(pilot, "slash")
    await fill(pilot, word)
    found = shown(listed)
    assert before[-1] in found
    assert all(name in before for name in found)
    said = str(listed.screen.query_one(FindLine).query_one(Static).content)
    assert said == f"{len(found):,} of {len(before):,} {listed._noun} · Esc shows all"
    await press(pilot, "enter")
    assert listed.has_focus
    here = listed.current
    await press(pilot, "escape")
    assert (shown(listed), listed.current) == (before, here)


@pytest.mark.slow
async def test_every_list_of_a_room_is_found_in_and_esc_shows_all(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot)
        tried = set()
        for key, name in KEYS.items():
            await press(pilot, key)
            if name in OWN_FILTER:
                continue
            for tab in range(3 if name == "evals" else 1):
                await press(pilot, *(["right_square_bracket"] if tab else []))
                listed = next(one for one in room(sample_app).query(PickList) if one.option_count)
                await finds_in(pilot, listed)
                tried.add(f"{name}{tab}")
        assert tried == {"overview0", "checklists0", "evals0", "evals1", "evals2", "gaps0", "scorecard0", "history0"}
        await press(pilot, "C", "slash", *"zzzz")
        assert "No row here has these words" in painted(pilot)
        assert "0 of 26 items" in painted(pilot)


@pytest.mark.slow
async def test_in_traces_and_incidents_it_says_what_is_shown_of_what(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "slash", *"is:open", "enter")
        assert read(pilot, "#search-count") == "1 of 2 incidents · Esc shows all"
        await press(pilot, "escape")
        assert not sample_app.screen.query_one("#search-line").display
        await press(pilot, "T", "slash", *"trace-1304", "enter")
        assert read(pilot, "#summary").startswith("1 trace meets the filter · Esc shows all")
        await press(pilot, "escape", "R", "slash")
        assert isinstance(sample_app.screen, PickDialog)
        await press(pilot, "G", "enter")
        assert room(sample_app).present is not None
        await press(pilot, "m", "slash")
        assert notices(pilot)[-1] == "There is no list here to find something in."


@pytest.mark.slow
async def test_where_there_is_nothing_to_find_it_says_so(tmp_path: Path) -> None:
    from readiness_tui.services.start.start import start_review

    desk = start_review(tmp_path, "ana", system="s", release="1", owner="ana", reviewers=["ana"])
    app = ReadinessApp(desk)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "E", "slash", "z")
        assert "no run is imported" in notices(pilot)[0]
        assert "no run is imported" in notices(pilot)[1]
    desk.close()


@pytest.mark.slow
async def test_letters_move_where_the_room_has_no_act_on_them(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "H")
        listed = room(sample_app).query_one(PickList)
        await press(pilot, "j", "j", "k")
        assert listed.highlighted == 1
        await press(pilot, "end")
        assert listed.highlighted == listed.option_count - 1
        await press(pilot, "g")
        assert listed.highlighted == 0
        await press(pilot, "G")  # Gaps: the app's own act goes first
        assert room(sample_app).ROOM == "gaps"
        await press(pilot, "C", "k")  # Keep the vote, not a row up
        assert isinstance(sample_app.screen, ModalScreen)
        await press(pilot, "escape", "T", "s", "G")
        choices = sample_app.screen.query_one(PickList)
        assert choices.highlighted == choices.option_count - 1
        assert "● now" in painted(pilot)
        assert "▸ cost, the cheapest first" in painted(pilot)
        await press(pilot, "g", "escape", "O", "v")
        causes = sample_app.screen.query_one(PickList)
        first = causes.highlighted
        await press(pilot, "j", "j", "k")
        assert causes.highlighted == first + 1


@pytest.mark.slow
async def test_esc_goes_back_to_where_one_came_from(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "down")
        line = room(sample_app).query_one(PickList).current
        await press(pilot, "enter")
        assert room(sample_app).ROOM == "checklists"
        assert "Esc Back" in painted(pilot)
        await press(pilot, "escape")
        assert (room(sample_app).ROOM, room(sample_app).query_one(PickList).current) == ("overview", line)
        await press(pilot, "G", "end", "k")
        gap = room(sample_app).query_one(PickList).current
        await press(pilot, "enter", "slash", *"zz", "escape")  # a filter is undone first
        there = room(sample_app).ROOM
        assert there != "gaps"
        await press(pilot, *(["escape"] if isinstance(sample_app.screen, ModalScreen) else []), "escape")
        assert (room(sample_app).ROOM, room(sample_app).query_one(PickList).current) == ("gaps", gap)
        await press(pilot, "escape")
        assert room(sample_app).ROOM == "gaps"
        assert "Esc Back" not in painted(pilot)
        # From a meeting's example back to the meeting, at the item that one left, then out of it.
        await press(pilot, "m", "space")
        meeting = room(sample_app)
        item = meeting.present_item
        await press(pilot, "t")
        assert room(sample_app).ROOM == "traces"
        assert "Esc goes back to Meeting" in painted(pilot)
        await press(pilot, "escape")
        assert (room(sample_app), meeting.present_item) == (meeting, item)
        await press(pilot, "t", "C")
        assert not meeting.is_attached  # nobody can come back to it
        await press(pilot, "G")
        # What another room asked to be shown is left by going back; by its own key the room shows all.
        await sample_app.show_traces(["trace-0418"], "examples")
        await press(pilot, "T")
        assert "1,304 traces" in read(pilot, "#summary")


@pytest.mark.slow
async def test_what_is_typed_into_a_form_stands_there_again(sample_desk: Desk) -> None:
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "C", "n", *"why", "escape", "w")
        assert "Enter next field · Ctrl+S saves · Esc leaves, keeps the text" in painted(pilot)
        await fill(pilot, "until we have a drill")
        await press(pilot, "escape")
    again = ReadinessApp(sample_desk)  # as after a crash: nothing but the file is left
    async with again.run_test(size=NARROW) as pilot:
        await press(pilot, "C", "n")
        area = again.screen.query_one("#field-text", TextArea)
        assert area.text == "why"
        assert "You typed this at" in read(pilot, "#dialog-kept")
        assert "Ctrl+S saves · Esc leaves, keeps the text" in read(pilot, "#dialog-keys")
        await press(pilot, "ctrl+r")
        assert area.text == ""
        await press(pilot, "escape", "n")
        assert again.screen.query_one("#field-text", TextArea).text == ""
        await press(pilot, "escape", "down", "w")  # another item: nothing of it
        assert again.screen.query_one("#field-reason", Input).value == ""
        await press(pilot, "escape", "up", "w")
        assert again.screen.query_one("#field-reason", Input).value == "until we have a drill"
        # A refusal loses nothing either; what is saved is no draft any more.
        await answer(pilot, expires="2001-01-01")
        assert read(pilot, "#dialog-refusal")
        await press(pilot, "escape", "w")
        assert again.screen.query_one("#field-expires", Input).value == "2001-01-01"
        await press(pilot, "ctrl+r")
        await answer(pilot, reason="agreed in the meeting")
        assert not isinstance(again.screen, FormDialog)
        await press(pilot, "w")
        assert not again.screen.query_one("#dialog-kept").display


@pytest.mark.slow
async def test_a_draft_says_what_somebody_stored_meanwhile(sample_desk: Desk, sample_db: Path) -> None:
    app = ReadinessApp(sample_desk)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "C", "n", *"mine", "escape")
        item = room(app).item_id  # type: ignore[attr-defined]
        other = open_desk(sample_db, "ben", clock=sample_desk.clock)
        assess.note(other, item, "[b]theirs[/b]")
        other.close()
        await app.reload()
        await press(pilot, "n")
        assert app.screen.query_one("#field-text", TextArea).text == "mine"
        assert "Stored meanwhile: “[b]theirs[/b]”." in read(pilot, "#dialog-kept")
        # Left again and opened again it is still the draft of then: it goes over theirs after a question alone.
        await press(pilot, *"!", "escape", "n", "ctrl+s")
        assert "“Note” is “[b]theirs[/b]” by now. Save again puts yours" in read(pilot, "#dialog-refusal")
        assert load(sample_desk).dossier(item).note == "[b]theirs[/b]"
        await press(pilot, "ctrl+s")
        assert load(sample_desk).dossier(item).note.strip("!") == "mine"


@pytest.mark.slow
async def test_y_copies_and_a_link_is_shown_before_it_is_opened(
    sample_app: ReadinessApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    opened: list[str] = []
    monkeypatch.setattr(sample_app, "copy_to_clipboard", copied.append)
    monkeypatch.setattr(browser, "open_link", lambda _, link: opened.append(link))
    desk = sample_app.desk
    assert desk is not None
    note = "see https://example.com/a), https://bank.example@evil.example/ \x1b]52;c;x\x07"
    assess.note(desk, "OBS-01", note)
    async with sample_app.run_test(size=NARROW) as pilot:
        for key in KEYS:
            await press(pilot, key, "y")
        assert len(copied) == len(KEYS)
        assert all(copied)
        assert not any("\x1b" in text for text in copied)
        await press(pilot, "C", "home", "y", "y", "y")
        assert copied[-3] == "OBS-01"
        assert copied[-2].startswith("OBS-01 Prompt version logged")
        assert notices(pilot)[-3].startswith("Copied the id: OBS-01. y again copies the row.")
        before = len(opened)
        await press(pilot, "U")
        assert isinstance(sample_app.screen, PickDialog)
        text = painted(pilot)
        assert "https://example.com/a" in text
        assert "evil.example" not in text
        await press(pilot, "escape")
        assert len(opened) == before
        await press(pilot, "U", "end", "enter")
        assert opened == ["https://example.com/a"]
        await press(pilot, "o")  # the owner there, in Checklists
        await press(pilot, "escape", "H", "o")
        assert "There is no link to open here." in notices(pilot)[-1]


@pytest.mark.slow
async def test_no_key_of_the_app_or_a_room_acts_under_a_form(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "C", "w")
        stack, view = list(sample_app.screen_stack), sample_app.view
        typed = [*KEYS, *"miRL?", *"012andy/U"]
        await pilot.press(*("question_mark" if key == "?" else "slash" if key == "/" else key for key in typed))
        await press(pilot, "f1")
        assert isinstance(sample_app.screen, ExplainDialog)
        await press(pilot, "escape")
        assert sample_app.screen_stack == stack
        assert sample_app.view is view
        assert sample_app.screen.query_one("#field-reason", Input).value == "".join(typed)
        await press(pilot, "escape", "O", "f1", *KEYS, *"miRL")
        assert isinstance(sample_app.screen, ExplainDialog)


@pytest.mark.slow
async def test_under_every_dialog_that_a_room_opens_only_its_own_keys_act(sample_app: ReadinessApp) -> None:
    """Every key of every room is pressed; whatever dialog opens has none of the app's keys, but what is always there."""
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot)
        seen: set[str] = set()
        for place in KEYS:
            await press(pilot, place)
            own = [key for key, one in sample_app.screen.active_bindings.items() if one.node is sample_app.screen]
            for key in own:
                if key in ("escape", "enter", "slash"):  # `/` opens a line to type in
                    continue
                await press(pilot, place, key)
                if isinstance(sample_app.screen, ModalScreen):
                    seen.add(type(sample_app.screen).__name__)
                    ids = {one.binding.id or "" for one in sample_app.screen.active_bindings.values()}
                    assert {name for name in ids if name.startswith(("app.", "room."))} <= {
                        "app.palette",
                        "app.quit",
                        "app.help",
                        "app.explain",
                    }
                while isinstance(sample_app.screen, ModalScreen):
                    await sample_app.pop_screen()
                await press(pilot)
        assert len(seen) >= 8, seen


@pytest.mark.slow
async def test_rows_scores_and_lines_are_clicked(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot)
        await pilot.click("#sections", offset=(4, 2))
        await press(pilot)
        assert (room(sample_app).ROOM, room(sample_app).item_id) == ("checklists", "REL-01")  # type: ignore[attr-defined]
        lines = painted(pilot).splitlines()
        y = next(at for at, text in enumerate(lines) if "[2]" in text)
        await pilot.click(offset=(lines[y].index("[2]") - 2, y))
        await press(pilot)
        assert sample_app.view is not None
        assert sample_app.view.judgement.standings["REL-01"].points == 1
        await press(pilot, "escape")
        await pilot.click("#facts", offset=(14, 1))
        await press(pilot)
        assert room(sample_app).ROOM == "incidents"
        await press(pilot, "escape")
        await pilot.click("#verdict", offset=(3, 0))
        await press(pilot)
        assert isinstance(sample_app.screen, WhyScreen)
        # A click chooses a row, another on it opens it.
        await press(pilot, "escape", "G")
        listed = room(sample_app).query_one(PickList)
        await pilot.click(listed, offset=(8, 3))
        await press(pilot)
        assert (room(sample_app).ROOM, listed.highlighted) == ("gaps", 3)
        await pilot.click(listed, offset=(8, 3))
        await press(pilot, "T")
        title = painted(pilot).splitlines()[5 if "time (UTC)" in painted(pilot).splitlines()[5] else 4]
        await pilot.click(offset=(title.index(" ms") + 1, painted(pilot).splitlines().index(title)))
        await press(pilot)
        assert "ms ▼" in painted(pilot)


@pytest.mark.slow
async def test_help_explains_the_letters_and_signs_of_the_room(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=(80, 60)) as pilot:
        await press(pilot, "C", "question_mark")
        text = painted(pilot).replace("\u00a0", " ")
        assert "B blocker: below 2 it holds the release back" in text
        await press(pilot, "G")
        assert "j, k, g and G move too" in painted(pilot)
        await press(pilot, "escape", "E", "question_mark")
        assert "≥~ the same, approximate" in painted(pilot)


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_with_signs_of_its_own_says_what_they_mean(name: str) -> None:
    module = importlib.import_module(f"readiness_tui.tui.screens.{name}.screen")
    kind: type[RoomScreen] = getattr(module, f"{name.capitalize()}Screen")
    assert bool(kind.LEGEND) is (name != "scorecard")
