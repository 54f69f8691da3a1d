"""Declared settings: how they may be typed, and what is said of one that cannot be read."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.checklists.declared import SETTINGS, Slo, UnusableError, UserCap, problem, read
from readiness_tui.services.review.reviews import DECLARABLE


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("timeout_policy", "10", 10),
        ("timeout_policy", "1.5 s", Fraction(3, 2)),
        ("timeout_policy", "500 ms", Fraction(1, 2)),
        ("timeout_policy", "2 min", 120),
        ("retry_policy", "3 attempts", 3),
        ("quota", "1,200 requests a minute", 1200),
        ("allowed_tools", "a, b;\na,", ("a", "b")),
        ("user_cap", "60000", UserCap(Fraction(60000), dollars=False)),
        ("user_cap", "$2.50", UserCap(Fraction(5, 2), dollars=True)),
        ("sampling_rate", "10 %", Fraction(1, 10)),
        ("sampling_rate", "1/20", Fraction(1, 20)),
        ("sampling_rate", "1.0", 1),
        ("sampling_rate", "100%", 1),
        ("alert_latency_ms", "4 s", 4000),
        ("alert_cost", "12.5 USD", Fraction(25, 2)),
        ("slo", "99.5% / 28 days", Slo(Fraction(199, 200), 28)),
        ("slo", "0.99 over 7d", Slo(Fraction(99, 100), 7)),
    ],
)
def test_a_setting_reads_as_it_was_meant(name: str, text: str, value: Any) -> None:
    assert read({name: text}, name) == value
    assert problem(name, text) == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("timeout_policy", "ten"),
        ("timeout_policy", "0"),
        ("timeout_policy", "-3"),
        ("retry_policy", "2.5"),
        ("quota", "600 tokens"),
        ("allowed_tools", " , "),
        ("sampling_rate", "errors only"),
        ("sampling_rate", "1.5"),
        ("sampling_rate", "1/0"),
        ("slo", "100% / 7 days"),
        ("slo", "99%"),
        ("user_cap", "a lot"),
    ],
)
def test_an_unusable_one_says_what_to_type(name: str, text: str) -> None:
    said = problem(name, text)
    assert name in said
    assert SETTINGS[name][1] in said
    with pytest.raises(UnusableError):
        read({name: text}, name)


def test_every_setting_can_be_declared_and_read() -> None:
    assert set(SETTINGS) == set(DECLARABLE)
    assert all(problem(name, example.split("”")[0]) == "" for name, (_, example, _) in SETTINGS.items())
    with pytest.raises(UnusableError, match="declare step_cap"):
        read({}, "step_cap")


@given(st.sampled_from(sorted(SETTINGS)), st.text(max_size=40))
def test_no_text_breaks_a_reader(name: str, text: str) -> None:
    problem(name, text)
