"""Incidents with keys only: opened, logged, written up, closed; refusals keep what was typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from textual.widgets import Input

from readiness_tui.domain.incidents.model import Action, FailureClass, Incident, NoteStatus, Sev
from readiness_tui.domain.verdict.model import Part, Verdict
from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.incidents import edit
from readiness_tui.services.review.reviews import new_review
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from readiness_tui.tui.dialogs.pick import PickDialog
from readiness_tui.tui.screens.incidents.incident_text import age, detail, list_line, to_close
from readiness_tui.tui.screens.incidents.note_dialog import NoteDialog
from readiness_tui.tui.screens.incidents.screen import IncidentsScreen
from tests.conftest import NOW
from tests.incident_lines import write_line
from tests.tui.driving import HOSTILE, NARROW, WIDE, Size, answer, fill, notices, painted, press, read


def stored(app: ReadinessApp, number: int) -> Incident:
    assert app.desk is not None
    return edit.get(app.desk, number)


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_open_incident_is_shown_first_with_what_is_left_to_do(sample_app: ReadinessApp, size: Size) -> None:
    async with sample_app.run_test(size=size) as pilot:
        await press(pilot, "I")
        shown = read(pilot, "#incident")
        assert shown.startswith("INC-2  A customer's API key was stored in a ticket and in the log")
        assert "✗ open · sev3 · note is in review · data leak" in shown
        assert "did not hold: REL-03 Secrets are stored in a secret manager" in shown
        assert "To close: its end (t) · its note reviewed (p)" in shown
        assert "detected      23 Nov 15:05  3 d 2 h to detect" in shown
        assert "(prevent · ben · due 1 Dec)" in " ".join(shown.split())
        await press(pilot)  # the footer follows what the list shows
        screen = painted(pilot)
        assert screen.index("INC-2") < screen.index("INC-1")
        footer = screen.splitlines()[-1]
        assert "Enter Open / Find n New l Live notes t Time w Write p Status ? Help" in footer
        await press(pilot, "down")
        assert read(pilot, "#incident").startswith("INC-1")
        assert "lasted 2 h 55 min" in read(pilot, "#incident")


@pytest.mark.slow
async def test_opening_one_keeps_what_was_typed_until_it_is_right(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "n")
        await fill(pilot, "Refund booked twice")
        await press(pilot, "enter")
        await fill(pilot, "9")
        await press(pilot, "enter", "enter")
        # Refused: the sentence stands in the form, and so does all that was typed.
        assert isinstance(sample_app.screen, FormDialog)
        assert "“9” is not a severity" in read(pilot, "#dialog-refusal")
        assert sample_app.screen.query_one("#field-title", Input).value == "Refund booked twice"
        await press(pilot, "shift+tab")
        await fill(pilot, "2")
        await press(pilot, "enter")
        await fill(pilot, "13:00")
        await press(pilot, "enter")
        made = stored(sample_app, 3)
        assert (made.title, made.severity, made.started) == (
            "Refund booked twice",
            Sev.SEV2,
            NOW.replace(hour=13, minute=0),
        )
        assert read(pilot, "#incident").startswith("INC-3  Refund booked twice")
        assert "GO WITH CONDITIONS: INC-3" in read(pilot, "#incident")


@pytest.mark.slow
async def test_a_time_is_set_in_order(sample_app: ReadinessApp) -> None:
    assert sample_app.desk is not None
    edit.create(sample_app.desk, "Refund booked twice", Sev.SEV2, started=NOW.replace(hour=13, minute=0))
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "t", "down", "down", "down")  # from detected, the first that is not known, to resolved
        await press(pilot, "enter")
        await fill(pilot, "12:59")
        await press(pilot, "enter")
        assert "would be before started" in read(pilot, "#dialog-refusal")
        await fill(pilot, "now")
        await press(pilot, "enter")
        assert stored(sample_app, 3).resolved == NOW


@pytest.mark.slow
async def test_a_sev2_without_an_eval_case_asks_why_before_it_closes(sample_app: ReadinessApp) -> None:
    assert sample_app.desk is not None
    edit.create(sample_app.desk, "Refund booked twice", Sev.SEV2)
    edit.set_time(sample_app.desk, 3, "resolved", NOW)
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "p")
        assert isinstance(sample_app.screen, PickDialog)
        await press(pilot, "down", "down", "enter")
        assert isinstance(sample_app.screen, FormDialog)
        await press(pilot, "enter")
        assert "linked eval case, or with the reason" in read(pilot, "#dialog-refusal")
        assert stored(sample_app, 3).status is NoteStatus.DRAFT
        await fill(pilot, "the ledger's fault")
        await press(pilot, "enter")
        closed = stored(sample_app, 3)
        assert (closed.status, closed.no_eval_reason, closed.open) == (NoteStatus.CLOSED, "the ledger's fault", False)
        assert "none can exist: the ledger's fault" in read(pilot, "#incident")


@pytest.mark.slow
async def test_the_note_is_read_chapter_by_chapter(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "enter")
        assert isinstance(sample_app.screen, NoteDialog)
        assert "• Harm None known" in " ".join(read(pilot, "#chapter").split())
        await press(pilot, "space", "space", "space")
        assert read(pilot, "#chapter").splitlines()[0] in ("Times", "Timeline")
        await press(pilot, "escape")
        assert isinstance(sample_app.screen, IncidentsScreen)


@pytest.mark.slow
async def test_class_and_severity(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "c")
        await answer(pilot, **{"class": "tool", "item": "NO-99"})
        assert "not an item" in read(pilot, "#dialog-refusal")
        await answer(pilot, item="rel-04")
        assert (stored(sample_app, 2).failure_class, stored(sample_app, 2).item_id) == (FailureClass.TOOL, "REL-04")
        await press(pilot, "v")
        await answer(pilot, severity="1")
        assert stored(sample_app, 2).severity is Sev.SEV1
        assert sample_app.view is not None
        assert sample_app.view.judgement.parts[Part.INCIDENTS] is Verdict.NO_GO


@pytest.mark.slow
async def test_links(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "k")
        await answer(pilot, traces="trace-0924, trace-9999", cases="case-31")
        assert stored(sample_app, 2).traces == ("trace-0924", "trace-9999")
        assert stored(sample_app, 2).eval_cases == ("case-31",)
        assert notices(pilot)[-1].endswith("not imported here: trace-9999")


@pytest.mark.slow
async def test_actions_are_added_and_finished(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "a", "enter")  # a new action
        await answer(pilot, text="Scan tool arguments for keys", kind="detect", owner="chloe", due="+14")
        action = stored(sample_app, 2).actions[1]
        assert (action.text, action.kind, action.owner, action.due) == (
            "Scan tool arguments for keys", "detect", "chloe", date(2026, 12, 8),
        )  # fmt: skip
        assert sample_app.view is not None
        assert sample_app.view.gaps[f"incident/2/{action.id}"].owner == "chloe"
        await press(pilot, "f", "down", "enter", "enter")
        assert stored(sample_app, 2).actions[1].done == date(2026, 11, 24)


@pytest.mark.slow
async def test_reviewing_says_what_it_does_to_the_verdict_first(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "p", "enter")
        assert isinstance(sample_app.screen, FormDialog)
        said = " ".join(read(pilot, "#dialog-intro").split())
        assert said.startswith("REL-03, SAF-03 did not hold: undecided again")
        assert said.endswith("The verdict stays NO-GO.")
        await press(pilot, "escape")
        assert stored(sample_app, 2).status is NoteStatus.IN_REVIEW
        await press(pilot, "p", "enter", "enter")
        assert stored(sample_app, 2).status is NoteStatus.REVIEWED
        assert sample_app.desk is not None
        assert not load(sample_app.desk).judgement.standings["SAF-03"].decided


@pytest.mark.slow
async def test_export_says_where_and_does_not_replace_unasked(sample_app: ReadinessApp) -> None:
    file = sample_app.here / "INC-2.md"
    file.write_text("mine", encoding="utf-8")
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "x", "enter")
        assert "is there already" in read(pilot, "#dialog-refusal")
        assert file.read_text(encoding="utf-8") == "mine"
        await press(pilot, "enter")
        assert file.read_text(encoding="utf-8").startswith("# Incident review INC-2: A customer's API key")
        assert notices(pilot)[-1] == f"Written to {file}"
        await press(pilot, "x")
        await fill(pilot, "INC-2.pdf")
        await press(pilot, "enter")
        assert "one of .md, .html, .json" in read(pilot, "#dialog-refusal")
        await fill(pilot, "INC-2.json")
        await press(pilot, "enter")
        assert file.with_suffix(".json").read_text(encoding="utf-8").startswith("{")


@pytest.mark.slow
async def test_a_written_incident_is_imported_and_shown(sample_app: ReadinessApp) -> None:
    (sample_app.here / "old.md").write_text(
        "# Checkout was down\n\n## Timeline\n\n- 2026-11-20 10:00 UTC the alert fires\n\n## Summary\n\nA deploy.\n",
        encoding="utf-8",
    )
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "o")
        await fill(pilot, "no-such.md")
        await press(pilot, "enter")
        assert "no-such.md" in read(pilot, "#dialog-refusal")
        await fill(pilot, "old.md")
        await press(pilot, "enter")
        assert "INC-3" in painted(pilot)
        assert "Checkout was down" in stored(sample_app, 3).title
        await press(pilot, "escape")
        assert read(pilot, "#incident").startswith("INC-3")


@pytest.mark.slow
async def test_an_eval_case_of_a_linked_trace(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "e", "ctrl+s")
        assert stored(sample_app, 2).eval_cases == ("?inc-2-1",)
        assert "trace-0924" in (sample_app.here / "new-cases.jsonl").read_text(encoding="utf-8")


@pytest.mark.slow
async def test_the_filter_and_the_way_from_other_screens(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "z")
        assert "INC-1" not in painted(pilot)
        await sample_app.go_to("incident/1/2")  # asked for by name: shown in spite of the filter
        await press(pilot)
        assert read(pilot, "#incident").startswith("INC-1")
        await press(pilot, "space")
        assert read(pilot, "#incident").startswith("INC-2")


@pytest.mark.slow
async def test_what_is_searched_for_is_listed_and_marked(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "slash")
        await fill(pilot, "class:retrieval yesterday")
        await press(pilot, "enter")
        assert "No incident meets the filter" in read(pilot, "#incident")
        await press(pilot, "slash")
        await fill(pilot, "sev:9")
        await press(pilot, "enter")
        assert "“9” is not a severity" in notices(pilot)[-1]
        await fill(pilot, "class:retrieval archived")
        await press(pilot, "enter")
        assert "INC-2" not in painted(pilot)
        assert "FOUND can recur: Less likely: archived documents" in " ".join(read(pilot, "#incident").split())
        await press(pilot, "escape")
        assert "INC-2" in painted(pilot)


async def test_all_incidents_together(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "r")
        shown = painted(pilot)
        assert "2 incidents, 1 open" in shown
        assert "to resolve     2 h 55 min  one alone  (n = 1, 1 unknown)" in shown
        assert "to mitigate    1 d 14 h" in shown  # between 2 h 12 min and 3 d 3 h
        assert "1 × retrieval  INC-1" in shown


@pytest.mark.slow
async def test_without_an_incident_it_says_what_to_do(tmp_path: Path) -> None:
    desk = open_desk(tmp_path / "own.db", "ana", create=True, clock=lambda: NOW)
    new_review(desk, system="bot", release="1")
    app = ReadinessApp(desk, here=tmp_path)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "I")
        assert "No incident is recorded." in read(pilot, "#incident")
        assert "Press n" in read(pilot, "#incident")
        await press(pilot, "l", "w", "p", "enter", "space")  # none of them works, or shows in the footer
        assert isinstance(app.screen, IncidentsScreen)
        footer = painted(pilot).splitlines()[-1]
        assert "n New" in footer
        assert "Live" not in footer
    desk.close()


@pytest.mark.slow  # tests/test_hostile.py holds every room in the default run; this one presses each key of this one
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_hostile_text_is_shown_and_obeyed_by_nobody(sample_desk: Desk, size: Size) -> None:
    made = edit.create(sample_desk, HOSTILE, Sev.SEV1)
    write_line(sample_desk, made.number, HOSTILE)
    for key in edit.SECTIONS:
        edit.set_field(sample_desk, made.number, key, HOSTILE)
    edit.set_links(sample_desk, made.number, traces=[HOSTILE], eval_cases=[f"?{HOSTILE}"])
    app = ReadinessApp(sample_desk, here=Path("."))
    async with app.run_test(size=size) as pilot:
        await press(pilot, "I")
        assert "see [/closed] ␛]52;c;aGk=␇ [b]" in read(pilot, "#incident")
        await press(pilot, "enter")
        assert "see [/closed] ␛]52;c;aGk=␇ [b]" in read(pilot, "#chapter")
        await press(pilot, "escape", "w")
        assert "see [/closed]" in painted(pilot)
        assert "\x1b]52" not in painted(pilot)


def test_lines_keep_to_their_width_and_say_the_age(sample_desk: Desk) -> None:
    as_of = date(2026, 11, 24)
    for incident in edit.listed(sample_desk):
        for width in (40, 63, 64, 76, 118):
            for row in list_line(incident, as_of, width).plain.split("\n"):
                assert len(row) == width
    made = edit.create(sample_desk, "x", Sev.SEV4, started=datetime(2026, 11, 24, 1, tzinfo=UTC))
    assert age(made, as_of) == "today"
    assert age(made, date(2026, 12, 1)) == "7 d"
    assert age(edit.get(sample_desk, 1), as_of) == "23 Nov"
    assert to_close(edit.get(sample_desk, 1)) == []
    # Nothing in the detail is wider than its pane.
    view = load(sample_desk)
    for incident in edit.listed(sample_desk):
        for width in (50, 76):
            assert max(len(row) for row in detail(view, incident, width).plain.splitlines()) <= width


def test_an_action_that_nobody_can_see_done_is_asked_about(sample_desk) -> None:
    view = load(sample_desk)
    incident = view.facts.incidents[0]
    vague = replace(incident, actions=(Action(7, "improve monitoring", owner="ben"),))
    assert "How would anybody see that this is done? a changes it" in detail(view, vague, 100).plain
    clear = replace(incident, actions=(Action(7, "improve monitoring", owner="ben", verify="it pages in staging"),))
    assert "How would anybody" not in detail(view, clear, 100).plain


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_text_that_may_be_no_incident_is_asked_about(
    sample_app: ReadinessApp, tmp_path: Path, size: Size
) -> None:
    file = tmp_path / "lunch.txt"
    file.write_text("Lunch is on Thursday. Bring the slides.\n", encoding="utf-8")
    async with sample_app.run_test(size=size) as pilot:
        await press(pilot, "I", "o")
        await fill(pilot, str(file))
        await press(pilot, "enter")
        assert isinstance(sample_app.screen, PickDialog)
        asked = " ".join(painted(pilot).split())
        assert "Is this an incident?" in asked
        assert "Nothing of an incident was recognised in lunch.txt" in asked
        await press(pilot, "escape")
        assert sample_app.desk is not None
        assert len(edit.listed(sample_app.desk)) == 2

        await press(pilot, "o")
        await fill(pilot, str(file))
        await press(pilot, "enter", "enter")
        assert len(edit.listed(sample_app.desk)) == 3
        assert "What came in" in painted(pilot)
        await press(pilot, "escape", "o")

        other = tmp_path / "cache.txt"
        other.write_text("It was the cache.\n", encoding="utf-8")
        await fill(pilot, str(other))
        await press(pilot, "enter", "down", "enter")
        assert len(edit.listed(sample_app.desk)) == 3


@pytest.mark.slow
async def test_a_chat_is_asked_which_open_incident_it_belongs_to(sample_app: ReadinessApp, tmp_path: Path) -> None:
    file = tmp_path / "chat.txt"
    file.write_text("[2026-11-20 14:05] ana: paid twice\n[2026-11-20 14:06] ben: looking\n", encoding="utf-8")
    async with sample_app.run_test(size=NARROW) as pilot:
        assert sample_app.desk is not None
        made = [edit.create(sample_app.desk, title, Sev.SEV3, started=NOW).number for title in ("Slow", "Wrong")]
        await press(pilot, "I", "o")
        await fill(pilot, str(file))
        await press(pilot, "enter")
        asked = " ".join(painted(pilot).split())
        assert "Which incident?" in asked
        assert all(f"Add it to INC-{number}" in asked for number in made)
        await press(pilot, "down", "enter")
        grown = [number for number in made if stored(sample_app, number).timeline]
        assert len(grown) == 1
        assert "What came in" in painted(pilot)
        assert "The first line is of 20 Nov 2026" in " ".join(painted(pilot).split())
