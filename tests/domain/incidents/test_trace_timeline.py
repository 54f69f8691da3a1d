"""Lines for a timeline from linked requests, and what a sparkline is drawn from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.incidents.trace_series import Bucket, StepSeries, around, figures, phases, sparkline
from readiness_tui.domain.incidents.trace_timeline import QUIET, Proposed, SeenRequest, proposed, recovery
from readiness_tui.domain.runs.model import Outcome, Trace

AT = datetime(2026, 11, 21, 8, 40, tzinfo=UTC)


def minute(number: int) -> datetime:
    return AT + timedelta(minutes=number)


def failed(number: int, error: str = "timeout: no answer") -> Trace:
    return Trace(f"trace-{number}", minute(number), outcome=Outcome.ERROR, error=error)


def lines_of(linked: list[Trace], later: list[SeenRequest]) -> list[Proposed]:
    return proposed(linked, recovery(linked, later))


def quiet(first: int, count: int) -> list[SeenRequest]:
    return [SeenRequest(f"trace-{n}", minute(n), Outcome.SUCCESS, None) for n in range(first, first + count)]


def test_first_failure_each_error_and_the_recovery() -> None:
    wrong = Trace("trace-3", minute(3), outcome=Outcome.FAIL, question="Refund?")
    fine = Trace("trace-4", minute(4), outcome=Outcome.SUCCESS)
    later = [*quiet(10, QUIET - 1), SeenRequest("trace-50", minute(50), Outcome.ERROR, "timeout"), *quiet(60, QUIET)]
    lines = lines_of([failed(5), wrong, fine, failed(1)], later)
    assert [line.text for line in lines] == [
        "First linked failure: trace-1, timeout: no answer",
        "Fails too: trace-3, wrong answer to “Refund?”",
        "Fails too: trace-5, timeout: no answer",
        f"Recovery: from trace-60 on {QUIET} requests in a row without timeout, wrong answer",
    ]
    assert [line.at for line in lines] == [minute(1), minute(3), minute(5), minute(60)]


def test_another_kind_of_failure_does_not_hold_the_recovery_back() -> None:
    other = SeenRequest("x", minute(11), Outcome.ERROR, "rate_limited: slow down")
    assert lines_of([failed(1)], [*quiet(2, 10), other, *quiet(12, 10)])[-1].text.startswith("Recovery: from trace-2")


def test_no_recovery_while_it_still_fails_or_too_little_is_known() -> None:
    assert len(lines_of([failed(1)], quiet(2, QUIET - 1))) == 1


def test_many_linked_requests_give_a_line_a_class() -> None:
    many = [failed(n) for n in range(30)] + [failed(40, "rate_limited: 429")]
    assert [line.text for line in lines_of(many, [])] == [
        "First linked failure: trace-0, timeout: no answer; 30 linked requests",
        "Another failure begins: trace-40, rate_limited: 429; 1 linked request",
        "Last linked failure: trace-40, rate_limited: 429",
    ]


def test_requests_without_a_time_or_a_failure_propose_nothing() -> None:
    assert lines_of([Trace("a", None, outcome=Outcome.ERROR), Trace("b", AT, outcome=Outcome.SUCCESS)], []) == []


def test_a_sparkline_has_a_block_a_value_and_a_dot_for_none() -> None:
    assert sparkline([0, 1, 4, None, 8]) == "▁▂▅·█"
    assert sparkline([]) == ""
    assert sparkline([None, 0.0]) == "·▁"


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e9)), max_size=40))
def test_the_greatest_is_full_and_nothing_is_lost(values: list[float | None]) -> None:
    drawn = sparkline(values)
    assert len(drawn) == len(values)
    assert [block == "·" for block in drawn] == [value is None for value in values]
    if any(values):
        assert drawn[values.index(max(value for value in values if value is not None))] == "█"


def test_an_incident_with_an_end_takes_the_middle_third() -> None:
    window = around(AT, minute(180), None, 36)
    assert (window.start, window.end) == (AT - timedelta(hours=3), AT + timedelta(hours=6))


def test_an_open_incident_goes_on_to_the_last_request_but_not_for_months() -> None:
    assert around(AT, None, AT + timedelta(days=1), 36).end == AT + timedelta(days=1)
    assert around(AT, None, AT + timedelta(days=90), 36).end == AT + timedelta(days=7)
    assert around(AT, None, AT - timedelta(days=9), 36).end == AT + timedelta(hours=2)


def test_figures_before_during_and_after() -> None:
    buckets = tuple(Bucket(2, int(3 <= n < 5), [float(n)], 0.5, 1) for n in range(9))
    series = StepSeries(AT, timedelta(hours=1), buckets)
    before, during, after = phases(series, AT + timedelta(hours=3), AT + timedelta(hours=4, minutes=30))
    assert after is not None
    assert [(one.requests, one.failing) for one in (before, during, after)] == [(6, 0), (4, 2), (8, 0)]
    assert (during.latency_p95, during.cost_mean) == (4.0, 0.5)
    assert phases(series, AT, None)[2] is None
    assert figures([]).latency_p95 is None


def test_a_moment_is_in_the_step_that_it_begins_and_the_end_is_in_none() -> None:
    series = StepSeries(AT, timedelta(hours=1), (Bucket(), Bucket(), Bucket()))
    places = [series.place(minute(number)) for number in (-1, 0, 59, 60, 179, 180)]
    assert places == [None, 0, 0, 1, 2, None]
    assert series.place(None) is None
