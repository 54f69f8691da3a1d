"""Incidents as people write them: each fixture has the shape of a kind of public postmortem, in words of our own."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.model import ActionKind, Sev
from readiness_tui.sources.incidents.chat_log import read_chat
from readiness_tui.sources.incidents.draft import IncidentDraft
from readiness_tui.sources.incidents.postmortem import read_postmortem
from readiness_tui.sources.incidents.source import read_incident, recognise
from readiness_tui.sources.incidents.timeline_csv import read_timeline
from readiness_tui.sources.incidents.transcript import read_transcript
from readiness_tui.sources.incidents.wiki_markup import as_markdown
from readiness_tui.sources.incidents.written_time import read_stamp, stated_zone

DATA = Path(__file__).parents[2] / "data" / "incidents"
MARKDOWN = sorted(DATA.glob("*.md"))


def read(name: str, day: date | None = None) -> IncidentDraft:
    found = read_incident(DATA / name, day=day)
    assert isinstance(found, IncidentDraft)
    return found


def lines(draft: IncidentDraft) -> list[tuple[str, str]]:
    return [(f"{entry.at:%Y-%m-%d %H:%M}", entry.text) for entry in draft.timeline]


def doubts(draft: IncidentDraft) -> str:
    return "\n".join(f"{doubt.line}: {doubt.text}" for doubt in draft.doubts)


def test_the_template_of_the_sre_book() -> None:
    draft = read("sre-book.md")
    assert (draft.title, draft.day) == ("Loan desk search postmortem (incident #31)", date(2024, 3, 5))
    assert lines(draft) == [
        ("2024-03-05 14:51", "The article appears"),
        ("2024-03-05 14:54", "OUTAGE BEGINS -- workers start to fail"),
        ("2024-03-05 14:55", "mira gets pages, ManyErrors from all clusters"),
        ("2024-03-05 15:20", "tomas drains the first cluster"),
        ("2024-03-05 15:35", "OUTAGE ENDS, all traffic on the spare cluster"),
    ]
    assert {key: f"{at:%H:%M}" for key, at in draft.times.items()} == {"started": "14:54", "resolved": "15:35"}
    assert [(action.kind, action.owner, bool(action.done)) for action in draft.actions] == [
        (ActionKind.MITIGATE, "mira", True),
        (ActionKind.PREVENT, "tomas", False),
        (ActionKind.PREVENT, "jo", False),
        (ActionKind.DETECT, "jo", False),
    ]
    assert draft.actions[1].text == "Shed load before workers run out of handles (Bug: Bug 7001)"
    assert set(draft.fields) == {
        "summary", "impact", "factors", "detection", "went_well", "went_badly", "got_lucky",
    }  # fmt: skip
    assert draft.fields["factors"].splitlines()[1].startswith("Trigger: A newspaper")
    kept = "\n".join(text for _, text in draft.kept)
    assert all(part in kept for part in ("## Resolution", "Dashboard", "* tomas"))
    assert ("timeline: 5 lines", 63, 73) in [(found.what, found.first, found.last) for found in draft.found]


def test_labels_in_bold_a_table_with_names_and_boxes_to_tick() -> None:
    draft = read("bold-labels.md")
    assert (draft.title, draft.severity, draft.day) == ("Uploads refused", Sev.SEV2, date(2026, 1, 14))
    assert [(when, entry.by) for (when, _), entry in zip(lines(draft), draft.timeline, strict=True)] == [
        ("2026-01-14 16:58", "deploy bot"),
        ("2026-01-14 17:25", "Ana"),
        ("2026-01-15 09:10", "Ben"),
    ]
    assert draft.timeline[1].text == "Incident (https://example.org/i/1) declared"
    assert {key: f"{at:%H:%M}" for key, at in draft.times.items()} == {"started": "16:58", "resolved": "18:46"}
    assert draft.fields["impact"] == "Requests refused | 78% of uploads in one region\nNo data was lost"
    assert draft.fields["factors"].startswith("Shared limits: two services read the same value.\n")
    assert [(action.text, action.owner, action.due) for action in draft.actions] == [
        ("Raise the limit", "ben", None),
        ("Alert on refused uploads", "Ana", date(2026, 2, 1)),
        ("Write a runbook for roll backs", "dan", date(2026, 3, 1)),
    ]
    assert draft.actions[0].done == date(2026, 1, 14)
    assert "says not when" in doubts(draft)
    assert [text for _, text in draft.kept if "Glossary" in text or "no answer" in text]


def test_lines_that_only_breaks_part_with_a_zone_that_changes_with_the_season() -> None:
    draft = read("lines.md")
    assert lines(draft)[0] == ("2023-08-26 04:14", "New addresses are live.")
    assert lines(draft)[-1] == ("2023-08-26 12:07", "The addresses are corrected. <END OF OUTAGE>")
    assert f"{draft.times['started']:%Y-%m-%d %H:%M}" == "2023-08-26 04:20"
    assert draft.fields["summary"] == (
        "The status page was down for most readers after a change of its addresses.\n\nDuration: a night"
    )
    assert [(action.kind, action.text) for action in draft.actions] == [
        (ActionKind.DETECT, "The probe should page more than one person.")
    ]
    assert "13: this line of the timeline has no time" in doubts(draft)
    assert "None." in [text for _, text in draft.kept]


def test_a_heading_for_each_moment_and_actions_below_one_that_introduces_them() -> None:
    draft = read("moments.md")
    assert draft.title == "Ids migrated too early"
    assert lines(draft) == [
        ("2021-06-28 20:59", "The alert for errors fires and resolves three minutes later."),
        ("2021-06-28 21:15", "@ada sees it is the new format of ids, and @lin reverts it."),
    ]
    assert [action.text for action in draft.actions] == [
        "Test with a loader of the old format.",
        "Watch the errors for an hour.",
    ]


def test_after_midnight_is_the_next_day_and_what_has_no_time_is_kept() -> None:
    draft = read("night.md")
    assert [when for when, _ in lines(draft)] == ["2019-05-30 20:26", "2019-05-31 06:55", "2019-05-31 14:00"]
    assert "07:00 after 23:55 is taken as the next day, 2019-05-31" in doubts(draft)
    assert any("Disks become slow" in text for _, text in draft.kept)


@pytest.mark.parametrize(
    ("second", "when", "said"),
    [
        ("14:00", "2026-11-18 14:00", "14:00 stands after 20:00: out of order"),  # six hours back are no night
        ("13:59", "2026-11-19 13:59", "13:59 after 20:00 is taken as the next day, 2026-11-19"),
        ("19:58", "2026-11-18 19:58", "19:58 stands after 20:00: out of order"),
    ],
)
def test_only_what_goes_back_by_a_night_is_on_the_next_day(second: str, when: str, said: str) -> None:
    text = f"# Search down\n\n## Timeline\n\n- 20:00 it began\n- {second} it went on\n"
    draft = read_postmortem(text, "note.md", date(2026, 11, 18))
    assert lines(draft) == [("2026-11-18 20:00", "it began"), (when, "it went on")]
    assert said in doubts(draft)


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: path.stem)
def test_no_word_is_lost(path: Path) -> None:
    text = path.read_text()
    draft = read_postmortem(text, path.name)
    told = [draft.title, *draft.fields.values(), *(text for _, text in draft.kept)]
    told += [f"{entry.text} {entry.by}" for entry in draft.timeline]
    told += [f"{action.text} {action.owner}" for action in draft.actions]
    body = "\n".join(line for line in text.split("\n") if not line.startswith("#") and "---" not in line)
    body = re.sub(
        r"(?i)\(?\*?_?\(?all times.*|^\|.*(?:Time|Item).*$|\*\*Date.*|\*\*Severity.*", "", body, flags=re.MULTILINE
    )
    words = set(re.findall(r"[A-Za-z]{3,}", body)) - {
        "Description",
        "User",
        "impact",
        "UTC",
        "Jan",
        "March",
        "owner",
        "due",
        "mitigate",
        "prevent",
        "process",
        "detect",
        "PDT",
        "DONE",
        "TODO",
    }
    assert words - set(re.findall(r"[A-Za-z]{3,}", " ".join(told))) == set()


@pytest.mark.parametrize(
    ("text", "day", "at", "zone", "rest"),
    [
        ("14:05 UTC – text", None, "14:05", "UTC", "text"),
        ("**16:58 UTC** - Writer", None, "16:58", "UTC", "Writer"),
        ("2023-11-02T11:43:10Z done", (2023, 11, 2), "11:43", "Z", "done"),
        ("Jan 14, 10:18 AM foo", (None, 1, 14), "10:18", "", "foo"),
        ("20/06/2023 12:32 - We", (2023, 6, 20), "12:32", "", "We"),
        ("[12-05 16:21] introduced", (None, 12, 5), "16:21", "", "introduced"),
        ("14:40-14:55 UTC fix", None, "14:40", "UTC", "fix"),
        ("~16.50: Nathan", None, "16:50", "", "Nathan"),
        ("9:02PM Pacific", None, "21:02", "Pacific", ""),
        ("12:30 AM it began", None, "00:30", "", "it began"),
        ("12:05 pm still down", None, "12:05", "", "still down"),
        ("18:30 +0200 x", None, "18:30", "+0200", "x"),
    ],
)
def test_times_as_they_are_written(text: str, day: tuple | None, at: str, zone: str, rest: str) -> None:
    stamp = read_stamp(text)
    assert stamp is not None
    assert stamp.at is not None
    assert (stamp.day and (stamp.day.year, stamp.day.month, stamp.day.day)) == day
    assert (f"{stamp.at:%H:%M}", stamp.zone_name, text[stamp.end :]) == (at, zone, rest)


def test_no_time_is_read_into_other_numbers() -> None:
    for text in ("10 users reported", "2024: x", "3.5 MB", "- no", "1:2 ratio", "v1.2.3 is out"):
        assert read_stamp(text) is None or read_stamp(text).at is None  # type: ignore[union-attr]


def test_a_stated_zone() -> None:
    names = (
        "Timeline (all times in PST/PDT)",
        "Date and Time in CET",
        "_(All times US/Pacific, 24-hour clock.)_",
        "Time",
    )
    assert [(found := stated_zone(name)) and found[1] for name in names] == ["PST/PDT", "CET", "US/Pacific", None]


def test_a_pasted_chat_keeps_who_said_it() -> None:
    draft = read("chat-slack.txt", date(2026, 11, 18))
    assert [(when, entry.by, entry.text) for (when, _), entry in zip(lines(draft), draft.timeline, strict=True)] == [
        ("2026-11-18 14:05", "ana", "refunds are paid twice\nlooking at the traces"),
        ("2026-11-18 14:07", "ben", "rolling back"),
        ("2026-11-18 14:08", "ben", "done"),
        ("2026-11-18 14:09", "PagerDuty", "resolved: https://example.org/a?b=1:2"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "02:05 <ana> paid twice\n02:06 <@ben> looking",
        "[02:05] ana: paid twice\n[02:06] ben: looking",
        "[2:05 AM]ana: paid twice\n[2:06 AM]ben: looking",
        "18/11/2026, 02:05 - ana: paid twice\n18/11/2026, 02:06 - ben: looking",
        "ana\n  2:05 AM\npaid twice\nben\n  2:06 AM\nlooking",
        "ana — Today at 2:05 AM\npaid twice\nben — 11/18/2026 2:06 AM\nlooking",
        "[18/11/2026 02:05] ana: paid twice\n[18/11/2026 02:06] ben: looking",
    ],
)
def test_chats_of_many_tools(text: str) -> None:
    assert recognise(text) == "chat"
    draft = read_chat(text, "chat.txt", date(2026, 11, 18))
    assert lines(draft) == [("2026-11-18 02:05", "paid twice"), ("2026-11-18 02:06", "looking")]
    assert [entry.by for entry in draft.timeline] == ["ana", "ben"]


def test_a_slack_export(tmp_path: Path) -> None:
    file = tmp_path / "2026-11-18.json"
    file.write_text(
        '[{"type":"message","user":"U1","ts":"1795053900.0001","text":"see <https://x.org|here> &amp; now",'
        '"user_profile":{"real_name":"Ana Lima"}},{"type":"message","subtype":"x"}]'
    )
    draft = read_incident(file)
    assert isinstance(draft, IncidentDraft)
    assert [(entry.by, entry.text) for entry in draft.timeline] == [("Ana Lima", "see here (https://x.org) & now")]
    assert len(draft.kept) == 1


def test_a_table_in_the_encoding_of_a_spreadsheet(tmp_path: Path) -> None:
    file = tmp_path / "timeline.csv"
    file.write_bytes((DATA / "timeline.csv").read_text().replace("twice", "zweimal für").encode("cp1252"))
    draft = read_incident(file)
    assert isinstance(draft, IncidentDraft)
    assert lines(draft) == [
        ("2026-11-18 01:05", "refunds are paid zweimal für (Ticket: T-1)"),
        ("2026-11-18 01:07", "two\nlines"),
    ]
    assert draft.kept == [(5, "soon;ben;nothing yet;")]
    assert lines(read_timeline("1763431500\tfirst\n1763431560\tthen\n", "x")) == [
        ("2025-11-18 02:05", "first"),
        ("2025-11-18 02:06", "then"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "empty|no text"),
        (b"a\x00b\x00\x01\x02", "no text"),
        (b"PK\x03\x04\x14\x00", "zip archive, as Word documents and Slack exports are. Save"),
        (b"%PDF-1.7\n", "a PDF. Save or copy its text"),
        (b"{\\rtf1\\ansi x}", "rich text. Save it as plain text"),
        (
            b"incident_number,description,created_on,resolved_on\n1,Down,2026-10-03T14:02:00Z,2026-10-03T15:02:00Z\n",
            "lists incidents, one a row",
        ),
        (b"just words", "nothing in it was recognised"),
        (b'{"kind": "readiness-incident", "schema": 99}', "schema 99"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": 1', "ends in the middle"),
        (b"[" * 5000 + b"]" * 5000, "nested"),
        (
            b'{"kind": "readiness-incident", "schema": 1, "incident": {"uid": 5}}',
            "Expected `str`, got `int` - at `incident.uid`",
        ),
        (b"x" * (10 * 2**20 + 1), "10 MiB"),
    ],
)
def test_hostile_files_are_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(content)
    with pytest.raises(ReadinessError, match=reason):
        read_incident(file, None if b"words" not in content else "chat")


def test_one_line_as_long_as_a_book_is_no_table(tmp_path: Path) -> None:
    file = tmp_path / "review.md"
    file.write_text(f"# Search down\n\n{'word, ' * 40_000}\n", encoding="utf-8")
    draft = read_incident(file)
    assert isinstance(draft, IncidentDraft)
    assert draft.fields["summary"].count("word,") == 40_000
    with pytest.raises(ReadinessError, match="nothing in it was recognised"):
        read_incident(file, "timeline")


@given(st.text(st.sampled_from("ab1209:-|#*`[]() \n\t.\\<>~{}h,"), max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read(text: str) -> None:
    read_postmortem(text, "x.md", date(2026, 1, 1))
    read_chat(text, "x.txt", date(2026, 1, 1))
    read_timeline(text, "x.csv", date(2026, 1, 1))
    with suppress(ReadinessError):  # no start is stated
        read_transcript(text, "x.txt", date(2026, 1, 1))
    as_markdown(text)
    recognise(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "*",
        "- ",
        "| ",
        "10:00 ",
        "**a",
        "`",
        "<br>",
        "1/1/",
        "a: ",
        "\\",
        "at 1 May ",
        " ",
        "\t",
        "owner ",
        "~~a",
        "&nbsp;",
        "<del>",
        "Owner: ",
        "(A, ",
        "{{",
        "no alert. ",
    ],
)
def test_long_hostile_lines_take_their_length(piece: str, tmp_path: Path) -> None:
    file = tmp_path / "x.md"
    many = piece * (400_000 // len(piece))
    file.write_text(f"# Search down\n\n## Timeline\n\n{many}x\n\n## Action items\n\n- do{many}x\n", encoding="utf-8")
    start = time.process_time()
    read_incident(file, None, date(2026, 1, 1))
    assert time.process_time() - start < 20
