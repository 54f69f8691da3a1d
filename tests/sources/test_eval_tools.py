"""DeepEval, Ragas, lm-evaluation-harness and OpenAI Evals, on what the tools write."""

from __future__ import annotations

import json
import math
import shutil
from collections import Counter
from pathlib import Path

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.joining import question_id
from readiness_tui.domain.runs.model import CaseStatus, Completeness, ScoreState
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import ReadAlongError
from readiness_tui.sources.kit.fileio import HEAD

DATA = Path(__file__).parent.parent / "data"
SHAPES = Path(__file__).parent.parent / "shapes" / "files"


def means(cases):
    values: dict[str, list[float]] = {}
    for case in cases:
        for name, score in case.scores.items():
            if score.value is not None:
                values.setdefault(name, []).append(score.value)
    return {name: (sum(found) / len(found), len(found)) for name, found in values.items()}


# DeepEval


@pytest.fixture
def deepeval(read):
    return read(DATA / "deepeval" / "baseline.json")


def test_deepeval_counts_a_judges_error_as_no_fail(deepeval):
    assert (deepeval.format, deepeval.runs[0].version) == ("deepeval", "v12/gpt-x-mini")
    document = json.loads((DATA / "deepeval" / "baseline.json").read_text())
    counts = Counter(case.status for case in deepeval.cases)
    # The tool counts 9 passed and 3 failed: one of the three failed only because its judge timed out.
    assert (document["testPassed"], document["testFailed"]) == (9, 3)
    assert counts == {CaseStatus.PASS: 9, CaseStatus.FAIL: 2, CaseStatus.UNKNOWN: 1}
    assert deepeval.case["SB-009"].scores["Faithfulness"].state is ScoreState.JUDGE_ERROR
    assert any("only because its judge failed" in text for text in deepeval.warnings)


def test_deepeval_fails_a_case_of_which_one_metric_failed_in_its_own_right(read, make):
    """A judge that broke down beside it takes nothing back."""
    document = json.loads((DATA / "deepeval" / "baseline.json").read_text())
    case = next(case for case in document["testCases"] if any(part.get("error") for part in case["metricsData"]))
    broken = next(part for part in case["metricsData"] if part.get("error"))
    low = {"name": "Answer Relevancy", "score": 0.1, "threshold": 0.7, "success": False, "reason": "off the point"}
    for order in ([broken, low], [low, broken]):
        document["testCases"] = [{**case, "metricsData": order}]
        (found,) = read(make("latest.json", document)).cases
        assert (found.status, found.extra["reason"]) == (CaseStatus.FAIL, "off the point")


def test_a_time_beyond_every_number_rejects_its_case_alone(tmp_path, read):
    document = json.loads((DATA / "deepeval" / "baseline.json").read_text())
    document["testCases"][2]["completionTime"] = 1e308  # finite in seconds, not in milliseconds
    path = tmp_path / "x.json"
    path.write_text(json.dumps(document))
    found = read(path)
    assert len(found.cases) == 11
    assert "completionTime is not a finite number" in found.rejects[0].reason


def test_deepevals_figures_are_ours(deepeval):
    document = json.loads((DATA / "deepeval" / "baseline.json").read_text())
    ours = means(deepeval.cases)
    for figure in document["metricsScores"]:
        mean, n = ours[figure["metric"]]
        assert n == len(figure["scores"])  # errors are left out on both sides: 11 of 12
        assert math.isclose(mean, sum(figure["scores"]) / n)


def test_deepeval_seconds_dollars_contexts_and_tools(deepeval):
    case = deepeval.case["SB-001"]
    assert (case.latency_ms.value, case.cost.value) == (437.0, 0.0009)
    assert [chunk.text for chunk in case.chunks] == ["Policy 1"]
    (call,) = case.tool_calls
    assert (call.name, call.arguments, call.result) == ("lookup_order", '{"order_id":1}', '"shipped"')
    assert (case.scores["Faithfulness"].threshold, case.scores["Faithfulness"].passed) == (0.7, True)
    assert deepeval.case["SB-008"].latency_ms.value is None  # left out means not recorded
    assert deepeval.case["SB-010"].cost.value is None


def test_deepeval_wrapped_and_conversational(read, make):
    document = json.loads((DATA / "deepeval" / "baseline.json").read_text())
    document["conversationalTestCases"] = [
        {
            "name": "talk",
            "turns": [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "Hi."}],
            "success": True,
            "metricsData": [],
        }
    ]
    found = read(make("latest.json", {"testRunData": document, "testRunLink": None}))
    assert len(found.cases) == 13
    assert (found.case["talk"].question, found.case["talk"].output) == ("Hello?", "Hi.")


def test_deepeval_one_metric_twice_is_the_mean_and_passes_if_both_do(read, make):
    def part(score, success, **more):
        return {"name": "Tone", "threshold": 0.5, "score": score, "success": success, **more}

    def score_of(*parts):
        row = {"name": "a", "input": "q", "success": False, "metricsData": parts}
        return read(make("run.json", {"testCases": [row], "testPassed": 0, "testFailed": 1})).cases[0].scores["Tone"]

    both = score_of(part(0.4, False), part(0.9, True))
    assert (both.value, both.passed, both.threshold) == (0.65, False, 0.5)
    assert score_of(part(0.8, True), part(0.9, True)).passed is True
    broken = score_of(part(0.8, True), part(None, False, error="timeout"))
    assert (broken.value, broken.state) == (None, ScoreState.JUDGE_ERROR)


def test_deepeval_counts_that_its_cases_do_not_bear_out_are_said(read, make):
    row = {"input": "q", "success": True, "metricsData": [{"name": "Tone", "score": 0.9, "success": True}]}
    run = {"testCases": [row | {"name": "a"}, row | {"name": "b"}], "testPassed": 3, "testFailed": 1}
    figures = [{"metric": "Tone", "scores": [0.9, 0.9, 0.1], "passes": 2, "fails": 1, "errors": 1}]
    found = read(make("run.json", run | {"metricsScores": figures}))
    assert (found.runs[0].completeness, found.runs[0].declared_cases) == (Completeness.PARTIAL, 4)
    assert [one.metric for one in found.runs[0].disputed] == ["Tone"]  # the lacking cases explain the counts
    assert any("counts 1 errors of Tone" in text for text in found.warnings)


def test_deepeval_a_case_id_in_the_metadata_comes_before_a_name_that_counts(read):
    first, second = read(SHAPES / "deepeval" / "test_results_lines.jsonl").cases
    assert (first.id, first.id_from) == ("k0", "explicit")
    assert (second.id, second.id_from) == ("test_case_1", "position")


def test_deepeval_a_cost_of_0_beside_tokens_is_missing(read, make):
    row = {"name": "a", "input": "q", "success": True, "metricsData": [], "tokenCost": 0}
    run = {"testCases": [row, row | {"name": "b", "inputTokenCount": 7, "outputTokenCount": 1}], "testPassed": 2}
    free, unpriced = read(make("run.json", run)).cases
    assert (free.cost.value, unpriced.cost.value, unpriced.tokens_in) == (0.0, None, 7)


def test_deepeval_a_flaky_metric_decides_nothing(read, make):
    parts = [
        {"name": "Tone", "score": 0.1, "success": False, "flaky": True},
        {"name": "Bias", "success": False, "error": "timeout"},
    ]
    row = {"name": "a", "input": "q", "success": False, "metricsData": parts}
    (case,) = read(make("run.json", {"testCases": [row], "testPassed": 0, "testFailed": 1})).cases
    assert case.status is CaseStatus.UNKNOWN


# Ragas


def test_ragas_means_beside_the_rows_are_held_against_them(read):
    found = read(SHAPES / "ragas" / "rows_with_means.json")
    (one,) = found.runs[0].disputed
    assert (one.metric, one.declared) == ("answer_relevancy", 0.95)


def test_ragas_scores_and_rows_of_unequal_number_are_refused(read, make):
    result = json.loads((SHAPES / "ragas" / "evaluation_result.json").read_text())
    result["scores"].pop()
    with pytest.raises(ReadinessError, match="have not the same number of rows"):
        read(make("result.json", result))


def test_ragas_a_critics_verdict_is_a_score_and_a_number_of_a_row_is_none(read, make):
    rows = [{"user_input": "q", "response": "a", "maliciousness": True, "row_id": 7}]
    (case,) = read(make("x.jsonl", rows)).cases
    assert {name: score.value for name, score in case.scores.items()} == {"maliciousness": 1.0}


def test_ragas_rows_join_by_their_question(read):
    found = read(DATA / "ragas" / "baseline.jsonl")
    assert (found.format, len(found.cases)) == ("ragas", 12)
    first = found.cases[0]
    assert (first.id, first.id_from) == (question_id("How do I handle cancel order? (1)"), "input")
    assert first.scores["non_llm_context_precision_with_reference"].value == 0.9999999999
    empty = found.cases[5]
    assert empty.chunks == ()
    assert empty.scores["non_llm_context_recall"].state is ScoreState.MISSING
    assert first.status is CaseStatus.UNKNOWN
    assert means(found.cases)["exact_match"] == (10 / 12, 12)


def test_ragas_csv_holds_lists_as_python_writes_them(read, make):
    text = (
        "user_input,retrieved_contexts,response,faithfulness,answer_relevancy\n"
        """q1,"['it''s one', ""two""]",a,0.5,\n"""
        """q2,"['broken",a,0.5,0.25\n"""
        "q3,[],a,nan,1.0\n"
    )
    found = read(make("x.csv", text))
    assert [chunk.text for chunk in found.cases[0].chunks] == ["its one", "two"]
    # A cell that cannot be read takes nothing from its row: what was retrieved is unknown, the scores are kept.
    assert (found.cases[1].chunks, found.cases[1].scores["faithfulness"].value) == (None, 0.5)
    assert any("what was retrieved is unknown" in text for text in found.warnings)
    assert found.cases[2].chunks == ()
    assert found.cases[2].scores["faithfulness"].state is ScoreState.MISSING
    assert found.cases[2].scores["answer_relevancy"].value == 1.0
    assert not found.rejects


# lm-evaluation-harness

TIME = "2026-11-23T11-54-15.418603"
LM = DATA / "lm_eval" / "baseline"


def test_lm_eval_samples_are_read_with_their_results(read):
    found = read(LM / f"samples_support_mc_{TIME}.jsonl")
    (run,) = found.runs
    assert (run.name, run.model, run.tool_version) == ("support_mc", "qdpv68r5", "0.4.13")
    assert run.started_at is not None
    assert run.extra["higher_is_better"] == {"acc": True}
    results = json.loads((LM / f"results_{TIME}.json").read_text())
    assert means(found.cases) == {"acc": (results["results"]["support_mc"]["acc,none"], 12)}
    assert not found.warnings
    assert len({case.id for case in found.cases}) == 12


def test_lm_evals_results_come_with_the_samples_and_alone_as_figures(read, tmp_path):
    with pytest.raises(ReadAlongError, match="read along"):
        read(LM / f"results_{TIME}.json")
    shutil.copy(LM / f"results_{TIME}.json", tmp_path / "results.json")
    (run,) = read(tmp_path / "results.json").runs
    assert (run.aggregates["acc"].value, run.aggregates["acc"].n) == (0.25, 12)


def test_lm_eval_a_changed_results_file_is_something_new(tmp_path):
    for file in LM.iterdir():
        shutil.copy(file, tmp_path)
    samples = tmp_path / f"samples_support_mc_{TIME}.jsonl"
    source, _ = registry.recognise(samples)
    before = registry.digest_of(source, samples)
    (tmp_path / f"results_{TIME}.json").write_text("{}")
    assert registry.digest_of(source, samples) != before


def _with_a_second_filter(tmp_path, **figures):
    rows = [json.loads(line) for line in (LM / f"samples_support_mc_{TIME}.jsonl").read_text().splitlines()]
    strict = [row | {"filter": "strict", "acc": 1.0} for row in rows]
    path = tmp_path / f"samples_support_mc_{TIME}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows + strict))
    results = json.loads((LM / f"results_{TIME}.json").read_text())
    results["results"]["support_mc"] |= figures
    (tmp_path / f"results_{TIME}.json").write_text(json.dumps(results))
    return path


def test_lm_eval_filters_are_metrics_and_a_figure_that_differs_is_said(read, tmp_path):
    found = read(_with_a_second_filter(tmp_path, **{"acc,strict": 0.5}))
    assert means(found.cases) == {"acc": (0.25, 12), "acc (strict)": (1.0, 12)}
    assert len(found.cases) == 12
    assert any("reports acc (strict) 0.5; over the 12 cases that carry it, it is 1." in said for said in found.warnings)
    (run,) = found.runs
    assert [(one.metric, one.declared, one.found) for one in run.disputed] == [("acc (strict)", 0.5, 1.0)]


def test_lm_eval_an_unfiltered_verdict_is_the_status_and_two_filters_give_none(read, tmp_path):
    path = _with_a_second_filter(tmp_path)
    assert Counter(case.status for case in read(path).cases) == {CaseStatus.PASS: 3, CaseStatus.FAIL: 9}
    path.write_text(path.read_text().replace('"filter": "none"', '"filter": "loose"'))
    found = read(path)
    assert {case.status for case in found.cases} == {CaseStatus.UNKNOWN}
    assert any("several filters judge one answer" in said for said in found.warnings)


def test_lm_eval_a_row_that_is_missing_for_one_filter_is_a_missing_score(read, tmp_path):
    path = _with_a_second_filter(tmp_path)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-4]))
    found = read(path)
    assert means(found.cases) == {"acc": (0.25, 12), "acc (strict)": (1.0, 8)}
    assert found.runs[0].completeness is Completeness.COMPLETE


def test_lm_eval_a_filter_of_which_no_row_is_there_is_said_and_compared_with_no_other(read, tmp_path):
    path = _with_a_second_filter(tmp_path, **{"acc,strict": 1.0})
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:12]))
    found = read(path)
    assert (means(found.cases), found.runs[0].disputed) == ({"acc": (0.25, 12)}, ())
    assert any('figures by the filter "strict", and no row is by it' in said for said in found.warnings)


def test_lm_eval_a_document_that_stands_again_is_a_repeat(read, make):
    row = {"doc_id": 3, "doc": {}, "target": "x", "filter": "none", "metrics": ["acc"], "doc_hash": "", "acc": 1}
    found = read(make("x.jsonl", [row, row | {"acc": 0}]))
    assert [(case.id, case.repeat, case.scores["acc"].value) for case in found.cases] == [
        ("doc-3", 0, 1.0),
        ("doc-3", 1, 0.0),
    ]


def test_lm_eval_a_perplexity_is_held_against_its_rule(read, tmp_path):
    shutil.copytree(SHAPES / "lm_eval" / "perplexity", tmp_path / "p")
    (samples,), (results,) = (tmp_path / "p").glob("samples_*"), (tmp_path / "p").glob("results_*")
    (run,) = read(samples).runs
    assert run.disputed == ()
    assert math.isclose(run.aggregates["word_perplexity"].value, math.exp(84 / 30))
    assert run.aggregates["word_perplexity"].n == 3
    document = json.loads(results.read_text())
    document["results"]["wikitext"]["word_perplexity,none"] = 12.0
    results.write_text(json.dumps(document))
    (run,) = read(samples).runs
    (one,) = run.disputed
    assert (one.metric, one.declared) == ("word_perplexity", 12.0)
    assert math.isclose(one.found, math.exp(84 / 30))


def test_lm_eval_a_scalar_perplexity_is_a_log_likelihood_and_no_score(read, make):
    row = {"doc": {}, "target": "x", "filter": "none", "metrics": ["perplexity", "acc"], "doc_hash": "", "acc": 1}
    found = read(make("x.jsonl", [row | {"doc_id": n, "perplexity": -3.5} for n in range(2)]))
    assert means(found.cases) == {"acc": (1.0, 2)}


def test_lm_eval_figures_of_older_harnesses_are_runs_without_cases(read):
    runs = {run.name: run for run in read(SHAPES / "lm_eval" / "harness_0_3.json").runs}
    assert runs["gsm8k"].model == "hf-causal-experimental"
    assert {name: one.value for name, one in runs["gsm8k"].aggregates.items()} == {"acc": 0.25}
    assert runs["gsm8k"].aggregates["acc"].n is None
    board = {run.name: run for run in read(SHAPES / "lm_eval" / "leaderboard_v1.json").runs}
    assert board["harness|hellaswag|10"].aggregates.keys() == {"acc", "acc_norm"}
    assert board["harness|hellaswag|10"].model == "org/m"


def test_lm_eval_a_group_says_of_which_tasks_its_figures_are(read):
    runs = {run.name: run for run in read(next((SHAPES / "lm_eval" / "filters").glob("results_*"))).runs}
    assert (runs["grp"].aggregates["acc"].value, runs["grp"].aggregates["acc"].n) == (0.5, 8)
    assert any('of "grp_a", "grp_b"' in said for said in runs["grp"].warnings)
    assert runs["grp"].completeness is Completeness.PARTIAL
    assert any("of grp_b, a task of grp, 2 of 4 documents are there" in said for said in runs["grp"].warnings)
    assert runs["wiki"].completeness is Completeness.COMPLETE
    assert runs["wiki"].aggregates["bits_per_byte"].n == 62


def test_lm_eval_without_results_says_what_is_unknown(read, make):
    row = {"doc_id": 3, "doc": {}, "target": "x", "filter": "none", "metrics": ["acc", "ppl"], "doc_hash": "", "acc": 1}
    found = read(make("x.jsonl", [row | {"ppl": [1, 2]}, row | {"doc_id": -1}]))
    assert "model and start are unknown" in found.runs[0].warnings[0]
    assert (found.cases[0].id, found.cases[0].id_from, found.cases[0].status) == ("doc-3", "position", CaseStatus.PASS)
    assert found.cases[0].scores["ppl"].state is ScoreState.MISSING
    assert len(found.rejects) == 1


# OpenAI Evals


def test_openai_evals_events_become_cases(read):
    found = read(DATA / "openai_evals" / "baseline.jsonl")
    (run,) = found.runs
    assert (run.id, run.name, run.model) == ("2611201130BASE", "support.dev.v0", "gpt-x-mini")
    assert run.completeness is Completeness.COMPLETE
    counts = Counter(case.status for case in found.cases)
    assert counts == {CaseStatus.PASS: 9, CaseStatus.FAIL: 2, CaseStatus.ERROR: 1}
    case = found.case["support.dev.1"]
    assert (case.question, case.output, case.tokens_in, case.tokens_out) == ("Q1", "A1", 301, 41)
    # 9 of 11: the tool leaves the sample with an error out, and says so nowhere.
    assert means(found.cases)["match"] == (9 / 11, 11)
    assert any("1 of 12 samples ended in an error" in text for text in found.warnings)


def test_openai_evals_without_a_report_did_not_end(read, make):
    lines = (DATA / "openai_evals" / "baseline.jsonl").read_text().splitlines()[:-1]
    (run,) = read(make("x.jsonl", "\n".join(lines))).runs
    assert run.completeness is Completeness.PARTIAL


def test_openai_evals_a_graders_sampling_is_no_answer(read, make):
    lines = (DATA / "openai_evals" / "baseline.jsonl").read_text().splitlines()[:2]
    graded = json.loads(lines[1]) | {"event_id": 9}
    graded["data"] = {"prompt": "grade it", "sampled": ["C"], "usage": {"prompt_tokens": 999}}
    metrics = graded | {"type": "metrics", "data": {"score": 0.5, "choice": "C"}}
    found = read(make("x.jsonl", "\n".join([*lines, json.dumps(graded), json.dumps(metrics), '{"other": 1}'])))
    (case,) = found.cases
    assert (case.output, case.tokens_in, case.scores["score"].value) == ("A1", 301, 0.5)
    assert [reject.line for reject in found.rejects] == [5]


def test_openai_evals_a_spec_of_odd_values_spoils_no_sample(read, make):
    lines = (DATA / "openai_evals" / "baseline.jsonl").read_text().splitlines()
    spec = json.loads(lines[0])
    spec["spec"] |= {"run_id": {"a": 1}, "created_at": ["x"], "base_eval": 5}
    found = read(make("x.jsonl", "\n".join([json.dumps(spec), *lines[1:]])))
    assert (len(found.cases), found.runs[0].started_at) == (12, None)
    assert any("that time is unknown" in text for text in found.warnings)


def test_openai_evals_an_invalid_grade_is_the_judges_error_and_explains_the_tools_mean(read):
    found = read(SHAPES / "openai_evals" / "invalid_choice.jsonl")
    good, bad = found.cases
    assert (good.scores["score"].value, bad.scores["score"].state) == (1.0, ScoreState.JUDGE_ERROR)
    assert any("an invalid grade counted with the lowest score" in text for text in found.warnings)
    assert found.runs[0].disputed == ()


def test_openai_evals_several_events_of_a_sample_are_one_score(read, make):
    lines = (DATA / "openai_evals" / "baseline.jsonl").read_text().splitlines()[:2]
    event = json.loads(lines[1])
    more = [
        event | {"event_id": 10 + n, "type": kind, "data": data}
        for n, (kind, data) in enumerate(
            [
                ("match", {"correct": True}),
                ("match", {"correct": False}),
                ("metrics", {"f1": 0.5}),
                ("metrics", {"f1": 1.0}),
            ]
        )
    ]
    (case,) = read(make("x.jsonl", "\n".join([*lines, *map(json.dumps, more)]))).cases
    assert (case.scores["match"].value, case.status, case.scores["f1"].value) == (0.5, CaseStatus.FAIL, 0.75)


LONG = "x" * (HEAD + 1)  # longer than what is looked at first


def test_files_with_a_long_first_record_are_read_as_any_other(read, make):
    row = {"doc_id": 0, "doc": {"passage": LONG}, "target": "1", "arguments": {}, "resps": [["1"]]}
    rows = [row | {"doc_id": n, "filtered_resps": ["1"], "doc_hash": f"{n}", "acc": 1.0} for n in range(2)]
    assert len(read(make("samples.jsonl", rows)).cases) == 2
    figures = {
        "config": {"model": "hf"},
        "configs": {"a": LONG},
        "results": {"a": {"acc,none": 0.5, "acc_stderr,none": 1}},
    }
    assert [run.name for run in read(make("results.json", figures)).runs] == ["a"]
    scores = [{"faithfulness": 1.0, "of": LONG}] * 2
    result = {"scores": scores, "dataset": {"samples": [{"user_input": f"q{n}", "response": "a"} for n in range(2)]}}
    assert means(read(make("ragas.json", result)).cases) == {"faithfulness": (1.0, 2)}
    item = {"datasource_item": {"input": LONG}, "sample": {}, "results": [], "status": "pass"}
    page = {"object": "list", "data": [item | {"id": "a"}, item | {"id": "b"}]}
    assert len(read(make("items.json", page)).cases) == 2


@pytest.mark.parametrize("tool", ["inspect_ai", "promptfoo", "junit", "deepeval", "ragas", "lm_eval", "openai_evals"])
def test_no_file_fits_two_formats(tool):
    skipped = [reason for _, reason in registry.each(DATA / tool) if isinstance(reason, str)]
    assert not [reason for reason in skipped if "fits several" in reason]


@pytest.mark.parametrize("named", [True, False])
def test_openai_evals_two_logs_in_one_file_are_two_runs(read, make, named):
    lines = []
    for run, correct in (("a1", True), ("b2", False)):
        lines.append({"spec": {"completion_fns": ["m"], "eval_name": "e.v0"} | ({"run_id": run} if named else {})})
        event = {"run_id": run, "sample_id": "e.0", "type": "match", "data": {"correct": correct}}
        lines += [event | {"event_id": 0}, {"final_report": {"accuracy": float(correct)}}]
    found = read(make("log.jsonl", "\n".join(map(json.dumps, lines))))
    assert [run.id for run in found.runs] == ["a1", "b2"]
    assert [case.status for case in found.cases] == [CaseStatus.PASS, CaseStatus.FAIL]
    assert not any(run.disputed for run in found.runs)


def test_openai_evals_choices_that_no_sample_made_are_lost_samples(read, make):
    lines = [{"spec": {"completion_fns": ["m"], "eval_name": "e.v0", "run_id": "r"}}]
    lines += [
        {"run_id": "r", "event_id": n, "sample_id": f"e.{n}", "type": "metrics", "data": {"choice": "Y", "score": 1.0}}
        for n in range(2)
    ]
    report = {"final_report": {"counts/Y": 2, "counts/N": 3, "score": 1.0}}
    found = read(make("log.jsonl", "\n".join(map(json.dumps, [*lines, report]))))
    assert (found.runs[0].completeness, found.runs[0].declared_cases) == (Completeness.PARTIAL, 5)


def test_a_table_that_says_it_has_more_rows_is_partial(read, make):
    table = {"_type": "table", "columns": ["id", "output", "tone"], "data": [[1, "a", 0.5]], "ncols": 3, "nrows": 7}
    found = read(make("x.table.json", table))
    assert (found.runs[0].completeness, found.runs[0].declared_cases) == (Completeness.PARTIAL, 7)


@pytest.mark.parametrize(
    ("samples", "results", "declared"),
    [
        (0, {"total_samples": 9, "completed_samples": 8}, 9),
        (0, {"total_samples": 9, "completed_samples": 9, "scored": 7}, 9),
        (30, {"total_samples": 9, "completed_samples": 9}, 30),
        (9, {"total_samples": 9, "completed_samples": 9}, None),
    ],
)
def test_inspect_figures_that_rest_on_fewer_samples_are_partial(read, make, samples, results, declared):
    results = dict(results)
    score = {"name": "m", "scorer": "m", "scored_samples": results.pop("scored", results["completed_samples"])}
    log = {
        "version": 2,
        "status": "success",
        "eval": {"eval_id": "E", "task": "t", "model": "m", "dataset": {"samples": samples}, "config": {}},
        "results": results | {"scores": [score | {"metrics": {"accuracy": {"value": 0.9}}}]},
    }
    (run,) = read(make("log.json", log)).runs
    assert run.declared_cases == declared
    assert (run.completeness is Completeness.PARTIAL) == (declared is not None)
