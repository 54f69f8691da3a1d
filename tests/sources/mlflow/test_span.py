"""What MLflow's own spans say: identifiers, typed values, and a start-up that looks like a slow request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from readiness_tui.sources.mlflow.span import identifier, is_process_startup
from readiness_tui.sources.tracing.span_tree import RawSpan

START = datetime(2026, 11, 20, 10, tzinfo=UTC)


def step(name: str, at: float | None, took: float | None) -> RawSpan:
    began = None if at is None else START + timedelta(milliseconds=at)
    return RawSpan(name, "root", started_at=began, duration_ms=took)


def root(took: float | None) -> RawSpan:
    return RawSpan("root", started_at=START, duration_ms=took)


@pytest.mark.parametrize(
    ("took", "last_end", "late"),
    [
        (4000, 1000, True),  # three of four seconds after everything was done
        (4000, 1999, True),
        (4000, 2000, False),  # just half
        (9000, 7000, False),  # two seconds, but the work took seven
        (1500, 500, False),  # just one second
        (1501, 500, True),
    ],
)
def test_most_of_the_time_and_over_a_second_after_the_last_step(took: float, last_end: float, late: bool) -> None:
    spans = [root(took), step("a", 0, 10), step("b", last_end - 100, 100)]
    assert is_process_startup(spans) is late


def test_nothing_is_said_of_a_request_whose_steps_are_not_timed() -> None:
    assert not is_process_startup([root(9000)])
    assert not is_process_startup([root(9000), step("a", None, 5)])
    assert not is_process_startup([root(None), step("a", 0, 5)])
    assert not is_process_startup([root(9000), root(9000), step("a", 0, 5)])


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0x00F067AA0BA902B7", "00f067aa0ba902b7"),
        ("00f067aa0ba902b7", "00f067aa0ba902b7"),
        ("APBnqgupArc=", "00f067aa0ba902b7"),
        ("not base64!", "not base64!"),
        ("", None),
        (7, None),
    ],
)
def test_an_id_is_the_same_however_it_is_written(written: object, read: str | None) -> None:
    assert identifier(written) == read
