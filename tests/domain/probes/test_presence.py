"""Presence is no proof: what counts once, what is left out, what has to differ, and what is said of it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.checklists.assessment import Assurance
from readiness_tui.domain.checklists.declared import EXPECTED_CONSTANT, problem
from readiness_tui.domain.probes import PROBES, propose_all
from readiness_tui.domain.probes.sound import unsound
from readiness_tui.domain.runs.model import (
    Aggregate,
    Case,
    CaseStatus,
    Completeness,
    Outcome,
    Run,
    Span,
    SpanKind,
    ToolCall,
    Trace,
)
from readiness_tui.domain.traces.content import content
from readiness_tui.domain.traces.traffic import not_of_users
from tests.domain.probes.test_probes import DAY, START, ask, data, item

RUN = Run("r", "r", "t", started_at=START)
GOOD = (Case("a", status=CaseStatus.PASS), Case("b", status=CaseStatus.FAIL))


def request(i: int, **fields: Any) -> Trace:
    """A request that differs from others by its number."""
    whole: dict[str, Any] = {"question": f"q {i}", "answer": f"a {i}", "latency_ms": 100 + i, "prompt_version": "v1"}
    whole |= {"user": "u", "session": "s"}
    return Trace(f"t-{i:03}", START + timedelta(minutes=i), **whole | fields)


def copy(i: int, **fields: Any) -> Trace:
    return replace(request(0, **fields), id=f"c-{i:03}", started_at=START + timedelta(hours=i), user=f"u{i}")


# Copies


def test_a_copy_shows_nothing_new_and_one_that_lacks_still_lacks() -> None:
    found = ask(
        "prompt_version_logged", [request(0), *(copy(i) for i in range(40)), *(request(i) for i in range(1, 30))]
    )
    assert (found.k, found.n, found.points, found.assurance) == (30, 30, 2, Assurance.PROVEN)
    assert "40 more in copies of the same request: they show nothing new" in found.details
    lacking = ask("prompt_version_logged", [request(1), *(copy(i, prompt_version=None) for i in range(40))])
    assert (lacking.k, lacking.n, lacking.points) == (1, 41, 1)


def test_copies_of_one_request_give_no_points_unless_they_are_declared() -> None:
    traces = [request(0), request(1), *(copy(i) for i in range(40))]
    found = ask("prompt_version_logged", traces)
    assert (found.points, found.assurance) == (None, None)
    assert found.text.endswith("no proof: 42 are 2 in copies of the same request")
    told = ask("prompt_version_logged", traces, declared={EXPECTED_CONSTANT: "requests: the probe asks every hour"})
    assert (told.points, told.assurance) == (2, Assurance.EVIDENCED)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (request(1), replace(request(1), id="x", started_at=None, user="v", session="w", extra={"n": 1}), True),
        (request(1), request(1, latency_ms=7), False),
        (request(1, cached=True), request(1, cached=True, latency_ms=7, cost=1.0), True),
        (request(1), request(1, prompt_version="v2"), False),
        # Without an answer the time tells them apart, and without any measure nothing but the ids has to.
        (request(1, answer=None), replace(request(1, answer=None), id="x"), True),
        (request(1, answer=None), replace(request(1, answer=None), started_at=START), False),
        (Trace("a", START), Trace("b", START), False),
        (Trace("a"), Trace("b"), False),
        (request(1), request(1, user=None), False),  # one says who asked, and one does not
    ],
)
def test_which_records_are_copies(one: Trace, other: Trace, same: bool) -> None:
    assert (content(one) == content(other)) is same


def test_the_error_budget_says_what_it_is_without_copies() -> None:
    failed = [request(i, outcome=Outcome.FAIL) for i in range(4)]
    fine = [request(i, outcome=Outcome.SUCCESS) for i in range(4, 36)]
    padding = [replace(fine[0], id=f"p{i}") for i in range(100)]
    told = {"slo": "90% / 28 days"}
    found = ask("error_budget_burn", [*failed, *fine, *padding], declared=told)
    assert found.points == 1
    assert "burn rate 0.29: 4 of 136 requests failed; 1.11 without 100 copies of the same success" in found.text
    assert ask("error_budget_burn", [*failed[:3], *fine, *padding], declared=told).points == 2


kinds = st.builds(
    request,
    st.integers(0, 5),
    prompt_version=st.sampled_from([None, "v1", "latest"]),
    outcome=st.sampled_from([None, *Outcome]),
    tool_calls=st.sampled_from([None, (), (ToolCall("refund", "{}", "1"),), (ToolCall("refund", "{}"),)]),
    extra=st.sampled_from([{}, {}, {"environment": "evaluation"}]),
    spans=st.sampled_from([None, (Span("1", None, "m", SpanKind.MODEL), Span("2", "1", "g", SpanKind.GUARD))]),
)
ITEMS = tuple(item(query, name=query) for query in PROBES)


@settings(max_examples=60, deadline=None)
@given(st.lists(kinds, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_copies_changes_nothing(found: list[Trace], shuffler: random.Random) -> None:
    traces = [replace(trace, id=f"{i:03}") for i, trace in enumerate(found)]
    told = {"slo": "90% / 7 days", "user_cap": "9", "step_cap": "1", "write_tools": "refund"}
    mixed = list(traces)
    shuffler.shuffle(mixed)
    assert propose_all(ITEMS, data(traces, declared=told)) == propose_all(ITEMS, data(mixed, declared=told))


def test_records_that_say_nothing_of_a_request_are_none() -> None:
    for n, points in ((29, 2), (30, None)):
        assert ask("prompt_version_logged", [Trace(f"{i}", prompt_version="v1") for i in range(n)]).points == points
    dated = [Trace(f"{i}", START + timedelta(minutes=i), prompt_version="v1") for i in range(30)]
    assert ask("prompt_version_logged", dated).points == 2


# What is left out


def test_requests_after_the_day_of_the_review_are_left_out_and_named() -> None:
    late = [replace(request(i + 40), started_at=datetime(2099, 1, 1, i, tzinfo=UTC)) for i in range(3)]
    found = ask("prompt_version_logged", [*(request(i) for i in range(30)), *late])
    assert (found.n, found.window) == (30, "2026-11-16")
    assert f"3 traces dated after {DAY} are left out" in found.details
    assert f"3 traces dated after {DAY} are left out" in ask("prompt_version_logged", late).missing


@pytest.mark.parametrize(
    "extra",
    [
        {"environment": "evaluation"},
        {"env": "Load-Test"},
        {"deployment.environment.name": "synthetic"},
        {"metadata": {"environment": "sdk-experiment"}},
        {"synthetic": True},
        {"is_test": "true"},
        {"tags": ["eu", "benchmark"]},
        {"tags": ["traffic:synthetic"]},
        {"source": "replay"},
        {"environment": "development"},
    ],
)
def test_the_log_says_that_no_user_sent_it(extra: dict[str, Any]) -> None:
    assert not_of_users(Trace("t", extra=extra))
    assert "they say that no user sent them" in ask("prompt_version_logged", [request(1, extra=extra)]).missing


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"environment": "production"},
        {"environment": "staging"},  # before the launch there is no other, and the log is what it is
        {"synthetic": False},
        {"test": 0},
        {"tags": ["ab-experiment", "canary"]},
        {"question": {"environment": "test"}},
        {"source": "mobile app"},
        {"evaluation": {"score": 1}},
    ],
)
def test_traffic_that_may_well_be_of_users(extra: dict[str, Any]) -> None:
    assert not_of_users(Trace("t", extra=extra)) == ""


# What has to differ


def test_thirty_of_one_value_prove_nothing_and_twenty_nine_may() -> None:
    for n, points in ((29, 2), (30, None)):
        traces = [request(i, tokens_in=i, tokens_out=1, cost=0.5) for i in range(n)]
        assert ask("tokens_and_cost_logged", traces).points == points
    other = [*traces, request(99, tokens_in=1, tokens_out=1, cost=0.6)]
    assert ask("tokens_and_cost_logged", other).points == 2


def test_a_constant_lowers_no_share_that_is_short_anyway() -> None:
    traces = [request(i, tokens_in=1, tokens_out=1, cost=0.5 if i < 40 else None) for i in range(50)]
    assert ask("tokens_and_cost_logged", traces).points == 1


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("cost: the model runs on our own machines", True),
        ("Cost: our own machines; results: the tool only says ok", True),
        ("cost:", False),
        ("cost", False),
        ("colour: blue", False),
        ("cost: ok; colour: blue", False),
    ],
)
def test_what_is_expected_needs_a_known_name_and_a_reason(text: str, usable: bool) -> None:
    assert (problem(EXPECTED_CONSTANT, text) == "") is usable


# Runs and guards


@pytest.mark.parametrize(
    ("run", "cases", "why"),
    [
        (RUN, GOOD, ""),
        (RUN, None, ""),
        (replace(RUN, completeness=Completeness.ERRORED), GOOD, "it ended in an error"),
        (replace(RUN, completeness=Completeness.PARTIAL), GOOD, "it is partial"),
        (replace(RUN, completeness=Completeness.PARTIAL, declared_cases=9), GOOD, "it is partial, 2 of 9 cases"),
        (replace(RUN, started_at=datetime(2099, 1, 1)), GOOD, f"it is dated 2099-01-01, after {DAY}"),
        (RUN, (), "it is empty"),
        (replace(RUN, aggregates={"faithfulness": Aggregate(0.9)}), (), ""),
        (RUN, (Case("a", status=CaseStatus.ERROR),), "1 of its 1 cases ended in a system error"),
        (RUN, (Case("a", output=" ", status=CaseStatus.PASS),), "all of its answers are empty"),
        (RUN, (Case("a"), Case("b")), "none of its cases has a result"),
    ],
)
def test_which_runs_prove_nothing(run: Run, cases: tuple[Case, ...] | None, why: str) -> None:
    assert unsound(run, cases, DAY) == why


@pytest.mark.parametrize(
    ("error", "attributes", "counts"),
    [
        (None, {}, True),
        (None, {"enabled": True, "skipped": False, "mode": "block"}, True),
        ("timeout", {}, False),
        (None, {"enabled": "false"}, False),
        (None, {"skipped": True}, False),
        (None, {"mode": "off"}, False),
    ],
)
def test_a_guard_that_failed_or_is_switched_off_screens_nothing(
    error: str | None, attributes: dict[str, Any], counts: bool
) -> None:
    guard = Span("1", None, "guard", SpanKind.GUARD, START, error=error, attributes=attributes)
    model = Span("2", "1", "chat", SpanKind.MODEL, START + timedelta(seconds=1))
    found = ask("guard_before_model_call", [request(1, spans=(guard, model))])
    assert (found.k, found.n) == (int(counts), 1)
