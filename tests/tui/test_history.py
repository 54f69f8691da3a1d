"""History: what was changed is said in words, and one change is taken back by a new entry."""

from __future__ import annotations

from datetime import date

import pytest

from readiness_tui.services.core.desk import Desk, open_desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import assess, history, mend, scorecard
from readiness_tui.store.audit import RowChange
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from readiness_tui.tui.dialogs.pick import PickDialog
from readiness_tui.tui.dialogs.reviews import ReviewDialog
from readiness_tui.tui.dialogs.two_versions import TwoVersionsDialog
from tests.conftest import NOW
from tests.tui.driving import HOSTILE, NARROW, WIDE, Size, answer, notices, painted, press, read
from tests.tui.test_live import until


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_change_is_undone_and_both_entries_stay(sample_desk: Desk, size: Size) -> None:
    assess.score(sample_desk, ["OBS-03"], 0)
    before = len(history.log(sample_desk, limit=1000))
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    async with app.run_test(size=size) as pilot:
        await press(pilot, "H")
        assert "24 Nov 14:02   ana        score OBS-03: 0" in painted(pilot)
        assert "vote OBS-03 ana: points 1 → 0" in read(pilot, "#rows")
        await press(pilot, "u")
        assert isinstance(app.screen, FormDialog)
        assert "score OBS-03: 0\nby ana, 2026-11-24 14:02 UTC" in read(pilot, "#dialog-intro")
        await answer(pilot, why="pressed the wrong key")
        assert load(sample_desk).judgement.standings["OBS-03"].points == 1  # the vote before: the accepted proof
        log = history.log(sample_desk, limit=1000)
        assert len(log) == before + 1
        assert (log[0].what, log[0].why, log[0].undoes) == (
            "undid: score OBS-03: 0",
            "pressed the wrong key",
            log[1].id,
        )
        shown = painted(pilot)
        assert "↶ ana        undid: score OBS-03: 0" in shown
        assert "✗ ana        undone: score OBS-03: 0" in shown

        # The cursor stayed on the change; undoing it again is refused in words, before anything is typed.
        await press(pilot, "u")
        assert "was already undone, by ana" in notices(pilot)[-1]
        assert not isinstance(app.screen, FormDialog)


@pytest.mark.slow
async def test_what_cannot_be_undone_says_why(sample_desk: Desk) -> None:
    assess.score(sample_desk, ["OBS-03"], 0)
    assess.score(sample_desk, ["OBS-03"], 2)
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "H", "down", "u")
        assert "changed the same later" in notices(pilot)[-1]
        assert "Undo that one first" in notices(pilot)[-1]
        vote = next(vote for vote in load(sample_desk).dossier("OBS-03").votes if vote.reviewer == "ana")
        assert vote.points == 2


@pytest.mark.slow
async def test_the_next_review_starts_and_one_can_go_back(sample_app: ReadinessApp) -> None:
    desk = sample_app.desk
    assert desk is not None
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "H", "r")
        assert "holds one review" in notices(pilot)[-1]
        await press(pilot, "n")
        assert "2026.11 is not frozen" in read(pilot, "#dialog-intro")
        await answer(pilot, release="2026.12", held_on="soon")
        assert "is not a date" in read(pilot, "#dialog-refusal")
        await answer(pilot, held_on="2062-12-08")
        assert "If it is meant, save again" in read(pilot, "#dialog-refusal")
        await answer(pilot, held_on="2026-12-08")
        view = load(desk)
        assert (view.review.release, view.judgement.undecided) == ("2026.12", len(view.items))
        assert view.gaps["item/safety/SAF-03"].state.live
        assert "▸ 2 2026.12     2026-12-08" in read(pilot, "#summary")

        await press(pilot, "r")
        assert isinstance(sample_app.screen, ReviewDialog)
        await press(pilot, "down", "enter")
        assert sample_app.desk is not None
        assert load(sample_app.desk).review.release == "2026.11"
        assert "▸ 1 2026.11" in read(pilot, "#summary")


@pytest.mark.slow
async def test_a_frozen_review_stands_in_the_list_with_its_verdict(sample_desk: Desk) -> None:
    card = scorecard.freeze(sample_desk)
    history.next_review(sample_desk, "2026.12", date(2026, 12, 8))
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "H")
        line = next(row for row in read(pilot, "#summary").splitlines() if "2026.11" in row)
        assert str(card.verdict) in line
        assert f" {card.headline}% " in line
        await press(pilot, "down")  # the freeze itself
        await press(pilot, "u")
        assert "A frozen scorecard is superseded with a reason instead" in notices(pilot)[-1]


@pytest.mark.slow
async def test_hostile_words_are_shown_and_obeyed_by_nobody(sample_desk: Desk) -> None:
    assess.note(sample_desk, "OBS-03", HOSTILE)
    history.undo(sample_desk, history.log(sample_desk, limit=1)[0].id, HOSTILE)
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "H")
        assert "Why: see [/closed] ␛]52;c;aGk=␇ [b]" in read(pilot, "#rows")
        assert "\x1b]52" not in painted(pilot)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            RowChange("gap", ("Support bot", "case/case-33"), {"system": "Support bot", "due": "2026-12-15"},
                      {"system": "Support bot", "due": "2026-12-08"}),
            "gap case/case-33: due 2026-12-15 → 2026-12-08",
        ),
        (RowChange("incident", (3,), {"mitigated": None}, {"mitigated": "2026-11-24T14:02:00.000000+00:00"}),
         "incident 3: mitigated nothing → 2026-11-24 14:02"),
        (RowChange("incident", (3,), {"fields": '{"harm":"a","cost":"b"}'}, {"fields": '{"harm":"c","cost":"b"}'}),
         "incident 3: fields harm"),
        (RowChange("incident", (3,), {"traces": "[]"}, {"traces": '["t-1","t-2"]'}), "incident 3: traces nothing → t-1, t-2"),
        (RowChange("vote", (1, "OBS-03", "ana"), {"points": 1, "na_reason": ""}, None), "vote OBS-03 ana removed: points 1"),
        (RowChange("waiver", (1, "OBS-03"), None, {"reason": "x" * 80}), f"waiver OBS-03 added: reason {'x' * 59}…"),
        (RowChange("item_note", (1, "OBS-03"), {"text": "[/closed"}, {"text": "{"}), "item note OBS-03: text [/closed → {"),
        (RowChange("tick", (1, "OBS-03", "alert"), {"person": "ana"}, {"person": "ana"}), "tick OBS-03 alert"),
    ],
)  # fmt: skip
def test_a_changed_row_in_words(row: RowChange, said: str) -> None:
    assert history.describe([row]) == [said]


@pytest.mark.slow
async def test_an_import_is_taken_back_after_a_question(sample_app: ReadinessApp) -> None:
    desk = sample_app.desk
    assert desk is not None
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "H", "t")
        assert isinstance(sample_app.screen, PickDialog)
        await press(pilot, "end", "up", "enter")
        assert "structured_log.jsonl" in painted(pilot)
        await press(pilot, "enter")  # on No
        assert load(desk).measured.trace_count > 0
        await press(pilot, "t", "end", "up", "enter", "y")
        assert "was taken back: 1,304 traces" in notices(pilot)[-1]
        assert load(desk).measured.trace_count == 0
        assert "import 2 taken back" in painted(pilot)


@pytest.mark.slow
async def test_no_footer_asks_a_review_that_is_still_being_opened(sample_app: ReadinessApp) -> None:
    """Between two reviews there is no view, and a room may be painted at any moment."""
    async with sample_app.run_test(size=NARROW) as pilot:
        for key in "OCETIGSH":
            await press(pilot, key)
            view, sample_app.view = sample_app.view, None
            assert sample_app.screen.active_bindings
            sample_app.screen.refresh_bindings()
            sample_app.view = view


@pytest.mark.slow
async def test_what_an_edit_of_the_review_keeps_beside_anothers_is_shown(sample_desk: Desk) -> None:
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "H", "e")
        ben = open_desk(sample_desk.store.path, "ben", clock=lambda: NOW)
        mend.edit_review(ben, release="2026.12")
        ben.close()
        await answer(pilot, release="2027.1")
        await until(pilot, lambda: isinstance(app.screen, TwoVersionsDialog))
        shown = painted(pilot)
        assert "2026.12" in shown
        assert "2027.1" in shown
    assert load(sample_desk).review.release == "2026.12"
