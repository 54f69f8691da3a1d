"""The Scorecard screen: read chapter by chapter, exported, frozen, and closed to every change from then on."""

from __future__ import annotations

import json

import pytest
from textual.screen import ModalScreen
from textual.widgets import Static

from readiness_tui.domain.verdict.model import Verdict
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.review import reviews, scorecard
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.confirm import ConfirmDialog
from tests.conftest import NOW
from tests.tui.driving import HOSTILE, NARROW, WIDE, Size, answer, notices, painted, press, read


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_every_chapter_is_there_and_whole(sample_app: ReadinessApp, size: Size) -> None:
    assert sample_app.desk is not None
    async with sample_app.run_test(size=size) as pilot:
        await press(pilot, "S")
        assert "NO-GO: Blocker REL-03 is not met" in read(pilot, "#chapter")
        listed = sample_app.screen.query_one("#chapters")
        seen = []
        for position in range(listed.option_count):  # type: ignore[attr-defined]
            listed.highlighted = position  # type: ignore[attr-defined]
            await pilot.pause()
            seen.append(read(pilot, "#chapter"))
        titles = [row[3:] for row in scorecard.text(sample_app.desk).splitlines() if row.startswith("## ")]
        assert len(seen) == len(titles) + 1
        assert all(" ".join(text.split()).startswith(title) for text, title in zip(seen[1:], titles, strict=True))
        # Owner, day and state of each gap are on the screen, whatever its width.
        found = " ".join(seen[titles.index("Gaps") + 1].split())
        for gap in load(sample_app.desk).gaps.values():
            if gap.state.live:
                assert gap.title in found
        assert "Owner chloe" in found
        assert "8 Dec 2026" in found
        preview = sample_app.screen.query_one("#preview").scrollable_content_region.width
        assert max(len(row) for text in seen for row in text.splitlines()) <= preview


@pytest.mark.slow
async def test_space_reads_on_to_the_next_chapter(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=WIDE) as pilot:
        await press(pilot, "S", "space")
        assert read(pilot, "#chapter").splitlines()[0] == "Why"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["card.md", "card.json", "card.html"])
async def test_the_export_is_the_scorecard_in_the_format_of_its_name(sample_app: ReadinessApp, name: str) -> None:
    assert sample_app.desk is not None
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "S", "x")
        await answer(pilot, path=name)
        file = sample_app.here / name
        text = file.read_text(encoding="utf-8")
        assert notices(pilot)[-1] == f"Written to {file}"
        if name.endswith(".json"):
            assert json.loads(text)["verdict"] == "NO-GO"
        else:
            assert text == scorecard.text(sample_app.desk, format=name.partition(".")[2])
            assert text.startswith("# Day-21" if name.endswith(".md") else "<!doctype html>")


@pytest.mark.slow
async def test_freezing_says_what_it_does_and_closes_the_review(sample_app: ReadinessApp) -> None:
    desk = sample_app.desk
    assert desk is not None
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "S", "f")
        assert isinstance(sample_app.screen, ConfirmDialog)
        said = " ".join(str(one.content) for one in sample_app.screen.query(".confirm-line").results(Static))
        assert f"closes as NO-GO with {len(load(desk).judgement.conditions)} conditions, as of 24 Nov 2026." in said
        assert "Signed by who voted: ana, ben, chloe, deniz." in said
        assert "3 undecided items become gaps: OBS-06, DEP-01, DEP-03." in said
        await press(pilot, "enter")  # the focus is on No
        assert load(desk).review.frozen_at is None
        await press(pilot, "f", "right", "enter")
        view = load(desk)
        assert view.review.frozen_at == NOW
        assert view.gaps["item/deployment/DEP-03"].state.live
        assert "History starts the next review" in notices(pilot)[-1]
        assert "frozen" in painted(pilot).splitlines()[0]
        frozen = scorecard.text(desk)

        # What works on a live review alone is out of the footer, and pressing it does nothing.
        assert "Freeze" not in painted(pilot).splitlines()[-1]
        await press(pilot, "f", "d", "v")
        assert not isinstance(sample_app.screen, ModalScreen)
        votes = load(desk).dossier("OBS-03").votes
        await press(pilot, "C", "0")
        assert "was frozen" in notices(pilot)[-1]
        assert load(desk).dossier("OBS-03").votes == votes
        assert scorecard.text(desk) == frozen


@pytest.mark.slow
async def test_dissent_and_override_are_kept_with_names(sample_app: ReadinessApp) -> None:
    desk = sample_app.desk
    assert desk is not None
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "S", "d")
        await answer(pilot, person="ben", reason="the key was revoked")
        assert "- **Reviewers** ana, ben, chloe, deniz · **dissent** ben" in scorecard.text(desk)
        await press(pilot, "v")
        await answer(pilot, verdict="perhaps", reason="we ship")
        assert "“perhaps” is not a verdict" in read(pilot, "#dialog-refusal")
        assert load(desk).review.override_verdict is None
        await answer(pilot, verdict="go with", reason="")
        assert "needs a reason" in read(pilot, "#dialog-refusal")
        await answer(pilot, reason="the board decided")
        review = load(desk).review
        assert (review.override_verdict, review.override_by) == (Verdict.CONDITIONS, "ana")
        assert load(desk).judgement.verdict is Verdict.NO_GO
        assert "overridden to GO WITH CONDITIONS by ana" in " ".join(read(pilot, "#chapter").split())


@pytest.mark.slow
async def test_hostile_text_in_the_document_is_shown_and_obeyed_by_nobody(sample_desk: Desk) -> None:
    reviews.declare(sample_desk, "step_cap", "9")
    scorecard.dissent(sample_desk, "ben", HOSTILE)
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "S")
        listed = app.screen.query_one("#chapters")
        shown = []
        for position in range(listed.option_count):  # type: ignore[attr-defined]
            listed.highlighted = position  # type: ignore[attr-defined]
            await pilot.pause()
            shown.append(read(pilot, "#chapter"))
        said = " ".join(" ".join(shown).split())
        assert "see [/closed] ␛]52;c;aGk=␇ [b]⟨202E⟩ | `x` <b>" in said
        assert "\x1b" not in said
