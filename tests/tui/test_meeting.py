"""Meeting mode: one item at a time, scored in place; who is here is typed once and owns by one letter."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from textual.pilot import Pilot

from readiness_tui.domain.checklists.assessment import Dossier, EvidenceKind
from readiness_tui.domain.verdict.agenda import agenda
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import ReviewView, load
from readiness_tui.services.review import meeting
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.dialogs.form import FormDialog
from readiness_tui.tui.dialogs.pick import PickDialog
from readiness_tui.tui.screens.checklists import item_text
from readiness_tui.tui.screens.meeting.screen import MeetingScreen
from readiness_tui.tui.widgets.key_lines import KeyLines
from tests.conftest import NOW
from tests.domain.build import make_item, make_review, make_vote
from tests.tui.driving import NARROW, WIDE, Size, answer, painted, press, read


@pytest.mark.slow
@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_agenda_begins_with_the_conflict(sample_app: ReadinessApp, size: Size) -> None:
    assert sample_app.desk is not None
    order = agenda(load(sample_app.desk).workings)
    async with sample_app.run_test(size=size) as pilot:
        await press(pilot, "m")
        assert isinstance(sample_app.screen, MeetingScreen)
        assert "On the agenda: the proof contradicts the vote · the same gap as DEP-01" in read(pilot, "#item")
        clock, who = painted(pilot).splitlines()[:2]
        assert f"MEETING  1 of {len(order)} · {len(order)} items · 60 of 60 min left   NO-GO" in clock
        assert "the vote is ana's · who is here? p" in who
        # Every key of the room that does something here is named, the last of them too.
        named = keys(pilot)
        for key in ("a Accept", "k Keep vote", "f Dismiss hit", "t Examples", "d Put off", "p People", "End Decisions"):
            assert key in named
        assert "Restore hit" not in named
        assert "Tick" not in named
        assert named.endswith("Esc Leave ? Help")
        await press(pilot, "left")  # the page of decisions, after the last
        assert "Nothing yet." in read(pilot, "#item")
        assert keys(pilot) == "Space Next ← Back x Export p People Esc Leave ? Help"
        row = painted(pilot).splitlines()[-1]
        await pilot.click(KeyLines, offset=(row.index("← Back") + 2, 0))  # a key is pressed by the mouse too
        await press(pilot)
        assert sample_app.screen.item_id == order[-1].items[0]
        await press(pilot, "space", "space", "space")
        assert sample_app.screen.item_id == order[0].items[1]  # an item of the same gap, and of the same point
        assert "MEETING  1 of" in read(pilot, "#clock")
        await press(pilot, "escape")
        assert not isinstance(sample_app.screen, MeetingScreen)


def keys(pilot: Pilot[None]) -> str:
    """The lines at the foot of the screen."""
    height = pilot.app.screen.query_one(KeyLines).size.height
    return " ".join(" ".join(painted(pilot).splitlines()[-height:]).split())


async def go_to(pilot: Pilot[None], item: str) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, MeetingScreen)
    for _ in range(20):
        if screen.item_id == item:
            return
        await press(pilot, "space")
    raise AssertionError(f"{item} is not on the agenda")


@pytest.mark.slow
async def test_an_item_is_scored_and_seen_to_where_it_stands(sample_app: ReadinessApp) -> None:
    desk = sample_app.desk
    assert desk is not None
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "m")
        await go_to(pilot, "DEP-03")
        assert "settled" not in read(pilot, "#item")
        await press(pilot, "1")
        assert {vote.reviewer: vote.points for vote in load(desk).dossier("DEP-03").votes} == {"ana": 1}
        assert "what shows it, and who sees to the rest?" in painted(pilot)
        await answer(pilot, ref="docs/config.md @z +14")  # nobody here: kept, and asked about at the end
        gap = load(desk).gaps["item/deployment/DEP-03"]
        assert (gap.owner, str(gap.due)) == ("z", "2026-12-08")
        assert [piece.ref for piece in load(desk).dossier("DEP-03").evidence] == ["docs/config.md"]
        # It stays on the screen until somebody goes on, marked as settled.
        assert "✓ settled" in read(pilot, "#item").splitlines()[0]
        assert "GAP       z · due 8 Dec · open" in read(pilot, "#item")

        await press(pilot, "end")
        assert "SCORED\n  DEP-03 Config separation from code: 1 partial · z by 8 Dec 2026" in read(pilot, "#item")
        assert "WHO IS…" in read(pilot, "#item")
        assert "@ Names" in keys(pilot)
        await press(pilot, "@")
        await answer(pilot, name0="d")
        assert load(desk).gaps["item/deployment/DEP-03"].owner == "deniz"
        assert "WHO IS…" not in read(pilot, "#item")


@pytest.mark.slow
async def test_who_is_here_votes_and_owns_by_one_letter(sample_app: ReadinessApp) -> None:
    desk = sample_app.desk
    assert desk is not None
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "m", "p")
        await answer(pilot, names="ana, farid, Grace, greta, grace, deniz")
        assert meeting.attendees(desk, ()) == ("ana", "farid", "Grace", "greta", "deniz")
        assert "the room votes: ana, deniz · also here: farid, Grace, greta" in read(pilot, "#who")

        # An undecided blocker is put off, with owner and date in one step.
        await go_to(pilot, "DEP-01")
        await press(pilot, "d")
        await answer(pilot, owner="f", due="+7")
        key = "item/reliability/REL-03"
        assert (load(desk).gaps[key].owner, str(load(desk).gaps[key].due)) == ("farid", "2026-12-01")
        assert sample_app.screen.item_id not in ("REL-03", "DEP-01")  # type: ignore[attr-defined]

        # An initial of two people asks which of them.
        await go_to(pilot, "OBS-06")
        await press(pilot, "o")
        await answer(pilot, owner="g")
        assert isinstance(sample_app.screen, PickDialog)
        await press(pilot, "down", "enter")
        assert not isinstance(sample_app.screen, FormDialog)
        key = load(desk).workings.gap_keys["OBS-06"]
        assert load(desk).gaps[key].owner == "greta"

        # The vote is the room's, what was shown has one of them as witness.
        await press(pilot, "1", "escape")
        assert {vote.reviewer: vote.points for vote in load(desk).dossier("OBS-06").votes} == {"ana": 1, "deniz": 1}
        await press(pilot, "s")
        await answer(pilot, ref="the button, live", witness="d")
        piece = load(desk).dossier("OBS-06").evidence[-1]
        assert (piece.kind, piece.witness) == (EvidenceKind.SHOWN, "deniz")

        await press(pilot, "end")
        said = read(pilot, "#item")
        assert "PUT OFF\n  REL-03 Secrets are stored in a secret manager (with DEP-01) · farid by 1 Dec 2026" in said
        sample_app.here = desk.store.path.parent
        await press(pilot, "x", "enter")
        written = (desk.store.path.parent / "decisions.md").read_text(encoding="utf-8")
        assert "- [ ] **REL-03** Secrets are stored in a secret manager (with DEP-01) · farid by 1 Dec 2026" in written

        # Left and opened again, the meeting goes on: what was put off comes last.
        await press(pilot, "escape", "m")
        assert "the room votes: ana, deniz" in read(pilot, "#who")
        assert sample_app.screen.item_id not in ("REL-03", "DEP-01")  # type: ignore[attr-defined]
        await go_to(pilot, "REL-03")
        assert "✓ put off" in read(pilot, "#item")


@pytest.mark.slow
async def test_the_clocks_follow_the_hour_and_the_item(sample_desk: Desk) -> None:
    now = NOW
    sample_desk.clock = lambda: now
    app = ReadinessApp(sample_desk, here=sample_desk.store.path.parent)
    async with app.run_test(size=NARROW) as pilot:
        await press(pilot, "m")
        now = NOW + timedelta(minutes=7, seconds=59)
        await go_to(pilot, "DEP-03")
        assert "5 items · 53 of 60 min left" in read(pilot, "#clock")  # nothing settled yet: no pace is known
        now = NOW + timedelta(minutes=9)
        await press(pilot, "1", "escape")  # scored; the question that follows is left open
        assert "item 1 min · 4 items, 36 minutes · 51 of 60 min left" in read(pilot, "#clock")
        now = NOW + timedelta(minutes=20)
        await press(pilot, "p", "escape", "left")
        assert "4 items, 80 minutes: 40 too many · 40 of 60 min left" in read(pilot, "#clock")


@pytest.mark.slow
async def test_a_long_item_scrolls_with_the_arrows(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "m")
        stage = sample_app.screen.query_one("#stage")
        assert stage.max_scroll_y > 0
        await press(pilot, "down", "down", "up")
        assert stage.scroll_offset.y == 1
        await press(pilot, "pagedown")
        assert stage.scroll_offset.y > 1
        await press(pilot, "space")
        assert stage.scroll_offset.y == 0


def test_sixty_votes_are_a_tally_and_few_stand_by_name() -> None:
    item = make_item()
    many = Dossier(item, "reliability", votes=tuple(make_vote(2 if n else 0, f"r{n:02}") for n in range(57)))
    people = [f"r{n:02}" for n in range(60)]
    view = cast(ReviewView, SimpleNamespace(review=make_review(reviewers=people)))
    assert [row.plain for row in item_text.votes(view, many)] == [
        "VOTES     2: 56 · 0: 1 · not yet: 3",
        "          otherwise: r00 0",
    ]
    few = Dossier(item, "reliability", votes=(make_vote(2), make_vote(0, "ben")))
    assert [row.plain for row in item_text.votes(view, few)] == ["VOTES     ana 2 · ben 0"]
