"""The pace of something long: its share, its rate, and about how long it still takes."""

from __future__ import annotations

import pytest

from readiness_tui.domain.text.pace import Pace

MB = 1_000_000


def test_a_rate_is_said_once_there_is_one():
    pace = Pace("MB")
    assert pace.words(1 * MB, 100 * MB, 50.0) == "1 %"
    assert pace.words(2 * MB, 100 * MB, 50.5) == "2 %"
    assert pace.words(21 * MB, 100 * MB, 60.0) == "21 %, 2.0 MB/s, about 40 s left"
    assert pace.words(100 * MB, 100 * MB, 99.0) == ""


def test_the_next_file_begins_anew():
    pace = Pace("MB")
    pace.words(1 * MB, 100 * MB, 0.0)
    assert "about" in pace.words(50 * MB, 100 * MB, 10.0)
    assert pace.words(1 * MB, 100 * MB, 20.0) == "1 %"
    assert pace.words(3 * MB, 400 * MB, 40.0) == "0 %"
    assert pace.words(0, 0, 41.0) == ""


def test_what_is_no_bytes_has_no_rate():
    pace = Pace()
    pace.words(1, 101, 0.0)
    assert pace.words(11, 101, 10.0) == "10 %, about 2 min left"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "1 s"),
        (9, "9 s"),
        (11, "15 s"),
        (56, "60 s"),
        (61, "2 min"),
        (590, "10 min"),
        (620, "15 min"),
        (9000, "2.5 h"),
    ],
)
def test_the_time_left_is_rounded_up(seconds, said):
    pace, total = Pace(), 2001 + int(seconds * 1000)
    pace.words(1, total, 0.0)
    assert pace.words(2001, total, 2.0).endswith(f"about {said.replace('60 s', '1 min')} left")
