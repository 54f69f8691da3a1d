"""What day it is: in the review's zone, else on this machine, whatever TZ says."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.services.core import kept
from readiness_tui.services.core.desk import Desk, open_desk, utc_day_of
from readiness_tui.services.core.view import load
from readiness_tui.services.core.zones import LocalZone, checked_zone, local_zone, zone_called
from readiness_tui.services.importing.imports import import_path
from readiness_tui.services.review import printed, reviews, scorecard

#: 04:30 on 1 December in Kolkata, 18:00 on 30 November in New York.
EVENING = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
SUMMER, WINTER = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    monkeypatch.undo()
    time.tzset()


def _with_tz(monkeypatch: pytest.MonkeyPatch, value: bytes | str) -> LocalZone:
    monkeypatch.setenv("TZ", os.fsdecode(value))
    time.tzset()
    return local_zone()


@pytest.mark.parametrize(
    ("tz", "winter", "summer", "remark"),
    [
        ("Europe/Berlin", 1, 2, ""),
        (":America/New_York", -5, -4, ""),
        ("", 0, 0, ""),
        ("UTC0", 0, 0, ""),
        ("<+0530>-5:30", 5.5, 5.5, ""),
        ("CET-1CEST,M3.5.0,M10.5.0/3", 1, 2, ""),
        ("CET-1CEST", 1, 2, "when summer time begins"),
        ("IST", 0, 0, "TZ=IST names no time zone, so this machine's clock counts as UTC"),
        ("../../etc/passwd", 0, 0, "names no time zone"),
        ("/etc/passwd", 0, 0, "names no time zone"),
        ("Europe", 0, 0, "names no time zone"),
        (b"\xff\xfe\x1b[31m", 0, 0, "names no time zone"),
        ("x" * 5000, 0, 0, "names no time zone"),
    ],
)
def test_whatever_tz_says_the_offset_is_the_machines_and_what_it_does_not_name_is_said(
    monkeypatch: pytest.MonkeyPatch, tz: bytes | str, winter: float, summer: float, remark: str
) -> None:
    found = _with_tz(monkeypatch, tz)
    assert WINTER.astimezone(found.zone).utcoffset() == timedelta(hours=winter)
    assert SUMMER.astimezone(found.zone).utcoffset() == timedelta(hours=summer)
    assert remark in found.remark
    assert bool(remark) is bool(found.remark)
    assert "\x1b" not in found.remark
    for at in (WINTER, SUMMER):  # and as every other program on the machine says it
        assert at.astimezone(found.zone).replace(tzinfo=None) == at.astimezone().replace(tzinfo=None)


def test_the_hour_that_clocks_show_twice_goes_there_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    zone = _with_tz(monkeypatch, "CET-1CEST,M3.5.0,M10.5.0/3").zone
    hours = [datetime(2026, 10, 24, 22, tzinfo=UTC) + timedelta(minutes=30 * n) for n in range(12)]
    assert [at.astimezone(zone).astimezone(UTC) for at in hours] == hours
    assert [at.astimezone(zone).utcoffset() for at in hours] == [at.astimezone().utcoffset() for at in hours]


def test_the_systems_own_zone_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ")
    time.tzset()
    assert WINTER.astimezone(local_zone().zone).utcoffset() == WINTER.astimezone().utcoffset()
    named = _with_tz(monkeypatch, "/usr/share/zoneinfo/Asia/Tokyo")
    assert named == LocalZone(ZoneInfo("Asia/Tokyo"))


def test_a_zone_is_known_by_its_name_or_says_which_is_meant() -> None:
    assert checked_zone(" Europe/Berlin ") == "Europe/Berlin"
    assert checked_zone("  ") == ""
    for typed, meant in (
        ("berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("europe/berln", "Europe/Berlin"),
    ):
        with pytest.raises(ReadinessError, match=f"Did you mean .*{meant}"):
            checked_zone(typed)
    for typed in ("Nowhere/Here", "../../etc/passwd", "\ud800", "Europe\0"):
        with pytest.raises(ReadinessError, match="pip install tzdata"):
            zone_called(typed)


def test_a_day_ends_in_the_same_utc_day_or_the_next() -> None:
    day = date(2026, 11, 30)
    assert [utc_day_of(day, ZoneInfo(name)).day for name in ("UTC", "Europe/Berlin", "Pacific/Kiritimati")] == [30] * 3
    assert utc_day_of(day, ZoneInfo("America/Los_Angeles")) == utc_day_of(day, timezone(-timedelta(hours=1)))
    assert utc_day_of(day, ZoneInfo("America/Los_Angeles")) == date(2026, 12, 1)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Desk]:
    desk = open_desk(tmp_path / "r.db", "ana", create=True, clock=lambda: EVENING, zone=ZoneInfo("Asia/Kolkata"))
    yield desk
    desk.close()


def test_today_is_the_teams_and_where_it_names_no_zone_the_machines(live: Desk) -> None:
    review = reviews.new_review(live, system="Bot", release="1")
    assert review.held_on == load(live).as_of == date(2026, 12, 1)
    live.zone = ZoneInfo("America/New_York")
    assert load(live).as_of == date(2026, 11, 30) == live.today(review)
    assert live.utc_day(review, date(2026, 11, 30)) == date(2026, 12, 1)
    reviews.new_review(live, system="Bot", release="2", zone="Asia/Tokyo")
    assert load(live).as_of == date(2026, 12, 1)
    with pytest.raises(ReadinessError, match="Did you mean"):
        reviews.new_review(live, system="Bot", release="3", zone="Tokyo")


def test_what_was_kept_for_one_day_is_not_shown_on_another_machines(live: Desk) -> None:
    reviews.new_review(live, system="Bot", release="1")
    printed.keep(live)
    seen = kept.now(live)
    assert kept.find(live, seen, "check") is not None
    for zone in ("America/New_York", "America/Los_Angeles"):
        live.zone = ZoneInfo(zone)
        there = kept.now(live)
        assert there is not None
        assert seen is not None
        assert there.mark != seen.mark
        assert kept.find(live, there, "check") is None


def test_a_frozen_review_keeps_its_day_and_where_it_was_that_day(live: Desk) -> None:
    reviews.new_review(live, system="Bot", release="1")
    live.zone = ZoneInfo("America/New_York")
    card = scorecard.freeze(live)
    live.zone = ZoneInfo("Asia/Kolkata")
    review = load(live).review
    assert (card.as_of, review.as_of, review.zone) == (date(2026, 11, 30), date(2026, 11, 30), "America/New_York")
    assert load(live).as_of == date(2026, 11, 30)
    assert live.utc_day(review, review.as_of) == date(2026, 12, 1)
    assert reviews.new_review(live, system="Bot", release="2").zone == "America/New_York"


def test_a_review_pinned_to_a_day_is_the_same_everywhere(sample_desk: Desk) -> None:
    before, mark = load(sample_desk).judgement, kept.now(sample_desk)
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
        sample_desk.zone = ZoneInfo(zone)
        assert kept.now(sample_desk) == mark
        assert load(sample_desk).judgement == before


def test_what_happened_this_evening_is_not_of_tomorrow_west_of_greenwich(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(
        '{"trace_id": "t1", "question": "How?", "answer": "So.", "started_at": "2026-12-01T03:00:00Z", "status": "ok"}\n'
    )
    now = datetime(2026, 12, 1, 4, tzinfo=UTC)  # 20:00 on 30 November in Los Angeles
    with_zone = open_desk(
        tmp_path / "r.db", "ana", create=True, clock=lambda: now, zone=ZoneInfo("America/Los_Angeles")
    )
    reviews.new_review(with_zone, system="Bot", release="1")
    import_path(with_zone, log)
    found = load(with_zone)
    assert found.as_of == date(2026, 11, 30)
    assert found.proposals
    assert "dated after" not in repr(found.proposals)
    assert "no imported trace is left" not in repr(found.proposals)
    with_zone.close()


def test_a_clock_that_is_behind_the_file_is_said(live: Desk) -> None:
    reviews.new_review(live, system="Bot", release="1")
    assert live.clock_remark() == ""
    live.clock = lambda: EVENING - timedelta(minutes=9)
    assert live.clock_remark() == ""
    live.clock = lambda: EVENING - timedelta(hours=26)
    assert "is of 30 Nov 2026 23:00 UTC" in live.clock_remark()
    assert "one of the two clocks is wrong" in live.clock_remark()
