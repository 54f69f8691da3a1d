"""A proposed mapping can be used as it stands, and says what in it is a guess."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus
from readiness_tui.sources.kit.base import CaseRecord, TraceRecord
from readiness_tui.sources.kit.yaml_safe import load_yaml
from readiness_tui.sources.own.mapped import Mapped
from readiness_tui.sources.own.mapping_proposal import propose
from readiness_tui.sources.own.mapping_words import meaning
from readiness_tui.sources.settings import mapping as mapping_schema


def brought(tmp_path, name, content):
    """(proposal, the records that the file brings by it)."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    text = propose(path).text
    mapping = tmp_path / "map.yaml"
    mapping.write_text(text, encoding="utf-8")
    return text, [one for one in Mapped(mapping).read(path) if isinstance(one, CaseRecord | TraceRecord)]


def test_a_table_of_cases(tmp_path):
    table = "Ticket ID,id,Prompt,Reply,passed,took_s,usd,faithfulness,judge_score,team\n"
    table += "a,1,why?,because,true,1.5,0.01,87,4,red\nb,2,how?,so,false,2,0.02,55,5,\n"
    text, found = brought(tmp_path, "t.csv", table)
    case = found[0].case
    assert (case.id, case.question, case.output, case.status) == ("1", "why?", "because", CaseStatus.PASS)
    assert (case.latency_ms.value, case.cost.value) == (1500, 0.01)
    assert {name: score.value for name, score in case.scores.items()} == {"faithfulness": 0.87, "judge_score": 4.0}
    assert "judge_score: {column: judge_score, direction: higher}  # the direction is a guess: check" in text
    assert "unit: percent}  # the unit is a guess" in text
    assert '# kept with each record, as it is: "Ticket ID", team' in text


def test_traces_inside_an_object_with_inner_keys(tmp_path):
    row = {"requestId": "r1", "meta": {"timestamp": "2026-11-20T10:00:00Z", "user_id": "u1"}, "in": {"query": "why?"},
           "response": "so", "latency_ms": 1200, "outcome": "✅ Passed (1)", "usage": {"input_tokens": 5}}  # fmt: skip
    text, found = brought(tmp_path, "t.json", json.dumps({"made": 1, "items": [row, {**row, "requestId": "r2"}]}))
    trace = found[0].trace
    assert (trace.id, trace.question, trace.answer, trace.user, trace.tokens_in) == ("r1", "why?", "so", "u1", 5)
    assert trace.started_at is not None
    assert trace.latency_ms == 1200
    assert "records: items" in text
    assert "latency: {column: latency_ms, unit: ms}\n" in text
    assert text.startswith("# takes 2 of the first 2 rows\n")


def test_an_object_longer_than_what_is_looked_at(tmp_path):
    rows = [{"id": n, "question": "x" * 500, "faithfulness": 0.5} for n in range(400)]
    text, found = brought(tmp_path, "t.json", json.dumps({"results": rows}))
    assert "records: results" in text
    assert len(found) == 400


@pytest.mark.parametrize("content", ["", "hello", "a,b\n1,2\n", '{"a": [1, 2]}', "[[1]]", "\x00\x01", '{"a"'])
def test_nothing_is_proposed_where_no_column_tells_records_apart(tmp_path, content):
    path = tmp_path / "x"
    path.write_text(content)
    assert propose(path).text == ""


names = st.one_of(st.text(max_size=12), st.sampled_from(["latency", "cost", "score", "null", "input.text", "status"]))
values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just({"score": 1}))


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(st.dictionaries(names, values, max_size=6), min_size=1, max_size=4))
def test_whatever_the_columns_are_called_the_proposal_is_a_mapping(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_text("".join(json.dumps({"id": n, **row}) + "\n" for n, row in enumerate(rows)))
    text = propose(path).text
    if text:
        mapping_schema.build_without_asked(load_yaml(text, "proposal"))
        assert not any(line.strip().startswith("\x1b") for line in text.splitlines())


def test_a_unit_that_nothing_states_is_asked_and_not_guessed(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,prompt,reply,took\na,why?,so,1.2\nb,how?,so,900\n")
    offered = propose(path)
    assert 'latency: {column: took, unit: "?"}  # nothing says the unit (1.2, 900 …)' in offered.text
    assert "1 question in it waits for an answer" in offered.text
    mapping = tmp_path / "map.yaml"
    mapping.write_text(offered.text)
    with pytest.raises(ReadinessError, match=r'map\.yaml:7:.*in which unit "took" is\. Write s, ms, us or ns'):
        Mapped(mapping)


def test_a_mapping_that_rejects_most_rows_is_not_proposed_and_says_why(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,prompt,tokens_in\na,why?,some\nb,how?,many\nc,when?,3\n")
    offered = propose(path)
    assert offered.text == ""
    assert "takes 1 of the first 3 rows; the first that it rejects: line 2, tokens_in is" in offered.why_not


def test_a_word_late_in_the_file_is_in_the_map(tmp_path):
    path = tmp_path / "t.csv"
    rows = "".join(f"c{n},q{n}?,{'good' if n % 2 else 'bad'}\n" for n in range(300))
    path.write_text(f"id,prompt,verdict\n{rows}last,q?,gave up\n")
    text = propose(path).text
    assert (
        'values: {"bad": fail, "good": pass, "gave up": "?"}}  # say what the words with a question mark mean' in text
    )


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Pass (1)", "pass"), ("Fail (0)", "fail"), ("✅", "pass"), ("❌ failed", "fail"), ("PASS ✅", "pass"), ("👍 (1)", "pass"), ("NOT OK.", "fail"),
        ("Not passed", "fail"), ("n/a", "unknown"), ("Correct.", "pass"), ("incorrect", "fail"), ("timed out", "error"),
        ("skipped", "unknown"), ("maybe", None), ("pass or fail", None), ("42", None), ("passive", None),
        ("Partially correct", None), ("correct: false", None), ("passed: no", None), ("passed: 3/5", None),
        ("pass (with errors)", None), ("correct (partially)", None), ("good; wrong", None), ("isn't correct", None),
        ("hardly correct", None), ("wrongly passed", None), ("nearly correct", None), ("partial pass", None),
        ("no issues", None), ("no errors", None), ("no failure", None), ("without error", None), ("✅ failed", None),
        ("Pass (0)", None), ("Fail (1)", None), ("Pass (3)", None), ("PASS: all good", None), ("❌ no errors", None),
        ("passed?", None), ("true fail", None), ("error (1)", None), ("", None), ("(1)", None),
    ],
)  # fmt: skip
def test_what_words_mean(word, meant):
    assert meaning(word) == meant


def test_a_gateways_rows_are_requests_whatever_their_id_is_called(tmp_path):
    table = "generation_id,created_at,model,tokens_prompt,tokens_completion,cost_total,latency_first_token_ms,generation_time_ms\n"
    table += "g1,2026-11-20 10:00:00,birch,100,10,0.002,90,900\ng2,2026-11-20 10:01:00,birch,90,9,0.001,80,800\n"
    text, found = brought(tmp_path, "activity.csv", table)
    assert text.splitlines()[1] == "kind: traces"
    trace = found[0].trace
    assert (trace.id, trace.model, trace.tokens_in, trace.tokens_out, trace.cost) == ("g1", "birch", 100, 10, 0.002)
    assert trace.latency_ms == 900  # the whole, not the time to the first token


def test_a_flag_that_is_true_where_it_went_wrong_is_turned_round(tmp_path):
    text, found = brought(tmp_path, "t.csv", "id,prompt,reply,has_failed\na,why?,so,no\nb,how?,so,yes\n")
    assert [one.case.status for one in found] == [CaseStatus.PASS, CaseStatus.FAIL]
    text, found = brought(tmp_path, "t.csv", "id,prompt,reply,is_error\na,why?,so,FALSE\nb,how?,so,TRUE\n")
    assert [one.case.status for one in found] == [CaseStatus.UNKNOWN, CaseStatus.ERROR]
    text, found = brought(tmp_path, "t.csv", "id,prompt,failed,errored\na,why?,0,0\nb,how?,1,0\n")
    assert [one.case.status for one in found] == [CaseStatus.PASS, CaseStatus.FAIL]
    assert '# not taken: "errored", which is false in every row looked at' in text


def test_failures_and_errors_in_two_columns_are_asked(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("id,prompt,failed,has_error\na,why?,true,true\nb,how?,false,false\n")
    text = propose(path).text
    assert 'status: {column: failed, values: {"true": "?", "false": "?"}}' in text
    assert '# not taken: "has_error" is true in some rows' in text
    path.write_text("id,prompt,status,has_error\na,why?,pass,true\nb,how?,fail,false\n")
    assert '# not taken: "has_error" is true in some rows' in propose(path).text


@pytest.mark.parametrize(
    ("name", "cells"),
    [("took", ("90ms", "1.2 s")), ("cost", ("$0.01", "2 cents")), ("score", ("8/10", "3/10")), ("rating", ("4 of 5",))],
)
def test_a_figure_that_is_not_taken_is_said(tmp_path, name, cells):
    path = tmp_path / "t.csv"
    path.write_text(f"id,prompt,reply,{name}\n" + "".join(f"c{n},q{n},a,{cell}\n" for n, cell in enumerate(cells)))
    text = propose(path).text
    assert f"# not taken: {name} is no column of plain numbers in one unit ({', '.join(cells)}" in text
    assert "latency:" not in text
    assert "scores:" not in text


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "nr,frage,gut\n1,Wo?,ja\n"),
        ("t.jsonl", '{"talk": "a", "n": 1}\n{"talk": "a", "n": 2}\n'),
        ("t.json", '{"meta": {"x": 1}, "items": [{"ref": "a", "q": "what"}, {"ref": "b", "q": "who"}]}'),
    ],
)
def test_why_nothing_is_proposed_is_said(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    offered = propose(path)
    assert offered.text == ""
    assert "none of the columns (" in offered.why_not
    assert "common name of a question" in offered.why_not
