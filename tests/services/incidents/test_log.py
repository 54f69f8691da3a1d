"""Live notes through their service: written down at once, linked, and doing what their command says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import Incident, Link, LinkKind, Sev
from readiness_tui.reports.incident_text import incident_lines
from readiness_tui.services.core.desk import Desk
from readiness_tui.services.core.view import load
from readiness_tui.services.incidents import edit, links, log, read
from readiness_tui.services.review import history
from tests.conftest import NOW
from tests.incident_lines import write_line

IN_REVIEW = 2


@pytest.fixture
def running(sample_desk: Desk) -> Incident:
    """A sev3 that started an hour ago."""
    return edit.create(sample_desk, "Refund booked twice", Sev.SEV3, started=NOW - timedelta(hours=1))


def test_a_line_is_stamped_in_utc_and_links_what_it_names(sample_desk: Desk, running: Incident) -> None:
    desk = replace(sample_desk, zone=ZoneInfo("Europe/Berlin"))
    noted = log.note_line(desk, running.number, "14:40 log: @trace-0924 breaks @rel-02, says @Ben (@nobody-1)")
    assert noted.entry is not None
    assert (noted.entry.at, noted.entry.source, noted.entry.by) == (NOW.replace(hour=13, minute=40), "log", "ana")
    assert noted.entry.text == "@trace-0924 breaks @rel-02, says @Ben (@nobody-1)"
    assert noted.entry.links == (
        Link(LinkKind.TRACE, "trace-0924"),
        Link(LinkKind.ITEM, "REL-02"),
        Link(LinkKind.PERSON, "ben"),
    )
    assert noted.remarks == ("@nobody-1 is no trace, run, item or person that this file knows; it stays in the words.",)
    assert log.local(desk, noted.entry.at) == "14:40"
    assert log.local(sample_desk, noted.entry.at) == ""
    stored = edit.get(desk, running.number)
    assert stored == noted.incident
    assert stored.traces == ("trace-0924",)
    assert [entry.id for entry in stored.timeline] == [noted.entry.id]


def test_commands_change_the_incident_and_stand_in_its_timeline(sample_desk: Desk, running: Incident) -> None:
    for typed in ("13:10 /detected by the alert", "13:20 /ack", "/sev1 all orders", "13:30 /mitigated", "/resolved"):
        noted = log.note_line(sample_desk, running.number, typed)
        assert noted.remarks == ()
    after = edit.get(sample_desk, running.number)
    assert after.severity is Sev.SEV1
    assert (after.detected, after.acknowledged) == (NOW.replace(hour=13, minute=10), NOW.replace(hour=13, minute=20))
    assert [entry.text for entry in after.timeline] == [
        "Detected: by the alert",
        "Acknowledged",
        "Mitigated",
        "Severity sev3 → sev1: all orders",
        "Resolved",
    ]


def test_a_time_out_of_order_is_written_down_and_not_set(sample_desk: Desk, running: Incident) -> None:
    noted = log.note_line(sample_desk, running.number, "12:00 /detected by chance")
    assert noted.entry is not None
    assert noted.entry.text == "Detected: by chance"
    assert "detected was not set. Detected (24 Nov 2026 12:00 UTC) would be before started" in noted.remarks[0]
    assert edit.get(sample_desk, running.number).detected is None
    assert noted.refused
    assert not log.note_line(sample_desk, running.number, "a remark about @nothing-known").refused


@pytest.mark.parametrize(
    ("typed", "text", "owner", "due", "says"),
    [
        ("/action Page on errors @Ben due 1 Dec", "Page on errors", "ben", date(2026, 12, 1), ""),
        ("/action Page on @trace-0924 @ben.", "Page on @trace-0924", "ben", None, ""),
        ("/action @ben pages on errors", "@ben pages on errors", "ben", None, ""),
        ("/action Page on errors @zed", "Page on errors", "zed", None, "zed is nobody whom this file knows"),
        ("/action Page on errors", "Page on errors", "", None, "Nobody is named"),
        ("/action @REL-02 gets a test", "@REL-02 gets a test", "", None, "Nobody is named"),
    ],
)
def test_an_action_is_a_gap_from_the_line_on(
    sample_desk: Desk, running: Incident, typed: str, text: str, owner: str, due: date | None, says: str
) -> None:
    noted = log.note_line(sample_desk, running.number, typed)
    assert noted.action is not None
    assert (noted.action.text, noted.action.owner, noted.action.due) == (text, owner, due)
    assert [says in remark for remark in noted.remarks] == [True] * bool(says)
    (action,) = edit.get(sample_desk, running.number).actions
    assert action.id == noted.action.id
    gap = next(gap for gap in load(sample_desk).gaps.values() if gap.key == f"incident/{running.number}/{action.id}")
    assert (gap.title, gap.due) == (f"{running.name} {text}", due or date(2027, 1, 23))


def test_one_line_is_one_change_that_can_be_undone(sample_desk: Desk, running: Incident) -> None:
    before = edit.get(sample_desk, running.number)
    log.note_line(sample_desk, running.number, "/sev1 @trace-0924")
    change = history.log(sample_desk, limit=1)[0]
    assert change.what == f"{running.name}: /sev1 @trace-0924"
    history.undo(sample_desk, change.id)
    assert edit.get(sample_desk, running.number) == before


@pytest.mark.parametrize("typed", ["", "14:01", "14:01 log: ", "/action", "25:10 x", "2026-11-25 10:00 x"])
def test_what_cannot_be_written_down_changes_nothing(sample_desk: Desk, running: Incident, typed: str) -> None:
    with pytest.raises(ReadinessError):
        log.note_line(sample_desk, running.number, typed)
    assert edit.get(sample_desk, running.number).timeline == ()


def test_a_large_paste_and_control_characters_are_kept_as_they_came(sample_desk: Desk, running: Incident) -> None:
    text = "\x1b]52;c;x\x07 \u202e" + "@a" * 500_000 + " @x" * 200
    noted = log.note_line(sample_desk, running.number, text)
    assert edit.get(sample_desk, running.number).timeline[0].text == text
    assert "the first 100 were looked up" in noted.remarks[-1]


def test_the_line_goes_to_the_incident_that_is_not_over(sample_desk: Desk) -> None:
    assert log.the_running(sample_desk).number == IN_REVIEW
    made = log.start(sample_desk, "13:20 Refunds twice @trace-0924 @zed", Sev.SEV2)
    assert (made.incident.started, made.incident.traces) == (
        datetime(2026, 11, 24, 13, 20, tzinfo=UTC),
        ("trace-0924",),
    )
    assert [remark[:5] for remark in made.remarks] == ["@zed "]
    with pytest.raises(ReadinessError, match=r"2 incidents are open: INC-3 .*INC-2 .* Say which one with -i INC-"):
        log.the_running(sample_desk)
    edit.set_time(sample_desk, IN_REVIEW, "resolved", NOW)
    assert log.the_running(sample_desk).number == made.incident.number  # the other's note is open, it is over
    edit.set_time(sample_desk, made.incident.number, "resolved", NOW)
    with pytest.raises(ReadinessError, match="2 incidents are open"):
        log.the_running(sample_desk)


def test_an_incident_does_not_begin_with_a_command(sample_desk: Desk) -> None:
    with pytest.raises(ReadinessError, match="begins with a title"):
        log.start(sample_desk, "/sev1", Sev.SEV2)


@pytest.mark.parametrize("typed", ["Trace: no ids since noon", "opinion: none", "/healthz gives 500"])
def test_a_title_is_kept_as_it_was_typed(sample_desk: Desk, typed: str) -> None:
    made = log.start(sample_desk, f"13:30 {typed}", Sev.SEV3).incident
    assert (made.title, made.started) == (typed, NOW.replace(hour=13, minute=30))


# -- links ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("/a", ["/acknowledged ", "/action "]),
        ("said @be", ["@ben "]),
        ("@rel-0", ["@REL-01 ", "@REL-02 ", "@REL-03 ", "@REL-04 ", "@REL-05 ", "@REL-06 ", "@REL-07 ", "@REL-08 "]),
        ("@trace:trace-092", [f"@trace-092{n} " for n in (4, 0, 1, 2, 3, 5, 6, 7)]),  # its own first
        ("@zzz", []),
        ("no name", []),
    ],
)
def test_names_and_commands_are_completed(sample_desk: Desk, text: str, offered: list[str]) -> None:
    incident = edit.get(sample_desk, IN_REVIEW)
    found = links.complete(sample_desk, text + " rest", len(text), incident)
    assert [one.insert for one in found] == offered
    assert all(text[one.start] in "@/" for one in found)


def test_a_link_to_a_trace_that_is_gone_stays_and_is_said(sample_desk: Desk) -> None:
    edit.link(sample_desk, IN_REVIEW, traces=["trace-9999"])
    write_line(sample_desk, IN_REVIEW, "seen", links=[Link(LinkKind.RUN, "gone"), Link(LinkKind.PERSON, "zed")])
    found = edit.get(sample_desk, IN_REVIEW)
    assert links.missing(sample_desk, found) == (
        Link(LinkKind.TRACE, "trace-9999"),
        Link(LinkKind.RUN, "gone"),
    )
    lines = incident_lines(found, links.missing(sample_desk, found), read.today(sample_desk), sample_desk.zone)
    assert [*lines][-2:] == [
        "  ! trace trace-9999 is linked, and not in this file.",
        "  ! run gone is linked, and not in this file.",
    ]
