"""The words of a cell, an action, a timeline's line: what they say, and what they do not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import TimelineEntry
from readiness_tui.domain.text.placeholders import is_placeholder
from readiness_tui.sources.incidents import headings
from readiness_tui.sources.incidents.action_state import read_state
from readiness_tui.sources.incidents.action_words import clean_owner, take_apart
from readiness_tui.sources.incidents.cross_check import cross_check, read_span
from readiness_tui.sources.incidents.draft import TIMES, IncidentDraft
from readiness_tui.sources.incidents.inline_markup import is_struck, plain, unstruck
from readiness_tui.sources.incidents.named_times import take_named_times
from readiness_tui.sources.incidents.postmortem import read_postmortem
from readiness_tui.sources.incidents.timeline_csv import looks_like_table, read_timeline
from readiness_tui.sources.incidents.transcript import looks_like_transcript, read_transcript


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("**bold** and _thin_, ***both***", "bold and thin, both"),
        ("`SEV-1`", "SEV-1"),
        ("``a `tick` in it``", "a `tick` in it"),
        ("`*.py` and `a_b_c`", "*.py and a_b_c"),
        ("one ` alone", "one ` alone"),
        (r"\*not thin\* \`", "*not thin* `"),
        ("[words](https://e.org/a_(b))", "words (https://e.org/a_(b))"),
        ("<https://e.org>", "https://e.org"),
        ("[words][1] and a note[^2]", "words and a note"),
        ("[words|https://e.org] by [~ana]", "words (https://e.org) by @ana"),
        ("~~gone~~ <del>too</del>", "gone too"),
        ('<span style="color:red">red</span> a&amp;b &lt;x&gt;<br/>next', "red a&b <x>\nnext"),
        ("{color:red}red{color} {*}b{*}", "red b"),
        ("<END OF OUTAGE> a < b", "<END OF OUTAGE> a < b"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
    ],
)
def test_inline_markup_comes_off(written: str, seen: str) -> None:
    assert plain(written) == seen


def test_what_is_struck_out_is_told_apart_from_what_is_left() -> None:
    assert unstruck("~~SEV-1~~ SEV-2") == " SEV-2"
    assert is_struck("~~all of it~~")
    assert not is_struck("~~a~~ b")
    draft = read_postmortem("# Down\n\n**Severity:** ~~SEV-1~~ SEV-2\n", "x.md")
    assert draft.severity == "sev2"


@pytest.mark.parametrize(
    "text",
    ["HH:mm", "hh:mm UTC", "14:??", "??:??", "xx:xx", "YYYY-MM-DD", "dd/mm/yyyy", "20XX-XX-XX", "2026-10-XX", "TBD", "tbd.",
     "N/A", "To be determined", "<insert>", "[Owner name]", "{{date}}", "${OWNER}", "—", "", "`TBD`", "_TODO_", "unassigned"],
)  # fmt: skip
def test_a_placeholder_is_no_value(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["Add a test", "Replace dict", "14:02", "2026-10-03", "Ana", "[x] done", "1:1", "a <b> c", "mmm"]
)
def test_a_value_is_no_placeholder(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    ("text", "done", "begun"),
    [
        ("Done", True, False), ("DONE ✅", True, False), ("Closed", True, False), ("completed 5 Oct", True, False),
        ("100%", True, False), ("x", True, False), ("Erledigt", True, False), ("Merged (#12)", True, False),
        ("Not done", False, False), ("not completed", False, False), ("done by Friday", False, False),
        ("90% done", False, False), ("To be completed", False, False), ("Mostly done", False, False), ("In progress", False, True),
        ("xyz", False, False), ("Open", False, False), ("TODO", False, False), ("No", False, False), ("Unresolved", False, False),
        ("", False, False), ("TBD", False, False), ("Won't do", False, False), ("Yesterday", False, False),
    ],
)  # fmt: skip
def test_states(text: str, done: bool, begun: bool) -> None:
    found = read_state(text)
    assert (found.done, found.begun) == (done, begun)


def test_a_state_that_is_neither_is_kept_in_words() -> None:
    assert read_state("Won't do").other == "Won't do"


@pytest.mark.parametrize(
    ("written", "text", "owner", "due", "done", "rest"),
    [
        ("Fix it. Owner: Platform. Priority: high.", "Fix it.", "Platform", "", False, ("priority high",)),
        ("Fix it (owner: Ana, due: 2026-02-01)", "Fix it", "Ana", "2026-02-01", False, ()),
        ("Fix it — Owner: X, Priority: high", "Fix it", "X", "", False, ("priority high",)),
        ("Owner: X, Priority: high — fix it", "fix it", "X", "", False, ("priority high",)),
        ("[P1] Fix it @ana", "Fix it", "ana", "", False, ("priority P1",)),
        ("[DONE] [P0] Fix it", "Fix it", "", "", True, ("priority P0",)),
        ("Fix it. Assignee: [Ana](https://x.org/ana). Status: Closed", "Fix it.", "Ana", "", True, ()),
        ("Fix it | Owner: Ana Lima | Due: 5 Oct 2026 | P2", "Fix it", "Ana Lima", "5 Oct 2026", False, ("P2",)),
        ("~~Fix it~~", "Fix it", "", "", True, ()),
        ("DONE: fix it", "fix it", "", "", True, ()),
        ("Fix it (done)", "Fix it", "", "", True, ()),
        ("Fix it. Completed: 5 Oct", "Fix it.", "", "", True, ()),
        ("Tell the owner of each index", "Tell the owner of each index", "", "", False, ()),
        ("Show who: did what, in the audit", "Show who: did what, in the audit", "", "", False, ()),
        ("Fix it. Ticket: OPS-7", "Fix it. Ticket: OPS-7", "", "", False, ()),
        ("Fix it by design", "Fix it by design", "", "", False, ()),
        ("Owner: TBD. Fix it", "Fix it", "", "", False, ()),
    ],
)  # fmt: skip
def test_an_action_is_taken_apart(written, text, owner, due, done, rest) -> None:
    found = take_apart(written)
    assert (found.text, found.owner, found.due, found.state.done) == (text, owner, due, done)
    assert [said.removeprefix("priority ") for said in found.rest] == [said.removeprefix("priority ") for said in rest]


@pytest.mark.parametrize(
    ("cell", "owner", "priority"),
    [("Platform P1", "Platform", "P1"), ("@ana", "ana", ""), ("@ana, @ben", "ana, ben", ""), ("Ana (P2)", "Ana", "P2"), ("**Ana**", "Ana", ""),
     ("TBD", "", ""), ("P1", "", "P1"), ("<@U012AB34>", "U012AB34", ""), ("Team High Availability", "Team High Availability", "")],
)  # fmt: skip
def test_owner_and_priority_apart(cell: str, owner: str, priority: str) -> None:
    assert clean_owner(cell) == (owner, priority)


def _draft(*rows: tuple[str, str], **times: str) -> IncidentDraft:
    draft = IncidentDraft("postmortem", day=date(2026, 10, 3))
    for clock, text in rows:
        draft.timeline.append(TimelineEntry(0, _at(clock), text))
    draft.times |= {key: _at(clock) for key, clock in times.items()}
    return draft


def _at(clock: str) -> datetime:
    hours, minutes = clock.split(":")
    return datetime(2026, 10, 3, tzinfo=UTC) + timedelta(hours=int(hours), minutes=int(minutes))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("started", "OUTAGE BEGINS"), ("started", "Customer impact started in eu-1"), ("started", "Error rate jumps to 12 %"),
        ("detected", "The latency alert fires"), ("detected", "PagerDuty alert triggered"), ("detected", "Ana notices wrong answers"),
        ("detected", "On-call is paged"), ("detected", "First customer report"), ("detected", "Users reported timeouts"),
        ("detected", "A developer notified us"), ("acknowledged", "Ben acknowledged the page"), ("acknowledged", "Incident acknowledged"),
        ("mitigated", "Impact mitigated by rolling back"), ("resolved", "Incident resolved"), ("resolved", "All systems operational"),
    ],
)  # fmt: skip
def test_a_line_that_names_a_moment(key: str, text: str) -> None:
    draft = _draft(("14:00", text))
    take_named_times(draft)
    assert draft.times == {key: _at("14:00")}
    assert any("taken from the timeline" in doubt.text for doubt in draft.doubts)


@pytest.mark.parametrize(
    "text",
    [
        "No alert fires.", "The alert did not fire", "Alerts weren't triggered", "Nobody was paged", "The alert should have fired",
        "Nobody notices", "The page was never acknowledged", "Incident not yet resolved", "Before the incident started, a deploy ran",
        "Cloudflare resolved their incident at 13:20", "OpenAI reports: incident resolved", "The vendor acknowledged the issue",
        "Their incident was mitigated", "An unrelated incident is resolved", "Error rate falls to 2 %", "Error rate back to 0 %",
        "We expect the incident to be resolved by noon", "Support acknowledged the customers' tickets", "Monitoring shows all is fine",
        "The alert is silenced until the outage ended",
    ],
)  # fmt: skip
def test_a_line_that_denies_it_or_is_about_somebody_else(text: str) -> None:
    draft = _draft(("14:00", text))
    take_named_times(draft)
    assert draft.times == {}


def test_a_clause_is_judged_by_itself() -> None:
    draft = _draft(("14:00", "No dashboard was open. The alert fires, and Ben acknowledged it."))
    take_named_times(draft)
    assert set(draft.times) == {"detected", "acknowledged"}


def test_acknowledged_long_after_the_end_is_something_else_and_said() -> None:
    draft = _draft(
        ("14:00", "Alert fires"),
        ("14:40", "Incident resolved"),
        ("20:50", "The review board acknowledged the incident"),
    )
    take_named_times(draft)
    assert set(draft.times) == {"detected", "resolved"}
    assert any("is not taken as acknowledged: it is after resolved" in doubt.text for doubt in draft.doubts)
    late = _draft(("14:00", "Alert fires"), ("22:00", "Ana acknowledged the page"))
    take_named_times(late)
    assert set(late.times) == {"detected"}
    assert any("8 hours after" in doubt.text for doubt in late.doubts)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("66 minutes", 66), ("1h 26m", 86), ("1 hour and 26 minutes", 86), ("01:38", 98), ("1.5 hours", 90), ("two hours", 120), ("half an hour", 30),
     ("~45 min", 45), ("2 d 3 h", 51 * 60), ("90 seconds", 1.5), ("about 3 hours (approx.)", 180), ("1 Stunde 5 Minuten", 65)],
)  # fmt: skip
def test_a_length_of_time(text: str, minutes: float) -> None:
    assert read_span(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "long", "TBD", "SEV-1", "from 14:00 to 15:00 UTC", "v2 hours"])
def test_no_length(text: str) -> None:
    assert read_span(text) is None


def test_times_are_held_against_each_other_and_the_rows() -> None:
    draft = _draft(
        ("14:54", "OUTAGE BEGINS"), ("16:00", "OUTAGE ENDS"), started="15:54", resolved="14:30", detected="14:00"
    )
    draft.spans.append(("duration", timedelta(minutes=66), 4))
    draft.spans.append(("to detect", timedelta(minutes=5), 0))
    cross_check(draft)
    said = "\n".join(doubt.text for doubt in draft.doubts)
    assert "Resolved (3 Oct 2026 14:30 UTC) is before started (3 Oct 2026 15:54 UTC)." in said
    assert "Detected (3 Oct 2026 14:00 UTC) is before started" in said
    assert "Started is 3 Oct 2026 15:54 UTC, and a line of the timeline says 3 Oct 2026 14:54 UTC" in said
    assert "The end, 3 Oct 2026 14:30 UTC, is before the first line of the timeline" in said
    assert "the duration is stated as 66 min, and the times give -84 min" in said
    assert "time to detect is stated as 5 min, and the times give -114 min" in said


def test_what_agrees_is_not_doubted() -> None:
    draft = _draft(("14:54", "OUTAGE BEGINS"), ("16:00", "OUTAGE ENDS"), started="14:54", resolved="16:00")
    draft.fields["summary"] = "No labels for 66 minutes."
    draft.spans.append(("duration", timedelta(hours=1, minutes=6), 4))
    cross_check(draft)
    assert draft.doubts == []


def test_a_length_in_the_summary_is_checked_too() -> None:
    draft = _draft(started="14:54", resolved="16:00")
    draft.fields["summary"] = "Search was down for 20 minutes."
    cross_check(draft)
    assert [doubt.text for doubt in draft.doubts] == ["The duration is stated as 20 min, and the times give 66 min."]


@pytest.mark.parametrize("label", ["Root Causes", "Detection", "Action Items", "Timeline", "What went well", "Impact"])
@pytest.mark.parametrize("form", ["## {}", "## {}:", "**{}:**", "**{}**:", "{}:", "__{}__", "{}\n---"])
def test_one_vocabulary_for_headings_and_labels(label: str, form: str) -> None:
    text = f"# Down\n\nDate: 2026-10-03\n\n{form.format(label)}\n\n- 14:02 the cache was cold, so it was slow\n"
    draft = read_postmortem(text, "x.md")
    key = headings.heading(label)
    if key == "timeline":
        assert len(draft.timeline) == 1
    elif key == "actions":
        assert len(draft.actions) == 1
    else:
        assert "cache was cold" in draft.fields[key]
    assert not any("cache" in kept for _, kept in draft.kept)


def test_columns_of_actions_in_any_order_and_beside_others() -> None:
    text = (
        "# Down\n\n**Date:** 2026-10-03\n\n## Follow-ups\n\n| # | Prio | Due | Status | Owner | Description |\n|-|-|-|-|-|-|\n"
        "| 1 | P1 | 2026-10-20 | In progress | Platform P1 | `Cap` the **steps** |\n| 2 | | TBD | Done 5 Oct | | Alert |\n"
        "| 3 | P3 | | ~~open~~ Closed | @ben | ~~Old~~ |\n"
    )
    draft = read_postmortem(text, "x.md")
    assert [(a.text, a.owner, a.due, a.done, a.in_progress) for a in draft.actions] == [
        ("Cap the steps", "Platform", date(2026, 10, 20), None, True),
        ("Alert", "", None, date(2026, 10, 5), False),
        ("Old", "ben", None, date(2026, 10, 3), False),
    ]


def test_a_table_of_actions_whose_column_has_another_name() -> None:
    text = "# Down\n\n## Action items\n\n| Vad ska göras | Owner |\n|-|-|\n| Sätt en gräns för antalet steg | ana |\n"
    draft = read_postmortem(text, "x.md")
    assert [(action.text, action.owner) for action in draft.actions] == [("Sätt en gräns för antalet steg", "ana")]
    assert any("is taken as one" in doubt.text for doubt in draft.doubts)


def test_values_over_two_rows_and_in_four_columns() -> None:
    wide = "# Down\n\n**Date:** 2026-10-03\n\n| Start time | 14:02 UTC | Time to detect | 5 min |\n|-|-|-|-|\n| End time | 15:02 UTC | Severity | SEV-2 |\n"
    draft = read_postmortem(wide, "x.md")
    assert {key: f"{at:%H:%M}" for key, at in draft.times.items()} == {"started": "14:02", "resolved": "15:02"}
    assert draft.severity == "sev2"
    assert [(what, span) for what, span, _ in draft.spans] == [("to detect", timedelta(minutes=5))]


def test_an_end_without_a_day_after_midnight() -> None:
    draft = read_postmortem("# Down\n\n**Date:** 2026-10-03\n\n**Start:** 23:50 UTC\n\n**End:** 00:40 UTC\n", "x.md")
    assert f"{draft.times['resolved']:%Y-%m-%d %H:%M}" == "2026-10-04 00:40"
    assert any("the next day is taken" in doubt.text for doubt in draft.doubts)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('"sep=;"\nTime;Event\n2026-10-03 14:02;a\n', 1),
        ("sep=|\nFecha|Hora|Evento|Quién\n2026-10-03|14:02|uno|ana\n2026-10-03|14:05|dos|ben\n", 2),
        ("Time,Date,What happened\n14:02,2026-10-03,a\n14:05,2026-10-03,b\n", 2),
        ("Zeitpunkt\tMeldung\n03.10.2026 14:02\ta\n03.10.2026 14.05 Uhr\tb\n", 2),
        ("Kuupäev;Kell;Mis juhtus\n2026-10-03;14:31;midagi läks katki\n;14:45;parandatud nüüd\n", 2),
    ],
)
def test_tables_of_events_of_other_programs(text: str, lines: int) -> None:
    assert looks_like_table(text)
    draft = read_timeline(text, "x.csv")
    assert len(draft.timeline) == lines
    assert draft.timeline[0].at.date() == date(2026, 10, 3)
    assert draft.kept == []


def test_a_time_left_open_in_a_table_is_not_midnight() -> None:
    draft = read_timeline("Date,Time,Event\n2026-10-03,14:??,a\n2026-10-03,14:05,b\n", "x.csv")
    assert [entry.text for entry in draft.timeline] == ["b"]
    assert len(draft.kept) == 1


@given(st.text(st.sampled_from("aP1 .:;,|()[]@-–~*`<>/&xdone owner due"), max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_words_are_read(text: str) -> None:
    take_apart(text)
    clean_owner(text)
    read_state(text)
    read_span(text)
    plain(text)
    is_placeholder(text)
    draft = _draft(("14:00", text))
    take_named_times(draft)
    cross_check(draft)
    assert set(draft.times) <= set(TIMES)


@pytest.mark.parametrize(
    ("title", "done"),
    [
        ("Immediate (completed)", True),
        ("Completed actions", True),
        ("Done", True),
        ("Short-term (within 24 hours)", False),
        ("To be done", False),
    ],
)
def test_actions_below_a_heading_that_says_they_are_done(title: str, done: bool) -> None:
    draft = read_postmortem(
        f"# Down\n\n**Date:** 2026-10-03\n\n## Action items\n\n### {title}\n\n- Rotate the key\n", "x.md"
    )
    assert [bool(action.done) for action in draft.actions] == [done]


@pytest.mark.parametrize(
    "text", ["P[0/1/2/3] — [Critical / High / Medium / Low]", "P0/P1/P2/P3", "Low / Medium / High", "TBD", "SEV-?"]
)
def test_a_choice_of_severities_is_none(text: str) -> None:
    draft = read_postmortem(f"# Down\n\n**Severity:** {text}\n", "x.md")
    assert draft.severity is None


def test_what_is_nested_below_an_action_is_its_text_or_one_of_its_fields() -> None:
    text = (
        "# Down\n\n**Date:** 2026-10-03\n\n## Action items\n\n1. Back up every hour (P1)\n   - [x] design\n   - [ ] build\n"
        "2. Cap the steps\n   - **Owner:** Ana Lima\n   - Due: 2026-10-20\n   - only for tools\n- Detection:\n  - Alert on loops\n"
    )
    draft = read_postmortem(text, "x.md")
    assert [(action.text, action.owner, action.due) for action in draft.actions] == [
        ("Back up every hour; [x] design; [ ] build", "", None),
        ("Cap the steps; only for tools", "Ana Lima", date(2026, 10, 20)),
        ("Alert on loops", "", None),
    ]
    assert draft.actions[2].kind == "detect"
    assert any("priority P1" in kept for _, kept in draft.kept)


@pytest.mark.parametrize(
    ("written", "text", "owner", "due"),
    [
        ("Send a key (Ben, due 20 Oct 2026)", "Send a key", "Ben", "20 Oct 2026"),
        ("Count refunds - Ana - 25 Oct", "Count refunds", "Ana", "25 Oct"),
        ("Cap it — @ben — 2026-11-01", "Cap it", "ben", "2026-11-01"),
        ("Fix the index (Berlin, not Paris)", "Fix the index (Berlin, not Paris)", "", ""),
    ],
)
def test_an_owner_and_a_day_behind_an_action(written: str, text: str, owner: str, due: str) -> None:
    found = take_apart(written)
    assert (found.text, found.owner, found.due) == (text, owner, due)


@pytest.mark.parametrize(
    "text",
    [
        "Incident call - 2026/10/03 14:30 UTC - Transcript\nAttendees\nAna, Ben\nTranscript\n00:00:05\n\nAna: It broke.\n00:05:00\nBen: Rolling back.\n",
        "Incident call\nOctober 3, 2026, 2:30PM\n12m 3s\n\nAna started transcription\n\nAna   0:05\nIt broke.\n\nBen   5:00\nRolling back.\n",
        "Start: 2026-10-03 14:30 UTC\n\n1\n00:00:05,000 --> 00:00:07,000\nAna: It broke.\n\n2\n00:05:00,000 --> 00:05:02,000\nBen: Rolling back.\n",
        "Start: 2026-10-03 14:30 UTC\n0:00:05.000,0:00:07.000\nAna: It broke.\n\n0:05:00.000,0:05:02.000\nBen: Rolling back.\n",
    ],
    ids=["Meet", "Teams", "SRT", "SBV"],
)
def test_transcripts_count_from_the_start_of_the_meeting(text: str) -> None:
    assert looks_like_transcript(text)
    draft = read_transcript(text, "x.txt")
    assert [(f"{entry.at:%H:%M:%S}", entry.by, entry.text) for entry in draft.timeline] == [
        ("14:30:05", "Ana", "It broke."),
        ("14:35:00", "Ben", "Rolling back."),
    ]


def test_a_transcript_that_says_no_start_is_refused_and_not_read_as_the_night() -> None:
    with pytest.raises(ReadinessError, match="Add a first line such as"):
        read_transcript("Transcript\n00:00:00\nAna: It broke.\n00:05:00\nBen: Rolling back.\n", "x.txt")
