"""Golden sets under ordinary names: what tells them from results, and what their reference becomes."""

from __future__ import annotations

import json

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.golden_set.check import examine
from readiness_tui.sources import registry


@pytest.mark.parametrize(
    "row",
    [
        {"question": "q", "answer": "a"},
        {"query": "q", "reference": "a"},
        {"input": "q", "target": "a"},
        {"input": "q", "ideal": "a"},
        {"prompt": "q", "expected": "a"},
        {"Question": "q", "Expected Answer": "a"},
        {"input": "q", "expected_output": "a", "actual_output": None},
        {"input": "q", "expectedOutput": "a", "actualOutput": ""},
        {"question": "q", "ground_truth": "a", "contexts": ["c"]},
        {"inputs": {"question": "q"}, "outputs": {"answer": "a"}},
        {"case_id": "c", "question": "q", "expected_answer": "a"},
        {"question": "q", "answer": "a", "answerable": True, "topic": "cards"},
        {"question": "q", "expected": "a", "grade": "5", "outcome": "a happy end"},
        {"prompt": "q", "answer": "a", "difficulty": 3},
        {"input": {"question": "q"}, "expectedOutput": {"answer": "a"}, "status": "ACTIVE"},
    ],
)
def test_it_is_a_golden_set(make, read, row):
    (found,) = read(make("x.jsonl", [row, row | {"id": "second"}])).sets
    assert [(case.question, case.extra["reference"], case.must_include) for case in found.cases] == [("q", "a", ())] * 2


@pytest.mark.parametrize(
    "row",
    [
        {"question": "q", "answer": "a", "status": "pass"},
        {"question": "q", "answer": "a", "latency_ms": 12},
        {"question": "q", "answer": "a", "faithfulness": 0.9},
        {"question": "q", "answer": "a", "model": "m"},
        {"question": "q", "answer": "a", "timestamp": "2026-01-01T00:00:00Z"},
        {"input": "q", "expected_output": "a", "actual_output": "b"},
        {"question": "q", "ground_truth": "a", "answer": "b"},
        {"input": "q", "target": "a", "output": "b"},
        {"inputs": {"question": "q"}, "outputs": {"answer": "a"}, "run_type": "chain"},
        {"inputs": {"question": "q"}, "outputs": {"answer": "a"}, "start_time": "2026-01-01T00:00:00Z"},
        {"id": "x", "input": "q", "output": "a", "metadata": {}},  # a log's, or a data set's
        {"prompt": "q", "completion": "a"},  # a model's, or an example's for one
        {"question": "q"},
        {"question": "q", "answer": "a", "result": "Pass"},
        {"question": "q", "answer": "a", "Judgement": "poor"},
        {"question": "q", "answer": "a", "failed": False},
        {"question": "q", "answer": "a", "Check by Ann": "INCORRECT"},
        {"question": "q", "answer": "a", "checked": "✅"},
        {"prompt": "q", "label": "a", "predicted_class": "b"},
        {"query": "q", "answer": "a", "run time (s)": "1.5"},
        {"query": "q", "solution": "a", "stars": 4},  # no other format would take it, and ask
        {"prompt": "q", "answer": "a", "tokens_prompt": 100, "finished": "2026-01-01T00:00:00Z"},
    ],
)
def test_it_is_no_golden_set(make, row):
    path = make("x.jsonl", [row, row])
    assert "eval_set" not in registry.also(path)


def test_where_a_number_may_be_a_score_the_person_is_asked(make, read):
    path = make("x.jsonl", [{"question": "q", "answer": "a", "stars": 4}])
    with pytest.raises(ReadinessError, match=r"fits several formats.*--format eval_set.*--format case_record"):
        registry.recognise(path)
    assert read(path, "eval_set").sets[0].cases[0].extra == {"stars": 4, "reference": "a"}


def test_an_answer_that_is_a_number_is_no_score(make, read):
    (found,) = read(make("x.jsonl", [{"question": "2 + 2?", "answer": 4}])).sets
    assert found.cases[0].extra["reference"] == "4"
    (found,) = read(make("x.csv", "question,answer\n2 + 2?,4\n")).sets
    assert found.cases[0].extra["reference"] == "4"


@pytest.mark.parametrize(
    ("cell", "reference", "must_include"),
    [
        ("By card", "By card", ()),
        ("equals: By card", "By card", ()),
        ("similar(0.8): By card", "By card", ()),
        ("icontains: card", None, ("card",)),
        ('"contains-all: card, cash"', None, ("card", "cash")),
        ("not-contains: cash", None, ()),
        ("llm-rubric: is polite", None, ()),
    ],
)
def test_promptfoos_expected_column(make, read, cell, reference, must_include):
    (found,) = read(make("tests.csv", f"question,__expected\nHow do I pay?,{cell}\n")).sets
    (case,) = found.cases
    assert (case.extra.get("reference"), case.must_include) == (reference, must_include)


def test_promptfoos_variables_without_a_question_are_kept_as_one(make, read):
    (found,) = read(make("tests.csv", "city,lang,__expected\nYork,en,It is in England\n")).sets
    assert json.loads(found.cases[0].question) == {"city": "York", "lang": "en"}


def test_messages_keep_what_stands_before_the_question(make, read):
    talk = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who?"}]
    (found,) = read(make("x.jsonl", [{"input": talk, "ideal": ["Me", "I"]}])).sets
    (case,) = found.cases
    assert (case.question, case.extra["input"], case.extra["reference"]) == ("Who?", talk, ["Me", "I"])


def test_several_right_answers_are_kept_as_a_list(make, read):
    rows = [
        {"question": "a?", "answers": {"text": ["x", "y", "x"], "answer_start": [1, 2, 3]}},
        {"question": "b?", "answers": {"text": [], "answer_start": []}},
        {"question": "c?", "answers": {"value": "x", "aliases": ["x", "z"]}},
        {"question": "d?", "answers": ["x"]},
    ]
    (found,) = read(make("x.jsonl", rows)).sets
    assert [case.extra.get("reference") for case in found.cases] == [["x", "y"], None, ["x", "z"], "x"]


def test_one_bad_row_is_rejected_alone(make, read):
    rows = [{"question": "a?", "answer": "x"}, {"question": None, "answer": "y"}, {"id": ["z"], "question": "b?"}]
    found = read(make("x.jsonl", rows))
    assert [case.question for case in found.sets[0].cases] == ["a?"]
    assert [reject.line for reject in found.rejects] == [2, 3]


def test_deepevals_lists_of_goldens(make, read):
    goldens = [{"input": "q", "expected_output": "a", "expected_tools": [{"name": "search"}], "context": ["c"]}]
    (found,) = read(make("x.json", {"goldens": goldens, "conversationalGoldens": []})).sets
    (case,) = found.cases
    assert (case.expected_tools, case.extra["context"], case.expected_sources) == (("search",), ["c"], ())


def test_a_set_of_references_expects_something_and_unlike_answers_to_one_question_differ(make, read):
    rows = [{"id": "a", "question": "q?", "answer": "x"}, {"id": "b", "question": "q?", "answer": "y"}]
    report = examine(read(make("x.jsonl", rows)).sets[0])
    assert report.empty == ()
    assert report.duplicates[0].differ
