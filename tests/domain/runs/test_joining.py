"""Joins: by id, else by the same question; never by likeness."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness_tui.domain.runs.joining import (
    join_golden,
    normalise,
    question_id,
    records_digest,
)
from readiness_tui.domain.runs.model import Case, EvalSet, GoldenCase

GOLD = EvalSet(
    "golden",
    "d",
    (
        GoldenCase("g1", "How do I pay?", tags=("pay", "high_risk")),
        GoldenCase("g2", "Who are you?"),
        GoldenCase("g3", "Twice?"),
        GoldenCase("g4", "twice?"),
    ),
)


def test_a_case_joins_by_its_id_and_takes_the_golden_tags():
    joined = join_golden([Case("g1", tags=("mine", "pay"))], GOLD)
    assert joined.cases == (Case("g1", tags=("mine", "pay", "high_risk")),)
    assert (joined.unmatched, joined.unused) == ((), ("g2", "g3", "g4"))


def test_a_case_without_a_known_id_joins_by_its_question_and_takes_the_id():
    joined = join_golden([Case("q-1", question="  how do I\tPAY? ", id_from="input")], GOLD)
    assert [case.id for case in joined.cases] == ["g1"]
    assert joined.cases[0].tags == ("pay", "high_risk")


@pytest.mark.parametrize("question", ["How do I pay", "How do I pay??", "How can I pay?", ""])
def test_a_question_that_is_only_alike_stays_unmatched(question):
    joined = join_golden([Case("x", question=question)], GOLD)
    assert joined.cases == (Case("x", question=question),)
    assert joined.unmatched == ("x",)


def test_a_question_that_several_golden_cases_ask_is_ambiguous():
    joined = join_golden([Case("x", question="Twice?")], GOLD)
    assert (joined.unmatched, joined.ambiguous) == (("x",), ("x",))


def test_a_question_never_takes_the_place_of_the_case_with_the_id():
    by_question, by_id = Case("x", question="Who are you?"), Case("g2", question="Who are you?")
    for order in ((by_question, by_id), (by_id, by_question)):
        joined = join_golden(order, GOLD)
        assert sorted(case.id for case in joined.cases) == ["g2", "x"]
        assert joined.unmatched == ("x",)


def test_repeats_join_together():
    joined = join_golden([Case("x", question="Who are you?", repeat=n) for n in range(3)], GOLD)
    assert [(case.id, case.repeat) for case in joined.cases] == [("g2", 0), ("g2", 1), ("g2", 2)]
    assert joined.unmatched == ()


@given(st.text())
def test_normalising_twice_changes_nothing(question):
    once = normalise(question)
    assert normalise(once) == once
    assert question_id(question + " \n") == question_id(question)


def test_the_digest_is_the_documented_one():
    records = {"b": {"id": "b", "question": "é"}, "a": {"question": "x", "id": "a"}}
    text = '[{"id":"a","question":"x"},{"id":"b","question":"é"}]'
    assert records_digest(records) == hashlib.sha256(text.encode()).hexdigest()
    assert json.loads(text)[0] == records["a"]
