"""Probes that read amounts from columns come to what reading one whole trace after the other comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.checklists.declared import VARYING
from readiness_tui.domain.checklists.review import Review
from readiness_tui.domain.probes import ProbeInput, amounts, feedback, limits, releases, usage
from readiness_tui.domain.probes.base import SeenTraces
from readiness_tui.domain.probes.figures import SupportFigure
from readiness_tui.domain.probes.variety import Variety, constants
from readiness_tui.domain.runs.model import Outcome, Trace
from readiness_tui.domain.traces import listed
from readiness_tui.domain.traces.content import content
from readiness_tui.domain.traces.listed import RecordedList
from readiness_tui.domain.traces.measured import day_of
from readiness_tui.domain.traces.recorded import Recorded
from readiness_tui.domain.traces.traffic import not_of_users
from tests.domain.traces import slow_limits, slow_releases
from tests.domain.traces.grouped import ByShape, by_time
from tests.domain.traces.records import AS_OF, NOON, logs, some

DECLARED = {
    "timeout_policy": "10",
    "retry_policy": "2",
    "step_cap": "2",
    "quota": "6",
    "user_cap": "60 tokens",
    "sampling_rate": "0.5",
    "alert_latency_ms": "800",
    "alert_cost": "0.4",
    "slo": "90% / 7 days",
}
PAIRS: list[tuple[Any, Any]] = [
    (limits.CallsWithinPolicy, slow_limits.CallsWithinPolicy),
    (limits.SlowestTotal, slow_limits.SlowestTotal),
    (limits.AlertsReplayed, slow_limits.AlertsReplayed),
    (limits.MostSteps, slow_limits.MostSteps),
    (usage.RateLimitHeadroom, slow_limits.RateLimitHeadroom),
    (usage.MostUsedPerUser, slow_limits.MostUsedPerUser),
    (releases.ReleaseShare, slow_releases.ReleaseShare),
    (releases.ErrorBudget, slow_releases.ErrorBudget),
    (feedback.FeedbackCaptured, slow_releases.FeedbackCaptured),
    (feedback.ScoreAgainstFeedback, slow_releases.ScoreAgainstFeedback),
]


@st.composite
def traffic(draw: st.DrawFn) -> tuple[Trace, ...]:
    """A busy log: several users, releases and hours, liked and disliked answers with scores."""
    made = []
    users, apps = (
        draw(some(("u1",), ("u1", "u2", "u3", None, "n/a"))),
        draw(some((None,), ("1.0", "1.1"), ("2", "unknown"))),
    )
    for n in range(draw(st.integers(0, 130))):
        made.append(
            Trace(
                f"t{n}",
                started_at=draw(some(None, *(NOON + timedelta(minutes=k * k) for k in range(-40, 50, 7)))),
                prompt_version=draw(some("v4", "v5", "latest")),
                app_version=draw(st.sampled_from(apps)),
                outcome=draw(some(None, *Outcome)),
                answer=draw(some(None, "a", "b")),
                feedback=draw(some(None, "up", "thumbs down", " ", "meh")),
                latency_ms=draw(some(None, 5.0, 900.0, 19999.0, 20000.0, 20000.5, 1e6)),
                cost=draw(some(None, 0.0, 0.1, 0.3)),
                tokens_in=draw(some(None, 0, 70, 12)),
                tokens_out=draw(some(None, 7)),
                scores=draw(some({}, {"faithfulness": 0.5}, {"faithfulness": 0.9, "a": 1.0})),
                cached=draw(some(False, False, True)),
                cold=draw(some(False, False, True)),
                extra=draw(some({}, {}, {"environment": "test"})),
                user=draw(st.sampled_from(users)),
            )
        )
    return tuple(made)


def said(found: Any) -> tuple[Any, ...]:
    """A figure or a finding, and what of its values is one and the same."""
    if isinstance(found, SupportFigure):
        same = {name: found.variety.constant(name) for name in VARYING}
        return replace(found, variety=Variety()), same, constants({}, found.variety)
    return (found,)


def answer(reading: Any) -> tuple[Any, ...]:
    return said(reading.finding() if hasattr(reading, "finding") else reading.figure())


def slowly(make: Callable[[ProbeInput], Any], data: ProbeInput, traces: tuple[Trace, ...]) -> tuple[Any, ...]:
    reading, known = make(data), set()
    for trace in by_time(traces):
        day = day_of(trace)
        if not data.in_window(day) or (day is not None and day > data.as_of) or not_of_users(trace):
            continue
        (reading.again if content(trace) in known else reading.add)(trace)
        known.add(content(trace))
    return answer(reading)


def quickly(make: Callable[[ProbeInput], Any], data: ProbeInput) -> tuple[Any, ...]:
    reading, seen = make(data), SeenTraces()
    for got in data.recorded.counted():
        if seen.admit(got, data):
            reading.add(got)
    if isinstance(reading, amounts.ReadsAmounts):
        amounts.read_amounts(data, [reading], every=not (seen.outside or seen.future or seen.others))
    return answer(reading)


@pytest.mark.slow
@pytest.mark.parametrize(("fast", "slow"), PAIRS, ids=lambda kind: kind.__name__)
@given(st.one_of(logs(), traffic(), traffic()), some("60 tokens", "$0.25"), some(None, None, 3))
@settings(max_examples=60, deadline=None)
def test_columns_say_what_whole_traces_say(
    fast: Any, slow: Any, found: tuple[Trace, ...], cap: str, days: int | None
) -> None:
    review = replace(Review(1, "support-bot", "2026.11", AS_OF, "ana"), declared={**DECLARED, "user_cap": cap})

    def data(recorded: Recorded) -> ProbeInput:
        return ProbeInput(recorded, review, AS_OF, window_days=days)

    recorded = RecordedList(found)
    told = slowly(slow.start, data(recorded), found) if days is None else None  # what is a copy depends on the window
    assert told is None or told == quickly(fast.start, data(recorded))
    assert quickly(fast.start, data(recorded)) == quickly(fast.start, data(ByShape(found)))


def test_beyond_one_step_the_parts_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listed, "_STEP", 7)
    found = tuple(
        Trace(
            f"t{n}",
            started_at=NOON + timedelta(minutes=7 * n),
            app_version="1.0" if n < 100 or n % 3 else "1.1",
            answer=str(n),
            feedback=("up", "down")[n % 2],
            outcome=Outcome.SUCCESS,
            latency_ms=n * 150.0,
            cost=n / 700,
            tokens_in=n,
            scores={"quality": n % 7 / 7},
            user=f"u{n % 11}",
        )
        for n in range(200)
    )
    data = ProbeInput(RecordedList(found), replace(Review(1, "b", "1", AS_OF, "ana"), declared=DECLARED), AS_OF)
    for fast, slow in PAIRS:
        assert slowly(slow.start, data, found) == quickly(fast.start, data)
