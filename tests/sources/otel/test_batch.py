"""OTLP's times: nanoseconds by their name, and by their size where a writer gave another unit."""

from __future__ import annotations

import pytest

from readiness_tui.sources.kit import fields
from readiness_tui.sources.otel import batch

SECONDS = 1_795_168_800


@pytest.mark.parametrize(("unit", "value"), [("s", SECONDS), ("ms", SECONDS * 10**3), ("µs", str(SECONDS * 10**6))])
def test_a_time_in_another_unit_is_told_by_its_size_and_said(unit, value):
    notes = fields.Notes()
    found = batch.moment({"startTimeUnixNano": value}, "startTimeUnixNano", notes)
    assert found == batch.moment({"t": SECONDS * 10**9}, "t", fields.Notes())
    (said,) = notes.warnings("x")
    assert f"is in {unit}, as its size shows" in said.text


@pytest.mark.parametrize("value", [1, 1_000_000, 10**17, -5, 500_000_000])
def test_a_time_before_1990_in_every_unit_is_missing_and_said(value):
    notes = fields.Notes()
    assert batch.moment({"t": value}, "t", notes) is None
    (said,) = notes.warnings("x")
    assert "taken as missing" in said.text


@pytest.mark.parametrize("value", [None, 0, "0", SECONDS * 10**9])
def test_a_time_in_nanoseconds_and_none_at_all_are_not_remarked_on(value):
    notes = fields.Notes()
    assert (batch.moment({"t": value}, "t", notes) is None) is (value in (None, 0, "0"))
    assert not list(notes.warnings("x"))
