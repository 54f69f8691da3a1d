"""Typed values out of loose records: where one meaning ends and the next begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from readiness_tui.sources.kit import fields

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNIT = 100_000_000_000  # from here on a number is of the next smaller unit


@pytest.mark.parametrize(
    ("written", "after_1970"),
    [
        (0, timedelta(0)),
        (UNIT - 1, timedelta(seconds=UNIT - 1)),  # in the year 5138
        (UNIT, timedelta(milliseconds=UNIT)),  # in March 1973
        (UNIT * 1000 - 1000, timedelta(milliseconds=UNIT * 1000 - 1000)),
        (UNIT * 1000, timedelta(microseconds=UNIT * 1000)),
        (UNIT * 1_000_000, timedelta(microseconds=UNIT * 1000)),  # nanoseconds
    ],
)
def test_the_unit_of_a_time_follows_from_its_size(written: int, after_1970: timedelta) -> None:
    for value in (written, str(written)):
        assert fields.moment({"at": value}, "at") == EPOCH + after_1970
