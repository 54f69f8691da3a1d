"""Typed values out of loose records: where one meaning ends and the next begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from readiness_tui.sources.kit import fields
from readiness_tui.sources.kit.jsonio import RecordError
from readiness_tui.sources.kit.keys import KeySorter

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


@pytest.mark.parametrize("value", [2**53 - 1, float(2**53 - 1), str(2**53 - 1), 0, "7", "3.0"])
def test_a_whole_number_is_taken_as_far_as_a_float_tells_it_from_its_neighbour(value: object) -> None:
    assert fields.whole({"n": value}, "n") == int(float(value))  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [2**53, str(2**53), float(2**53), 0.5, "1.5", -1, "many", True, [1]])
def test_what_is_no_such_number_is_refused(value: object) -> None:
    with pytest.raises(RecordError, match=r"^n is "):
        fields.whole({"n": value}, "n")


def test_of_two_spellings_of_a_field_the_first_is_read_and_the_second_kept() -> None:
    record = {"answer": "yes", "note": 1, "output": "no"}
    known, rest = KeySorter({"answer": "output", "output": "output"}).sort(record)
    assert (known, rest) == ({"output": "yes"}, {"note": 1, "output": "no"})


def test_a_note_is_said_once_with_how_many_records_it_is_about() -> None:
    notes = fields.Notes()
    for _ in range(3):
        notes.add("no zone")
    notes.add("no id")
    assert [warn.text for warn in notes.warnings("log")] == ["log: no zone (3 records).", "log: no id (1 record)."]


@pytest.mark.parametrize("value", [10**400, -(10**400), 2**64])
def test_an_integer_beyond_64_bits_is_no_score_and_one_beyond_any_float_no_number(value):
    assert not fields.is_score("faithfulness", value)
    if abs(value) > 2**64:
        with pytest.raises(RecordError, match="not a finite number"):
            fields.number({"cost": value}, "cost", times=1000)


@pytest.mark.parametrize("spelled", ["high_risk", "High-Risk", "high risk", "HighRisk"])
def test_a_high_risk_case_is_one_however_its_tag_is_spelled(spelled: str) -> None:
    """Nobody would look at a case whose tag is spelled otherwise; a slice still finds it by its own spelling."""
    found = fields.tags({"tags": ["billing", spelled]}, {})
    assert found[:2] == ("billing", spelled)
    assert fields.HIGH_RISK in found


@pytest.mark.parametrize("other", ["risk", "high", "not high_risk", "high_risk_free", "low-risk"])
def test_another_tag_makes_no_high_risk_case(other: str) -> None:
    assert fields.tags({"tags": [other]}, {}) == (other,)
