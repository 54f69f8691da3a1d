"""What runs and traces say of metrics: scores, ingredients, aggregates, and what is missing."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from readiness_tui.domain.metrics import (
    METRICS,
    Layer,
    NotComputable,
    Observed,
    RunData,
    all_metrics,
    guess_direction,
    held,
    observe,
    observe_traces,
    resolve,
    window,
)
from readiness_tui.domain.metrics.rule import Direction
from readiness_tui.domain.metrics.run_data import of_variant
from readiness_tui.domain.runs.holding import Shelf
from readiness_tui.domain.runs.model import (
    Aggregate,
    Case,
    CaseStatus,
    Chunk,
    Completeness,
    EvalSet,
    GoldenCase,
    Measure,
    Outcome,
    Provenance,
    Run,
    Score,
    ScoreState,
    ToolCall,
    Trace,
)
from readiness_tui.domain.traces.listed import NOTHING_RECORDED, RecordedList

RUN = Run("rag-v4", "rag-v4", "own")


def ms(value: float, provenance: Provenance = Provenance.MEASURED) -> Measure:
    return Measure(value, provenance)


def scored(i: int, value: float | None, name: str = "faithfulness", **fields: object) -> Case:
    return Case(f"case-{i:02}", scores={name: Score(value)}, **fields)  # type: ignore[arg-type]


def seen(
    metric: str, *cases: Case, golden: EvalSet | None = None, run: Run = RUN, tags: tuple[str, ...] = ()
) -> Observed:
    found = observe(metric, RunData(run, cases, golden), tags)
    assert isinstance(found, Observed), found
    return found


def refused(
    metric: str, *cases: Case, golden: EvalSet | None = None, run: Run = RUN, tags: tuple[str, ...] = ()
) -> str:
    found = observe(metric, RunData(run, cases, golden), tags)
    assert isinstance(found, NotComputable), found
    return found.reason


def gold(*cases: GoldenCase) -> EvalSet:
    return EvalSet("golden", "d" * 64, cases)


# The registry


def test_every_metric_of_the_design_is_known() -> None:
    keys = {metric.key for metric in METRICS}
    assert keys >= {
        *("retrieval_hit_rate", "context_precision", "mrr"),
        *("faithfulness", "relevance", "citation_accuracy", "must_include_pass_rate"),
        *("task_success_rate", "tool_call_accuracy", "retry_rate"),
        *("policy_violation_rate", "attack_success_rate", "over_refusal_rate"),
        *("latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "error_rate", "cost_per_success", "tokens_per_request"),
    }


def test_no_two_metrics_share_a_name() -> None:
    names = [name for metric in METRICS for name in (metric.key, *metric.aliases)]
    assert len({resolve(name) is not None and name for name in names}) == len(names)
    for metric in METRICS:
        assert all(resolve(name) is metric for name in (metric.key, *metric.aliases))


@pytest.mark.parametrize("name", ["hit_rate", "Hit Rate", "hit-rate", "HIT@K", "retrieval_hit_rate", " Hit  rate "])
def test_aliases_do_not_mind_case_spaces_or_hyphens(name: str) -> None:
    metric = resolve(name)
    assert metric is not None
    assert metric.key == "retrieval_hit_rate"


def test_an_unknown_name_is_not_resolved() -> None:
    assert resolve("brand_tone") is None
    assert resolve("") is None


@pytest.mark.parametrize(
    "name", ["hallucination", "Toxicity", "error count", "latency_seconds", "cost-usd", "retry_rate"]
)
def test_less_of_these_is_better(name: str) -> None:
    assert guess_direction(name) is Direction.LOWER


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("accuracy", Direction.HIGHER),
        ("acc,none", Direction.HIGHER),
        ("no_errors", None),
        ("not-contains", None),
        ("brand_tone", None),
        ("error_recall", None),
        ("coast", None),
    ],
)
def test_directions_are_guessed_from_whole_words_only(name: str, direction: Direction | None) -> None:
    assert guess_direction(name) is direction


# Scores


def test_a_mean_over_cases_has_its_t_bound() -> None:
    found = seen("faithfulness", *(scored(i, 0.8 + 0.001 * i) for i in range(40)))
    assert found.estimate.value == pytest.approx(0.8195)
    assert found.estimate.method == "t over cases"
    assert (found.used, found.total, found.worst) == (40, 40, None)


def test_0_1_scores_are_a_rate_with_a_wilson_bound() -> None:
    found = seen("faithfulness", *(scored(i, float(i >= 2)) for i in range(20)))
    assert (found.estimate.k, found.estimate.n, found.estimate.method) == (18, 20, "Wilson")


def test_a_mean_of_equal_scores_has_no_bound_but_a_rate_has() -> None:
    assert seen("faithfulness", *(scored(i, 1.0) for i in range(40))).estimate.low is None
    rate = seen("hit_rate", *(scored(i, 1.0, "hit_rate") for i in range(40)))
    assert rate.estimate.low == pytest.approx(40 / (40 + 1.645**2))


def test_the_score_is_found_under_any_alias() -> None:
    found = seen("faithfulness", scored(1, 0.5, "Groundedness"), scored(2, 0.7, "Groundedness"))
    assert found.estimate.value == pytest.approx(0.6)


def test_a_second_score_of_the_same_metric_is_named_not_averaged() -> None:
    cases = [Case(f"c{i}", scores={"Groundedness": Score(0.1), "faithfulness": Score(0.9)}) for i in range(3)]
    found = seen("faithfulness", *cases)
    assert found.estimate.value == pytest.approx(0.9)
    assert "Groundedness" in found.note


@pytest.mark.parametrize("bad", [Score(None, ScoreState.MISSING), Score(None, ScoreState.JUDGE_ERROR), Score(math.nan)])
def test_missing_and_failed_judgements_stay_in_the_denominator(bad: Score) -> None:
    found = seen("faithfulness", scored(1, 0.9), Case("case-02", scores={"faithfulness": bad}), Case("case-03"))
    assert (found.used, found.total) == (1, 3)
    assert found.missing_ids == ("case-02", "case-03")
    assert found.note == "1 of 3 cases carry it"
    assert found.worst is not None
    assert found.worst.value == pytest.approx(0.3)


def test_not_applicable_leaves_the_denominator() -> None:
    na = Case("case-02", scores={"faithfulness": Score(None, ScoreState.NOT_APPLICABLE)})
    assert (seen("faithfulness", scored(1, 0.9), na).used, seen("faithfulness", scored(1, 0.9), na).total) == (1, 1)


def test_a_system_error_is_missing_even_where_the_tool_wrote_a_score() -> None:
    broken = scored(2, 0.0, status=CaseStatus.ERROR)
    found = seen("faithfulness", scored(1, 0.9), broken)
    assert found.estimate.value == pytest.approx(0.9)
    assert found.missing_ids == ("case-02",)


def test_repeats_are_averaged_first() -> None:
    cases = [
        scored(1, 1.0),
        scored(1, 0.0, repeat=1),
        scored(2, 1.0),
        scored(2, 1.0, repeat=1),
        scored(2, 1.0, repeat=2),
    ]
    found = seen("hit_rate", *(replace(case, scores={"hit_rate": case.scores["faithfulness"]}) for case in cases))
    assert found.estimate.value == pytest.approx(0.75)  # not 4 of 5
    assert (found.used, found.total) == (2, 2)
    assert found.estimate.method == "t over cases"  # a fractional case average is no 0/1 case
    assert found.per_case == {"case-01": 0.5, "case-02": 1.0}


def test_variants_are_never_averaged_together() -> None:
    cases = scored(1, 1.0), scored(1, 0.5, variant="de"), scored(2, 0.25)
    assert "2 variants (de, one without a name)" in refused("faithfulness", *cases)
    german = of_variant(RunData(RUN, cases), "de")
    assert isinstance(german, RunData)
    found = observe("faithfulness", german)
    assert isinstance(found, Observed)
    assert found.per_case == {"case-01@de": 0.5, "case-02": 0.25}  # the second ran once, for all variants
    assert isinstance(of_variant(RunData(RUN, cases), "fr"), NotComputable)


def test_a_repeat_that_lacks_the_score_counts_in_the_share_carried() -> None:
    lacking = Case("case-01", repeat=1)
    found = seen("faithfulness", scored(1, 1.0), lacking, scored(2, 0.8), scored(2, 0.8, repeat=1))
    assert (found.used, found.total) == (2, 2)
    assert found.coverage == pytest.approx(0.75)
    assert found.worst is not None
    assert found.worst.value == pytest.approx((0.5 + 0.8) / 2)


def test_uneven_repeats_count_the_first_tries_that_all_cases_have() -> None:
    even = [scored(i, value, repeat=n) for i, value in ((1, 1.0), (2, 0.0)) for n in range(2)]
    more = [scored(2, 1.0, repeat=n) for n in (2, 3, 4)]  # a failing case tried until it passes
    found = seen("faithfulness", *even, *more)
    assert found.per_case == seen("faithfulness", *even).per_case == {"case-01": 1.0, "case-02": 0.0}
    assert "the first 2 tries of each case: 3 further ones not counted" in found.note


def test_clusters_widen_a_rate() -> None:
    cases = [scored(i, float(i // 4 != 1), "hit_rate", extra={"cluster": f"doc-{i // 4}"}) for i in range(60)]
    found = seen("hit_rate", *cases)
    assert found.estimate.method == "Wilson over clusters"
    assert (found.estimate.k, found.estimate.n) == (56, 60)
    plain = seen("hit_rate", *(replace(case, extra={}) for case in cases)).estimate.low
    assert found.estimate.low is not None
    assert plain is not None
    assert found.estimate.low < plain


def test_a_percentage_is_not_rescaled_in_silence() -> None:
    assert "outside 0.0 to 1.0 (a percentage?" in refused("faithfulness", scored(1, 92.0))


def test_a_perfect_precision_may_be_a_hair_off() -> None:
    assert seen("context_precision", scored(1, 1.0000000001, "context_precision")).used == 1


def test_a_metric_outside_the_registry_is_the_mean_of_its_scores() -> None:
    found = observe("Brand Tone", RunData(RUN, (scored(1, 4.0, "brand_tone"), scored(2, 5.0, "brand_tone"))))
    assert isinstance(found, Observed)
    assert found.estimate.value == pytest.approx(4.5)


def test_slices_by_the_tags_of_the_golden_set() -> None:
    golden = gold(
        GoldenCase("case-01", "?"),
        GoldenCase("case-02", "?", tags=("high_risk", "de")),
        GoldenCase("case-03", "?", tags=("high_risk",)),
    )
    cases = (scored(1, 0.1, tags=("high_risk", "de")), scored(2, 0.2), scored(3, 0.3, tags=("de",)), scored(4, 0.4))
    assert seen("faithfulness", *cases, golden=golden, tags=("high_risk",)).per_case.keys() == {
        *("case-01", "case-02", "case-03")  # high_risk: whoever says it
    }
    assert seen("faithfulness", *cases, golden=golden, tags=("de",)).per_case.keys() == {"case-02"}
    assert "slice" in refused("faithfulness", *cases, golden=golden, tags=("fr",))


def test_without_a_golden_set_a_runs_own_tags_make_its_slices() -> None:
    assert seen("faithfulness", scored(1, 0.1, tags=("de",)), scored(2, 0.2), tags=("de",)).per_case == {"case-01": 0.1}


# Ingredients

GOLD = gold(
    GoldenCase(
        "a", "?", expected_sources=("runbook-1",), must_include=("Reset", "24 hours"), expected_tools=("lookup",)
    ),
    GoldenCase("b", "?", expected_sources=("kb-7", "kb-8")),
    GoldenCase("c", "?"),
)


def case(id_: str, *sources: str, **fields: object) -> Case:
    chunks = tuple(Chunk(f"{s}#{i}", rank=i, source=s) for i, s in enumerate(sources))
    return Case(id_, chunks=chunks, **fields)  # type: ignore[arg-type]


def test_hit_rate_needs_an_equal_source_not_a_part_of_one() -> None:
    found = seen("hit_rate", case("a", "security-runbook", "security-runbook-1"), case("b", "x", "kb-8"), golden=GOLD)
    assert found.per_case == {"a": 0.0, "b": 1.0}
    assert seen("hit_rate", Case("a", chunks=(Chunk("runbook-1"),)), golden=GOLD).per_case == {"a": 1.0}


def test_cases_without_gold_leave_retrieval_metrics_and_unlogged_chunks_do_not() -> None:
    found = seen("hit_rate", case("a", "runbook-1"), Case("b"), case("c", "kb-7"), golden=GOLD)
    assert (found.used, found.total, found.missing_ids) == (1, 2, ("b",))


def test_precision_and_reciprocal_rank_follow_the_ranking() -> None:
    chunks = (Chunk("z", rank=2, source="kb-7"), Chunk("y", rank=1, source="no"), Chunk("x", rank=3, source="kb-8"))
    ranked = Case("b", chunks=chunks)
    empty = Case("a", chunks=())
    assert seen("context_precision", ranked, empty, golden=GOLD).per_case == {"b": pytest.approx(2 / 3), "a": 0.0}
    assert seen("mrr", ranked, empty, golden=GOLD).per_case == {"b": 0.5, "a": 0.0}
    unranked = Case("b", chunks=tuple(replace(chunk, rank=None) for chunk in chunks))
    assert seen("mrr", unranked, golden=GOLD).per_case == {"b": 1.0}


def test_without_gold_or_chunks_retrieval_is_not_computable_never_0() -> None:
    assert "no golden set" in refused("hit_rate", case("a", "runbook-1"))
    assert "no case of the golden set" in refused("hit_rate", case("stranger", "runbook-1"), golden=GOLD)
    assert "none of the 2 cases" in refused("mrr", Case("a"), Case("b"), golden=GOLD)


@pytest.mark.parametrize("metric", ["hit_rate", "mrr", "context_precision"])
def test_a_chunk_of_which_only_the_text_is_known_is_no_miss(metric: str) -> None:
    """Ragas and DeepEval write what was retrieved as texts: nobody can say which source they are from."""
    texts = tuple(Chunk(text, rank=n, text=text) for n, text in enumerate(("Reset it.", "Wait a day."), 1))
    found = seen(metric, Case("a", chunks=texts), Case("b", chunks=(*texts, Chunk("kb-7", rank=3))), golden=GOLD)
    assert (set(found.per_case), found.missing_ids) == ({"b"}, ("a",))


def test_cases_unknown_to_the_golden_set_are_left_out() -> None:
    good = Case("zz", scores={"faithfulness": Score(1.0)})
    found = seen("faithfulness", Case("a", scores={"faithfulness": Score(0.5)}), good, golden=GOLD)
    assert found.per_case == {"a": 0.5}
    assert held(RUN, [good], Shelf.of((GOLD,))).golden is None  # it shares no case with the set: its own cases count


def test_an_imported_score_wins_over_ingredients() -> None:
    imported = replace(case("a", "runbook-1"), scores={"hit_rate": Score(0.0)})
    assert seen("hit_rate", imported, golden=GOLD).per_case == {"a": 0.0}


@pytest.mark.parametrize(
    ("output", "right"),
    [
        ("Reset it first [runbook-1].", 1.0),
        ("Reset it first [runbook-1#0].", 1.0),
        ("Reset it [see below] [1] [runbook-1]", 1.0),
        ("Reset it [kb-7].", 0.0),
        ("Reset it [runbook-1, kb-7].", 0.0),
        ("Reset it [security-runbook-1].", 0.0),
        ("Reset it, see runbook-1.", 0.0),
        ("", 0.0),
    ],
)
def test_citation_accuracy(output: str, right: float) -> None:
    found = seen("citation_accuracy", case("a", "runbook-1", output=output), golden=GOLD)
    assert found.per_case == {"a": right}


def test_must_include_wants_every_text_whatever_its_case() -> None:
    rate = "must_include_pass_rate"
    assert seen(rate, Case("a", output="RESET within 24 HOURS"), golden=GOLD).per_case == {"a": 1.0}
    assert seen(rate, Case("a", output="Reset now"), golden=GOLD).per_case == {"a": 0.0}
    assert seen(rate, Case("a", output="Reset"), Case("b", output=""), golden=GOLD).total == 1
    assert "none of the 1 cases" in refused(rate, Case("a"), golden=GOLD)


def test_task_success_counts_a_system_error_as_a_failure() -> None:
    statuses = [CaseStatus.PASS, CaseStatus.PASS, CaseStatus.FAIL, CaseStatus.ERROR, CaseStatus.UNKNOWN]
    found = seen("task_success_rate", *(Case(str(i), status=status) for i, status in enumerate(statuses)))
    assert (found.estimate.k, found.estimate.n, found.total) == (2, 4, 5)
    errored = Case("e", status=CaseStatus.ERROR)
    assert seen("task_success", scored(1, 1.0, "task_success"), errored).per_case == {"case-01": 1.0, "e": 0.0}


def test_tool_calls_against_the_expected_tools() -> None:
    lookup, refund = ToolCall("lookup"), ToolCall("refund")
    for calls, right in (((lookup,), 1.0), ((lookup, lookup), 1.0), ((lookup, refund), 0.0), ((), 0.0)):
        assert seen("tool_call_accuracy", Case("a", tool_calls=calls), golden=GOLD).per_case == {"a": right}


@pytest.mark.parametrize(
    ("calls", "retried"),
    [
        ((ToolCall("t", '{"a":1}'), ToolCall("t", '{"a": 1}')), 1.0),
        ((ToolCall("t", '{"a":1}'), ToolCall("t", '{"a":2}')), 0.0),
        ((ToolCall("t", "{}"), ToolCall("u", "{}")), 0.0),
        ((ToolCall("t"), ToolCall("t")), 0.0),
        ((ToolCall("t", attempt=2),), 1.0),
        ((ToolCall("t", "[" * 9999), ToolCall("t", "[" * 9999)), 1.0),
    ],
)
def test_retries(calls: tuple[ToolCall, ...], retried: float) -> None:
    assert seen("retry_rate", Case("a", tool_calls=calls)).per_case == {"a": retried}
    assert seen("retry_rate", Case("a", tool_calls=calls), Case("b", tool_calls=())).total == 1


def test_latency_leaves_out_cached_and_cold_and_keeps_zero() -> None:
    cases = (
        Case("a", latency_ms=ms(100)),
        Case("b", latency_ms=ms(0)),
        Case("c", latency_ms=ms(1, Provenance.CACHED)),
        Case("d", latency_ms=ms(7000), extra={"cold": True}),
        Case("e"),
        Case("f", latency_ms=ms(0), status=CaseStatus.ERROR),
    )
    found = seen("latency_p95_ms", *cases)
    assert (found.estimate.value, found.used, found.total) == (100, 2, 4)
    assert found.missing_ids == ("e", "f")
    assert found.worst is not None
    assert found.worst.value == math.inf


def test_quantiles_look_at_every_request_repeats_too() -> None:
    cases = [Case("a", repeat=i, latency_ms=ms(value)) for i, value in enumerate((10, 10, 1000))]
    found = seen("p95", *cases)
    assert (found.estimate.value, found.estimate.n, found.used) == (1000, 3, 1)


def test_latency_is_never_taken_from_a_pass_or_fail_score() -> None:
    assert "none of the 1 cases" in refused("latency_p95_ms", scored(1, 1.0, "latency_p95_ms"))


def test_cost_per_success_counts_what_failures_cost() -> None:
    cases = (
        Case("a", status=CaseStatus.PASS, cost=ms(0.02)),
        Case("b", status=CaseStatus.FAIL, cost=ms(0.04)),
        Case("c", status=CaseStatus.ERROR, cost=ms(0.03)),
        Case("d", status=CaseStatus.PASS, cost=ms(0.00, Provenance.CACHED)),
    )
    found = seen("cost_per_success", *cases)
    assert found.estimate.value == pytest.approx(0.09)
    assert (found.used, found.total) == (3, 3)
    assert seen("total_cost", *cases).estimate.value == pytest.approx(0.09)


def test_cost_without_a_success_is_undefined_even_where_the_run_has_a_figure() -> None:
    run = replace(RUN, aggregates={"cost_per_success": Aggregate(0.01, 10)})
    assert "no success" in refused("cost_per_success", Case("a", status=CaseStatus.FAIL, cost=ms(1.0)), run=run)


def test_tokens_and_errors() -> None:
    cases = (
        Case("a", tokens_in=10, tokens_out=5, status=CaseStatus.PASS),
        Case("b", status=CaseStatus.ERROR),
        Case("c"),
    )
    assert seen("tokens", *cases).per_case == {"a": 15.0}
    assert seen("error_rate", *cases).per_case == {"a": 0.0, "b": 1.0}
    assert seen("error_rate", *cases).missing_ids == ("c",)


# Aggregates


def test_a_runs_own_figure_is_used_only_where_cases_carry_nothing() -> None:
    run = replace(
        RUN, aggregates={"Faithfulness": Aggregate(0.9, 40), "hit_rate": Aggregate(0.8), "mrr": Aggregate(math.nan)}
    )
    assert seen("faithfulness", scored(1, 0.5), run=run).estimate.value == 0.5
    own = seen("faithfulness", Case("a"), run=run)
    assert (own.estimate.value, own.estimate.n, own.used, own.total, own.aggregate) == (0.9, 40, 40, None, True)
    assert seen("retrieval_hit_rate", run=run).note == "n unknown"
    assert "not a finite number" in refused("mrr", run=run)
    assert "cannot be sliced" in refused("faithfulness", Case("a", tags=("x",)), run=run, tags=("x",))


def test_a_figure_out_of_range_does_not_fall_back_to_the_runs_own() -> None:
    run = replace(RUN, aggregates={"faithfulness": Aggregate(0.9)})
    assert "outside" in refused("faithfulness", scored(1, 92.0), run=run)


# Cases that should be there


@pytest.mark.parametrize("completeness", [Completeness.PARTIAL, Completeness.ERRORED])
def test_golden_cases_that_an_unfinished_run_lacks_are_missing(completeness: Completeness) -> None:
    run = replace(RUN, completeness=completeness)
    found = seen("faithfulness", *(Case(i, scores={"faithfulness": Score(0.9)}) for i in "ab"), golden=GOLD, run=run)
    assert (found.used, found.total, found.missing_ids) == (2, 3, ("c",))
    hits = seen("hit_rate", case("a", "runbook-1"), golden=GOLD, run=run)
    assert (hits.total, hits.missing_ids) == (2, ("b",))  # c has no expected source: it never applied


def test_golden_cases_that_the_run_lacks_are_missing() -> None:
    one = Case("a", scores={"faithfulness": Score(0.9)})
    assert seen("faithfulness", one, golden=GOLD, run=replace(RUN, dataset_digest=GOLD.digest)).total == 3
    assert seen("faithfulness", one, golden=GOLD).total == 3  # and where it says nothing, but is held to it
    assert seen("faithfulness", one).total == 1


# Everything at once


def test_all_metrics_shows_what_is_not_computable_and_why() -> None:
    table = all_metrics(RunData(RUN, (scored(1, 0.9), scored(2, 3.0, "brand tone"))))
    assert {metric.key for rows in table.values() for metric, _ in rows} >= {metric.key for metric in METRICS}
    assert [metric.key for metric, _ in table[Layer.OTHER]] == ["brand tone"]
    reasons = {metric.key: found for metric, found in table[Layer.RETRIEVAL]}
    assert isinstance(reasons["mrr"], NotComputable)
    assert "gold" in reasons["mrr"].reason


def test_an_empty_run_has_no_figure_at_all() -> None:
    rows = [found for rows in all_metrics(RunData(RUN, ())).values() for _, found in rows]
    assert all(isinstance(found, NotComputable) for found in rows)


# Traces


def at(hour: int, day: int = 22) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def test_the_window_is_whole_utc_days_that_end_with_as_of() -> None:
    inside = [Trace("first", at(0, 16)), Trace("last", at(23, 22)), Trace("naive", datetime(2026, 11, 22, 23, 59))]
    outside = [
        Trace("before", at(23, 15)),
        Trace("after", at(0, 23)),
        Trace("elsewhere", datetime(2026, 11, 22, 23, tzinfo=timezone(timedelta(hours=-2)))),
        Trace("undated"),
    ]
    recorded = RecordedList.of([*inside, *outside])
    kept, undated = window(recorded, date(2026, 11, 22), 7)
    assert [name for (names,) in kept.blocks(("id",)) for name in names] == ["first", "last", "naive"]
    assert (len(kept), undated) == (3, 1)
    every, undated = window(recorded, date(2026, 11, 22), None)
    assert [name for (names,) in every.blocks(("id",)) for name in names] == [
        "first",
        "last",
        "naive",
        "before",
        "undated",
    ]
    assert (len(every), undated) == (5, 1)


def test_metrics_over_traces() -> None:
    traces = RecordedList.of(
        [
            Trace(
                "a",
                latency_ms=100,
                outcome=Outcome.SUCCESS,
                cost=0.02,
                tokens_in=1,
                tokens_out=2,
                scores={"Faithfulness": 0.8},
            ),
            Trace("b", latency_ms=300, outcome=Outcome.ABSTAIN, cost=0.04, scores={"Faithfulness": 0.6}),
            Trace("c", latency_ms=9, outcome=Outcome.ERROR, cost=0.01),
            Trace("d", latency_ms=1, outcome=Outcome.SUCCESS, cost=0.0, cached=True),
        ]
    )

    def over(metric: str) -> Observed:
        found = observe_traces(metric, traces)
        assert isinstance(found, Observed), found
        return found

    assert list(over("latency_p95_ms").values) == [100, 300]
    assert list(over("latency_p95_ms").missing_ids) == ["c"]
    assert over("error_rate").estimate.k == 1
    assert over("task_success_rate").estimate.k == 2
    assert over("cost_per_success").estimate.value == pytest.approx(0.07)
    assert list(over("faithfulness").missing_ids) == ["c", "d"]
    assert over("tokens").used == 1
    assert isinstance(observe_traces("mrr", traces), NotComputable)
    assert isinstance(observe_traces("mrr", NOTHING_RECORDED), NotComputable)


def test_a_cold_start_is_no_request_like_the_others_in_latency_and_cost() -> None:
    made = Trace("a", latency_ms=100, cost=0.02), Trace("b", latency_ms=7000, cost=0.5, cold=True)
    traces = RecordedList(made)
    for metric in ("latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "total_cost"):
        found = observe_traces(metric, traces)
        assert isinstance(found, Observed), found
        assert (found.estimate.value in (100, 0.02), len(found.missing_ids), found.total) == (True, 0, 1), metric


def test_a_slice_of_traces_needs_their_tags() -> None:
    traces = RecordedList((Trace("a", latency_ms=1, extra={"tags": ["vip"]}), Trace("b", latency_ms=2)))
    found = observe_traces("p50", traces, ("vip",))
    assert isinstance(found, Observed)
    assert list(found.values) == [1]
    assert isinstance(observe_traces("p50", traces, ("none",)), NotComputable)


def test_a_slice_by_several_tags_has_the_traces_that_carry_all_of_them() -> None:
    tagged = {"a": ["vip", "de"], "b": ["vip"], "c": ["de"], "d": []}
    traces = RecordedList.of(Trace(name, latency_ms=ord(name), extra={"tags": tags}) for name, tags in tagged.items())
    found = observe_traces("p50", traces, ("de", "vip"))
    assert isinstance(found, Observed)
    assert list(found.values) == [ord("a")]
