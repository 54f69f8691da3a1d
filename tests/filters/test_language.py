"""The filter language: what a line means, how it is written again, and what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.filters.language import LONGEST, parse, split, write
from readiness_tui.domain.filters.model import (
    Amount,
    Condition,
    Filter,
    KeyKind,
    Like,
    Named,
    NamePattern,
    Says,
    Sign,
    TimeRange,
)
from readiness_tui.domain.filters.trace_filter import TRACE_KEYS
from tests.filters.strategies import filters

TODAY = date(2026, 11, 24)
NOTHING = NamePattern("", Like.NOTHING)


def meant(typed: str) -> tuple[Condition, ...]:
    return parse(typed, TRACE_KEYS, TODAY).conditions


def midnight(day: int) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "conditions"),
    [
        ("", ()),
        (
            'latency>3000 status:error model:gpt* "refund"',
            (
                Amount("latency", Sign.ABOVE, 3000.0),
                Named("status", (NamePattern("error"),)),
                Named("model", (NamePattern("gpt*", Like.WILD),)),
                Says("refund"),
            ),
        ),
        ("expired  key status:FAIL", (Says("expired key"), Named("status", (NamePattern("FAIL"),)))),
        ("expired status:fail key", (Says("expired key"), Named("status", (NamePattern("fail"),)))),
        ('expired "a key" -old', (Says("expired"), Says("a key"), Says("old", hidden=True))),
        ("error", (Named("error", (NOTHING,), hidden=True),)),
        ("/error", (Named("error", (NOTHING,), hidden=True),)),
        ("Errors day:2026-11-21", (Named("error", (NOTHING,), hidden=True), TimeRange(midnight(21), midnight(22)))),
        ("payment error", (Says("payment error"),)),
        ('"error"', (Says("error"),)),
        ("-error", (Named("error", (NOTHING,)),)),
        ("refund -Errors", (Says("refund"), Named("error", (NOTHING,)))),
        ('-"error"', (Says("error", hidden=True),)),
        ("error:none", (Named("error", (NOTHING,)),)),
        ("-error:any", (Named("error", (NOTHING,)),)),
        ("error:timeout", (Named("error", (NamePattern("timeout", Like.PART),)),)),
        ("status:fail,error", (Named("status", (NamePattern("fail"), NamePattern("error"))),)),
        ('tool:"a,b",c', (Named("tool", (NamePattern("a,b"), NamePattern("c"))),)),
        ('model:"gpt*"', (Named("model", (NamePattern("gpt*"),)),)),
        ("latency>=3s", (Amount("latency", Sign.FROM, 3000.0),)),
        ("latency≤250ms", (Amount("latency", Sign.UP_TO, 250.0),)),
        ("-cost:none", (Amount("cost", Sign.IS, None, hidden=True),)),
        ("cost:any", (Amount("cost", Sign.IS, None, hidden=True),)),
        ("cost>$0.05", (Amount("cost", Sign.ABOVE, 0.05),)),
        ("tokens<4k", (Amount("tokens", Sign.BELOW, 4000.0),)),
        ("from:2026-11-20 to:2026-11-22", (TimeRange(start=midnight(20)), TimeRange(end=midnight(23)))),
        ("from:2026-11-20T08:40", (TimeRange(start=midnight(20) + timedelta(hours=8, minutes=40)),)),
        ("day:today", (TimeRange(midnight(24), midnight(25)),)),
        ("https://example.com/a", (Says("https://example.com/a"),)),
        ("a<b x=y -", (Says("a<b x=y -"),)),
    ],
)
def test_what_a_line_means(typed: str, conditions: tuple[Condition, ...]) -> None:
    assert meant(typed) == conditions


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("modle:x", "“modle:” is not something a trace can be filtered by. Did you mean model:? Use status, error,"),
        ("latncy>3000", "“latncy>” is not something a trace can be filtered by. Did you mean latency>?"),
        ("outcome:success", "Did you mean status:? Use status, error,"),
        ("duration_ms>3000", "Did you mean latency>? Use"),
        ("since:2026-11-20", "Did you mean from:? Use"),
        ("latency>fast", "“fast” is not a number for latency. For example latency>3000."),
        ("cost>3s", "“3s” is not a number for cost."),
        ("cost>0,05", "“0,05” is not a number for cost."),
        ("latency>-5", "“-5” is not a number"),
        ("latency>1e999", "is not a number"),
        ("status:", "“status:” says nothing after “:”. For example status:fail."),
        ("model>3", "“model” is no number, so it cannot be compared with >. Use model:gpt*."),
        ("status:fail,", "has a comma with nothing beside it"),
        ('say "hi', "is not closed"),
        ('""', "nothing between the quotes"),
        ("from:2026-11-22 to:2026-11-20", "Swap from: and to:"),
        ("day:someday", "is not a date"),
        ("day:9999-12-31", "beyond the calendar"),
        ("x" * (LONGEST + 1), "at most 2,000 are read"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(ReadinessError) as refused:
        meant(typed)
    assert sentence in str(refused.value)


@given(filters())
def test_a_written_filter_is_read_as_the_same(wanted: Filter) -> None:
    assert parse(write(wanted), TRACE_KEYS, TODAY) == wanted


@given(st.text(max_size=60))
def test_any_line_is_read_or_refused_in_a_sentence_and_written_as_it_was_read(typed: str) -> None:
    try:
        wanted = parse(typed, TRACE_KEYS, TODAY)
    except ReadinessError as refused:
        sentence = str(refused)
    else:
        sentence = "."
        assert parse(write(wanted), TRACE_KEYS, TODAY) == wanted
    assert sentence.endswith((".", "?"))


@given(
    st.lists(st.text(st.characters(exclude_categories=["Zs", "Cc", "Zl", "Zp"], exclude_characters='"'), min_size=1))
)
def test_a_line_without_quotes_is_split_at_its_spaces(parts: list[str]) -> None:
    assert split("  ".join(parts)) == " ".join(parts).split()


def test_every_example_of_a_key_can_be_typed() -> None:
    for key in TRACE_KEYS.keys.values():
        (condition,) = meant(key.example)
        assert isinstance(condition, {KeyKind.NAME: Named, KeyKind.AMOUNT: Amount, KeyKind.TIME: TimeRange}[key.kind])
