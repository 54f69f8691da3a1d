"""promptfoo's results, on the tool's own output: 17 cases of which 11 passed, 4 failed and 2 had an error."""

from __future__ import annotations

import copy
import json
import math
from collections import Counter
from datetime import UTC, datetime

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import (
    CaseStatus,
    Chunk,
    Completeness,
    HumanVerdict,
    Measure,
    Provenance,
    Score,
    ScoreState,
    ToolCall,
)
from readiness_tui.sources.kit import jsonio


@pytest.fixture
def baseline(promptfoo_dir, read):
    return read(promptfoo_dir / "baseline.json")


@pytest.fixture
def document(promptfoo_dir):
    return json.loads((promptfoo_dir / "baseline.json").read_bytes())


def rows_of(document):
    return document["results"]["results"]


def changed(document, number, **change):
    """The document with the row of case `number` changed."""
    made = copy.deepcopy(document)
    rows_of(made)[number - 1].update(change)
    return made


# Against the tool's own figures


def test_counts_are_the_tools_own(baseline, document):
    stats = document["results"]["stats"]
    counts = Counter(case.status for case in baseline.cases)
    assert (counts[CaseStatus.PASS], counts[CaseStatus.FAIL], counts[CaseStatus.ERROR]) == (11, 4, 2)
    assert [counts[status] for status in (CaseStatus.PASS, CaseStatus.FAIL, CaseStatus.ERROR)] == [
        stats[name] for name in ("successes", "failures", "errors")
    ]
    assert not baseline.rejects


@pytest.mark.parametrize("file", ["baseline.json", "candidate.json"])
def test_means_of_named_scores_are_the_tools_own(promptfoo_dir, read, file):
    # promptfoo's namedScores are sums: divided by namedScoresCount they are our means, over the same cases. The two
    # errors and the case without assertions carry no score on either side. "quality" is a derived metric: promptfoo
    # computes it from the sums and gives it no count, so it has no mean and we say that we leave it out.
    found = read(promptfoo_dir / file)
    metrics = json.loads((promptfoo_dir / file).read_bytes())["results"]["prompts"][0]["metrics"]
    ours: dict[str, list[float]] = {}
    for case in found.cases:
        for name, score in case.scores.items():
            ours.setdefault(name, []).append(score.value)
    assert set(metrics["namedScores"]) - set(ours) == {"quality"}
    assert {name: len(values) for name, values in ours.items()} == metrics["namedScoresCount"]
    for name, values in ours.items():
        assert math.isclose(sum(values) / len(values), metrics["namedScores"][name] / metrics["namedScoresCount"][name])
    assert any("derived metrics are sums" in warning and '"quality"' in warning for warning in found.warnings)


def test_cost_and_tokens_are_the_tools_own_sums(baseline, document):
    metrics = document["results"]["prompts"][0]["metrics"]
    usable = [case.cost.usable for case in baseline.cases if case.cost.usable is not None]
    assert math.isclose(sum(usable), metrics["cost"])
    # 13 of 17: the cached answer, both errors and the answer without usage have no measured cost; promptfoo adds 0.
    assert len(usable) == 13
    assert sum(case.tokens_in or 0 for case in baseline.cases) == metrics["tokenUsage"]["prompt"]
    assert sum(case.tokens_out or 0 for case in baseline.cases) == metrics["tokenUsage"]["completion"]


def test_the_run(baseline):
    (run,) = baseline.runs
    assert (run.id, run.name) == ("eval-5bV-2026-11-23T11:31:51", "support-bot baseline")
    assert (run.tool, run.tool_version, run.model) == ("promptfoo", "0.123.1", "supportbot:baseline")
    assert run.prompt_version == "v12"  # what the answers say of themselves, before the label "support v12"
    assert run.started_at == datetime(2026, 11, 23, 11, 31, 51, 722000, tzinfo=UTC)
    assert (run.finished_at - run.started_at).total_seconds() == 16.89
    assert (run.completeness, run.tags) == (Completeness.COMPLETE, ("env=ci",))


def test_two_runs_over_the_same_tests_have_the_same_tests_digest(baseline, promptfoo_dir, read, document, make):
    candidate = read(promptfoo_dir / "candidate.json")
    assert candidate.runs[0].extra["tests_digest"] == baseline.runs[0].extra["tests_digest"]
    assert candidate.runs[0].version != baseline.runs[0].version
    rows_of(document).reverse()
    assert read(make("r.json", document)).runs[0].extra["tests_digest"] == baseline.runs[0].extra["tests_digest"]
    rows_of(document)[0]["testCase"]["assert"][0]["value"] = "something else"
    assert read(make("r.json", document)).runs[0].extra["tests_digest"] != baseline.runs[0].extra["tests_digest"]


# Its traps


def test_a_passed_case(baseline):
    case = baseline.case["SB-001"]
    assert (case.id_from, case.question) == ("metadata", "How do I handle cancel order? (1)")
    assert case.output == "Answer about cancel order #1 [kb-1]"
    assert case.latency_ms == Measure(59.0, Provenance.MEASURED)
    assert (case.tokens_in, case.tokens_out) == (301, 41)
    assert case.chunks == (Chunk("kb-1", text="Policy text 1"), Chunk("kb-2", text="Other 1"))
    assert case.tool_calls == (ToolCall("lookup_order", '{"id":1}'),)
    assert case.extra["retries"] == 0
    assert case.scores["hit_rate"] == Score(1.0, threshold=0.6, passed=True)


def test_an_assertion_that_failed_is_no_error_although_it_sets_error(baseline):
    case = baseline.case["SB-003"]
    assert (case.status, case.error) == (CaseStatus.FAIL, None)
    assert case.scores["hit_rate"] == Score(0.5, threshold=0.6, passed=False)
    assert "Custom function returned false" in case.extra["reason"]


def test_a_thrown_error_has_no_latency_and_no_cost(baseline):
    case = baseline.case["SB-013"]
    assert case.status is CaseStatus.ERROR
    assert "ECONNRESET while streaming" in case.error
    assert (case.latency_ms, case.cost, case.tokens_in, case.output) == (Measure(), Measure(), None, None)
    assert (case.scores, case.chunks) == ({}, None)


def test_an_error_that_the_provider_returned_took_its_time(baseline):
    case = baseline.case["SB-007"]
    assert (case.status, case.error) == (CaseStatus.ERROR, "upstream 503: model overloaded")
    assert (case.latency_ms, case.cost) == (Measure(15.0, Provenance.MEASURED), Measure())


def test_a_cached_answer_is_no_measurement(baseline):
    case = baseline.case["SB-004"]
    assert (case.latency_ms, case.cost) == (Measure(34.0, Provenance.CACHED), Measure(0.0, Provenance.CACHED))
    assert (case.latency_ms.usable, case.cost.usable) == (None, None)


def test_no_usage_is_missing_not_zero(baseline):
    case = baseline.case["SB-015"]
    assert (case.cost, case.tokens_in, case.tokens_out) == (Measure(), None, None)
    assert case.latency_ms == Measure(31.0, Provenance.MEASURED)


def test_a_cost_of_zero_beside_tokens_is_a_model_without_a_price(document, make, read):
    response = {**rows_of(document)[14]["response"], "cost": 0, "tokenUsage": {"prompt": 3, "completion": 0}}
    case = read(make("r.json", changed(document, 15, response=response))).case["SB-015"]
    assert (case.cost, case.tokens_out) == (Measure(), 0)
    del response["tokenUsage"]
    case = read(make("r2.json", changed(document, 15, response=response))).case["SB-015"]
    assert case.cost == Measure(0.0, Provenance.MEASURED)  # named by the provider, and nothing speaks against it


def test_no_assertions_is_a_pass_without_scores_and_is_said(baseline):
    case = baseline.case["SB-014"]
    assert (case.status, case.scores) == (CaseStatus.PASS, {})
    assert "1 case has no assertions; promptfoo counts that as pass" in baseline.runs[0].warnings[0]


def test_an_assert_set_counts_its_children_once(baseline):
    case = baseline.case["SB-006"]
    assert set(case.scores) == {"set", "answer_relevance", "citation_accuracy", "hit_rate"}
    assert case.scores["set"] == Score(1.0, threshold=0.5, passed=True)
    assert case.scores["hit_rate"] == Score(1.0, threshold=0.6, passed=True)


def test_a_name_is_taken_as_it_is_although_it_misleads(baseline):
    assert baseline.case["SB-002"].scores["pii_leak"] == Score(1.0, passed=True)  # a not-contains that held: 1 is good


def test_high_risk_metadata_becomes_the_tag(baseline):
    assert [case.id for case in baseline.cases if "high_risk" in case.tags] == ["SB-006", "SB-012"]


def component(score, passed, **assertion):
    return {"pass": passed, "score": score, "reason": "", "assertion": assertion}


def graded(document, number, components, **grading):
    row = rows_of(document)[number - 1]
    return {
        "gradingResult": {**row["gradingResult"], "namedScores": {}, "componentResults": components, **grading},
        "namedScores": grading.get("namedScores", {}),
    }


def test_assertions_without_a_name_are_scored_by_type(document, make, read):
    parts = [
        component(1, True, type="contains", threshold=0.6),
        component(0, False, type="contains", threshold=0.2),
        component(0.4, True, type="llm-rubric", threshold=0.3),
        component(1, True, type="equals", metric="exact"),
    ]
    change = graded(document, 1, parts, namedScores={"exact": 1})
    scores = read(make("r.json", changed(document, 1, **change))).case["SB-001"].scores
    assert scores == {
        "exact": Score(1.0, passed=True),
        "contains": Score(0.5, passed=False),  # the mean of two is held to the threshold of neither
        "llm-rubric": Score(0.4, threshold=0.3, passed=True),
    }


def test_the_parts_of_a_scripts_verdict_are_not_assertions_of_their_own(document, make, read):
    script = {"type": "javascript", "value": "f()"}
    parts = [{"pass": True, "score": 1, "reason": ""}, {"pass": False, "score": 0, "reason": ""}]
    parent = {**component(0.5, False, **script), "componentResults": parts}
    flat = [parent, *({**part, "assertion": script} for part in parts), component(1, True, **script)]
    scores = read(make("r.json", changed(document, 1, **graded(document, 1, flat)))).case["SB-001"].scores
    assert scores == {"javascript": Score(0.75, passed=False)}  # the mean of two assertions: 0.5 and 1


def test_a_weight_of_zero_does_not_make_a_score_zero(document, make, read):
    change = graded(
        document,
        1,
        [component(0.8, True, type="llm-rubric", metric="tone", weight=0)],
        namedScores={"tone": 0},
        namedScoreWeights={"tone": 0},
    )
    assert read(make("r.json", changed(document, 1, **change))).case["SB-001"].scores["tone"] == Score(0.8, passed=True)


def test_a_grader_that_failed_is_a_judge_error_not_a_fail(document, make, read):
    broken = {**component(0, False, type="llm-rubric", metric="tone"), "metadata": {"graderError": True}}
    change = graded(document, 3, [component(1, True, type="contains"), broken], namedScores={"tone": 0})
    found = read(make("r.json", changed(document, 3, **change)))
    case = found.case["SB-003"]
    assert (case.status, case.scores["tone"]) == (CaseStatus.UNKNOWN, Score(None, ScoreState.JUDGE_ERROR))
    assert any("only because its grader failed" in warning for warning in found.warnings)
    change = graded(document, 3, [component(0, False, type="contains"), broken], namedScores={"tone": 0})
    assert read(make("r.json", changed(document, 3, **change))).case["SB-003"].status is CaseStatus.FAIL


def test_a_null_score_is_missing(document, make, read):
    found = read(make("r.json", changed(document, 1, namedScores={"hit_rate": None})))
    assert found.case["SB-001"].scores["hit_rate"].state is ScoreState.MISSING


def test_a_rating_by_hand_is_a_human_label(document, make, read):
    rated = {**component(1, True, type="human"), "comment": "fine"}
    human = read(make("r.json", changed(document, 3, **graded(document, 3, [rated]), success=True))).case["SB-003"]
    assert (human.human.verdict, human.human.note, human.status) == (HumanVerdict.PASS, "fine", CaseStatus.PASS)
    assert human.scores == {}


def test_several_prompts_and_providers_are_several_runs(document, make, read):
    made = copy.deepcopy(document)
    twins = copy.deepcopy(rows_of(made))
    for row in twins:
        row.update(promptIdx=1, provider={"id": "other:model", "label": "other"})
        row["prompt"]["label"] = "support v13"
        for where in (row.get("response", {}).get("metadata", {}), row["metadata"]):
            where.pop("promptVersion", None)
    rows_of(made).extend(twins)
    made["results"]["stats"].update(successes=22, failures=8, errors=4)
    found = read(make("r.json", made))
    first, second = found.runs
    assert (first.id, second.id) == ("eval-5bV-2026-11-23T11:31:51/1", "eval-5bV-2026-11-23T11:31:51/2")
    assert (second.model, second.prompt_version) == ("other:model", "support v13")  # no version in it: the label
    assert first.extra["tests_digest"] == second.extra["tests_digest"]
    assert len(found.cases) == 34
    assert {case.repeat for case in found.cases} == {0}


def test_repeats_have_no_index_and_are_numbered(document, make, read, baseline):
    made = copy.deepcopy(document)
    again = copy.deepcopy(rows_of(made))
    for row in again:
        row["testIdx"] += 17
    rows_of(made).extend(again)
    made["runtimeOptions"]["repeat"] = 2
    made["results"]["stats"].update(successes=22, failures=8, errors=4)
    found = read(make("r.json", made))
    assert Counter(case.repeat for case in found.cases) == {0: 17, 1: 17}
    assert found.runs[0].extra["tests_digest"] == baseline.runs[0].extra["tests_digest"]
    assert not any("repeat" in warning for warning in found.warnings)
    made["runtimeOptions"]["repeat"] = 1
    assert any("not run with --repeat" in warning for warning in read(make("r.json", made)).warnings)


def test_one_id_for_two_inputs_is_told_apart_and_said(document, make, read):
    made = copy.deepcopy(document)
    rows_of(made)[1]["testCase"]["metadata"]["case_id"] = "SB-001"
    found = read(make("r.json", made))
    ids = [case.id for case in found.cases][:2]
    assert ids[0] == "SB-001"
    assert ids[1].startswith("SB-001~")
    assert any('"SB-001" names several inputs' in warning for warning in found.warnings)


def test_ids_from_vars_then_description_then_position(document, make, read):
    made = copy.deepcopy(document)
    for row in rows_of(made)[:4]:
        row["testCase"].pop("metadata")
    for row in rows_of(made)[1:4]:
        row["testCase"]["vars"] = row["vars"] = {}
    rows_of(made)[2]["testCase"].pop("description")
    found = read(make("r.json", made)).cases
    assert [(case.id[:5], case.id_from) for case in found[:4]] == [
        ("vars-", "input"),
        ("case ", "input"),
        ("test-", "position"),
        ("case ", "input"),
    ]
    again = read(make("r2.json", made)).cases
    assert [case.id for case in again] == [case.id for case in found]


def test_prompt_versions_that_differ_fall_back_to_the_label(document, make, read):
    made = copy.deepcopy(document)
    rows_of(made)[0]["response"]["metadata"]["promptVersion"] = "v99"
    (run,) = read(make("r.json", made)).runs
    assert run.prompt_version == "support v12"
    assert "several prompt versions (v12, v99)" in run.warnings[0]


def test_fewer_rows_than_promptfoo_counted_is_a_partial_run(document, make, read):
    del rows_of(document)[10:]
    found = read(make("r.json", document))
    assert found.runs[0].completeness is Completeness.PARTIAL
    assert found.runs[0].declared_cases == 17
    assert any("counts 17 cases, and 10 are in the file" in warning for warning in found.warnings)


def test_a_run_of_errors_only_is_errored(document, make, read):
    document["results"]["results"] = [rows_of(document)[6], rows_of(document)[12]]
    document["results"]["stats"].update(successes=0, failures=0, errors=2)
    assert read(make("r.json", document)).runs[0].completeness is Completeness.ERRORED


def test_metadata_of_an_unknown_shape_is_said_and_loses_no_case(document, make, read):
    response = {**rows_of(document)[0]["response"], "metadata": {"retrieved": "kb-1", "toolCalls": [{"no": "name"}]}}
    found = read(make("r.json", changed(document, 1, response=response)))
    assert (found.case["SB-001"].chunks, found.case["SB-001"].tool_calls) == (None, None)
    assert sum("was not understood" in warning for warning in found.warnings) == 2


# Its other files, and files that are not whole


def test_json_lines_hold_the_same_cases_without_the_run(promptfoo_dir, read, baseline):
    found = read(promptfoo_dir / "baseline.jsonl")
    assert sorted(found.cases, key=lambda case: case.id) == sorted(baseline.cases, key=lambda case: case.id)
    (run,) = found.runs
    assert (run.started_at, run.prompt_version, run.model) == (None, "v12", "supportbot:baseline")
    assert run.extra["tests_digest"] == baseline.runs[0].extra["tests_digest"]
    assert "describe no run" in found.warnings[0]


def test_another_version_of_the_results_is_refused(document, make, read):
    document["results"]["version"] = 4
    with pytest.raises(
        ReadinessError, match=r'version "4", and versions 2 and 3 are known\. Export it with promptfoo 0\.123'
    ):
        read(make("r.json", document))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["results"].update(results=[]), "it holds no results"),
        (lambda d: d["results"].update(results={}), "not a list"),
        (lambda d: d["results"].pop("results"), "results.results is missing"),
        (lambda d: d["results"].update(timestamp="soon"), "an ISO 8601 time is needed"),
    ],
)
def test_a_document_that_cannot_be_used(document, make, read, change, said):
    change(document)
    with pytest.raises(ReadinessError, match=said):
        read(make("r.json", document))


def test_one_bad_row_is_a_reject_with_its_line_and_the_rest_is_read(document, make, read):
    made = changed(document, 2, latencyMs="slow")
    text = json.dumps(made, indent=2).replace('"latencyMs": 27,', '"latencyMs": 27, "latencyMs": 28,')
    found = read(make("r.json", text))
    assert len(found.cases) == 15
    lines = text.split("\n")
    reasons = {reject.line: reject.reason for reject in found.rejects}
    assert [lines[line - 1].strip() for line in reasons] == ["{", "{"]
    second, third = reasons.values()
    assert 'latencyMs is "slow"' in second
    assert 'record 3 of the list: the key "latencyMs" stands twice' in third


def test_results_written_twice_are_refused(promptfoo_dir, make, read):
    text = (promptfoo_dir / "baseline.json").read_text().rstrip().removesuffix("}")
    with pytest.raises(ReadinessError, match='the key "results" stands twice'):
        read(make("r.json", text + ', "results": {"version": 3, "results": []}}'))


def test_a_document_over_the_limit_is_refused(promptfoo_dir, read, monkeypatch):
    monkeypatch.setattr(jsonio, "MAX_DOCUMENT", 100_000)
    with pytest.raises(ReadinessError, match="one JSON document is read up to"):
        read(promptfoo_dir / "baseline.json")
