"""The incident note: long and short, empty parts unprinted, intervals derived."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from readiness_tui.domain.incidents.model import Incident, NoteStatus, Sev
from readiness_tui.domain.incidents.note import intervals
from readiness_tui.domain.incidents.search import FoundIncident
from readiness_tui.reports.incident_md import incident_markdown
from readiness_tui.reports.incident_text import list_lines
from tests.reports.markdown import parser
from tests.reports.sample import AS_OF, make_incident, with_text
from tests.reports.test_escape import texts
from tests.reports.test_scorecard import headings

LONG = [
    "Impact",
    "Times",
    "What changed",
    "Timeline",
    "Detection",
    "Contributing factors",
    "Reproduction",
    "Looking back",
    "Controls",
    "Actions",
    "Eval cases added",
    "Open questions",
    "Reviewers",
    "Kept from an import",
]


def test_a_postmortem_has_every_part_and_a_small_note_five() -> None:
    assert headings(incident_markdown(make_incident(), AS_OF)) == LONG
    small = replace(make_incident(), severity=Sev.SEV3)
    short = ["Times", "Timeline", "Contributing factors", "Actions"]
    assert headings(incident_markdown(small, AS_OF)) == short  # the summary stands above them
    assert headings(incident_markdown(small, AS_OF, short=False)) == LONG
    assert headings(incident_markdown(make_incident(), AS_OF, short=True)) == short


def test_what_is_empty_does_not_print() -> None:
    note = incident_markdown(Incident(1, "bot", "Slow answers", Sev.SEV1), AS_OF)
    assert headings(note) == []
    assert "- **Duration** not resolved · **as of** 24 Nov 2026\n" in note
    ended = replace(make_incident(), started=None)
    assert "- **Duration** not known: no start · **as of** 24 Nov 2026\n" in incident_markdown(ended, AS_OF)


def test_intervals_follow_from_the_times() -> None:
    assert dict(intervals(make_incident())) == {
        "to detect": timedelta(minutes=40),
        "to acknowledge": timedelta(minutes=2),
        "to mitigate": timedelta(hours=1, minutes=5),
        "to resolve": timedelta(hours=2, minutes=30),
    }
    assert list(intervals(replace(make_incident(), started=None, acknowledged=None))) == []
    late = replace(make_incident(), started=make_incident().resolved)
    assert "- **To detect** out of order\n" in incident_markdown(late, AS_OF)


def test_actions_are_overdue_only_after_their_day_and_carry_the_gap() -> None:
    assert "| ben | 20 Nov 2026 | ✗ overdue | incident/7/1 |" in incident_markdown(make_incident(), AS_OF)
    assert "| ben | 20 Nov 2026 | ○ open | incident/7/1 |" in incident_markdown(make_incident(), date(2026, 11, 20))


def test_facts_stand_apart_from_opinions() -> None:
    note = incident_markdown(make_incident(), AS_OF)
    assert "| 18 Nov 2026 08:00 UTC | first double refund | trace, ana |" in note
    assert "- **Opinion** ben, 18 Nov 2026 08:45 UTC: the retry looked harmless\n" in note


def test_the_breached_item_is_a_failed_control() -> None:
    assert "| REL-04 | failed |" in incident_markdown(make_incident(), AS_OF)
    said = replace(make_incident(), fields={"controls": "REL-04 | held"})
    assert "| REL-04 | failed |" not in incident_markdown(said, AS_OF)


@pytest.mark.slow
@given(texts.filter(lambda text: text.strip() != ""))
@settings(max_examples=60, deadline=None)
def test_any_text_in_every_field_keeps_headings_and_cells(text: str) -> None:
    def parsed(written: str) -> list[str]:
        incident = with_text(make_incident(), lambda _: written, keep=frozenset({"source", "uid"}))
        tokens = parser().parse(incident_markdown(incident, AS_OF))
        inner = {child.type for token in tokens for child in token.children or []}
        assert inner <= {
            "text",
            "text_special",
            "code_inline",
            "softbreak",
            "hardbreak",
            "strong_open",
            "strong_close",
        }
        return [t.type for t in tokens if t.type.startswith(("heading", "html", "fence", "code", "hr", "blockquote"))]

    assert parsed(text) == parsed("x")


def test_the_list_has_the_words_of_the_app() -> None:
    resolved = make_incident().resolved
    closed = replace(make_incident(), resolved=resolved, status=NoteStatus.CLOSED)
    rows = [replace(closed, status=NoteStatus.DRAFT, resolved=None), replace(closed, status=NoteStatus.DRAFT), closed]
    words = [line.split()[2] for line in list_lines([FoundIncident(row) for row in rows])]
    assert words == ["state", "open", "resolved", "closed"]
    assert list(list_lines([])) == []
