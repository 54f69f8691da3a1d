"""One incident with keys only: from three failing traces to a reviewed note, an eval case, a reopened item, a file."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from readiness_tui.domain.incidents.model import Incident, NoteStatus, Sev
from readiness_tui.domain.incidents.note_rows import factors
from readiness_tui.domain.verdict.model import Part, Verdict
from readiness_tui.services.incidents import edit
from readiness_tui.tui.app import ReadinessApp
from readiness_tui.tui.screens.incidents.around import AroundDialog
from readiness_tui.tui.screens.incidents.editor import NoteEditor
from readiness_tui.tui.screens.incidents.live import LiveNotes
from readiness_tui.tui.screens.incidents.screen import IncidentsScreen
from tests.tui.driving import NARROW, press, read

_KEYS = {
    " ": "space",
    "\n": "enter",
    ".": "full_stop",
    "/": "slash",
    "@": "at",
    ":": "colon",
    "-": "minus",
    "|": "vertical_line",
}


async def type_in(pilot: Pilot[None], text: str) -> None:
    await pilot.press(*(_KEYS.get(character, character) for character in text))
    await press(pilot)


def part(app: ReadinessApp) -> Verdict:
    assert app.view is not None
    return app.view.judgement.parts[Part.INCIDENTS]


def stored(app: ReadinessApp) -> Incident:
    assert app.desk is not None
    return edit.get(app.desk, 3)


@pytest.mark.slow
async def test_from_three_failing_traces_to_a_reviewed_incident(sample_app: ReadinessApp) -> None:
    async with sample_app.run_test(size=NARROW) as pilot:
        await press(pilot)
        assert part(sample_app) is Verdict.GO
        # Three failing requests are selected, and an incident opened with them.
        await press(pilot, "T", "slash")
        await type_in(pilot, "error:timeout day:2026-11-21")
        await press(pilot, "enter", "end", "up", "up", "space", "space", "space", "n")
        await press(pilot, "end", "shift+home", "backspace")
        await type_in(pilot, "Slow\n")
        await press(pilot, "backspace", "1", "enter", "enter")
        assert isinstance(sample_app.screen, IncidentsScreen)
        assert len(stored(sample_app).traces) == 3
        assert part(sample_app) is Verdict.NO_GO  # an open sev1

        # What the traces say: the new index, and lines for the timeline.
        await press(pilot, "b")
        assert isinstance(sample_app.screen, AroundDialog)
        await press(pilot, "enter")
        for line in range(4):
            await press(pilot, "end", *["up"] * line, "enter")
        await press(pilot, "escape")
        assert stored(sample_app).fields["what_changed"].startswith("index | kb-2026-11-02")
        assert [entry.source for entry in stored(sample_app).timeline] == ["trace"] * 4

        # Live notes: four more lines, and three actions.
        await press(pilot, "l")
        assert isinstance(sample_app.screen, LiveNotes)
        for typed in (
            "/sev2 less",
            "2026-11-21 14:00 log: alert",
            "/mitigated 2026-11-21 15:00",
            "/resolved 2026-11-21 16:00",
            "/action stop the job @ben due 1 Dec",
            "/action detect page us @chloe due 2 Dec",
            "/action mitigate drill @ana due 3 Dec",
        ):
            await type_in(pilot, f"{typed}\n")
        await press(pilot, "escape")
        incident = stored(sample_app)
        assert len(incident.timeline) == 8
        assert [action.owner for action in incident.actions] == ["ben", "chloe", "ana"]
        assert (incident.severity, part(sample_app)) == (Sev.SEV2, Verdict.CONDITIONS)

        # The note: two factors, and a control that failed.
        await press(pilot, "w")
        assert isinstance(sample_app.screen, NoteEditor)
        await type_in(pilot, "Timeouts.")
        await press(pilot, "ctrl+o", *["down"] * 8, "enter")
        await type_in(pilot, "a job\nno watch")
        await press(pilot, "ctrl+o", *["down"] * 6, "enter")
        assert read(pilot, "#writing-title").startswith("INC-3 Controls")
        await type_in(pilot, "OBS-01 | failed")
        await press(pilot, "escape")
        assert len(factors(stored(sample_app))) == 2
        assert stored(sample_app).fields["summary"] == "Timeouts."

        # An eval case, then reviewed: the form says which item it reopens and what that does to the verdict.
        await press(pilot, "e", "ctrl+s")
        assert len(stored(sample_app).eval_cases) == 1
        await press(pilot, "p", "enter", "p", "enter")
        assert "OBS-01 did not hold: undecided again" in " ".join(read(pilot, "#dialog-intro").split())
        await press(pilot, "enter")
        assert stored(sample_app).status is NoteStatus.REVIEWED
        assert sample_app.view is not None
        assert not sample_app.view.judgement.standings["OBS-01"].decided

        await press(pilot, "x", "enter")
        exported = (sample_app.here / "INC-3.md").read_text(encoding="utf-8")
        assert "## Contributing factors" in exported
        # Its case is in no golden set yet, so that it does not close by itself.
        await press(pilot, "p", "enter")
        await press(pilot, "enter")
        assert "is not there yet" in " ".join(read(pilot, "#dialog-refusal").split())
        await type_in(pilot, "Its case comes with the next golden set.")
        await press(pilot, "enter")
        assert not stored(sample_app).open
        assert part(sample_app) is Verdict.CONDITIONS  # closed by a reason, for ninety days
