"""What older and other versions of promptfoo write: status without `failureReason`, sums, columns, appended files."""

from __future__ import annotations

import json

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import CaseStatus, Completeness, ScoreState


def part(score, metric=None, passed=True, type="contains", **more):
    return {"pass": passed, "score": score, "reason": "", "assertion": {"type": type, "metric": metric}, **more}


def row(n=0, named=None, parts=(), weights=None, **change):
    grading = {"pass": True, "score": 1, "reason": "", "namedScores": named or {}, "componentResults": list(parts)}
    if weights is not None:
        grading["namedScoreWeights"] = weights
    made = {
        "promptIdx": 0,
        "testIdx": n,
        "promptId": "p",
        "provider": {"id": "m", "label": ""},
        "prompt": {"raw": "q", "label": "q"},
        "vars": {"n": n},
        "testCase": {"vars": {"n": n}},
        "response": {"output": "a"},
        "success": True,
        "namedScores": named or {},
        "gradingResult": grading,
    }
    return {key: value for key, value in {**made, **change}.items() if value != "absent"}


def document(*rows, prompts=(), **more):
    return {"evalId": "e", "results": {"version": 3, "prompts": list(prompts), "results": list(rows)}, **more}


FAILED = {"success": False, "error": "no"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, CaseStatus.PASS),
        ({"success": "absent"}, CaseStatus.UNKNOWN),  # never a pass by default
        ({"success": None}, CaseStatus.UNKNOWN),
        ({**FAILED}, CaseStatus.FAIL),  # graded
        ({**FAILED, "failureReason": 0}, CaseStatus.FAIL),  # exported by a newer version
        ({**FAILED, "gradingResult": None}, CaseStatus.FAIL),  # an answer that was not refused was graded
        ({**FAILED, "gradingResult": None, "response": {"error": "429"}}, CaseStatus.ERROR),
        ({**FAILED, "gradingResult": None, "response": "absent"}, CaseStatus.ERROR),
        ({**FAILED, "gradingResult": None, "response": "absent", "failureReason": 0}, CaseStatus.ERROR),
        ({**FAILED, "gradingResult": None, "response": "absent", "error": None}, CaseStatus.UNKNOWN),
        ({**FAILED, "gradingResult": None, "response": "absent", "failureReason": 1}, CaseStatus.FAIL),
        ({"failureReason": 2}, CaseStatus.ERROR),
        ({"gradingResult": {"pass": False}}, CaseStatus.UNKNOWN),  # it says both
    ],
)
def test_status_without_a_failure_reason(make, read, change, status):
    (case,) = read(make("r.json", document(row(**change)))).cases
    assert case.status is status


@pytest.mark.parametrize(
    ("named", "parts", "weights", "value"),
    [
        (1.5, [part(1, "t"), part(0.5, "t")], None, 0.75),  # a sum
        (0.75, [part(1, "t"), part(0.5, "t")], None, 0.75),  # a mean
        (0.9, [part(1, "t"), part(0.5, "t")], {"t": 5}, 0.9),  # a weighted mean says that it is one
        (0.9, [part(1, "t"), part(0.5, "t")], None, None),  # neither
        (0.4, [part(0.4, "t")], None, 0.4),
        (1.2, [part(1, "x"), part(0, namedScores={"t": 0.7}), part(0, namedScores={"t": 0.5})], None, 0.6),
        (0.3, [part(1, "x")], None, 0.3),  # from the team's own scoring function
        (1.0, [part(1, "{{which}}"), part(0, "{{which}}")], None, None),  # a name that cannot be made out
        (1.0, [], None, None),
        (1.0, [], {"t": 1}, 1.0),
        (1.0, [{"pass": True, "score": 1, "reason": ""}], None, None),  # an assertion that says nothing of itself
    ],
)
def test_a_named_score_is_a_mean_or_missing(make, read, named, parts, weights, value):
    found = read(make("r.json", document(row(named={"t": named}, parts=parts, weights=weights))))
    score = found.cases[0].scores["t"]
    assert score.value == (pytest.approx(value) if value is not None else None)
    assert (score.state is ScoreState.MISSING) is (value is None)
    assert any("may be a sum or a mean" in warning for warning in found.warnings) is (value is None)


def test_a_metrics_name_may_be_a_template_over_the_variables(make, read):
    parts = [part(1, "about {{n}}"), part(0, "about {{ n }}")]
    (case,) = read(make("r.json", document(row(7, {"about 7": 1}, parts)))).cases
    assert case.scores["about 7"].value == 0.5


def test_the_evaluation_says_elsewhere_that_its_scores_are_means(make, read):
    prompts = [{"label": "q", "metrics": {"namedScoreWeights": {"t": 2}}}]
    (case,) = read(make("r.json", document(row(named={"t": 0.4}, gradingResult=None), prompts=prompts))).cases
    assert case.scores["t"].value == 0.4


def test_the_version_in_the_file_decides_nothing_for_it_is_that_of_the_export(make, read):
    made = document(row(named={"t": 1}, parts=[part(1, "t"), part(0, "t")]), metadata={"promptfooVersion": "0.123.1"})
    assert read(make("r.json", made)).cases[0].scores["t"].value == 0.5


def test_an_assertion_that_is_graded_afterwards_keeps_its_name(make, read):
    (case,) = read(make("r.json", document(row(parts=[part(1, "best", type="select-best")])))).cases
    assert (case.scores["best"].value, case.scores["best"].passed) == (1, True)


@pytest.mark.parametrize("reason", ["No output", "Could not extract JSON from llm-rubric response", "API error: 500"])
def test_a_grader_without_a_verdict_is_a_judge_error_in_older_versions_too(make, read, reason):
    failed = [{**part(0, "t", False, "llm-rubric"), "reason": reason}]
    (case,) = read(make("r.json", document(row(named={"t": 0}, parts=failed, success=False)))).cases
    assert (case.status, case.scores["t"].state) == (CaseStatus.UNKNOWN, ScoreState.JUDGE_ERROR)
    failed[0]["assertion"]["type"] = "equals"  # not by a model: the answer was wrong
    (case,) = read(make("r2.json", document(row(named={"t": 0}, parts=failed, success=False)))).cases
    assert (case.status, case.scores["t"].value) == (CaseStatus.FAIL, 0)


def test_two_columns_of_one_prompt_and_provider_are_two_versions(make, read):
    """The same model twice, with other settings and no label: only the column tells."""
    found = read(make("r.json", document(*(row(n, promptIdx=i) for i in (0, 1) for n in (0, 1)))))
    assert [run.version for run in found.runs] == ["q (column 1)/m", "q (column 2)/m"]
    assert {case.repeat for case in found.cases} == {0}


def test_one_model_under_two_labels_is_two_versions(make, read):
    rows = [row(provider={"id": "m", "label": label}) for label in ("cold", "warm")]
    assert [run.model for run in read(make("r.json", document(*rows))).runs] == ["m (cold)", "m (warm)"]


def test_a_prompt_without_a_label_is_one_run_although_its_id_differs_by_test(make, read):
    rows = [row(n, promptId=f"of its text {n}", prompt={"raw": f"q {n}"}) for n in range(3)]
    assert len(read(make("r.json", document(*rows))).runs) == 1


def test_a_provider_may_be_a_text(make, read):
    found = read(make("r.json", document(row(provider="m1"), row(provider="m2"), row(1, provider=["m3"]))))
    assert [run.model for run in found.runs] == ["m1", "m2", '["m3"]']


def test_a_label_that_is_a_whole_prompt_is_shortened_and_stays_apart(make, read):
    text = "You are the assistant of a shop and answer from its documents alone, politely and with sources. "
    rows = [row(promptIdx=i, promptId=str(i), prompt={"raw": "x", "label": text * (i + 1)}) for i in (0, 1)]
    runs = read(make("r.json", document(*rows))).runs
    assert all(len(run.name) < 70 and run.prompt_version.startswith("You are the assistant") for run in runs)
    assert len({run.version for run in runs}) == 2
    assert runs[0].extra["prompt_label"] == text


def test_the_tools_own_counts_and_sums_are_held_against_the_rows(make, read):
    metrics = {
        "testPassCount": 1, "testFailCount": 1, "testErrorCount": 0, "cost": 0.5, "totalLatencyMs": 30,
        "namedScores": {"t": 1}, "namedScoresCount": {"t": 2},
    }  # fmt: skip
    rows = [row(n, {"t": 1}, [part(1, "t")], cost=0.1, latencyMs=15) for n in (0, 1)]
    found = read(make("r.json", document(*rows, prompts=[{"label": "q", "metrics": metrics}])))
    said = " ".join(found.warnings)
    for words in ("it counts 1 passed, and over its cases there are 2", "it counts 1 failed", "its cost is 0.5 in all"):
        assert words in said
    assert "latency" not in said
    assert ("t", 0.5, 1.0) in {(one.metric, one.declared, one.found) for one in found.runs[0].disputed}


@pytest.mark.parametrize("stats", [{"successes": 1, "failures": 2}, {"successes": 1, "failures": 2, "errors": 0}])
def test_errors_among_the_failures_are_the_older_rule_and_no_difference(make, read, stats):
    rows = [row(0), row(1, **FAILED), row(2, **FAILED, gradingResult=None, response="absent")]
    made = document(*rows)
    made["results"]["stats"] = stats
    found = read(make("r.json", made))
    assert not found.runs[0].disputed
    assert not any("it counts" in warning for warning in found.warnings)


def test_errors_alone_make_an_errored_run_without_a_failure_reason(make, read):
    found = read(make("r.json", document(row(0, **FAILED, gradingResult=None, response="absent"))))
    assert found.runs[0].completeness is Completeness.ERRORED


def test_lines_without_a_place_are_not_taken_as_appended(make, read):
    found = read(make("r.jsonl", [row(0), row(1), row(testIdx=None), row(testIdx=None)]))
    assert len(found.runs) == 1


def test_assertions_pooled_over_the_rows_are_the_tools_rule(make, read):
    """Three assertions in one row, one in another: the tool's mean is over four, ours over two cases."""
    rows = [row(0, {"t": 3}, [part(1, "t")] * 3), row(1, {"t": 0}, [part(0, "t")])]
    metrics = {"namedScores": {"t": 3}, "namedScoresCount": {"t": 4}}
    found = read(make("r.json", document(*rows, prompts=[{"label": "q", "metrics": metrics}])))
    assert not found.runs[0].disputed
    assert any("the mean over all assertions, not over cases" in warning for warning in found.warnings)


def test_an_evaluation_that_was_appended_after_an_interrupted_one(make, read):
    lines = [row(n) for n in (0, 1)] + [row(n) for n in (0, 1, 2)]
    found = read(make("r.jsonl", lines))
    assert [(run.completeness, run.id[-2:]) for run in found.runs] == [
        (Completeness.COMPLETE, "/1"),
        (Completeness.COMPLETE, "/2"),
    ]
    assert len(found.cases) == 5
    assert any("appended" in warning for warning in found.warnings)


def test_a_list_of_rows_and_lines_without_a_failure_reason_are_known(make, read):
    found = read(make("r.json", json.dumps([row(0), row(1, success=False)])))
    assert (found.format, [case.status for case in found.cases]) == ("promptfoo", [CaseStatus.PASS, CaseStatus.FAIL])


def test_red_team_says_what_was_probed(make, read):
    found = read(make("r.json", document(row(metadata={"pluginId": "pii", "strategyId": "jailbreak"}))))
    assert found.cases[0].tags == ("plugin=pii", "strategy=jailbreak")


@pytest.mark.parametrize("version", [1, "3", None, 4, True])
def test_other_versions_are_refused_with_what_to_do(make, read, version):
    made = document(row())
    made["results"]["version"] = version
    with pytest.raises(ReadinessError, match=r"promptfoo 0\.12[03]"):
        read(make("r.json", made))


TABLES = {
    "a name with commas and brackets": (
        'q,[m (1)] p\na,"[PASS] (1.00, tone (de): 1.00)\n\nyes\n\nPass Reason: ok"\n',
        [(CaseStatus.PASS, "yes")],
    ),
    "an answer that begins with a number in brackets": ("q,[m] p\na,[PASS] (1) first\n", [(CaseStatus.PASS, "(1) first")]),
    "a rule inside the answer": ('q,[m] p\na,"[PASS] one\n---\ntwo"\n', [(CaseStatus.PASS, "one\n---\ntwo")]),
    "no score": ('q,[m] p\na,"[PASS] (undefined)\n\nyes"\n', [(CaseStatus.PASS, "yes")]),
    "several prompts, one of them not run": (
        "q,[m] a,Grader Reason,Comment,[m] b,Grader Reason,Comment\na,[PASS] x,,,,,\nb,[ERROR] 429,,,[FAIL] z,bad,\n",
        [(CaseStatus.PASS, "x"), (CaseStatus.ERROR, None), (CaseStatus.FAIL, "z")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_cells_of_older_tables(make, read, name):
    text, cells = TABLES[name]
    found = read(make("t.csv", text))
    assert [(case.status, case.output) for case in found.cases] == cells
    assert not found.rejects


def test_a_cell_without_a_mark_is_a_reject_with_its_place(make, read):
    found = read(make("t.csv", "q,[m] p,Grader Reason,Comment\na,[PASS] x,,\nb,hello,,\n"))
    assert [(one.line, "begins with none of" in one.reason) for one in found.rejects] == [(3, True)]
    assert len(found.cases) == 1


def test_a_table_of_cells_in_brackets_is_not_promptfoos(make):
    from readiness_tui.sources.promptfoo.source import SOURCE

    path = make("t.csv", "name,[unit] size\na,[12]\n")
    assert SOURCE.recognise(path, path.read_bytes()) is None


def test_named_scores_of_a_table_are_read_where_it_shows_that_they_are_means(make, read):
    header = "q,[m] p,Status,Score,Named Scores{},Grader Reason,Comment\n"
    old = read(make("old.csv", header.format("") + 'a,x,PASS,1.00,"{""t"":2}",ok,\n'))
    assert old.cases[0].scores["t"].state is ScoreState.MISSING
    assert any("left missing" in warning for warning in old.warnings)
    new = read(make("new.csv", header.format(",Metric: t") + 'a,x,PASS,1.00,"{""t"":0.5}",0.50,ok,\n'))
    assert new.cases[0].scores["t"].value == 0.5
