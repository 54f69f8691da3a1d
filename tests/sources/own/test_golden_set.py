"""The course's eval set."""

from __future__ import annotations

import json
import random

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.joining import question_id

ROWS = [
    {
        "id": "c1",
        "question": "How do I pay?",
        "expected_source": "billing",
        "must_include": ["invoice"],
        "tags": ["pay"],
    },
    {"id": "c2", "question": "Delete me", "expected_sources": ["privacy", "gdpr"], "risk": "high", "owner": "ana"},
    {"question": "  What is  THIS? ", "must_include": "that", "expected_tools": ["search"]},
]


def test_the_fields_and_what_they_become(make, read):
    (found,) = read(make("golden.jsonl", ROWS)).sets
    first, second, third = found.cases
    assert found.name == "golden"
    assert (first.id, first.expected_sources, first.must_include, first.tags) == (
        "c1",
        ("billing",),
        ("invoice",),
        ("pay",),
    )
    assert (second.expected_sources, second.tags) == (("privacy", "gdpr"), ("high_risk",))
    assert second.extra == {"risk": "high", "owner": "ana"}
    assert (third.id, third.must_include, third.expected_tools) == (
        question_id("what is this?"),
        ("that",),
        ("search",),
    )
    assert third.question == "  What is  THIS? "


def test_lines_list_object_and_table_hold_the_same_cases(make, read):
    lines = read(make("golden.jsonl", ROWS)).sets[0].cases
    assert read(make("golden.json", json.dumps(ROWS))).sets[0].cases == lines
    wrapped = read(make("x.json", {"name": "golden set", "cases": ROWS})).sets[0]
    assert (wrapped.name, wrapped.cases) == ("golden set", lines)
    table = "id,question,expected_source,must_include,tags,risk\nc1,How do I pay?,billing,invoice,pay|card,high\n"
    (case,) = read(make("golden.csv", table)).sets[0].cases
    assert (case.expected_sources, case.must_include) == (("billing",), ("invoice",))
    assert case.tags == ("pay", "card", "high_risk")


def test_a_text_with_a_semicolon_is_one_text_except_in_a_table(make, read):
    row = {"question": "q", "must_include": "a; b"}
    assert read(make("a.jsonl", [row])).sets[0].cases[0].must_include == ("a; b",)
    assert read(make("a.csv", "question,must_include\nq,a; b\n")).sets[0].cases[0].must_include == ("a", "b")
    assert read(make("b.csv", 'question,must_include\nq,"[""a; b""]"\n')).sets[0].cases[0].must_include == ("a; b",)


def test_the_digest_knows_the_cases_not_their_order_or_spacing(make, read):
    usual = read(make("a.jsonl", ROWS)).sets[0].digest
    shuffled = [dict(reversed(row.items())) for row in random.Random(1).sample(ROWS, 3)]
    assert read(make("b.json", json.dumps(shuffled, indent=2))).sets[0].digest == usual
    assert read(make("c.jsonl", ROWS[:2])).sets[0].digest != usual
    changed = [{**ROWS[0], "must_include": ["receipt"]}, *ROWS[1:]]
    assert read(make("d.jsonl", changed)).sets[0].digest != usual


def test_a_double_id_or_question_is_a_reject_that_names_the_first(make, read):
    found = read(
        make("a.jsonl", [*ROWS, {**ROWS[0], "question": "other"}, {"question": "what is this?", "must_include": "x"}])
    )
    assert len(found.sets[0].cases) == 3
    assert [reject.line for reject in found.rejects] == [4, 5]
    assert "on line 1" in found.rejects[0].reason
    assert "on line 3" in found.rejects[1].reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"id": "x", "must_include": ["a"]}, "no question"),
        ({"question": " ", "must_include": ["a"]}, "no question"),
        ({"question": "q", "must_include": {"a": 1}}, "must_include is an object"),
        ({"question": "q", "must_include": [None]}, "only texts are expected"),
    ],
)
def test_a_bad_case_is_a_reject(make, read, row, reason):
    found = read(make("a.jsonl", [ROWS[0], row]))
    assert len(found.sets[0].cases) == 1
    assert reason in found.rejects[0].reason


def test_a_set_without_a_usable_case_is_refused(make, read):
    with pytest.raises(ReadinessError, match="no golden case"):
        read(make("a.jsonl", [{"question": "", "must_include": ["a"]}]))


def test_squads_questions_are_read_from_all_paragraphs_of_all_articles(make, read):
    def paragraph(*names):
        answers = [{"text": "a", "answer_start": 0}]
        return {"context": "c", "qas": [{"id": name, "question": f"{name}?", "answers": answers} for name in names]}

    articles = [{"title": "A", "paragraphs": [paragraph("a", "b"), paragraph(), paragraph("c")]}]
    for more in ([], [{"title": "B", "paragraphs": [paragraph("d")]}]):
        (found,) = read(make("squad.json", {"version": "2.0", "data": articles + more})).sets
        assert [case.id for case in found.cases] == ["a", "b", "c", "d"][: 3 + len(more)]
