"""Live notes: a line that stays open, from any room; what it reads, completes and keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from textual.events import Paste

from readiness_tui.domain.incidents.model import Incident, LinkKind, Sev
from readiness_tui.services.core import drafts
from readiness_tui.services.incidents import edit
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.gaps.screen import GapsScreen
from readiness_tui.tui.screens.incidents.live import LiveNotes
from readiness_tui.tui.widgets.note_line import NoteLine
from tests.conftest import NOW
from tests.tui.driving import NARROW, fill, painted, press, read


def stored(app: ReadinessApp) -> Incident:
    assert app.desk is not None
    return edit.get(app.desk, 2)


def field(app: ReadinessApp) -> NoteLine:
    return app.screen.query_one(NoteLine)


@pytest.mark.slow
async def test_lines_are_written_down_one_after_the_other(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "G", "L")  # from any room, to the incident that runs
        assert isinstance(sample_app.screen, LiveNotes)
        assert read(pilot, "#live-title").startswith("INC-2")
        await fill(pilot, "13:10 log: the alert for @trace-092")
        await press(pilot)
        assert read(pilot, "#live-reading") == "24 Nov 13:10 UTC · log"
        assert "@trace-0924  trace" in painted(pilot)
        field(sample_app).cursor_position = len(field(sample_app).value)
        await press(pilot, "tab", "enter")
        entry = stored(sample_app).timeline[-1]
        assert (entry.text, entry.source, entry.at) == (
            "the alert for @trace-0924",
            "log",
            NOW.replace(hour=13, minute=10),
        )
        assert [(link.kind, link.name) for link in entry.links] == [(LinkKind.TRACE, "trace-0924")]
        assert field(sample_app).value == ""
        assert "24 Nov 13:10  the alert for @trace-0924 (log)" in read(pilot, "#live-entries")

        await fill(pilot, "/sev1 keys of three more customers")
        assert read(pilot, "#live-reading") == "now · sets sev1"
        await press(pilot, "enter")
        assert stored(sample_app).severity is Sev.SEV1
        await fill(pilot, "/action detect Scan arguments for keys @chloe due 8 Dec")
        await press(pilot, "enter")
        action = stored(sample_app).actions[-1]
        assert (action.text, action.kind, action.owner, str(action.due)) == (
            "Scan arguments for keys", "detect", "chloe", "2026-12-08",
        )  # fmt: skip
        assert "✓ action Scan arguments for keys, chloe, due 2026-12-08" in read(pilot, "#live-reading")

        await fill(pilot, "23:59 tomorrow's news")
        await press(pilot, "enter")
        kept = len(stored(sample_app).timeline)
        await fill(pilot, "2027-01-01 10:00 the future")
        await press(pilot, "enter")
        assert "would be in the future" in read(pilot, "#live-reading")
        assert field(sample_app).value == "2027-01-01 10:00 the future"  # kept to be corrected
        assert len(stored(sample_app).timeline) == kept
        await press(pilot, "escape")
        assert isinstance(sample_app.screen, GapsScreen)


@pytest.mark.slow
async def test_half_a_line_is_there_again(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "l", *"half")
        await pilot.pause(0.8)  # nobody closes anything: within a second it is in the file
        assert sample_app.desk is not None
        draft = drafts.kept(sample_app.desk, "incident/2/live")
        assert draft is not None
        assert draft.text == "half"
        await press(pilot, "escape", "l")
        assert field(sample_app).value == "half"
        await press(pilot, "enter")
        assert stored(sample_app).timeline[-1].text == "half"
        assert drafts.kept(sample_app.desk, "incident/2/live") is None


@pytest.mark.slow
async def test_local_time_stands_beside_utc(sample_app: ReadinessApp) -> None:
    from zoneinfo import ZoneInfo

    assert sample_app.desk is not None
    sample_app.desk.zone = ZoneInfo("Europe/Berlin")
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "l")
        await fill(pilot, "14:10 it is over")
        assert read(pilot, "#live-reading") == "24 Nov 13:10 UTC (14:10 here)"
        await press(pilot, "enter")
        assert stored(sample_app).timeline[-1].at == datetime(2026, 11, 24, 13, 10, tzinfo=UTC)
        assert "24 Nov 13:10 (14:10 here)  it is over" in read(pilot, "#live-entries")


@pytest.mark.slow
async def test_a_megabyte_is_pasted_whole_and_controls_do_no_harm(sample_app: ReadinessApp) -> None:
    text = "\n".join(f"line {n} \x1b]52;c;aGk=\x07" for n in range(40_000))
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot, "I", "l", *"chat", "space")
        sample_app.post_message(Paste(text))
        await pilot.pause(0.5)
        assert field(sample_app).value.startswith("chat ⟨paste 1: 40,000 lines, ")
        await press(pilot, "enter")
        kept = stored(sample_app).timeline[-1].text
        assert kept.count("\n") == 39_999
        assert "\x1b" not in painted(pilot)
        # The paste can be taken back as a whole.
        sample_app.post_message(Paste(text))
        await pilot.pause(0.5)
        await press(pilot, "left", "x")
        assert field(sample_app).value.endswith("characters⟩x")
        await press(pilot, "backspace", "ctrl+w")
        assert field(sample_app).value == ""
