"""The closing list: owners, dates and states with keys, and the files it writes."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import gaps
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from readiness_tui.tui.screens.checklists.screen import ChecklistsScreen
from readiness_tui.tui.screens.gaps.screen import GapsScreen
from readiness_tui.tui.screens.incidents.screen import IncidentsScreen
from readiness_tui.tui.widgets.opening_list import OpeningList
from tests.tui.driving import HOSTILE, NARROW, WIDE, Size, answer, notices, painted, press, read

ACTION = "incident/1/1"  # the open action of the sample's closed sev2
SAF_03 = "item/safety/SAF-03"


def now(app: ReadinessApp) -> ReviewView:
    """The review as it is stored."""
    assert app.desk is not None
    return load(app.desk)


def highlight(app: ReadinessApp, row: str) -> None:
    listed = app.screen.query_one(OpeningList)
    listed.highlighted = listed.get_option_index(row)


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_conditions_come_first_each_with_owner_and_day(sample_app: ReadinessApp, size: Size) -> None:
    async with sample_app.run_test(size=size) as pilot:
        await press(pilot, "G")
        rows = painted(pilot).splitlines()
        head = next(row for row in rows if "CONDITIONS  11" in row)
        saf = next(row for row in rows if "SAF-03" in row)
        assert saf.index("chloe") == head.index("owner")
        assert saf.rstrip().endswith("8 Dec")
        assert len(saf.rstrip()) == len(head.rstrip())
        assert next(i for i, row in enumerate(rows) if "GAPS  9 · 1 accepted risk" in row) > rows.index(saf)
        assert rows[-1].split()[:2] == ["Enter", "Open"]
        assert "Help" in rows[-1]
        assert "waived until 2027-01-31" in " ".join(read(pilot, "#about").split())


@pytest.mark.slow
async def test_owner_and_date_of_a_gap(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "G")
        highlight(sample_app, f"gap/{SAF_03}")
        await press(pilot, "o")
        await answer(pilot, owner="deniz")
        await press(pilot, "d")
        await answer(pilot, due="31 Feb")
        assert "is not a date" in read(pilot, "#dialog-refusal")
        await answer(pilot, due="2026-12-15")
        gap = now(sample_app).gaps[SAF_03]
        assert (gap.owner, gap.due) == ("deniz", date(2026, 12, 15))
        assert gap.due_changes[-1] == "2026-12-08 -> 2026-12-15 by ana"
        # The condition that rests on it follows, and the cursor stays where it was.
        condition = next(one for one in now(sample_app).judgement.conditions if one.key == SAF_03)
        assert (condition.owner, condition.due) == ("deniz", date(2026, 12, 15))
        assert sample_app.screen.query_one(OpeningList).current == f"gap/{SAF_03}"
        assert "Date changed: " in read(pilot, "#about")


@pytest.mark.slow
async def test_a_condition_without_an_owner_is_no_go_and_says_so(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "G", "o")
        await answer(pilot, owner="")
        first = now(sample_app).judgement.conditions[0]
        assert first.problem == "no owner"
        assert any(
            cause.verdict is Verdict.NO_GO and "has no owner" in cause.text
            for cause in now(sample_app).judgement.causes
        )
        assert "CONDITIONS  11  1 blocks: NO-GO" in painted(pilot)
        await press(pilot, "down", "down", "space")  # round the end, back to it
        assert sample_app.screen.query_one(OpeningList).current == f"condition/{first.key}"
        assert "Blocks: no owner" in read(pilot, "#about")


@pytest.mark.slow
async def test_an_action_has_one_owner_here_and_in_its_incident(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "G")
        highlight(sample_app, f"gap/{ACTION}")
        await press(pilot, "o")
        await answer(pilot, owner="deniz")
        assert sample_app.desk is not None
        assert edit.get(sample_app.desk, 1).actions[0].owner == "deniz"
        await press(pilot, "enter")
        assert isinstance(sample_app.screen, IncidentsScreen)
        assert read(pilot, "#incident").startswith("INC-1")


@pytest.mark.slow
async def test_states_that_a_person_sets(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "G", "p")
        assert isinstance(sample_app.screen, GapsScreen)  # a condition has none
        assert "no state of its own" in notices(pilot)[-1]
        highlight(sample_app, f"gap/{SAF_03}")
        await press(pilot, "p", "down", "down", "enter")
        assert now(sample_app).gaps[SAF_03].state is GapState.CLAIMED_DONE
        await press(pilot, "f")
        assert "Only a gap that was marked by hand" in notices(pilot)[-1]
        highlight(sample_app, "gap/case/case-33")
        await press(pilot, "f")
        assert now(sample_app).gaps["case/case-33"].state is GapState.CLOSED
        assert "case/case-33" not in read(pilot, "#about")
        await press(pilot, "z")
        highlight(sample_app, "gap/case/case-33")
        await press(pilot)
        assert "✓ closed" in painted(pilot)


@pytest.mark.slow
async def test_enter_opens_what_a_row_is_about(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "G", "down", "enter")
        assert isinstance(sample_app.screen, ChecklistsScreen)
        assert sample_app.screen.item_id == "SAF-03"


@pytest.mark.slow
@pytest.mark.parametrize(("name", "begins"), [("gaps.md", "- [ ]"), ("gaps.csv", ""), ("gaps.jsonl", '{"')])
async def test_the_export_is_chosen_by_the_ending(sample_app: ReadinessApp, name: str, begins: str) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "G", "x")
        await answer(pilot, path=name)
        file = sample_app.here / name
        text = file.read_text(encoding="utf-8")
        assert begins in text
        assert SAF_03 in text
        if name.endswith(".csv"):
            assert len(list(csv.reader(text.splitlines()))) == 11  # a header, and ten gaps
        assert notices(pilot)[-1] == f"Written to {file}"


@pytest.mark.slow
async def test_an_export_into_nowhere_keeps_what_was_typed(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "G", "x")
        await answer(pilot, path="no/such/gaps.md")
        assert isinstance(sample_app.screen, FormDialog)
        assert "does not exist" in read(pilot, "#dialog-refusal")
        await answer(pilot, path="")
        assert "Which file?" in read(pilot, "#dialog-refusal")


@pytest.mark.slow
async def test_hostile_titles_are_shown_and_obeyed_by_nobody(sample_desk: Desk) -> None:
    gaps.mark(sample_desk, "trace", "trace-0001", HOSTILE)
    gaps.set_owner(sample_desk, "trace/trace-0001", HOSTILE)
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "G")
        highlight(app, "gap/trace/trace-0001")
        await press(pilot)
        assert "see [/closed] ␛]52;c;aGk=␇ [b]" in read(pilot, "#about")
        await press(pilot, "o")
        assert isinstance(app.screen, FormDialog)
        assert "\x1b]52" not in painted(pilot)
