"""Langfuse, on rows that its SDK 5 accepts: 12 requests each of two versions, their scores and experiments."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

import pytest

from readiness_tui.domain.errors import ReadinessError
from readiness_tui.domain.runs.model import (
    Aggregate,
    CaseStatus,
    Chunk,
    Completeness,
    Measure,
    Outcome,
    Provenance,
    Score,
    ScoreState,
    SpanKind,
    ToolCall,
)
from readiness_tui.sources import registry
from readiness_tui.sources.kit.base import ReadAlongError, RunChecked, TraceRecord, Warn
from readiness_tui.sources.kit.declared import checked

DATA = Path(__file__).parents[2] / "data" / "langfuse"
OBSERVATIONS, CANDIDATE = "api_v2_observations.baseline.json", "api_v2_observations.candidate.json"
SCORES, ITEMS, EXPERIMENTS = "api_v3_scores.json", "api_experiment_items.json", "api_experiments.json"
TRACES = "ui_export_traces"


def content(name):
    return gzip.decompress((DATA / f"{name}.gz").read_bytes())


def data(name):
    return json.loads(content(name))["data"]


@pytest.fixture
def put(make):
    """put(name, …): the files beside each other in one folder; the path of the first."""

    def write(*names):
        paths = [make(name, content(name)) for name in names]
        return paths[0]

    return write


def by_case(found):
    return {trace.extra["metadata"]["case_id"]: trace for trace in found.traces}


# Observations


def test_observations_are_the_steps_of_their_traces(put, read):
    found = read(put(OBSERVATIONS))
    assert (len(found.traces), found.rejects, found.warnings) == (12, [], [])
    assert sum(len(trace.spans) for trace in found.traces) == len(data(OBSERVATIONS)) == 51
    assert Counter(trace.outcome for trace in found.traces) == {Outcome.SUCCESS: 11, Outcome.ERROR: 1}
    assert sum(trace.cost or 0 for trace in found.traces) == pytest.approx(
        sum(o["totalCost"] for o in data(OBSERVATIONS))
    )


def test_a_trace(put, read):
    trace = by_case(read(put(OBSERVATIONS)))["SB-001"]
    assert trace.started_at == datetime(2026, 11, 20, 9, 1, tzinfo=UTC)
    assert trace.latency_ms == 437.0  # 0.437 s
    assert (trace.prompt_version, trace.app_version, trace.model) == ("12", "2.4.0", "gpt-x-mini")
    assert (trace.question, trace.answer) == ("How do I handle cancel order? (1)", "Answer about cancel order [kb-1]")
    assert trace.chunks == (Chunk("kb-1", rank=1, score=0.9),)
    assert trace.tool_calls == (ToolCall("lookup_order", '{"order_id":1}', '"shipped"'),)
    assert (trace.tokens_in, trace.tokens_out, trace.cost) == (301, 41, 0.0009)
    assert (trace.user, trace.session) == ("u1", "s0")
    assert [s.kind for s in trace.spans] == [SpanKind.AGENT, SpanKind.RETRIEVAL, SpanKind.TOOL, SpanKind.MODEL]
    assert trace.spans[3].attributes["prompt_name"] == "support"
    assert (trace.feedback, trace.scores) == (None, {})


def test_an_error_of_a_step_that_was_repeated_is_none_of_the_request(put, read):
    traces = by_case(read(put(OBSERVATIONS)))
    retried, failed = traces["SB-004"], traces["SB-007"]
    assert retried.outcome is Outcome.SUCCESS
    assert [call.error for call in retried.tool_calls] == ["order service timeout", None]
    assert (failed.outcome, failed.error, failed.answer) == (Outcome.ERROR, "503 overloaded", None)


def test_missing_usage_is_not_zero(put, read):
    trace = by_case(read(put(OBSERVATIONS)))["SB-010"]  # totalCost 0 beside empty details
    assert (trace.tokens_in, trace.tokens_out, trace.cost) == (None, None, None)


def test_an_observation_that_never_ended_has_no_duration(put, read):
    spans = {span.name: span for span in by_case(read(put(OBSERVATIONS)))["SB-011"].spans}
    assert spans["chat"].duration_ms is None
    assert spans["support-agent"].duration_ms == 807.0


def test_input_and_output_may_be_texts_that_hold_json(make, read):
    path = make("o.json", content(OBSERVATIONS))
    plain = read(path).traces
    path.unlink()
    rows = data(OBSERVATIONS)
    for row in rows:
        row["providedModelName"] = row.pop("model")
        for name in ("input", "output"):
            row[name] = json.dumps(row[name]) if isinstance(row[name], (dict, list)) else row[name]
    assert read(make("o.jsonl", rows)).traces == plain


def test_the_default_field_groups_leave_out_much_and_it_says_so(make, read):
    core = ("id", "traceId", "startTime", "endTime", "projectId", "parentObservationId", "type", "name", "level")
    rows = [{name: row[name] for name in core} for row in data(OBSERVATIONS)]
    found = read(make("o.jsonl", rows))
    trace = found.traces[0]
    assert (trace.question, trace.cost, trace.latency_ms) == (None, None, 437.0)
    assert trace.tool_calls == (ToolCall("lookup_order"),)
    assert "fields=core,basic,io,usage,model,prompt" in found.warnings[0]


def test_several_kinds_of_input_tokens_add_up(make, read):
    rows = data(OBSERVATIONS)[:4]
    rows[3]["usageDetails"] = {
        "input": 100,
        "input_cached_tokens": 50,
        "output": 7,
        "output_reasoning": 3,
        "total": 160,
    }
    rows[3]["costDetails"] = {"input": 0.5, "output": 0.25}
    trace = read(make("o.jsonl", rows)).traces[0]
    assert (trace.tokens_in, trace.tokens_out, trace.cost) == (150, 10, 0.75)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"input": 120}, (120, None)),
        ({"input": 120, "output": 0}, (120, 0)),
        ({"output": 7}, (None, 7)),
        ({"input": 0, "output": 0}, (None, None)),
    ],
)
def test_usage_of_one_side_alone_is_kept_and_zeros_are_none(make, read, usage, tokens):
    rows = data(OBSERVATIONS)[:4]
    rows[3]["usageDetails"] = usage
    trace = read(make("o.jsonl", rows)).traces[0]
    assert (trace.tokens_in, trace.tokens_out) == tokens


def test_exported_events_are_in_milliseconds_and_carry_their_scores_as_columns(make, read):
    rows = [
        {key: value for key, value in row.items() if key not in ("projectId", "latency", "model", "isRootObservation")}
        | {"latencyMs": row["latency"] and row["latency"] * 1000, "providedModelName": row["model"], "comments": []}
        | {"faithfulness": [0.5], "tone": None}
        for row in data(OBSERVATIONS)
    ]
    trace = read(make("events.jsonl", rows)).traces[0]
    assert (trace.latency_ms, trace.model, trace.scores) == (437.0, "gpt-x-mini", {"faithfulness": 0.5})


def test_a_page_says_that_there_are_more(make, read):
    whole = json.loads(content(OBSERVATIONS))
    whole["meta"] = {"cursor": "abc"}
    found = read(make("o.json", whole))
    assert any("one page of several" in warning for warning in found.warnings)


# Joined with what stands beside them


def test_scores_beside_observations_become_scores_and_feedback(put, read):
    found = read(put(OBSERVATIONS, CANDIDATE, SCORES))
    trace = by_case(found)["SB-003"]
    assert trace.scores == {"faithfulness": 0.35, "correct": 0.0, "user-thumbs": 0.0}
    assert trace.feedback == "tone: neutral\nuser-thumbs: 0.0"  # ANNOTATION and API; EVAL is no feedback
    theirs = [s["value"] for s in data(SCORES) if s["name"] == "faithfulness"]
    both = found.traces + read(put(CANDIDATE)).traces
    ours = [t.scores["faithfulness"] for t in both if "faithfulness" in t.scores]
    assert (len(ours), fmean(ours)) == (len(theirs), pytest.approx(fmean(theirs)))
    assert not found.warnings


def test_scores_of_requests_that_are_nowhere_are_counted(put, read):
    found = read(put(OBSERVATIONS, SCORES))
    assert found.warnings == [
        f"{OBSERVATIONS}: 37 scores beside it could not be joined: about requests that stand in no file of the folder."
    ]


def test_scores_of_observations_sessions_and_nothing(make, read, put):
    path = put(OBSERVATIONS)
    trace_id, base = data(SCORES)[0]["subject"]["id"], data(SCORES)[0]
    subjects = [{"kind": "observation", "id": "o", "traceId": trace_id}, {"kind": "session", "id": "s0"}, None]
    rows = [{**base, "id": f"s{n}", "subject": about} for n, about in enumerate(subjects)]
    make("scores.jsonl", rows)
    found = read(path)
    assert by_case(found)["SB-001"].scores == {"faithfulness": 0.92}
    assert [w.partition("joined: ")[2] for w in found.warnings] == ["about a session.", "about nothing that they name."]


def test_scores_of_older_servers(make, read, put):
    path = put(OBSERVATIONS)
    trace_id = data(SCORES)[0]["subject"]["id"]
    same = {"traceId": trace_id, "source": "API", "comment": "thanks"}
    make(
        "scores.jsonl",
        [
            {**same, "id": "1", "name": "good", "dataType": "BOOLEAN", "value": 1, "stringValue": "True"},
            {**same, "id": "2", "name": "tone", "dataType": "CATEGORICAL", "value": None, "stringValue": "warm"},
        ],
    )
    trace = by_case(read(path))["SB-001"]
    assert trace.scores == {"good": 1.0}
    assert trace.feedback == "good: 1.0: thanks\ntone: warm: thanks"


def test_a_trace_cut_by_a_page_is_whole_again(make, read):
    rows = data(OBSERVATIONS)
    whole = {trace.id: trace for trace in read(make("all.jsonl", rows)).traces}
    (make("all.jsonl", rows)).unlink()
    first, second = make("page1.jsonl", rows[:2]), make("page2.jsonl", rows[2:])
    assert {t.id: t for t in read(first).traces} == {rows[0]["traceId"]: whole[rows[0]["traceId"]]}
    assert {t.id: t for t in read(second).traces} == whole


def test_what_is_joined_is_part_of_what_identifies_an_import(put, make):
    path = put(OBSERVATIONS)
    source, _ = registry.recognise(path)
    alone = registry.digest_of(source, path)
    assert alone == registry.digest(path)
    make("notes.json", {"unrelated": 1})
    assert registry.digest_of(source, path) == alone
    put(SCORES)
    assert registry.digest_of(source, path) != alone


def test_scores_alone_are_sent_to_their_requests(put, read):
    with pytest.raises(ReadinessError, match="Save the observations") as refusal:
        read(put(SCORES))
    assert not isinstance(refusal.value, ReadAlongError)
    with pytest.raises(ReadAlongError, match=f"import {OBSERVATIONS}"):
        read(put(SCORES, OBSERVATIONS))


# The exported table of traces


@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
def test_the_exported_traces_in_every_form(put, read, form):
    found = read(put(f"{TRACES}.{form}"))
    assert len(found.traces) == 12
    assert not found.rejects
    assert "no outcome, model, tokens, steps, latency or cost" in found.warnings[0]
    trace = by_case(found)["SB-006"]
    assert trace.scores == {"faithfulness": 0.92, "correct": 1.0}  # columns that hold lists
    assert trace.extra["evaluations"] == [{"name": "tone", "label": "neutral"}]
    assert trace.feedback is None  # whose score it is stands nowhere
    assert (trace.question, trace.user, trace.session) == ("How do I handle track parcel? (6)", "u6", "s3")
    assert trace.extra["tags"] == ["high_risk"]
    assert (trace.latency_ms, trace.cost, trace.outcome, trace.spans) == (None, None, None, None)


def test_several_scores_of_one_name_are_averaged_also_where_two_are_equal(put, make, read):
    row = json.loads(content(f"{TRACES}.jsonl").splitlines()[0])
    (trace,) = read(make("t.jsonl", [{**row, "faithfulness": [1, 1, 0.4]}])).traces
    assert trace.scores["faithfulness"] == pytest.approx(0.8)
    path, score = put(OBSERVATIONS), data(SCORES)[0]
    make("scores.jsonl", [{**score, "id": f"s{n}", "value": value} for n, value in enumerate((1, 1, 0.4))])
    assert by_case(read(path))["SB-001"].scores["faithfulness"] == pytest.approx(0.8)


def test_times_of_an_exported_csv_may_stand_in_quotes(make, read):
    header, first = content(f"{TRACES}.csv").decode().splitlines()[:2]
    quoted = first.replace('"2026-11-20T09:01:00.000Z"', '"""2026-11-20T09:01:00.000Z"""')
    assert quoted != first
    (trace,) = read(make("t.csv", f"{header}\n{quoted}\n")).traces
    assert trace.started_at == datetime(2026, 11, 20, 9, 1, tzinfo=UTC)


def test_traces_with_their_observations_beside_them_are_never_the_poorer(put, read):
    with pytest.raises(ReadAlongError, match=f"all its 12 requests come with their observations in {OBSERVATIONS}"):
        read(put(f"{TRACES}.jsonl", OBSERVATIONS))
    found = by_case(read(put(OBSERVATIONS)))
    assert found["SB-001"].scores == {"faithfulness": 0.92, "correct": 1.0}
    assert found["SB-001"].latency_ms == 437.0


def test_a_single_trace_of_the_api_holds_its_observations(make, read):
    row = json.loads(content(f"{TRACES}.jsonl").splitlines()[0])
    mine = [o for o in data(OBSERVATIONS) if o["traceId"] == row["id"]]
    scores = [s for s in data(SCORES) if s["subject"]["id"] == row["id"]]
    found = read(make("trace.json", {**row, "htmlPath": "/x", "observations": mine, "scores": scores}))
    (trace,) = found.traces
    assert (len(trace.spans), trace.cost, trace.scores["faithfulness"]) == (4, 0.0009, 0.92)
    assert trace.feedback == "tone: neutral"


def test_credentials_in_metadata_are_masked(make, read):
    rows = data(OBSERVATIONS)
    for row in rows:
        row["metadata"]["token"] = "ghp_0123456789abcdefghij0123"
    found = read(make("o.jsonl", rows))
    assert "ghp_" not in repr([(r.trace, r.raw) for r in found.records if isinstance(r, TraceRecord)])


# Experiments


def test_experiments_are_runs_and_items_their_cases(put, read):
    found = read(put(ITEMS, EXPERIMENTS, OBSERVATIONS, CANDIDATE, SCORES))
    assert [(run.id, run.name, run.prompt_version) for run in found.runs] == [
        ("exp-baseline", "support baseline", "v12"),
        ("exp-candidate", "support candidate", "v13"),
    ]
    run = found.runs[0]
    assert (run.model, run.dataset_name, run.completeness) == ("gpt-x-mini", "ds-1", Completeness.COMPLETE)
    assert run.started_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert len(found.cases) == 24
    assert not found.rejects
    assert not found.warnings


def test_an_item_with_everything_beside_it(put, read):
    found = read(put(ITEMS, EXPERIMENTS, OBSERVATIONS, CANDIDATE, SCORES))
    case = found.cases[2]
    assert (case.id, case.id_from, case.status) == ("SB-003", "explicit", CaseStatus.UNKNOWN)
    assert case.scores == {
        "faithfulness": Score(0.35),
        "correct": Score(0.0),
        "tone": Score(None, label="neutral"),
        "user-thumbs": Score(0.0),  # the item does not list it; the scores beside it do
    }
    assert case.chunks == (Chunk("kb-3", rank=1, score=0.9),)
    assert (case.latency_ms, case.cost) == (Measure(511.0, Provenance.MEASURED), Measure(0.0009, Provenance.MEASURED))
    assert (case.tokens_in, case.extra["reference"]) == (303, {"answer": "Answer about change address"})
    assert [case.id for case in found.cases if "high_risk" in case.tags] == ["SB-006", "SB-012"] * 2


def test_an_item_that_failed(put, read):
    case = read(put(ITEMS, OBSERVATIONS)).case["SB-007"]  # of the candidate, which has no observations here
    assert (case.status, case.output, case.scores) == (CaseStatus.ERROR, None, {})
    assert case.error


def test_items_alone_say_what_they_lack(put, read):
    found = read(put(ITEMS))
    case = found.cases[0]
    assert (case.cost, case.tokens_in, case.chunks) == (Measure(), None, None)
    assert case.latency_ms == Measure(437.0, Provenance.MEASURED)
    assert (found.runs[1].prompt_version, found.runs[1].model) == ("v12", None)  # the copy that the items carry
    assert any("24 of its items have no observations" in warning for warning in found.warnings)


def test_an_experiments_own_word_goes_before_the_copy_in_its_items(put, read):
    candidate = read(put(ITEMS, EXPERIMENTS)).runs[1]
    assert candidate.prompt_version == "v13"
    assert 'says prompt_version "v13", and its items say "v12"' in candidate.warnings[0]


def test_fewer_items_than_the_experiment_has_are_a_partial_run(make, put, read):
    put(EXPERIMENTS)
    found = read(make(ITEMS, {"data": data(ITEMS)[:20], "meta": {}}))
    held = list(checked(found.records))
    (short,) = [record.run for record in held if isinstance(record, RunChecked)]
    assert (short.id, short.completeness, short.declared_cases) == ("exp-candidate", Completeness.PARTIAL, 12)
    assert any("it counts 12 cases, and 8 are in the file" in w.text for w in held if isinstance(w, Warn))


def test_items_on_several_pages_are_one_run(make, read):
    rows = data(ITEMS)
    first, second, third = make("p1.jsonl", rows[:5]), make("p2.jsonl", rows[5:15]), make("p3.jsonl", rows[15:])
    found = read(first)
    assert [run.id for run in found.runs] == ["exp-baseline"]
    assert {case.id for case in found.cases} == {f"SB-{n:03d}" for n in range(1, 13)}
    found = read(second)
    assert [run.id for run in found.runs] == ["exp-candidate"]
    assert len(found.cases) == 12
    with pytest.raises(ReadAlongError, match=r"come with those of the same experiments in p2\.jsonl"):
        read(third)


def test_a_page_of_items_alone_is_a_partial_run(make, read):
    found = read(make("p.json", {"data": data(ITEMS)[:12], "meta": {"cursor": "more"}}))
    assert found.runs[0].completeness is Completeness.PARTIAL


def test_the_same_item_again_is_a_repeat(make, read):
    rows = data(ITEMS)[:2]
    found = read(make("i.jsonl", [*rows, {**rows[0], "id": "another", "traceId": "t"}]))
    assert [(case.id, case.repeat) for case in found.cases] == [("SB-001", 0), ("SB-002", 0), ("SB-001", 1)]


def test_experiments_alone(put, make, read):
    with pytest.raises(ReadinessError, match="experiments without their items"):
        read(put(EXPERIMENTS))
    scored = data(EXPERIMENTS)[:1]
    scored[0]["scores"] = [{**data(SCORES)[0], "name": "accuracy", "value": 0.75}]
    (run,) = read(make("e.json", {"data": scored, "meta": {}})).runs
    assert run.aggregates == {"accuracy": Aggregate(0.75)}
    assert run.completeness is Completeness.PARTIAL
    with pytest.raises(ReadAlongError, match=f"import {ITEMS}"):
        read(put(EXPERIMENTS, ITEMS))


def test_a_score_of_the_experiment_as_a_whole_is_its_own_figure(put, make, read):
    path = put(ITEMS)
    whole = {
        **data(SCORES)[0],
        "name": "accuracy",
        "value": 0.75,
        "subject": {"kind": "experiment", "id": "exp-baseline"},
    }
    make("scores.jsonl", [whole])
    assert read(path).runs[0].aggregates == {"accuracy": Aggregate(0.75)}


# Recognition and refusal


@pytest.mark.parametrize("name", sorted(file.name.removesuffix(".gz") for file in DATA.glob("*.gz")))
def test_recognised_by_content(make, name):
    assert registry.recognise(make("x.bin", content(name)))[1].format == "langfuse"


def test_a_broken_file_beside_it_is_told_and_nothing_more(put, make, read):
    path = put(OBSERVATIONS)
    make("scores.json", content(SCORES)[:20_000])
    found = read(path)
    assert len(found.traces) == 12
    assert any("scores.json stands beside it and could not be read along" in warning for warning in found.warnings)


def test_anything_else_is_refused_with_a_sentence(make, read):
    with pytest.raises(ReadinessError, match="none of Langfuse's rows"):
        read(make("x.json", {"data": [{"a": 1}]}), "langfuse")


# What real exports have


def test_pages_that_are_all_there_are_no_part_of_something(make, read):
    rows = data(OBSERVATIONS)
    meta = {"limit": 30, "totalItems": len(rows), "totalPages": 2}
    first = make("page1.json", {"data": rows[:30], "meta": {"page": 1, **meta}})
    assert "it counts 51, and 30 are in it" in read(first).warnings[0]
    make("page2.json", {"data": rows[30:], "meta": {"page": 2, **meta}})
    assert not read(first).warnings


def test_a_request_with_fewer_observations_than_its_row_counts_has_no_sums(make, read):
    mine = data(OBSERVATIONS)[:4]
    row = {**json.loads(content(f"{TRACES}.jsonl").splitlines()[0]), "htmlPath": "/x", "totalCost": 0.0021}
    make("traces.json", {"data": [{**row, "observations": [*(o["id"] for o in mine), "another"]}], "meta": {}})
    found = read(make("observations.jsonl", mine))
    (trace,) = found.traces
    assert (trace.tokens_in, trace.cost, trace.latency_ms) == (None, 0.0021, 437.0)
    assert any("fewer observations than its row counts" in warning for warning in found.warnings)


def test_a_requests_own_cost_that_is_not_that_of_its_calls_is_said(make, read):
    mine = data(OBSERVATIONS)[:4]
    row = {**json.loads(content(f"{TRACES}.jsonl").splitlines()[0]), "htmlPath": "/x", "totalCost": 0.0021}
    make("traces.json", {"data": [row], "meta": {}})
    found = read(make("observations.jsonl", mine))
    assert found.traces[0].cost == 0.0009
    assert any("is not that of its model calls" in warning for warning in found.warnings)


def test_model_calls_alone_say_nothing_of_the_requests_time_and_end(make, read):
    calls = [row for row in data(OBSERVATIONS) if row["type"] == "GENERATION"]
    found = read(make("generations.jsonl", calls))
    assert {(trace.latency_ms, trace.outcome, trace.tool_calls) for trace in found.traces} == {(None, None, None)}
    assert found.traces[0].tokens_in == 301
    assert any("lacks its first step" in warning for warning in found.warnings)


@pytest.mark.parametrize(("levels", "outcome"), [("DDD", Outcome.SUCCESS), ("DDE", Outcome.ERROR), ("EDD", None)])
def test_observations_without_one_around_them_end_as_the_last_of_them(make, read, levels, outcome):
    base = data(OBSERVATIONS)[0]
    rows = [
        {**base, "id": f"o{n}", "isRootObservation": False, "parentObservationId": None, "type": "SPAN"}
        | {"startTime": f"2026-11-20T09:01:0{n}.000Z", "endTime": f"2026-11-20T09:01:0{n}.500Z", "latency": 0.5}
        | {"level": {"D": "DEFAULT", "E": "ERROR"}[level]}
        for n, level in enumerate(levels)
    ]
    (trace,) = read(make("o.jsonl", rows)).traces
    assert (trace.outcome, trace.latency_ms) == (outcome, 2500.0)


def test_the_same_download_twice_is_read_both_times(make, read):
    row = json.loads(content(f"{TRACES}.jsonl").splitlines()[0])
    mine = [o for o in data(OBSERVATIONS) if o["traceId"] == row["id"]]
    whole = {"trace": {**row, "timestamp": row["timestamp"], "projectId": "p"}, "observations": mine}
    first, second = make("trace-1.json", whole), make("trace-1 (1).json", whole)
    assert read(first).traces == read(second).traces
    assert len(read(first).traces[0].spans) == 4


def test_categories_that_differ_are_none_and_said(make, read):
    item = data(ITEMS)[0]
    score = {**data(SCORES)[0], "name": "mood", "dataType": "CATEGORICAL", "value": 0}
    item["scores"] = [{**score, "id": str(n), "stringValue": text} for n, text in enumerate(("warm", "cold"))]
    found = read(make("i.jsonl", [item]))
    assert found.cases[0].scores["mood"] == Score(None, ScoreState.MISSING)
    assert any("several categories mood of one item differ" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("usage", "tokens", "said"),
    [
        ({"promptTokens": 10, "completionTokens": 2, "totalTokens": 12}, (10, 2), ""),
        ({"input": 10, "output": 2, "total": 12, "unit": "IMAGES"}, (None, None), "usage in IMAGES"),
        ({"input": 35720, "output": 40, "total": 17943}, (17903, 40), "the total less the output"),
        ({"input": 10, "output": 2, "output_reasoning_tokens": 90, "total": 102}, (10, 92), ""),
        ({"input": 10, "cache_read_input_tokens": 90, "output": 2, "total": 102}, (100, 2), ""),
        ({"input": 100, "prompt_details.cache_read": 90, "output": 2}, (100, 2), "without a total"),
        ({"input": "10", "output": "2", "total": "12"}, (10, 2), ""),
        ({"total": 12}, (None, None), "only a total"),
    ],
)
def test_usage_in_the_ways_of_servers_and_sdks(make, read, usage, tokens, said):
    rows = data(OBSERVATIONS)[:4]
    del rows[3]["usageDetails"]
    rows[3]["usage"] = usage
    found = read(make("o.jsonl", rows))
    assert (found.traces[0].tokens_in, found.traces[0].tokens_out) == tokens
    assert any(said in warning for warning in found.warnings) == bool(said)


@pytest.mark.parametrize(
    "listed", [{"faithfulness": [1, 0]}, {"faithfulness": {"type": "NUMERIC", "values": [1, 0], "average": 0.5}}]
)
def test_scores_that_are_not_spread_over_columns(make, read, listed):
    row = json.loads(content(f"{TRACES}.jsonl").splitlines()[0])
    found = read(
        make(
            "t.jsonl",
            [{name: value for name, value in row.items() if not isinstance(value, list)} | {"scores": listed}],
        )
    )
    assert found.traces[0].scores == {"faithfulness": 0.5}
    assert any("several scores faithfulness" in warning for warning in found.warnings)


def test_files_of_another_folder_are_named_with_it(tmp_path, read):
    base = {"trace_id": "t1", "project_id": "p1", "environment": "default"}
    observation = {"id": "o1", "type": "SPAN", "parent_observation_id": None, "name": "ask", "level": "DEFAULT"}
    times = {"start_time": "2026-11-20 10:00:00.000", "end_time": "2026-11-20 10:00:02.000"}
    score = {"id": "s1", "name": "good", "value": 1, "source": "API", "data_type": "NUMERIC", "string_value": None}
    for folder, row in (("observations", base | observation | times), ("scores", base | score)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "hour.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(ReadAlongError, match=r"import observations/hour\.jsonl, or the folder"):
        read(tmp_path / "scores" / "hour.jsonl")
    (trace,) = read(tmp_path / "observations" / "hour.jsonl").traces
    assert (trace.scores, trace.started_at) == ({"good": 1.0}, datetime(2026, 11, 20, 10, tzinfo=UTC))


def test_sessions_and_their_requests(make, read):
    row = {**json.loads(content(f"{TRACES}.jsonl").splitlines()[0]), "public": False}
    about = {"id": "s0", "createdAt": "2026-11-20T09:00:00Z", "projectId": "p", "environment": "default"}
    with pytest.raises(ReadinessError, match="Export the traces"):
        read(make("sessions.json", {"data": [about], "meta": {}}))
    found = read(make("session.json", {**about, "traces": [row]}))
    assert (len(found.traces), found.traces[0].session) == (1, "s0")


def test_rows_of_parquet_have_maps_and_lists(tmp_path, read):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    usage = pyarrow.array(
        [[("input", 120), ("output", 20), ("total", 140)]], pyarrow.map_(pyarrow.string(), pyarrow.int64())
    )
    start = pyarrow.array([datetime(2026, 11, 20, 10)], pyarrow.timestamp("ms"))
    end = pyarrow.array([datetime(2026, 11, 20, 10, 0, 2)], pyarrow.timestamp("ms"))
    text = {
        "id": "o1", "trace_id": "t1", "project_id": "p1", "type": "GENERATION", "parent_observation_id": None, "name": "chat",
        "level": "DEFAULT", "status_message": None, "input": '"Where?"', "output": '"Here."', "provided_model_name": "m",
    }  # fmt: skip
    columns = {name: pyarrow.array([value], pyarrow.string()) for name, value in text.items()}
    columns |= {"usage_details": usage, "start_time": start, "end_time": end, "latency": pyarrow.array([2.0])}
    parquet.write_table(pyarrow.table(columns), tmp_path / "o.parquet")
    found = read(tmp_path / "o.parquet")
    (trace,) = found.traces
    assert (trace.tokens_in, trace.tokens_out, trace.latency_ms, trace.answer) == (120, 20, 2000.0, "Here.")
    assert trace.started_at == datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "row",
    [
        {"trace_id": "s", "startTime": 1.5, "endTime": 2.5, "model": "m", "completion_tokens": 2, "call_type": "chat"},
        {
            "trace_id": "t",
            "start_time": "2026-11-20T10:00:00Z",
            "type": "llm",
            "project_id": "p",
            "parent_span_id": None,
        }
        | {"model": "m", "end_time": None, "name": "x", "usage": {}},
    ],
)
def test_rows_of_other_tools_are_none_of_langfuses(row):
    (source,) = [source for source in registry.sources() if source.name == "langfuse"]
    assert source.recognise(Path("x.jsonl"), (json.dumps(row) + "\n" + json.dumps(row) + "\n").encode()) is None


def _old(*rows):
    """Observations as before August 2025: nothing but spans, generations and events."""
    base = data(OBSERVATIONS)[0] | {"isRootObservation": False, "metadata": {}, "input": {"question": "Where?"}}
    made = [{**base, "id": "o", "type": "SPAN", "parentObservationId": None, "output": {"answer": "Leeds"}}]
    made.append({**base, "id": "g", "type": "GENERATION", "parentObservationId": "o", "output": "Leeds"})
    return made + [{**base, "id": f"x{n}", "parentObservationId": "o", **row} for n, row in enumerate(rows)]


def test_a_vocabulary_without_a_word_for_retrievals_says_nothing_by_their_absence(make, read):
    (trace,) = read(make("o.jsonl", _old())).traces
    assert (trace.retrieval, trace.tool_calls) == (None, ())
    (trace,) = read(make("p.jsonl", _old({"type": "TOOL", "name": "pay"}))).traces
    assert trace.retrieval is False


def test_an_event_may_be_a_tool_call_or_a_retrieval(make, read):
    for event in ({"name": "fetched", "output": ["a page"]}, {"name": "pay", "output": "done"}, {"name": "mark"}):
        found = read(make("o.jsonl", _old({"type": "EVENT", "endTime": None, **event})))
        assert (found.traces[0].retrieval, found.traces[0].tool_calls) == (None, None)
        assert any(event["name"] in said for said in found.warnings)


def test_without_a_column_for_parents_no_observation_is_known_to_be_the_first(make, read):
    rows = [{k: v for k, v in row.items() if k not in ("parentObservationId", "isRootObservation")} for row in _old()]
    rows = [{**rows[1], "traceName": "chat", "statusMessage": "", "bookmarked": False}]
    found = read(make("o.jsonl", rows))
    (trace,) = found.traces
    assert (trace.latency_ms, trace.outcome, trace.tool_calls, trace.retrieval) == (None, None, None, None)
    assert trace.answer == "Leeds"
    assert any("lacks its first step" in said for said in found.warnings)
    sparse = [{k: v for k, v in row.items() if v is not None and k != "isRootObservation"} for row in _old()]
    assert read(make("p.jsonl", sparse)).traces[0].outcome is Outcome.SUCCESS  # left out where it is null
