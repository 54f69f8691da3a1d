"""A line of live notes as it is read: times, sources, commands, names; and nothing of it lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.incidents.live_note import COMMANDS, Command, Unfinished, mentions, read, unfinished
from readiness_tui.domain.incidents.model import ActionKind, LinkKind, Sev
from readiness_tui.domain.text.dates import read_moment

NOW = datetime(2026, 11, 24, 14, 2, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")  # one hour before UTC in November


def utc(day: int, hour: int, minute: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "at", "source", "text"),
    [
        ("the alert fires", NOW, "person", "the alert fires"),
        ("14:01 log: the alert fires", utc(24, 14, 1), "log", "the alert fires"),
        ("14:05 the alert fires", utc(23, 14, 5), "person", "the alert fires"),
        ("2026-11-20 09:30 Opinion: too late", utc(20, 9, 30), "opinion", "too late"),
        ("2026-11-20T09:30+01:00 moved", utc(20, 8, 30), "person", "moved"),
        ("yesterday 23:50 late", utc(23, 23, 50), "person", "late"),
        ("20 Nov 9:05 earlier", utc(20, 9, 5), "person", "earlier"),
        ("1 Dec 9:05 a year ago", utc(1, 9, 5, 12).replace(year=2025), "person", "a year ago"),
        ("now trace:t-1 shows it", NOW, "trace", "t-1 shows it"),
        ("2 of 3: wrong", NOW, "person", "2 of 3: wrong"),
        ("25 users 10:30 onwards", NOW, "person", "25 users 10:30 onwards"),
        ("first\nsecond", NOW, "person", "first\nsecond"),
    ],
)
def test_time_and_source_stand_in_front(typed: str, at: datetime, source: str, text: str) -> None:
    line = read(typed, NOW)
    assert (line.at, line.source, line.text, line.command, line.remarks) == (at, source, text, None, ())


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("02:05 x", utc(24, 1, 5)),
        ("02:05Z x", utc(24, 2, 5)),
        ("15:02 x", NOW),
        ("15:03 x", utc(23, 14, 3)),
        ("00:30 x", utc(23, 23, 30)),  # the local day decides, not the day in UTC
        ("2026-11-20 09:30 x", utc(20, 8, 30)),
        ("15:01+01:00 x", utc(24, 14, 1)),
    ],
)
def test_a_time_without_a_zone_is_on_the_wall_clock(typed: str, at: datetime) -> None:
    assert read(typed, NOW, BERLIN).at == at


@pytest.mark.parametrize(
    ("typed", "now", "at", "says"),
    [
        ("02:30", utc(29, 10, 0, 3), utc(29, 1, 30, 3), "skipped 02:30 on 2026-03-29: taken as 03:30, 01:30 UTC"),
        ("02:30", utc(25, 10, 0, 10), utc(25, 1, 30, 10), "twice on 2026-10-25: taken as 01:30 UTC. For the other, "
                                                        "type 2026-10-25 00:30Z"),
        ("02:30", utc(25, 0, 45, 10), utc(25, 0, 30, 10), ""),  # the second one has not come yet
        ("2026-03-29 02:30", utc(30, 0, 0, 3), utc(29, 1, 30, 3), "skipped"),
        ("2026-03-29 02:30Z", utc(30, 0, 0, 3), utc(29, 2, 30, 3), ""),
    ],
)  # fmt: skip
def test_a_change_of_the_clock_is_said(typed: str, now: datetime, at: datetime, says: str) -> None:
    found = read_moment(typed, now, BERLIN)
    assert found.at == at
    assert says in found.remark if says else not found.remark


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("25:10 the alert fires", "“25:10” is not a time"),
        ("2026-02-30 10:00 x", "not a date"),
        ("30 Feb 10:00 x", "not a date"),
        ("2026-11-24 14:03 x", "in the future: 2026-11-24 14:03 UTC, and it is 2026-11-24 14:02 UTC"),
        ("/detected 2026-11-25 00:00", "in the future"),
        ("9999-12-31 23:59-12:00 x", "not a time"),
    ],
)
def test_a_time_that_cannot_be_is_refused(typed: str, says: str) -> None:
    with pytest.raises(ReadinessError, match=says):
        read(typed, NOW)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.sampled_from(["Europe/Berlin", "America/St_Johns",
                    "Pacific/Apia", "UTC", "Australia/Lord_Howe"]), st.times())  # fmt: skip
def test_a_bare_time_is_the_latest_such_time_on_that_clock(at: datetime, name: str, wall) -> None:
    now, zone = at.replace(tzinfo=UTC), ZoneInfo(name)
    found = read_moment(f"{wall:%H:%M}", now, zone)
    assert now - timedelta(hours=25) < found.at <= now
    assert found.remark or f"{found.at.astimezone(zone):%H:%M}" == f"{wall:%H:%M}"


@pytest.mark.parametrize(
    ("typed", "command", "severity", "text", "at"),
    [
        ("/sev2", Command.SEVERITY, Sev.SEV2, "", NOW),
        ("/severity 1 all orders", Command.SEVERITY, Sev.SEV1, "all orders", NOW),
        ("/sev sev3", Command.SEVERITY, Sev.SEV3, "", NOW),
        ("/started 13:00", Command.STARTED, None, "", utc(24, 13, 0)),
        ("13:30 /detected by the alert", Command.DETECTED, None, "by the alert", utc(24, 13, 30)),
        ("log: /ack", Command.ACKNOWLEDGED, None, "", NOW),
        ("/Mitigated", Command.MITIGATED, None, "", NOW),
        ("/resolved 14:00Z caches are empty", Command.RESOLVED, None, "caches are empty", utc(24, 14, 0)),
    ],
)
def test_a_command_does_what_it_says(
    typed: str, command: Command, severity: Sev | None, text: str, at: datetime
) -> None:
    line = read(typed, NOW)
    assert (line.command, line.severity, line.text, line.at, line.remarks) == (command, severity, text, at, ())


@pytest.mark.parametrize(
    ("typed", "text", "kind", "due"),
    [
        ("/action Page on errors @ben due 1 Dec", "Page on errors @ben", ActionKind.PREVENT, date(2026, 12, 1)),
        ("/action detect: Page on errors, due 2026-12-02 @ben", "Page on errors, @ben", ActionKind.DETECT,
         date(2026, 12, 2)),
        ("/action mitigate put it back due: friday.", "put it back", ActionKind.MITIGATE, date(2026, 11, 27)),
        ("/action preventive words", "preventive words", ActionKind.PREVENT, None),
        ("/action Test it (due +14)", "Test it", ActionKind.PREVENT, date(2026, 12, 8)),
    ],
)  # fmt: skip
def test_an_action_has_a_kind_words_and_a_date(typed: str, text: str, kind: ActionKind, due: date | None) -> None:
    line = read(typed, NOW)
    assert line.command is Command.ACTION
    assert line.action is not None
    assert (line.action.text, line.action.kind, line.action.due, line.remarks) == (text, kind, due, ())


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("/rollback done", "/rollback is no command"),
        ("/sev9 everything", "from 1 to 4"),
        ("/severity", "from 1 to 4"),
        ("/action Test it due someday", "No due date was understood"),
        ("/action Test it due 30 Feb", "“30 Feb” is not a date"),
    ],
)
def test_what_is_not_understood_is_said_and_stays_in_the_words(typed: str, says: str) -> None:
    line = read(typed, NOW)
    assert line.text == typed.removeprefix("/action ")
    assert any(says in remark for remark in line.remarks)


def test_a_path_is_no_command() -> None:
    assert read("/var/log is full", NOW).remarks == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see @trace-0418, then @REL-02.", [("trace-0418", None), ("REL-02", None)]),
        ("@run:nightly:7 and @Person:ben", [("nightly:7", LinkKind.RUN), ("ben", LinkKind.PERSON)]),
        ('@"ana maria" and @person:"O. K."', [("ana maria", None), ("O. K.", LinkKind.PERSON)]),
        ("ben@shop.org, a/@b, @, @@x", []),
        ("(@ben) @jürgen", [("ben", None), ("jürgen", None)]),
    ],
)
def test_names_behind_an_at(text: str, found: list[tuple[str, LinkKind | None]]) -> None:
    assert [(one.name, one.kind) for one in mentions(text)] == found
    for one in mentions(text):
        assert text[one.start] == "@"
        assert text[one.start : one.end].rstrip('"').endswith(one.name)


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("x @tr", Unfinished("@", "tr", 2)),
        ("@", Unfinished("@", "", 0)),
        ("x @run:a", Unfinished("@", "a", 2, LinkKind.RUN)),
        ('x @"ana ma', Unfinished("@", "ana ma", 2)),
        ("02:05 log: /de", Unfinished("/", "de", 11)),
        ("/", Unfinished("/", "", 0)),
        ("words /de", None),
        ("ben@sh", None),
        ("@ben ", None),
    ],
)
def test_what_waits_to_be_completed(text: str, waits: Unfinished | None) -> None:
    assert unfinished(text + " and more", len(text)) == waits


@given(st.text(max_size=80), st.sampled_from(["", "/", "/action ", "/sev", "@", "02:05 ", "log: ", "now "]))
def test_any_text_is_read_and_its_words_stay(text: str, front: str) -> None:
    typed = front + text
    try:
        line = read(typed, NOW)
    except ReadinessError:
        return  # a time that is none, or is to come
    assert line.at <= NOW
    if line.command is None:
        assert typed.strip().endswith(line.text)
    unfinished(typed, len(typed))


def test_every_command_that_is_offered_is_understood() -> None:
    for name in COMMANDS:
        assert read(f"/{name} x", NOW).command is not None


@pytest.mark.parametrize("repeated", ["@", "@a", '@"', "/action due ", "1 ", "1 Dec "])
def test_a_large_paste_takes_linear_time(repeated: str) -> None:
    text = repeated * (300_000 // len(repeated))
    kept = len(read(text, NOW, BERLIN).text)
    assert kept > 280_000
    unfinished(text, len(text))


@pytest.mark.parametrize(
    ("typed", "at", "remark"),
    [
        ("13:05 /action mend it", utc(24, 13, 5), "An action has no time"),
        ("log: /action mend it", NOW, "An action has no time or source"),
        ("13:05 /detected 13:10 by the alert", utc(24, 13, 10), "the one after /detected counts"),
        ("13:05 /detected by the alert", utc(24, 13, 5), ""),
        ("13:05 /detected 13:05", utc(24, 13, 5), ""),
        ("13:05 /sev2 worse than thought", utc(24, 13, 5), ""),
    ],
)
def test_what_does_not_count_is_said(typed: str, at: datetime, remark: str) -> None:
    found = read(typed, NOW)
    assert found.at == at
    assert bool(found.remarks) is bool(remark)
    assert remark in " ".join(found.remarks)
