"""Own case results: a run line and its cases."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.metrics.ingredients import CASE_READERS, MISSING
from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import (
    CaseStatus,
    Chunk,
    Completeness,
    HumanLabel,
    HumanVerdict,
    Measure,
    Provenance,
    Score,
    ScoreState,
    ToolCall,
)

HEADER = {
    "run": {
        "id": "r1",
        "name": "rag v4",
        "prompt_version": "v4",
        "model": "birch",
        "index_version": "kb-2",
        "judge": "judge-1",
        "judge_digest": "sha256:" + "AB" * 32,
        "dataset": {"name": "golden", "digest": "cd" * 32},
        "started_at": "2026-11-23T11:20:00Z",
        "finished_at": "2026-11-23T11:33:00Z",
        "git": "abc",
    }
}
CASE = {
    "case_id": "c1",
    "question": "How?",
    "output": "So.",
    "status": "pass",
    "scores": {"faithfulness": 0.9},
    "latency_ms": 1200,
    "cost": 0.01,
    "tokens_in": 10,
    "tokens_out": 5,
    "retrieved_chunks": [{"id": "k1", "source": "doc"}],
    "tool_calls": [{"name": "search", "arguments": {}, "result": 1}],
    "tags": ["pay"],
    "human_label": "pass",
    "human_reviewer": "ana",
    "human_at": "2026-11-23T12:00:00Z",
    "human_blind": True,
    "team": "blue",
}


def test_the_run_line(make, read):
    (run,) = read(make("r.jsonl", [HEADER, CASE])).runs
    assert (run.id, run.name, run.prompt_version, run.model, run.index_version) == (
        "r1",
        "rag v4",
        "v4",
        "birch",
        "kb-2",
    )
    assert (run.dataset_name, run.dataset_digest, run.judge_digest) == ("golden", "cd" * 32, "ab" * 32)
    assert run.started_at == datetime(2026, 11, 23, 11, 20, tzinfo=UTC)
    assert (run.completeness, run.extra) == (Completeness.COMPLETE, {"git": "abc"})


def test_a_case_line(make, read):
    found = read(make("r.jsonl", [HEADER, CASE]))
    (case,) = found.cases
    assert (case.id, case.id_from, case.repeat, case.status) == ("c1", "explicit", 0, CaseStatus.PASS)
    assert case.scores == {"faithfulness": Score(0.9)}
    assert (case.latency_ms, case.cost) == (Measure(1200.0, Provenance.MEASURED), Measure(0.01, Provenance.MEASURED))
    assert (case.tokens_in, case.tokens_out, case.tags) == (10, 5, ("pay",))
    assert (case.chunks, case.tool_calls) == ((Chunk("k1", source="doc"),), (ToolCall("search", "{}", "1"),))
    assert case.human == HumanLabel(HumanVerdict.PASS, "ana", datetime(2026, 11, 23, 12, tzinfo=UTC), blind=True)
    assert case.extra == {"team": "blue"}


def test_lines_and_document_say_the_same(make, read):
    lines = read(make("r.jsonl", [HEADER, CASE, {**CASE, "case_id": "c2"}]))
    document = read(make("r.json", json.dumps({**HEADER, "cases": [CASE, {**CASE, "case_id": "c2"}]}, indent=1)))
    assert (document.runs, document.cases) == (lines.runs, lines.cases)


def test_without_a_run_line_the_run_is_named_by_the_bytes_and_said_to_be_unknown(make, read):
    first = read(make("r.jsonl", [CASE])).runs[0]
    again = read(make("other.jsonl", [CASE])).runs[0]
    assert first.id == again.id
    assert first.started_at is None
    assert "describes no run" in first.warnings[0]
    assert read(make("x.jsonl", [{**CASE, "case_id": "c9"}])).runs[0].id != first.id


def test_flat_metrics_and_a_table(make, read):
    row = {"case_id": "c1", "success": True, "faithfulness": 0.5, "tone": 1, "seed": 7, "user_id": 3, "session": 4}
    (case,) = read(make("r.jsonl", [row])).cases
    assert case.scores == {"faithfulness": Score(0.5), "tone": Score(1.0)}
    assert case.extra == {"seed": 7, "user_id": 3, "session": 4}
    (cell,) = read(make("r.csv", "case_id,success,faithfulness,tone,tags\nc1,true,0.5,,a;b\n")).cases
    assert (cell.status, cell.scores, cell.tags) == (CaseStatus.PASS, {"faithfulness": Score(0.5)}, ("a", "b"))


def test_scores_with_a_state(make, read):
    scores = {
        "plain": 1,
        "gone": None,
        "judged": {"value": 0.7, "label": "good", "threshold": 0.5, "passed": True},
        "broken": {"value": 0.0, "error": "the judge timed out"},
        "beside": {"state": "not applicable", "value": None},
        "empty": {"value": None},
    }
    (case,) = read(make("r.jsonl", [{**CASE, "scores": scores}])).cases
    assert case.scores == {
        "plain": Score(1.0),
        "gone": Score(None, ScoreState.MISSING),
        "judged": Score(0.7, label="good", threshold=0.5, passed=True),
        "broken": Score(None, ScoreState.JUDGE_ERROR),
        "beside": Score(None, ScoreState.NOT_APPLICABLE),
        "empty": Score(None, ScoreState.MISSING),
    }


def test_status_from_word_success_or_error(make, read):
    base = {"question": "q?", "output": "x"}
    rows = [
        {**base, "case_id": "a", "status": "FAILED"},
        {**base, "case_id": "b", "success": False},
        {**base, "case_id": "c", "error": "503"},
        {**base, "case_id": "d"},
        {**base, "case_id": "e", "status": "error", "error": {"type": "timeout"}},
        {**base, "case_id": "f", "status": "abstain"},
    ]
    found = read(make("r.jsonl", rows))
    assert [case.status.value for case in found.cases] == ["fail", "fail", "error", "unknown", "error", "unknown"]
    assert found.case["e"].error == '{"type":"timeout"}'
    assert any('"abstain" is neither pass, fail nor error' in warning for warning in found.warnings)


def test_zero_is_a_measurement_and_absent_is_not(make, read):
    rows = [
        {**CASE, "latency_ms": 0, "cost": 0, "tokens_in": 0, "tokens_out": 0},
        {"case_id": "c2", "output": "x"},
        {**CASE, "case_id": "c3", "cached": True},
    ]
    zero, absent, cached = read(make("r.jsonl", rows)).cases
    assert (zero.latency_ms.usable, zero.cost.usable) == (0.0, 0.0)
    assert (absent.latency_ms.provenance, absent.tokens_in) == (Provenance.MISSING, None)
    assert (cached.latency_ms, cached.latency_ms.usable) == (Measure(1200.0, Provenance.CACHED), None)


def test_a_question_without_an_id_gets_one_from_its_text(make, read):
    (case,) = read(make("r.jsonl", [{"question": "How  DO I?", "output": "x", "status": "pass"}])).cases
    assert (case.id, case.id_from) == (question_id("how do i?"), "input")


def test_repeats_are_numbered_and_a_double_is_a_reject(make, read):
    rows = [HEADER, CASE, CASE, {**CASE, "repeat": 5}, {**CASE, "repeat": 5}, {**CASE, "variant": "de"}]
    found = read(make("r.jsonl", rows))
    assert [(case.variant, case.repeat) for case in found.cases] == [("", 0), ("", 1), ("", 5), ("de", 0)]
    assert "again without a repeat number" in found.warnings[0]
    (reject,) = found.rejects
    assert reject.line == 5
    assert "on line 4" in reject.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"human_label": "great"}, "one of: pass, fail, unsure"),
        ({"human_reviewer": None}, "human_label without human_reviewer"),
        ({"scores": {"x": {"state": "odd"}}}, 'the state "odd"'),
        ({"scores": {"x": "high"}}, 'x is "high"'),
        ({"case_id": None, "question": ""}, "neither case_id nor question"),
        ({"run": {"id": "r2"}}, "a second run line"),
    ],
)
def test_a_wrong_case_is_a_reject(make, read, change, reason):
    found = read(make("r.jsonl", [HEADER, CASE, {**CASE, "case_id": "c2", **change}]))
    assert len(found.cases) == 1
    assert [(reject.line, reason in reject.reason) for reject in found.rejects] == [(3, True)]


@pytest.mark.parametrize(
    "change",
    [{"started_at": "soon"}, {"completeness": "half"}, {"started_at": "2027-01-01T00:00:00Z"}, {"metrics": [1]}],
)
def test_a_wrong_run_line_refuses_the_file(make, read, change):
    header = {"run": {**HEADER["run"], **change}}
    with pytest.raises(ReadinessError, match=r"line 1: .*Correct the run line"):
        read(make("r.jsonl", [header, CASE]))


def test_the_samples_runs_are_read_whole(read):
    folder = Path(__file__).parents[3] / "sample_data"
    golden = read(folder / "golden_set.jsonl").sets[0]
    for role in ("baseline", "candidate"):
        found = read(folder / "runs" / f"{role}.cases.jsonl")
        assert {case.id for case in found.cases} == {case.id for case in golden.cases}
        assert found.runs[0].dataset_digest == golden.digest  # the digest that the writer computed is ours
        assert not found.rejects
        assert not found.warnings


def test_a_run_whose_cases_are_no_list_is_said_to_have_none(make, read):
    for cases in ("none", [], 12):
        found = read(make("x.json", {"run": {"id": "r", "prompt_version": "v1"}, "cases": cases}), "case_record")
        assert (len(found.runs), found.cases) == (1, [])
        assert any("describes a run, and no case of it follows" in text for text in found.warnings)
    figures = {"run": {"id": "r", "metrics": {"faithfulness": 0.9}}}
    assert not any("no case" in text for text in read(make("y.json", figures), "case_record").warnings)


@pytest.mark.parametrize(
    ("more", "cost"),
    [
        ({"tokens_in": 10, "tokens_out": 2}, None),
        ({"output_tokens": 2}, None),
        ({"total_tokens": 12}, None),
        ({"tokens_in": 10, "cached": True}, 0.0),
        ({"tokens_in": 10, "free": True}, 0.0),
        ({"tokens_in": 10, "pricing": "Free"}, 0.0),
        ({"tokens_in": 0}, 0.0),
        ({}, 0.0),
    ],
)
def test_a_cost_of_0_beside_tokens_is_missing_unless_the_record_says_free_or_cached(make, read, more, cost):
    rows = [{"case_id": ident, "output": "x", "status": "pass", "cost": 0, **more} for ident in "ab"]
    found = read(make("results.jsonl", rows))
    assert {case.cost.value for case in found.cases} == {cost}
    said = [warning for warning in found.warnings if "cost of 0" in warning]
    assert len(said) == (cost is None)
    assert all("(2 records)" in warning for warning in said)


@pytest.mark.parametrize(
    ("times", "stated", "taken"),
    [
        ({"start_time": "2026-11-20T10:00:00Z", "end_time": "2026-11-20T10:00:01.5Z"}, 1.5, 1500.0),
        ({"started_at": 1795168800, "ended_at": 1795168802.5}, 2.5, 2500.0),
        ({"start_time": "2026-11-20T10:00:00Z", "end_time": "2026-11-20T10:00:09Z"}, 1500, 1500.0),  # with its scoring
        ({"start_time": 0, "end_time": 5}, 5, 5.0),
        ({"start_time": "soon", "end_time": "later"}, 5, 5.0),
        ({"start_time": "2026-11-20T10:00:00Z"}, 5, 5.0),
    ],
)
def test_a_latency_is_held_against_the_start_and_end_of_its_own_record(make, read, times, stated, taken):
    found = read(
        make("results.jsonl", [{"case_id": "a", "output": "x", "status": "pass", "latency_ms": stated, **times}])
    )
    (case,) = found.cases
    assert case.latency_ms.value == taken
    assert any("1,000 times off" in warning for warning in found.warnings) is (taken != stated)


def test_numbers_beside_a_case_stay_with_it_and_one_note_names_them(make, read):
    row = {
        "case_id": "a",
        "output": "x",
        "accuracy": 0.5,
        "price": 0.1,
        "httpStatus": 1,
        "n_tools": 1,
        "tone": 1,
        "weird": 7,
    }
    found = read(make("results.jsonl", [row, {**row, "case_id": "b", "created": 1767225600}]))
    assert [set(case.scores) for case in found.cases] == [{"accuracy", "tone"}] * 2
    assert found.cases[0].extra == {"price": 0.1, "httpStatus": 1, "n_tools": 1, "weird": 7}
    (said,) = [warning for warning in found.warnings if "to count as a score" in warning]
    assert "price, httpStatus, n_tools, weird, created: stays with the record" in said


@pytest.mark.parametrize("word", ['"failed_with_error"', '"Error: 429"', "500", '"2"'])
def test_a_status_that_is_not_understood_is_not_counted_as_without_an_error(make, read, word):
    lines = [
        '{"case_id": "a", "output": "x", "status": "pass"}',
        f'{{"case_id": "b", "output": "x", "status": {word}}}',
    ]
    found = read(make("a.jsonl", "\n".join(lines)))
    first, second = found.cases
    assert second.status is CaseStatus.UNKNOWN
    assert (CASE_READERS["error_rate"](first, None), CASE_READERS["error_rate"](second, None)) == (0.0, MISSING)


@pytest.mark.parametrize("word", [{"status": "pass"}, {"success": True}])
def test_a_pass_beside_an_error_is_unknown_and_said(make, read, word):
    rows = [{"case_id": "a", "output": "x", "scores": {"f1": 1}, "error": "none", **word}]
    rows.append({**rows[0], "case_id": "b", "error": "Timeout: slow"})
    found = read(make("run.jsonl", rows))
    assert [case.status for case in found.cases] == [CaseStatus.PASS, CaseStatus.UNKNOWN]
    assert any("an error stands beside it" in said for said in found.warnings)


@pytest.mark.parametrize(
    ("stated", "found"),
    [(0.904, []), (0.9, [(0.9, 0.904)]), ({"value": 0.71, "n": 2}, [(0.71, 0.904)]), (None, [])],
)
def test_a_figure_of_the_header_is_held_against_its_cases(make, read, stated, found):
    header = {"run": {**HEADER["run"], "metrics": {"faithfulness": stated, "citation_accuracy": 0.5}}}
    cases = [{**CASE, "case_id": ident, "scores": {"faithfulness": score}} for ident, score in (("a", 1), ("b", 0.808))]
    (run,) = read(make("r.jsonl", [header, *cases])).runs
    assert [(one.declared, round(one.found, 3)) for one in run.disputed] == found
    assert run.aggregates["citation_accuracy"].value == 0.5  # no case has it, so nothing contradicts it
