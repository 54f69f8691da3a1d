"""Keys for what only a service could do: people, taking a dismissal back, beginning an action, a line of the timeline."""

from __future__ import annotations

import pytest

from readiness_tui.domain.incidents.model import ActionState, Incident
from readiness_tui.domain.verdict.gap import GapState
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.incidents import edit
from readiness_tui.services.review import assess, history, reviews
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from readiness_tui.tui.dialogs.pick import PickDialog
from tests.tui.driving import NARROW, answer, notices, painted, press, read


def desk_of(app: ReadinessApp) -> Desk:
    assert app.desk is not None
    return app.desk


def incident(app: ReadinessApp, number: int = 2) -> Incident:
    return edit.get(desk_of(app), number)


@pytest.mark.slow
async def test_a_reviewer_is_added_in_checklists(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "C", "p")
        await answer(pilot, reviewers="ana, Ben, chloe, eve", owner="chloe")
        review = reviews.people(desk_of(sample_app))
        assert (review.reviewers, review.owner) == (("ana", "ben", "chloe", "eve"), "chloe")
        # Refused: what was typed stays.
        await press(pilot, "p")
        await answer(pilot, reviewers=" , ")
        assert isinstance(sample_app.screen, FormDialog)
        assert "needs somebody who votes" in read(pilot, "#dialog-refusal")


@pytest.mark.slow
async def test_a_dismissed_hit_is_counted_again(sample_app: ReadinessApp) -> None:
    desk = desk_of(sample_app)
    before = load(desk).proposals["REL-03"]
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "C", "F")
        assert notices(pilot) == ["No hit was dismissed in this review."]
        for hit in before.examples:
            assess.dismiss_hit(desk, "REL-03", hit, "a test [b]key[/b]")
        await press(pilot, "F")
        assert isinstance(sample_app.screen, PickDialog)
        assert f"{before.examples[0]}: a test [b]key[/b] (ana" in " ".join(painted(pilot).split())
        await press(pilot, "enter")
        assert before.examples[0] in load(desk).proposals["REL-03"].examples


@pytest.mark.slow
async def test_an_action_is_begun(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "s")
        first = next(one for one in incident(sample_app).actions if one.state is ActionState.OPEN)
        assert isinstance(sample_app.screen, PickDialog)
        await press(pilot, "enter")
        (begun,) = [one for one in incident(sample_app).actions if one.state is ActionState.IN_PROGRESS]
        assert begun.id == first.id
        assert "◐ begun" in read(pilot, "#incident")
        # Its gap is in progress too, and both are put back together.
        assert load(desk_of(sample_app)).gaps[f"incident/2/{begun.id}"].state is GapState.IN_PROGRESS
        history.undo(desk_of(sample_app), history.log(desk_of(sample_app), limit=1)[0].id)
        assert incident(sample_app).actions[0].state is ActionState.OPEN


@pytest.mark.slow
async def test_without_an_open_action_there_is_none_to_begin(sample_app: ReadinessApp) -> None:
    for action in incident(sample_app).actions:
        edit.begin_action(desk_of(sample_app), 2, action.id)
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "s")
        assert notices(pilot) == ["INC-2 has no action that waits to be begun. Press a to add one."]


@pytest.mark.slow
async def test_a_line_of_the_timeline_is_corrected_and_taken_out(sample_app: ReadinessApp) -> None:
    before = incident(sample_app).timeline
    last = before[-1]
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "d", "enter")
        await answer(pilot, text="The key was blanked", source="rumour")
        assert "“rumour” is not a source" in read(pilot, "#dialog-refusal")
        await answer(pilot, source="log")
        changed = incident(sample_app).timeline[-1]
        assert (changed.text, changed.source, changed.at, changed.id) == (
            "The key was blanked",
            "log",
            last.at,
            last.id,
        )
        await press(pilot, "d", "enter")
        await answer(pilot, at="2026-11-23 15:00")
        assert f"{next(one for one in incident(sample_app).timeline if one.id == last.id).at:%H:%M}" == "15:00"
        await press(pilot, "d", "enter")
        gone = next(
            one
            for one in incident(sample_app).timeline
            if one.id == max(incident(sample_app).timeline, key=lambda e: e.at).id
        )
        await answer(pilot, text="")
        assert gone.id not in {one.id for one in incident(sample_app).timeline}
        assert len(incident(sample_app).timeline) == len(before) - 1
        history.undo(desk_of(sample_app), history.log(desk_of(sample_app), limit=1)[0].id)
        assert gone in incident(sample_app).timeline
        await press(pilot, "question_mark")
        for _ in range(3):
            if "Correct a line of the timeline, or take it out" in painted(pilot):
                break
            await press(pilot, "pagedown")
        assert "Correct a line of the timeline, or take it out" in painted(pilot)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["s", "d"])
async def test_an_incident_without_rows_says_what_to_press(sample_app: ReadinessApp, key: str) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "n")
        await answer(pilot, title="Empty", severity="sev4")
        await press(pilot, key)
        assert notices(pilot)[-1] in (
            "INC-3 has no action that waits to be begun. Press a to add one.",
            "INC-3 has no line in its timeline yet. Press l to write one.",
        )
