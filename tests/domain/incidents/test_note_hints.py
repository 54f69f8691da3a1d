"""Hints on an incident note: blame with its place, what is missing by severity; and nothing said of what is fine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.incidents.model import Action, FailureClass, Incident, OtherText, Sev, TimelineEntry
from readiness_tui.domain.incidents.note import FIELDS
from readiness_tui.domain.incidents.note_hints import language, missing, of_action, of_section

AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
TIMES = dict.fromkeys(("started", "detected", "acknowledged", "mitigated", "resolved"), AT)
SMALL = Incident(
    1, "Support bot", "Refund booked twice", Sev.SEV3, failure_class=FailureClass.TOOL, **TIMES,
    fields={"summary": "Refunds were booked twice.", "factors": "The tool retries\nNo idempotency key"},
    timeline=(TimelineEntry(1, AT, "The alert fires"),),
    actions=(Action(7, "Every refund carries an idempotency key", owner="ben", due=date(2026, 12, 1)),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "blames"),
    [
        ("Ben forgot to run the tests.", ["Ben forgot"]),
        ("It was human error, and he should have known.", ["human error", "he should have"]),
        ("The on-call engineer didn't check the log", ["The on-call engineer didn't check"]),
        ("We should have tested; the culprit is obvious", ["We should have", "culprit", "obvious"]),
        ("It was chloe's fault: she was careless", ["chloe's fault", "she was careless"]),
        ("The root cause was a bad deploy", ["root cause"]),
        ("A colleague made a stupid mistake", ["A colleague made a stupid mistake"]),
        # What is about the system, or about what somebody did well, is no blame.
        ("Which alert should have fired? The alert failed to fire.", []),
        ("ben put the index back and checked twenty questions", []),
        ("The tool failed to return; the job broke and caused errors", []),
        ("the ocean was calm", []),
    ],
)
def test_blame_is_found_with_its_place(text: str, blames: list[str]) -> None:
    found = language("summary", text, ["ben", "chloe"])
    assert [text[hint.start : hint.end] for hint in found] == blames
    assert all(hint.section == "summary" and hint.text for hint in found)


@given(st.text(max_size=60), st.lists(st.text(max_size=5), max_size=3))
def test_places_are_in_the_text_and_do_not_overlap(text: str, people: list[str]) -> None:
    found = language("summary", f"{text} he forgot {text}", people)
    assert found
    ends = [0, *(hint.end for hint in found)]
    assert all(end <= hint.start < hint.end for end, hint in zip(ends, found, strict=False))


@pytest.mark.parametrize("repeated", ["he ", "made a ", "x's ", " \n"])
def test_a_large_section_takes_linear_time(repeated: str) -> None:
    assert language("summary", repeated * 50_000, ["ben"]) == ()


def test_a_small_note_that_says_all_gets_no_hint() -> None:
    assert missing(SMALL) == ()
    assert [key for key in FIELDS if of_section(SMALL, key)] == []


def test_a_severe_one_is_asked_for_more() -> None:
    found = missing(replace(SMALL, severity=Sev.SEV1))
    assert [hint.section for hint in found] == [
        "impact", "what_changed", "detection", "reproduction", "went_well", "controls", "evals",
    ]  # fmt: skip
    full = dict.fromkeys(("impact", "what_changed", "detection", "surprised"), "x") | {
        "reproduction": "8 of 10",
        "controls": "REL-02 | failed",
    }
    assert missing(replace(SMALL, severity=Sev.SEV1, fields=SMALL.fields | full, no_eval_reason="hardware")) == ()


@pytest.mark.parametrize(
    ("changed", "section", "says"),
    [
        ({"fields": {"factors": "a\nb"}}, "summary", "What happened"),
        ({"fields": {"summary": "\n".join("abcdefghi"), "factors": "a\nb"}}, "summary", "9 lines"),
        ({"fields": {"summary": "x", "factors": "only one"}}, "factors", "Only one factor"),
        ({"failure_class": None}, "factors", "failure class"),
        ({"rivals": (OtherText(1, "harm", "none", "ben", AT),)}, "harm", "both texts are kept"),
    ],
)
def test_what_is_missing_is_asked_for(changed: dict[str, object], section: str, says: str) -> None:
    (hint,) = missing(replace(SMALL, **changed))
    assert hint.section == section
    assert says in hint.text


def test_an_action_that_nobody_can_verify_is_pointed_at() -> None:
    vague = Action(7, "ben will improve monitoring", owner="ben", due=date(2026, 12, 1))
    assert of_action(vague) == "How would anybody see that this is done?"
    assert of_action(replace(vague, verify="the alert fires in staging")) == ""
    assert of_action(replace(vague, done=date(2026, 11, 21))) == ""
    assert of_action(replace(vague, text="Page on ten errors a minute")) == ""


def test_a_remark_points_at_its_line() -> None:
    text = "The tool retries | tool\nBad luck | fate\nx"
    (hint,) = missing(replace(SMALL, fields=SMALL.fields | {"factors": text}))
    assert text[hint.start : hint.end] == "Bad luck | fate"
